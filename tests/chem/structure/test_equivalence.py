"""Stereoisomers share a flat structure; nothing else is lost."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from chem.errors import InputError
from chem.structure.equivalence import (
    EQUALITIES,
    drawing_blind_key,
    heavy_composition,
    is_labelled,
    skeleton,
    why_equal,
    without_isotopes,
    without_stereo,
)
from chem.structure.standardize import Standardized, standardize


@pytest.mark.parametrize(
    ("smiles", "flat"),
    [
        ("C[C@H](N)C(=O)O", "CC(N)C(=O)O"),
        ("C[C@@H](N)C(=O)O", "CC(N)C(=O)O"),
        ("C/C=C/C", "CC=CC"),
        ("C/C=C\\C", "CC=CC"),
        ("[2H]C([2H])([2H])O", "[2H]C([2H])([2H])O"),
        ("OCC", "CCO"),
        ("C[S@](=O)c1ccccc1", "CS(=O)c1ccccc1"),
    ],
)
def test_only_stereo_goes(smiles: str, flat: str) -> None:
    assert without_stereo(smiles) == flat
    assert without_stereo(flat) == flat


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C[C@H](N)C(=O)O", "CC([NH3+])C(=O)[O-]"),
        ("CC(=O)CC(C)=O", "CC(O)=CC(C)=O"),
        ("CCCOc1ccccc1-c1nc2[nH]nnc2c(=O)[nH]1", "CCCOc1ccccc1C1=NC(=O)C2NN=NC2=N1"),
        ("CC(C)c1nc(C)ccc1/C=C/CO", "CC(C)=C1N=C(C)C=CC1=CCCO"),  # hydrogens moved from carbon
        ("C[N+](=O)[O-]", "CN(=O)=O"),
        ("[2H]C", "C"),
    ],
)
def test_drawings_of_a_compound_share_a_key(one: str, other: str) -> None:
    assert drawing_blind_key(one) == drawing_blind_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("CCO", "CC=O"), ("CCO", "CCN"), ("CCCO", "CC(C)O"), ("c1ccccc1O", "C1CCCCC1O")],
)
def test_other_compounds_have_other_keys(one: str, other: str) -> None:
    assert drawing_blind_key(one) != drawing_blind_key(other)


def test_a_mistake_is_told() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        drawing_blind_key("not a molecule")
    with pytest.raises(InputError, match="expected a SMILES"):
        without_stereo("not a molecule")


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


def counted(mol: Chem.Mol) -> str:
    found = Counter(atom.GetSymbol() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1)
    return " ".join(f"{element}{found[element]}" for element in sorted(found))


@pytest.mark.parametrize(
    "smiles",
    [
        "C[C@H](N)C(=O)[O-].[Na+]",
        "[2H]c1cc[nH]c1",
        "[13CH3]C",
        "c1c[se]cc1",
        "[nH+]1ccccc1Cl",
        "ClC(Br)(I)F",
        "OB(O)c1ccccc1",
        "C[Si](C)(C)C",
        "N[Pt](N)(Cl)Cl",
        "[Sc+3]",
        "[H][H]",
        "C%10CCCCC%10",
        "CS(=O)(=O)c1ccc(P(C)C)cc1",
    ],
)
def test_odd_atoms(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    assert heavy_composition(smiles) == counted(mol)


def test_the_extension_is_not_read() -> None:
    assert heavy_composition("CC(N)O |&1:1|") == heavy_composition("CC(N)O") == "C2 N1 O1"
    assert heavy_composition("") == ""


@given(data=st.data())
def test_drugs_in_any_spelling(data: st.DataObject, drugs: list[Chem.Mol]) -> None:
    mol = data.draw(st.sampled_from(drugs))
    spelt = Chem.MolToSmiles(mol, doRandom=True, kekuleSmiles=data.draw(st.booleans()))
    assert heavy_composition(spelt) == counted(mol)


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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Oc1ccccn1", "O=c1cccc[nH]1", True),  # tautomers
        ("C[C@H](N)C(=O)[O-]", "C[C@@H]([NH3+])C(=O)O", True),
        ("O=[N+]([O-])c1ccccc1", "O=N(=O)c1ccccc1", True),
        ("C/C=C/C", "CCC=C", True),
        ("Cc1ccccc1F", "Cc1ccc(F)cc1", False),  # positional isomers
        ("CCOC", "COCC", True),
        ("CCCO", "CC(C)O", False),
    ],
)
def test_a_skeleton_has_no_bond_orders_and_no_stereo(one: str, other: str, same: bool) -> None:
    assert (skeleton(one) == skeleton(other)) is same
