"""Source wells: as many as a liquid needs, none overdrawn, dilutions made from the level before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.lab.plan import Liquid, Mix, Rack
from screening.objective.wells import FORMATS

WATER = Liquid("DMSO")
FIRST = Liquid("compound", 0)


def test_a_full_well_is_followed_by_another() -> None:
    rack = Rack(room=10, pipetted=4)
    assert [rack.take(WATER, 4) for _ in range(5)] == [0, 0, 1, 1, 2]
    assert rack.taken == [8, 8, 4]


def test_more_than_a_well_is_refused() -> None:
    with pytest.raises(ValueError, match="11 pl is more than the 10 pl"):
        Rack(room=10, pipetted=4).take(WATER, 11)


def test_a_dilution_takes_from_the_level_before_it() -> None:
    rack = Rack(room=10, pipetted=4)
    rack.take(FIRST._replace(level=2), 3)
    assert [liquid.level for liquid in rack.liquids] == [2, 1, 0]
    assert rack.taken == [3, 4, 4]
    assert rack.mixes == [Mix(1, 2, 1, 4), Mix(2, 1, 0, 4)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 10)), max_size=60))
def test_nothing_is_overdrawn_and_nothing_is_lost(draws: list[tuple[int, int, int]]) -> None:
    rack = Rack(room=10, pipetted=3)
    for hit, level, volume in draws:
        at = rack.take(Liquid("compound", hit, level), volume)
        assert rack.liquids[at] == Liquid("compound", hit, level)
    wanted = sum(volume for *_, volume in draws) + 3 * len(rack.mixes)
    assert sum(rack.taken) == wanted
    assert all(0 < taken <= 10 for taken in rack.taken)
    assert len(rack.mixes) == sum(liquid.level > 0 for liquid in rack.liquids)


def test_compounds_their_dilutions_and_the_rest_have_plates_of_their_own() -> None:
    rack = Rack(room=10, pipetted=1)
    for liquid in (WATER, Liquid("reference"), Liquid("compound", 1, 1), FIRST, WATER):
        rack.take(liquid, 6)
    wells = rack.place("run", FORMATS[96])
    told = [(w.plate, w.well.name, w.liquid.kind, w.liquid.hit) for w in sorted(wells)]
    assert told == [
        ("run_S1", "A01", "compound", 0),
        ("run_S1", "B01", "compound", 1),
        ("run_D1", "A01", "compound", 1),
        ("run_C1", "A01", "reference", -1),
        ("run_C1", "B01", "DMSO", -1),
        ("run_C1", "C01", "DMSO", -1),
    ]
    assert [well.liquid for well in wells] == rack.liquids


def test_a_full_plate_is_followed_by_another() -> None:
    rack = Rack(room=10, pipetted=1)
    for hit in range(100):
        rack.take(Liquid("compound", hit), 1)
    wells = rack.place("run", FORMATS[96])
    assert [well.plate for well in wells] == ["run_S1"] * 96 + ["run_S2"] * 4
    assert (wells[95].well.name, wells[96].well.name) == ("H12", "A01")
