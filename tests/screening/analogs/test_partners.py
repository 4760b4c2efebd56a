"""Reagents for a part of a hit: those of the library first, then parts of its compounds."""

from collections.abc import Callable

import pytest

from chem.analogs.couplings import Disconnection
from chem.analogs.reactions import REACTIONS
from screening.analogs import partners as room
from screening.analogs.found import Record
from screening.analogs.partners import Partners

BY_NAME = {one.name: one for one in REACTIONS}
AMIDE = Disconnection(BY_NAME["amide coupling"], "O=C(O)c1ccc2ccccc2c1", "NCc1ccccc1", 1)
LIBRARY = (
    "NCc1ccncc1",
    "NCc1ccc(F)cc1",
    "NCCC(=O)O",  # reacts with itself
    "NCCN",  # reacts twice
    "NCc1ccc(-c2ccc(-c3ccccc3)cc2)cc1",  # larger than what is kept
    "[2H]C([2H])(N)c1ccccc1",  # labelled
    "C[N+](C)(C)CCN",  # charged
    "CC(=O)Nc1ccccc1",
    "CCC(=O)Nc1ccccc1",
    "CC(=O)NC1CC1",
)


def records(smiles: tuple[str, ...]) -> list[Record]:
    return [
        Record(at + 1, f"c{at}", text, at.to_bytes(16, "big")) for at, text in enumerate(smiles)
    ]


def near(way: Disconnection, sample: list[Record], taken_apart: list[Record]) -> list[str]:
    found = Partners(sample, taken_apart).near(way)
    return [f"{one.smiles} {one.source}" for one in found]


def test_named_reagents_come_first_then_common_parts() -> None:
    sample = records(LIBRARY)
    assert near(AMIDE, sample, sample) == [
        "NCc1ccncc1 reagent c0",
        "NCc1ccc(F)cc1 reagent c1",
        "Nc1ccccc1 cut from c7",  # of two anilides; cyclopropylamine is of one amide alone
    ]
    acid = Disconnection(AMIDE.reaction, "Nc1ccccc1", "O=C(O)c1ccccc1", 0)
    assert near(acid, sample, sample) == ["CC(=O)O cut from c7"]


def test_where_the_library_has_enough_no_parts_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FEW", 2)
    sample = records(LIBRARY)
    assert all("reagent" in one for one in near(AMIDE, sample, sample))


def test_a_reagent_is_hardly_larger_than_the_old_one() -> None:
    sample = records(("NC1CC1", "NCCCCCCCCC", "NCCC"))
    small = Disconnection(AMIDE.reaction, AMIDE.kept, "CN", 1)
    found = near(small, sample, [])
    assert sorted(found) == ["NC1CC1 reagent c0", "NCCC reagent c2"]


def test_a_record_without_an_id_is_named_by_its_row() -> None:
    (one,) = [record._replace(compound_id="") for record in records(("NC1CC1",))]
    assert near(AMIDE, [one], []) == ["NC1CC1 reagent row 1"]


def test_what_depends_on_the_library_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = records(LIBRARY)
    first = near(AMIDE, sample, sample)

    def fail(*told: object) -> Callable[..., None]:
        raise AssertionError

    monkeypatch.setattr(room, "count_groups", fail)
    monkeypatch.setattr(room, "reagents_of", fail)
    assert near(AMIDE, sample, sample) == first


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path_factory.mktemp("cache")))
