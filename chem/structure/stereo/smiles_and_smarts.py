"""Reads SMILES exactly as written, and SMARTS patterns."""

import re
from functools import cache

from rdkit import Chem

_HYDROGEN = re.compile(r"\[\d*H[\]:+-]")
_PLACE = "_written"


@cache
def pattern(smarts: str) -> Chem.Mol:
    """Return the query molecule of a substructure search; each is read only once."""
    return Chem.MolFromSmarts(smarts)


@cache
def smiles_parser(sanitize: bool = True, remove_hydrogens: bool = True) -> Chem.SmilesParserParams:
    """Return the settings with which RDKit reads a SMILES that no name may follow."""
    parameters = Chem.SmilesParserParams()
    # A name after the SMILES is handled by the reader; here it would hide a mistake.
    parameters.parseName = False  # type: ignore[assignment]  # RDKit's stub is wrong
    parameters.sanitize = sanitize  # type: ignore[assignment]
    parameters.removeHs = remove_hydrogens  # type: ignore[assignment]
    return parameters


def place_written_atoms(smiles: str, mol: Chem.Mol) -> dict[int, int] | None:
    """Return the index in ``mol`` of every remaining atom of a SMILES or CXSMILES.

    ``mol`` is the molecule that RDKit read from it, without its explicit hydrogens. Returns None if
    it cannot be read with them, or has other atoms then.

    An extension of a SMILES numbers explicit hydrogens, too.

    >>> place_written_atoms("[H]OC", Chem.MolFromSmiles("[H]OC"))
    {1: 0, 2: 1}
    """
    if not _HYDROGEN.search(smiles):
        return {at: at for at in range(mol.GetNumAtoms())}
    full = Chem.MolFromSmiles(smiles, smiles_parser(remove_hydrogens=False))
    if full is None:
        return None
    for atom in full.GetAtoms():
        atom.SetIntProp(_PLACE, atom.GetIdx())
    full = Chem.RemoveHs(full)
    if [atom.GetAtomicNum() for atom in full.GetAtoms()] != [
        atom.GetAtomicNum() for atom in mol.GetAtoms()
    ]:
        return None
    return {atom.GetIntProp(_PLACE): atom.GetIdx() for atom in full.GetAtoms()}
