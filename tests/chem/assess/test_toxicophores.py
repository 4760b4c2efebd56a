"""Each toxicophore is found in a molecule that is known for it, and not in a harmless relative."""

import pytest
from rdkit import Chem

from chem.assess.alerts import find_alerts, flag_atoms
from chem.assess.toxicophores import TOXICOPHORES
from chem.structure.standardize import Standardized, standardize

# name: molecules that have it, molecules that have not
KNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aromatic_nitro": (
        ("O=[N+]([O-])c1ccccc1", "Cc1ncc([N+](=O)[O-])n1CCO"),
        ("CC[N+](=O)[O-]", "O=[N+]([O-])c1ccc(S(C)(=O)=O)cc1", "O=[N+]([O-])c1cccc(C(F)(F)F)c1"),
    ),
    "aromatic_amine": (
        ("Nc1ccccc1", "Nc1ccc(-c2ccc(N)cc2)cc1"),
        ("CN(C)c1ccccc1", "Nc1ccc(S(N)(=O)=O)cc1", "Nc1ccccc1C(=O)O", "NCc1ccccc1"),
    ),
    "aromatic_nitroso": (("O=Nc1ccccc1",), ("ON=C1CCCCC1", "CN(C)N=O")),
    "alkyl_nitrite": (("CCCCON=O",), ("CCO[N+](=O)[O-]",)),
    "nitrosamine": (("CN(C)N=O", "O=NN1CCCC1"), ("CN(C)C=O",)),
    "epoxide": (("C1CO1", "C1Oc2ccccc2C2OC12"), ("C1COC1",)),
    "aziridine": (("CCN1CC1",), ("C1CNC1", "C1CO1")),
    "azide": (("CCN=[N+]=[N-]",), ("CCN=C=N",)),
    "diazo": (("CCOC(=O)C=[N+]=[N-]",), ("CCN=[N+]=[N-]",)),
    "triazene": (("CN(C)N=Nc1ccccc1",), ("c1ccc(N=Nc2ccccc2)cc1",)),
    "aromatic_azo": (
        ("c1ccc(N=Nc2ccccc2)cc1", "O=S(=O)(O)c1ccc(N=Nc2ccccc2)cc1"),
        ("CN=NC", "O=S(=O)(O)c1ccc(N=Nc2ccc(S(=O)(=O)O)cc2)cc1"),
    ),
    "unsubstituted_heteroatom_on_heteroatom": (
        ("NNc1ccccc1", "CC(=O)NO", "CC(C)(C)OO"),
        ("CN(C)N(C)C", "CON(C)C", "CC(=O)O"),
    ),
    "aromatic_hydroxylamine": (("ONc1ccccc1",), ("ONCc1ccccc1",)),
    "aliphatic_halide": (("CCBr", "C=CCl", "ClCCl"), ("Clc1ccccc1", "CCF", "CC(=O)Cl")),
    "carboxylic_acid_halide": (("CCC(=O)Cl",), ("CCC(=O)CCl",)),
    "nitrogen_or_sulfur_mustard": (("CN(CCCl)CCCl", "ClCCSCC"), ("CN(C)CCCCl", "COCCCl")),
    "bay_region": (("c1ccc2c(c1)ccc1ccccc12",), ("c1ccc2cc3ccccc3cc2c1",)),
    "K_region": (("c1ccc2c(c1)ccc1ccccc12",), ("c1ccc2cc3ccccc3cc2c1",)),
    "polycyclic_aromatic_system": (
        (
            "c1ccc2c(c1)ccc1ccccc12",
            "c1ccc2nc3ccccc3cc2c1",
            "c1ccc2c(c1)[nH]c1ccccc12",
            "c1cc2ccc3cccc4ccc(c1)c2c34",
        ),
        ("c1ccc2ccccc2c1", "c1ccc(-c2ccccc2)cc1", "c1ccc2c(c1)CCc1ccccc1-2"),
    ),
    "sulfonate_bonded_carbon": (
        ("COS(C)(=O)=O", "COS(=O)(=O)OC"),
        ("CS(=O)(=O)O", "CNS(C)(=O)=O", "O=S1(=O)CCCO1"),
    ),
    "aliphatic_N_nitro": (("CN(C)[N+](=O)[O-]",), ("C[N+](=O)[O-]",)),
    "unsaturated_aldehyde": (("C=CC=O", "CC(=O)C=O"), ("O=CC=Cc1ccccc1", "CC(=O)C=C", "CCC=O")),
    "diazonium": (("N#[N+]c1ccccc1",), ("N#Cc1ccccc1",)),
    "beta_propiolactone": (("O=C1CCO1",), ("O=C1CCCO1",)),
    "unsaturated_alkoxy": (("CC=COC",), ("C=COC", "CCCOC")),
    "1-aryl-2-alkylhydrazine": (("CNNc1ccccc1",), ("NNc1ccccc1", "CN(C)Nc1ccccc1")),
    "aromatic_methylamine": (("CNc1ccccc1",), ("CNc1ccc(S(N)(=O)=O)cc1", "CCNc1ccccc1")),
    "aromatic_hydroxylamine_ester": (("CC(=O)ON(C(C)=O)c1ccccc1",), ("CC(=O)N(O)c1ccccc1",)),
}


def toxicophores(smiles: str) -> set[str]:
    return {alert.name for alert in find_alerts([smiles])[0] if alert.source == "KAZIUS"}


@pytest.mark.parametrize("name", TOXICOPHORES)
def test_each_is_found_where_it_is_and_only_there(name: str) -> None:
    having, lacking = KNOWN[name]
    for smiles in having + lacking:
        made = standardize(smiles, "smiles")
        assert isinstance(made, Standardized), smiles
        assert (name in toxicophores(made.smiles)) == (smiles in having), smiles


def test_atoms_are_those_of_the_group() -> None:
    smiles = "CCOc1ccc([N+](=O)[O-])cc1CBr"
    found = {alert.name: alert.atoms for alert in flag_atoms(smiles) if alert.source == "KAZIUS"}
    assert found == {"aromatic_nitro": (6, 7, 8, 9), "aliphatic_halide": (12, 13)}


def test_all_occurrences_and_no_others_are_told() -> None:
    smiles = "O=[N+]([O-])c1cc(Cl)cc([N+](=O)[O-])c1"
    (found,) = (alert for alert in flag_atoms(smiles) if alert.name == "aromatic_nitro")
    mol = Chem.MolFromSmiles(smiles)
    symbols = [mol.GetAtomWithIdx(atom).GetSymbol() for atom in found.atoms]
    assert sorted(symbols) == ["C", "C", "N", "N", "O", "O", "O", "O"]


@pytest.mark.parametrize("smiles", ["CC(=O)Oc1ccccc1C(=O)O", "CC(C)Cc1ccc(C(C)C(=O)O)cc1"])
def test_aspirin_and_ibuprofen_have_none(smiles: str) -> None:
    assert toxicophores(smiles) == set()
