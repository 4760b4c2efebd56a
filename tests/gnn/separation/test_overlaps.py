"""Sets are compared by the molecules they share, and a leak of a held-back one stops a training."""

import numpy as np
import pytest

from gnn.card.sets_card import HeldBack, Overlap
from gnn.errors import ModelError
from gnn.separation.overlaps import SetMolecules, check_held_back, count_overlaps


def molecules(**parts: str) -> SetMolecules:
    """A set from the SMILES of each part of its split, in one text."""
    rows = [(smiles, part) for part, texts in parts.items() for smiles in texts.split()]
    return SetMolecules.of([smiles for smiles, _ in rows], np.array([part for _, part in rows]))


def test_pairs_are_counted_by_molecule_largest_first() -> None:
    sets = {
        "a": molecules(train="CCO CCN CCC CCO"),
        "b": molecules(train="CCO", valid="CCN"),
        "c": molecules(train="CCC CCS"),
        "d": molecules(train="CCI"),
    }
    assert count_overlaps(sets) == [
        Overlap(first="a", second="b", molecules=2),
        Overlap(first="a", second="c", molecules=1),
    ]


def test_a_molecule_that_cannot_be_read_is_in_no_set() -> None:
    found = SetMolecules.of(["CCO", None, "CCN"], np.array(["train", "valid", "test"]))
    assert found == SetMolecules(frozenset({"CCO", "CCN"}), frozenset({"CCN"}))


SETS = {
    "own": molecules(train="CCC", valid="C[C@H](N)C(=O)O CCS"),
    "other": molecules(train="CC(N)C(=O)O CCO", test="CCI"),
    "third": molecules(train="CCO"),
}
SMILES = ["CCC", "C[C@H](N)C(=O)O", "CCS", "CC(N)C(=O)O", "CCO", "CCI"]


def test_what_is_held_back_is_counted_with_other_drawings() -> None:
    """The flat drawing of a held-back stereoisomer that another set trains on is no leak."""
    roles = np.array([["fit", "valid", "valid", "stop", "fit", "test"]])
    assert check_held_back(SETS, SMILES, roles) == [
        HeldBack(set="own", molecules=2, trained_on=0, other_drawings=1),
        HeldBack(set="other", molecules=1, trained_on=0, other_drawings=0),
    ]
    unused = np.where(roles == "stop", "unlabelled", roles)
    assert check_held_back(SETS, SMILES, unused)[0].other_drawings == 0


def test_the_sets_own_drawings_are_not_counted() -> None:
    sets = {"own": molecules(train="CC(N)C(=O)O", valid="C[C@H](N)C(=O)O"), "b": SETS["third"]}
    smiles = ["CC(N)C(=O)O", "C[C@H](N)C(=O)O", "CCO"]
    (found,) = check_held_back(sets, smiles, np.array([["fit", "valid", "fit"]]))
    assert found.other_drawings == 0


@pytest.mark.parametrize("role", ["fit", "stop"])
def test_a_leak_by_any_member_stops_the_training(role: str) -> None:
    roles = np.array([["fit", "valid", "valid", "fit", "fit", "test"]] * 2)
    roles[1, 5] = role
    with pytest.raises(ModelError, match=r"^1 molecule that other holds back [^\n]*CCI[^\n]*$"):
        check_held_back(SETS, SMILES, roles)
