"""Alerts are those of RDKit's catalogs one by one, whatever company a molecule keeps."""

import random
import re

import pytest
from rdkit import Chem
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

from chem.assess import alerts as module
from chem.assess.alerts import CITATIONS, SOURCES, Alert, find_alerts, flag_atoms
from chem.assess.toxicophores import TOXICOPHORES
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
    sample = [smiles for smiles in real[::2] if Chem.MolFromSmiles(smiles) is not None]
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
