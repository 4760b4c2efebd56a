"""Where things are: controls, columns, replicates, series; and that the seed alone decides."""

from collections import Counter, defaultdict
from hashlib import sha256
from typing import Any

import pytest

from screening.lab.layout import EMPTY, NEGATIVE, POSITIVE, SAMPLE, AssayWell, arrange, draw
from screening.objective.plate_settings import Lab


def names(wells: list[AssayWell], role: str) -> set[str]:
    return {well.well.name for well in wells if well.role == role}


def test_controls_of_the_outer_columns_alternate_like_a_chessboard() -> None:
    wells = arrange(40, Lab(plate=96))
    assert names(wells, POSITIVE) == {f"{row}01" for row in "ACEG"} | {f"{row}12" for row in "BDFH"}
    assert names(wells, NEGATIVE) == {f"{row}01" for row in "BDFH"} | {f"{row}12" for row in "ACEG"}


def test_fewer_controls_are_still_on_both_sides_and_far_apart() -> None:
    wells = arrange(40, Lab(controls_each=4))
    for role in (POSITIVE, NEGATIVE):
        found = [well.well for well in wells if well.role == role]
        assert len(found) == 4
        assert {well.row // 4 for well in found} == {0, 1, 2, 3}
    columns = {well.well.column for well in wells if well.role in (POSITIVE, NEGATIVE)}
    assert columns & {0, 1}


def test_without_positive_controls_all_are_negative() -> None:
    wells = arrange(1, Lab(plate=96, positive_controls=False))
    assert (len(names(wells, POSITIVE)), len(names(wells, NEGATIVE))) == (0, 16)


def test_samples_fill_whole_columns_and_the_rest_is_empty() -> None:
    wells = arrange(24, Lab(plate=96))
    assert names(wells, SAMPLE) == {f"{row}{n:02d}" for row in "ABCDEFGH" for n in (2, 3, 4)}
    assert len(names(wells, EMPTY)) == 96 - 24 - 16


@pytest.mark.parametrize("plate", [96, 384])
@pytest.mark.parametrize("controls", ["columns", "spread"])
def test_the_rim_stays_empty(plate: Any, controls: Any) -> None:
    lab = Lab(plate=plate, controls=controls, edge_wells=False)
    wells = arrange(lab.capacity + 1, lab)
    last = {96: ("H", "12"), 384: ("P", "24")}[plate]
    rim = [
        w for w in wells if w.well.letter in ("A", last[0]) or w.well.name[1:] in ("01", last[1])
    ]
    assert {well.role for well in rim} == {EMPTY}
    assert sum(well.role == EMPTY for well in wells if well.plate == 1) == len(rim) // 2


def test_spread_controls_are_among_the_samples_evenly() -> None:
    lab = Lab(controls="spread", controls_each=8)
    wells = arrange(48, lab)
    used = {well.well.column for well in wells if well.role != EMPTY}
    assert used == {0, 1, 2, 3}
    for column in used:
        roles = Counter(well.role for well in wells if well.well.column == column)
        assert (roles[POSITIVE], roles[NEGATIVE], roles[SAMPLE]) == (2, 2, 12)
    assert names(wells, POSITIVE) != names(
        arrange(48, lab.model_copy(update={"seed": 2})), POSITIVE
    )


def test_hits_beyond_a_plate_go_to_the_next_one_with_its_own_controls() -> None:
    wells = arrange(100, Lab(plate=96))
    for plate, samples in ((1, 80), (2, 20)):
        roles = Counter(well.role for well in wells if well.plate == plate)
        assert (roles[SAMPLE], roles[POSITIVE], roles[NEGATIVE]) == (samples, 8, 8)


def test_a_dose_series_stays_on_one_plate() -> None:
    wells = arrange(30, Lab(plate=96, points=7, replicates=2))
    plates = defaultdict(list)
    for well in wells:
        if well.role == SAMPLE:
            plates[well.hit, well.replicate].append(well.plate)
    assert len(plates) == 60
    assert {(len(seen), len(set(seen))) for seen in plates.values()} == {(7, 1)}
    assert max(well.plate for well in wells) == 6  # 11 series to a plate


def test_replicates_have_columns_of_their_own() -> None:
    wells = arrange(16, Lab(replicates=3))
    columns = {
        replicate: {well.well.column for well in wells if well.replicate == replicate}
        for replicate in (1, 2, 3)
    }
    assert columns == {1: {2}, 2: {3}, 3: {4}}
    orders = {
        tuple(well.hit for well in wells if well.replicate == replicate) for replicate in (1, 2, 3)
    }
    assert len(orders) == 3


def test_replicates_have_plates_of_their_own_if_so_asked() -> None:
    wells = arrange(100, Lab(plate=96, replicates=2, replicate_plates=True))
    plates = {r: {well.plate for well in wells if well.replicate == r} for r in (1, 2)}
    assert plates == {1: {1, 2}, 2: {3, 4}}


def test_without_randomizing_places_follow_the_rank() -> None:
    wells = arrange(20, Lab(plate=96, randomize=False))
    samples = sorted((w for w in wells if w.role == SAMPLE), key=lambda w: (w.well.column, w.well))
    assert [well.hit for well in samples] == list(range(20))


def test_places_are_drawn_and_do_not_follow_the_rank() -> None:
    """Each hit's mean row over many seeds is the plate's, within five standard errors."""
    rows = defaultdict(list)
    for seed in range(200):
        for well in arrange(16, Lab(seed=seed)):
            if well.hit is not None:
                rows[well.hit].append(well.well.row)
    for seen in rows.values():
        assert sum(seen) / 200 == pytest.approx(7.5, abs=5 * 4.6 / 200**0.5)


def test_the_seed_alone_decides_on_every_machine() -> None:
    """The hash was noted once; numpy's and Python's own generators have no say."""
    assert draw(range(10), 1, "wells") == [3, 2, 4, 5, 9, 1, 6, 0, 8, 7]
    text = repr([(w.plate, w.well.name, w.role, w.hit) for w in arrange(40, Lab(seed=7))])
    assert sha256(text.encode()).hexdigest()[:16] == "0186b7bcbf31236c"
    assert arrange(40, Lab(seed=7)) == arrange(40, Lab(seed=7)) != arrange(40, Lab(seed=8))
