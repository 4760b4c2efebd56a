"""Sulfoxides are judged as chemists draw them, whatever drawing the networks see."""

import pytest
from rdkit import Chem
from rdkit.Chem.QED import qed
from rdkit.Chem.Scaffolds import MurckoScaffold

from chem.assess.alerts import find_alerts, flag_atoms
from chem.assess.clusters import scaffold
from chem.assess.costly_properties import compute_costly_properties
from chem.assess.sulfoxides import read_sulfoxides, write_sulfoxides
from chem.errors import InputError
from chem.structure.standardize import Standardized, standardize

DRUGS = {
    "omeprazole": "COc1ccc2[nH]c(S(=O)Cc3ncc(C)c(OC)c3C)nc2c1",
    "esomeprazole": "COc1ccc2[nH]c([S@@](=O)Cc3ncc(C)c(OC)c3C)nc2c1",
    "modafinil": "NC(=O)CS(=O)C(c1ccccc1)c1ccccc1",
    "sulindac": "CC1=C(CC(=O)O)c2cc(F)ccc2/C1=C\\c1ccc(S(C)=O)cc1",
    "albendazole sulfoxide": "CCCS(=O)c1ccc2[nH]c(NC(=O)OC)nc2c1",
    "a sulfinamide": "CS(=O)Nc1ccccc1",
    "a thiophene oxide": "CC1=CC=CS1=O",
    "two of them": "CS(=O)CCS(=O)c1ccccc1",
}


@pytest.mark.parametrize("text", DRUGS.values(), ids=DRUGS)
def test_a_sulfoxide_is_judged_as_it_is_drawn(text: str) -> None:
    standard = standardize(text, "smiles")
    assert isinstance(standard, Standardized)
    assert "+]" in standard.smiles
    usual = Chem.MolFromSmiles(text)
    (found,) = compute_costly_properties([standard.smiles])
    assert found.qed == pytest.approx(qed(usual))
    assert not any("charged_oxygen" in alert.name for alert in found.alerts)
    assert found.alerts == find_alerts([text])[0]
    placed = {(one.source, one.name): len(one.atoms) for one in flag_atoms(standard.smiles)}
    assert placed == {(one.source, one.name): len(one.atoms) for one in flag_atoms(text)}
    core = MurckoScaffold.GetScaffoldForMol(usual)
    assert scaffold(standard.smiles) == Chem.MolToSmiles(core, isomericSmiles=False)


def test_atoms_keep_their_numbers() -> None:
    mol, drawn = Chem.MolFromSmiles("c1ccccc1[S+](C)[O-]"), read_sulfoxides("c1ccccc1[S+](C)[O-]")
    assert [a.GetSymbol() for a in drawn.GetAtoms()] == [a.GetSymbol() for a in mol.GetAtoms()]


@pytest.mark.parametrize(
    "text", ["C[S+](C)C", "C[N+](C)(C)[O-]", "O=[N+]([O-])c1ccsc1", "CS(=O)(=O)C", "CCO", ""]
)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert write_sulfoxides(text) == text
    same = Chem.MolToSmiles(Chem.MolFromSmiles(text))
    assert Chem.MolToSmiles(read_sulfoxides(text)) == same


def test_a_real_sulfonium_is_still_an_alert() -> None:
    assert any("charged_oxygen" in one.name for one in find_alerts(["C[S+](C)C"])[0])


def test_what_is_no_smiles_is_named() -> None:
    with pytest.raises(InputError, match="expected a SMILES"):
        read_sulfoxides("C[S+](")
