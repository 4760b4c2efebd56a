"""Alerts are those of RDKit's catalogs one by one, whatever company a molecule keeps."""

import random
import re

import pytest
from rdkit import Chem
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

from chem.assess import alerts as module
from chem.assess.alerts import CITATIONS, SOURCES, TOXICOPHORES, Alert, find_alerts, flag_atoms
from chem.assess.sulfoxides import write_sulfoxides
from chem.errors import InputError
from chem.structure.standardize import Standardized, standardize

DOI = re.compile(r"10\.[\w./]+\w")


def one_catalog(name: str) -> FilterCatalog:
    parameters = FilterCatalogParams()
    parameters.AddCatalog(getattr(FilterCatalogParams.FilterCatalogs, name))
    return FilterCatalog(parameters)


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CCc1ccc(O)c(O)c1", ["PAINS catechol_A", "BRENK catechol"]),
        (
            "O=C1NC(=S)SC1=Cc1ccccc1",
            ["PAINS ene_rhod_A", "BRENK Michael_acceptor_1", "BRENK Thiocarbonyl_group"],
        ),
        ("CCO", []),
        ("CCI", ["BRENK alkyl_halide", "BRENK iodine", "KAZIUS aliphatic_halide"]),
        (
            "CCN(C)N=O",
            ["BRENK N-nitroso", "BRENK Oxygen-nitrogen_single_bond", "KAZIUS nitrosamine"],
        ),
    ],
)
def test_known_offenders(smiles: str, expected: list[str]) -> None:
    found = [str(alert) for alert in find_alerts([smiles])[0]]
    assert [text for text in found if not text.startswith("NIH")] == expected


def test_equal_to_each_catalog_alone(real: list[str]) -> None:
    read = (smiles for smiles in real[::2] if Chem.MolFromSmiles(smiles) is not None)
    sample = list(map(write_sulfoxides, read))  # test_sulfoxides holds the other drawing
    expected: list[dict[Alert, None]] = [{} for _ in sample]
    for source, names in SOURCES.items():
        for name in names:
            catalog = one_catalog(name)
            for smiles, told in zip(sample, expected, strict=True):
                for entry in catalog.GetMatches(Chem.MolFromSmiles(smiles)):
                    # Only PAINS names end in a number in brackets.
                    whole = entry.GetDescription()
                    cut = whole.rsplit("(", 1)[0] if source == "PAINS" else whole
                    told[Alert(source, cut)] = None
    for smiles, told in zip(sample, expected, strict=True):
        mol = Chem.MolFromSmiles(smiles)
        for name, patterns in TOXICOPHORES.items():
            if any(mol.HasSubstructMatch(Chem.MolFromSmarts(one)) for one in patterns):
                told[Alert("KAZIUS", name)] = None
    assert sum(map(len, expected)) > 50
    assert {alert.source for told in expected for alert in told} == set(SOURCES)
    assert find_alerts(sample) == [tuple(told) for told in expected]


def test_company_and_order_change_nothing(real: list[str]) -> None:
    sample = [smiles for smiles in real[::20] if Chem.MolFromSmiles(smiles) is not None]
    found = dict(zip(sample, find_alerts(sample), strict=True))
    mixed = random.Random(3).sample(sample, len(sample) // 2)
    assert find_alerts(mixed) == [found[smiles] for smiles in mixed]
    assert find_alerts([]) == []


def test_two_substructures_of_one_name_are_one_alert() -> None:
    found = find_alerts(["Nc1c2ccccc2nc2ccccc12.Nc1c2ccccc2nc2nc3ccccc3cc12"])[0]
    assert found.count(Alert("PAINS", "amino_acridine_A")) == 1


def test_odd_molecules_have_alerts_too(odd: tuple[str, ...]) -> None:
    """Isotopes, metals, chains of 999 atoms: whatever can be standardized can be looked at."""
    made = [standardize(smiles, "smiles") for smiles in odd]
    readable = [one.smiles for one in made if isinstance(one, Standardized)]
    found = dict(zip(readable, find_alerts(readable), strict=True))
    assert len(found) > 60
    assert Alert("BRENK", "Aliphatic_long_chain") in found["C" * 999]


def test_an_unreadable_smiles_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot read"):
        find_alerts(["CCO", "CCQ"])
    with pytest.raises(InputError, match="'CCQ'"):
        flag_atoms("CCQ")


def test_atoms_belong_to_the_alerts_that_are_found(real: list[str]) -> None:
    sample = [smiles for smiles in real[::10] if Chem.MolFromSmiles(smiles) is not None]
    found = find_alerts(sample)
    assert sum(map(len, found)) > 20
    for smiles, alerts in zip(sample, found, strict=True):
        placed = flag_atoms(smiles)
        assert tuple(Alert(one.source, one.name) for one in placed) == alerts
        count = Chem.MolFromSmiles(smiles).GetNumAtoms()
        for one in placed:
            assert list(one.atoms) == sorted(set(one.atoms))
            assert one.atoms
            assert 0 <= one.atoms[0] <= one.atoms[-1] < count
        mine = tuple(one for one in placed if one.source == "BRENK")
        assert flag_atoms(smiles, ["BRENK"]) == mine


def test_atoms_of_every_occurrence_are_told() -> None:
    (catechol,) = flag_atoms("Oc1ccccc1O", ["BRENK"])
    assert (catechol.name, catechol.atoms) == ("catechol", tuple(range(8)))
    (iodine,) = (one for one in flag_atoms("ICCCI", ["BRENK"]) if one.name == "iodine")
    assert iodine.atoms == (0, 4)


def test_texts_can_be_told_apart() -> None:
    """Alerts are joined with ``; `` in a cell, and a source ends at the first blank."""
    for names in SOURCES.values():
        for name in names:
            catalog = one_catalog(name)
            for at in range(catalog.GetNumEntries()):
                assert not {";", " "} & set(catalog.GetEntryWithIdx(at).GetDescription())
    for name in TOXICOPHORES:
        assert not {";", " "} & set(name)


def test_each_source_says_who_published_it() -> None:
    """All that the module's own text cites is told, source by source."""
    assert list(CITATIONS) == list(SOURCES)
    told = {doi for text in CITATIONS.values() for doi in DOI.findall(text)}
    assert told == set(DOI.findall(str(module.__doc__)))
    assert all(DOI.search(text) for text in CITATIONS.values())


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
