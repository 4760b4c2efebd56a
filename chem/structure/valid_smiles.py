"""Reads SMILES that are expected to be valid: our own, or those of a data set."""

from collections.abc import Iterator, Sequence

from rdkit import Chem, rdBase

from chem.errors import InputError


def read_molecule(smiles: str) -> Chem.Mol:
    """Return the molecule; RDKit's log stays silent.

    Raises InputError for a SMILES that RDKit cannot read. ``chem.structure.parsing.parse`` reads
    the records of a library, which may hold anything.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise InputError(f"found {smiles!r}, expected a SMILES that RDKit can read")
    return mol


def read_molecules(smiles: Sequence[str]) -> Iterator[Chem.Mol]:
    """Yield the molecules one after the other, so that only one has to be held at a time.

    Raises InputError, naming the position from 0, for a SMILES that RDKit cannot read.
    """
    for position, text in enumerate(smiles):
        with rdBase.BlockLogs():
            mol = Chem.MolFromSmiles(text)
        if mol is None:
            found = f"found {text!r} at position {position}"
            raise InputError(f"{found}, expected a SMILES that RDKit can read")
        yield mol


def block_logs() -> rdBase.BlockLogs:
    """Return a context in which RDKit writes nothing to stderr.

    It is for callers that use RDKit themselves; here a fault of a molecule is a value.
    """
    return rdBase.BlockLogs()
