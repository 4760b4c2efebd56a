"""Heavy atoms counted in the text of a SMILES: RDKit's count is the oracle."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from chem.structure.composition import heavy_composition


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
