"""SMILES that should be in order, and one that is not."""

import pytest

from chem.errors import InputError
from chem.structure.valid_smiles import read_molecule, read_molecules


def test_molecules_come_in_order() -> None:
    assert [mol.GetNumAtoms() for mol in read_molecules(["C", "CCO", ""])] == [1, 3, 0]
    assert read_molecule("c1ccccc1").GetNumBonds() == 6


def test_one_that_cannot_be_read_is_named_and_rdkit_is_silent(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(InputError, match=r"^found 'C1CC' at position 2, expected a SMILES"):
        list(read_molecules(["C", "CC", "C1CC", "CCC"]))
    with pytest.raises(InputError, match=r"^found 'nope', expected a SMILES that RDKit can read$"):
        read_molecule("nope")
    assert capfd.readouterr() == ("", "")
