"""Drawn shorthand is no compound: repeat units, dummy atoms, labels."""

from pathlib import Path

import pytest

from chem.library.read import open_library
from chem.records.records import Failure
from chem.structure.standardize import Standardized, standardize

FILES = Path(__file__).with_name("structures")


@pytest.mark.parametrize(
    ("smiles", "code", "named"),
    [
        ("*c1ccc(O)cc1", "query_atoms", "atom 1"),
        ("[*]CC(N)=O", "query_atoms", "atom 1"),
        ("OC[C@H]1O[C@@H](O[*])[C@H](O)[C@@H](O)[C@@H]1O", "query_atoms", "atom 7"),
        ("*OCCO* |$star_e;;;;;star_e$,Sg:n:1,2,3::ht|", "query_atoms", "atom 1"),
        ("C:CO", "query_atoms", "a query bond"),
        ("CC1(C)O[B]OC1(C)C", "radical", "atom 5"),
        ("[#6]c1ccccc1", "radical", "atom 1"),
        ("C[P]C", "radical", "atom 2"),
        ("C[Si]C", "radical", "atom 2"),
        ("OCCOCCO |Sg:n:2,3,4::ht|", "repeat_units", "atoms 3, 4, 5"),
    ],
)
def test_refused(smiles: str, code: str, named: str) -> None:
    found = standardize(smiles, "smiles")
    assert isinstance(found, Failure)
    assert found.code == code
    assert found.detail.startswith(named)


def test_a_repeat_unit_is_not_the_molecule_it_is_drawn_as() -> None:
    [record] = open_library(FILES / "repeat_unit.sdf")
    found = standardize(record.structure, record.format)
    assert isinstance(found, Failure)
    assert found.code == "repeat_units"
    plain = standardize("OCCOCCO", "smiles")
    assert isinstance(plain, Standardized)
    assert plain.smiles == "OCCOCCO"
