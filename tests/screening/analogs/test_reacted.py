"""Analogs that are made by reactions: each says by which reaction and with what."""

import re

import pytest
from rdkit import Chem

from chem.analogs.couplings import couple, reagents_of
from chem.analogs.reactions import REACTIONS
from chem.structure.standardize import Standardized, standardize
from screening.analogs.partners import Partners
from screening.analogs.query import Query, make_query
from screening.analogs.reacted import react
from screening.prepare.prepared_rows import hash_key
from tests.screening.analogs.test_partners import records

IMATINIB = "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1"
LIBRARY = (
    "OC(=O)c1ccc(CN2CCOCC2)cc1",
    "OC(=O)c1ccc(F)cc1",
    "Nc1ccc(C)c(Nc2nccc(-c3ccsc3)n2)c1",
    "CC1CNCCN1C",
    "OB(O)c1ccncc1",
    "CCO",
)
BY_NAME = {one.name: one for one in REACTIONS}


@pytest.fixture(scope="module")
def hit() -> Query:
    standard = standardize(IMATINIB, "smiles")
    assert isinstance(standard, Standardized)
    return make_query(standard.smiles, hash_key(standard.key))


def always(mol: Standardized) -> bool:
    return True


def test_each_analog_says_how_it_is_made(hit: Query) -> None:
    sample = records(LIBRARY)
    analogs, notes = react(hit, Partners(sample, sample), always, 100)
    assert notes == []
    told = {one.reaction: one for one in analogs}
    for reaction, side, old, new, source in (
        ("amide coupling", "acid", "CN1CCN(Cc2ccc(C(=O)O)cc2)CC1", LIBRARY[1], "c1"),
        ("amide coupling", "amine", "Cc1ccc(N)cc1Nc1nccc(-c2cccnc2)n1", LIBRARY[2], "c2"),
        ("reductive amination", "amine", "CN1CCNCC1", LIBRARY[3], "c3"),
        ("Suzuki coupling", "boronic acid", "OB(O)c1cccnc1", LIBRARY[4], "c4"),
    ):
        one = told[f"{reaction}, {side} {old}>>{new}, reagent {source}"]
        assert Chem.CanonSmiles(new) in {
            text
            for pair in reagents_of(Chem.MolFromSmiles(one.smiles), BY_NAME[reaction])
            for text in pair
        }
    assert len(told) == len(analogs)


def test_every_analog_is_the_product_that_it_names(hit: Query) -> None:
    sample = records(LIBRARY)
    analogs, _ = react(hit, Partners(sample, sample), always, 100)
    for one in analogs:
        match = re.match(r"([^,]+), .+ (\S+)>>(\S+), reagent ", one.reaction)
        assert match
        reaction, old, new = BY_NAME[match[1]], match[2], match[3]
        pairs = reagents_of(Chem.MolFromSmiles(IMATINIB), reaction)
        products = {
            couple(reaction, *(new if text == old else text for text in pair))
            for pair in pairs
            if old in pair
        }
        assert one.smiles in products


def test_a_matched_pair_is_told_for_its_statistics(hit: Query) -> None:
    sample = records(("OB(O)c1ccncc1",))
    (one,) = react(hit, Partners(sample, []), always, 100)[0]
    assert one.change == "c1cncc([*:1])c1>>c1cc([*:1])ccn1"
    assert one.core


def test_no_more_are_made_than_wanted_and_none_is_told(hit: Query) -> None:
    sample = records(LIBRARY)
    assert len(react(hit, Partners(sample, sample), always, 2)[0]) == 2
    none, notes = react(hit, Partners([], []), always, 100)
    assert none == []
    (note,) = notes
    assert note.startswith("reaction: no reagent of the library gives a new analog (amide coupling")
    assert react(hit, Partners(sample, sample), lambda mol: False, 100)[0] == []


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path_factory.mktemp("cache")))
