"""What made two records equal, in a word."""

import pytest

from chem.structure.duplicate_reason import EQUALITIES, why_equal
from chem.structure.standardize import Standardized, standardize

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def changes(smiles: str) -> tuple[str, ...]:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized)
    return found.changes


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (ASPIRIN, ASPIRIN, "same structure"),
        ("OC(=O)c1ccccc1OC(C)=O", ASPIRIN, "same structure"),
        ("CN(C)C.Cl", "CN(C)C", "other salt"),
        ("CN(C)C.Cl", "CN(C)C.OS(=O)(=O)O", "other salt"),
        ("CN(C)C.Cl", "Cl.CN(C)C", "same structure"),
        ("CN(C)C.Cl", "C[NH+](C)C.[Cl-]", "other drawing"),
        ("CC(=O)[O-].[Na+]", "CC(=O)[O-].[K+]", "other salt"),
        ("CC(=O)O[Na]", "CC(=O)O", "other salt"),
        ("CN(C)C.O.Cl", "CN(C)C.Cl", "other salt"),
        ("CS(C)=O", "C[S+](C)[O-]", "other drawing"),
        ("[O-]C(=O)C[NH3+]", "NCC(=O)O", "other drawing"),
    ],
)
def test_each_kind_has_its_word_both_ways(one: str, other: str, why: str) -> None:
    assert why in EQUALITIES
    assert why_equal(one, changes(one), other, changes(other)) == why
    assert why_equal(other, changes(other), one, changes(one)) == why


def test_a_racemate_may_be_drawn_as_two_enantiomers() -> None:
    two, group = "C[C@H](N)c1ccccc1.C[C@@H](N)c1ccccc1", "C[C@H](N)c1ccccc1 |&1:1|"
    assert why_equal(two, ("racemate",), group, ()) == "other drawing"


def test_a_molblock_is_told_by_its_changes() -> None:
    assert why_equal("", (), "CN(C)C", ()) == "same structure"
    assert why_equal("", ("stripped_fragments",), "CN(C)C", ()) == "other salt"
    assert why_equal("", ("neutralized",), "", ()) == "other drawing"
    assert why_equal("", ("neutralized",), "", ("neutralized",)) == ""
