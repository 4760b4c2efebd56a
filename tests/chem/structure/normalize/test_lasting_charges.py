"""Cations that lose a proton: which, and that nothing else of the molecule changes."""

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from chem.structure.normalize.lasting_charges import release_protons


@pytest.mark.parametrize(
    ("cation", "neutral"),
    [
        ("C[n+]1ccc(N)cc1", "Cn1ccc(=N)cc1"),
        ("C[n+]1ccccc1NC(C)=O", "CC(=O)N=c1ccccn1C"),
        ("C[N+](C)=CC=CNC", "CN=CC=CN(C)C"),
        ("Nc1ccc2cc[o+]cc2c1", None),  # no quinoid form has its charge on this nitrogen
        ("C[n+]1cccc(N)c1", None),
        ("C[N+](C)(C)c1ccc(N)cc1", None),
        ("Nc1ccc([N+]#N)cc1", None),
        ("O=[N+]([O-])c1ccc(N)cc1", None),
        ("[O-][n+]1ccc(N)cc1", None),
        ("NC(=O)c1ccc[n+](C)c1", None),
        ("Oc1ccc2ccc[o+]c2c1", None),
        ("C[n+]1ccccc1C=NO", None),
        ("C[n+]1ccc(C=Cc2ccc(N)cc2)cc1", "Cn1ccc(=CC=C2C=CC(=N)C=C2)cc1"),
        ("C[n+]1ccc(/C=C/c2ccc(N)cc2)cc1", None),
        ("CCN", None),
    ],
)
def test_the_neutral_form(cation: str, neutral: str | None) -> None:
    mol = Chem.MolFromSmiles(cation)
    found = release_protons(mol)
    assert (None if found is None else Chem.MolToSmiles(found)) == (
        None if neutral is None else Chem.CanonSmiles(neutral)
    )


def test_every_cation_loses_one_proton() -> None:
    mol = Chem.MolFromSmiles("Cc1cc(N)c2ccccc2[n+]1CCCC[n+]1c(C)cc(N)c2ccccc12")
    found = release_protons(mol)
    assert found is not None
    assert Chem.GetFormalCharge(found) == 0
    assert CalcMolFormula(found) == "C24H26N4"
    assert CalcMolFormula(mol) == "C24H28N4+2"
