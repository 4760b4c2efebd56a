"""Substructures: what RDKit reads, and what every match has."""

import pytest
from rdkit import Chem

from chem.analogs.substructures import containing, definite_part, read_smarts
from chem.errors import InputError


def test_a_smarts_that_cannot_be_read_is_refused() -> None:
    for text in ("c1cc", "", "[Q"):
        with pytest.raises(InputError, match="expected a SMARTS"):
            read_smarts(text)


def test_atoms_and_bonds_that_leave_something_open_are_left_out() -> None:
    part = definite_part(read_smarts("[C,N]-C=[O;H0]"))
    assert part.elements.tolist() == [0, 6, 8]
    assert list(zip(part.begin.tolist(), part.end.tolist(), part.bonds.tolist(), strict=True)) == [
        (1, 2, 2)
    ]
    assert definite_part(read_smarts("[!C]~[#6]")).elements.tolist() == [0, 0]
    ring = definite_part(Chem.MolFromSmiles("c1ccncc1"))
    assert ring.is_aromatic.all()
    assert ring.bonds.tolist() == [0] * 6


def test_molecules_that_contain_a_substructure() -> None:
    query = read_smarts("c1ccccc1C(=O)N")
    assert containing(["CNC(=O)c1ccccc1", "CC(=O)Nc1ccccc1"], query) == [True, False]
