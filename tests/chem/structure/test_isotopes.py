"""Structures without isotope labels: the unlabelled drug is the oracle."""

import pytest
from rdkit import Chem

from chem.structure.isotopes import is_labelled, without_isotopes
from chem.structure.standardize import Standardized, standardize


def standard(smiles: str) -> str:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Standardized), smiles
    return found.smiles


@pytest.mark.parametrize(
    ("labelled", "plain"),
    [
        ("[2H]C([2H])([2H])Oc1ccccc1", "COc1ccccc1"),
        ("[13CH3]c1ccccc1", "Cc1ccccc1"),
        ("[2H]C([2H])([2H])NC(=O)c1ccccc1", "CNC(=O)c1ccccc1"),
        ("O=C(O)c1ccc([125I])cc1", "O=C(O)c1ccc(I)cc1"),
        ("C[C@H]([2H])O", "CCO"),  # the label made the centre
        ("[2H][C@](C)(N)C(=O)O", "C[C@H](N)C(=O)O"),
        ("[3H]c1ccccc1", "c1ccccc1"),
        ("C[15NH]C", "CNC"),
    ],
)
def test_labels_are_taken_off(labelled: str, plain: str) -> None:
    given = standard(labelled)
    assert is_labelled(given)
    assert without_isotopes(given) in {
        standard(plain),
        standard(plain.replace("@", "@@")),  # a labelled hydrogen may turn the spelling of a centre
    }
    assert Chem.MolFromSmiles(without_isotopes(given)).GetNumHeavyAtoms() == (
        Chem.MolFromSmiles(plain).GetNumHeavyAtoms()
    )


@pytest.mark.parametrize(
    ("labelled", "plain"),
    [
        # Groups over part of the centres: RDKit's own CXSMILES turns them over and loses some.
        ("C[C@@H]1C[C@H]([13CH3])C[C@@H](O)C1 |&1:3|", "C[C@@H]1C[C@H](C)C[C@@H](O)C1 |&1:3|"),
        ("C[C@@H]1C[C@H]([13CH3])C[C@@H](O)C1 |o1:3|", "C[C@@H]1C[C@H](C)C[C@@H](O)C1 |o1:3|"),
        ("C[C@H]1CC[C@@H](O[13CH3])CC1 |&1:1|", "C[C@H]1CC[C@@H](OC)CC1 |&1:1|"),
        ("[13CH3][C@H](F)[C@@H](C)Cl |&1:1|", "C[C@H](F)[C@@H](C)Cl |&1:1|"),
        ("C[C@H](N)[13C](=O)O |&1:1|", "C[C@H](N)C(=O)O |&1:1|"),
    ],
)
def test_groups_stay_without_labels(labelled: str, plain: str) -> None:
    assert without_isotopes(standard(labelled)) == standard(plain)


def test_a_structure_without_labels_comes_back(drugs: list[Chem.Mol]) -> None:
    for mol in drugs[:40]:
        smiles = Chem.MolToSmiles(mol)
        if is_labelled(smiles):  # the sample has a radioactive drug
            continue
        assert without_isotopes(smiles) == smiles
    assert without_isotopes("C1CC") == "C1CC"
