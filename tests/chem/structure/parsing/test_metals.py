"""Salts of metals and metal complexes: a table of real ones, as bonds and as ions."""

import csv
from pathlib import Path

import pytest
from rdkit import Chem

from chem.records.records import Failure
from chem.structure.parsing.metals import METALS, find_metal_complex, may_hold_metal
from chem.structure.standardize import Standardized, standardize

TABLE = list(csv.DictReader(Path(__file__).with_name("metals.csv").open(newline="")))
COMPLEXES = [row for row in TABLE if row["complex_of"]]
SALTS = [row for row in TABLE if row["parent"]]


def test_the_table_is_whole() -> None:
    assert len(COMPLEXES) > 60
    assert len(SALTS) > 35
    assert len(COMPLEXES) + len(SALTS) == len(TABLE)


@pytest.mark.parametrize("row", COMPLEXES, ids=lambda row: row["name"])
def test_a_complex_is_refused_and_its_metal_named(row: dict[str, str]) -> None:
    found = standardize(row["smiles"], "smiles")
    assert isinstance(found, Failure), found
    assert (found.stage, found.code) == ("standardize", "metal_complex")
    assert found.detail.startswith(f"{row['complex_of']} (atom ")


@pytest.mark.parametrize("row", SALTS, ids=lambda row: row["name"])
def test_a_salt_is_its_acid_or_base(row: dict[str, str]) -> None:
    found, parent = standardize(row["smiles"], "smiles"), standardize(row["parent"], "smiles")
    assert isinstance(found, Standardized), found
    assert isinstance(parent, Standardized)
    assert found.smiles == parent.smiles
    assert not any(atom.GetAtomicNum() in METALS for atom in found.mol.GetAtoms())


def test_the_order_of_the_atoms_does_not_matter() -> None:
    for row in TABLE:
        mol = Chem.MolFromSmiles(row["smiles"], sanitize=False)
        turned = Chem.RenumberAtoms(mol, list(reversed(range(mol.GetNumAtoms()))))
        text = Chem.MolToSmiles(turned, canonical=False)
        found = standardize(text, "smiles")
        if row["complex_of"]:
            assert isinstance(found, Failure), row
            assert found.code == "metal_complex", row
        else:
            assert isinstance(found, Standardized), row


def test_what_is_no_metal() -> None:
    for smiles in ("CB(O)O", "C[Si](C)(C)C", "C[Ge](C)(C)C", "C[As](C)C", "C[Se]C", "C[Te]C"):
        mol = Chem.MolFromSmiles(smiles)
        assert may_hold_metal(mol), smiles
        assert find_metal_complex(mol) is None, smiles
    assert not may_hold_metal(Chem.MolFromSmiles("CC(F)(Cl)C(Br)(I)SP(N)O"))


def test_metals_without_anything_organic_are_no_complex() -> None:
    for smiles in ("[Na+].[Cl-]", "Cl[Fe](Cl)Cl", "[Ag+].[O-][N+](=O)[O-]", "[Hg]", "O=[Ti]=O"):
        found = standardize(smiles, "smiles")
        assert isinstance(found, Failure)
        assert found.code == "no_organic_fragment", smiles
