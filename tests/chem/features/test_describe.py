import math

import pytest
from rdkit import Chem
from rdkit.Chem import Crippen, Descriptors, rdMolDescriptors

from chem.features.describe import PROPERTIES, describe

DRUGS = [
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "C[n+]1ccccc1",
    "[2H]C([2H])([2H])O",
    "C",
    "[CH3][Mg][Br]",
]


@pytest.mark.parametrize("smiles", DRUGS)
def test_equal_to_the_rdkit_descriptors(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    found = dict(zip(PROPERTIES, describe(mol), strict=True))
    assert all(math.isfinite(value) for value in found.values())
    assert found == {
        "mw": pytest.approx(Descriptors.MolWt(mol)),
        "logp": pytest.approx(Crippen.MolLogP(mol)),
        "tpsa": pytest.approx(Descriptors.TPSA(mol)),
        "hbd": Descriptors.NumHDonors(mol),
        "hba": Descriptors.NumHAcceptors(mol),
        "rotatable_bonds": rdMolDescriptors.CalcNumRotatableBonds(mol),
        "heavy_atoms": sum(atom.GetAtomicNum() > 1 for atom in mol.GetAtoms()),
        "rings": mol.GetRingInfo().NumRings(),
        "formal_charge": sum(atom.GetFormalCharge() for atom in mol.GetAtoms()),
    }


def test_gefitinib_is_as_published() -> None:
    found = dict(zip(PROPERTIES, describe(Chem.MolFromSmiles(DRUGS[0])), strict=True))
    assert found["mw"] == pytest.approx(446.9, abs=0.05)
    assert found["tpsa"] == pytest.approx(68.7, abs=0.1)
    assert (found["hbd"], found["rings"], found["formal_charge"]) == (1, 4, 0)
