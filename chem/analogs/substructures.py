"""Reads substructures to search for, and the part of them that every match must have."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdkit import Chem, rdBase

from chem.errors import InputError
from chem.structure.valid_smiles import read_molecule

_KINDS = {
    Chem.BondType.SINGLE: 0,
    Chem.BondType.AROMATIC: 0,
    Chem.BondType.DOUBLE: 2,
    Chem.BondType.TRIPLE: 3,
}
"""Bonds as they are compared: single ones as aromatic ones, because SMARTS leaves open which."""
_WRITTEN = {"SingleOrAromaticBond 1": 0, "BondOrder 1": 0, "BondOrder 12": 0}
_WRITTEN |= {"BondOrder 2": 2, "BondOrder 3": 3}


class DefinitePart(NamedTuple):
    """Atoms of a known element and aromaticity, and the bonds of a known kind between them."""

    elements: npt.NDArray[np.int64]
    """[A] atomic numbers; 0 where a match may have several."""
    is_aromatic: npt.NDArray[np.bool_]
    """[A]"""
    begin: npt.NDArray[np.int64]
    """[B]"""
    end: npt.NDArray[np.int64]
    """[B]"""
    bonds: npt.NDArray[np.int64]
    """[B] 0: single or aromatic; 2: double; 3: triple."""


def read_smarts(text: str) -> Chem.Mol:
    """Return the query of a SMARTS; raise InputError if RDKit cannot read it or it has no atoms."""
    with rdBase.BlockLogs():
        query = Chem.MolFromSmarts(text)
    if query is None or not query.GetNumAtoms():
        raise InputError(f"found {text!r}, expected a SMARTS that RDKit can read")
    return query


def containing(smiles: Sequence[str], query: Chem.Mol) -> list[bool]:
    """Tell which molecules contain a substructure; stereochemistry does not count.

    Raises InputError for a SMILES that RDKit cannot read.
    """
    return [bool(read_molecule(text).HasSubstructMatch(query)) for text in smiles]


def definite_part(query: Chem.Mol) -> DefinitePart:
    """Return what every match of a molecule or a SMARTS has.

    >>> definite_part(Chem.MolFromSmarts("[N,O]-c1ccccc1")).elements.tolist()
    [0, 6, 6, 6, 6, 6, 6]
    """
    atoms = list(query.GetAtoms())
    elements = [atom.GetAtomicNum() if _is_definite(atom) else 0 for atom in atoms]
    aromatic = [atom.GetIsAromatic() for atom in atoms]
    bonds = []
    for bond in query.GetBonds():
        ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        kind = _kind(bond)
        if kind is not None and all(elements[at] for at in ends):
            bonds.append((*ends, kind))
    found = np.array(bonds, np.int64).reshape(-1, 3)
    return DefinitePart(np.array(elements, np.int64), np.array(aromatic, bool), *found.T)


def _is_definite(atom: Chem.Atom) -> bool:
    """Tell whether an atom can only match one element, either aromatic or not."""
    if not atom.HasQuery():
        return True
    text = atom.DescribeQuery()
    is_open = any(word in text for word in ("Or", "!=", "Xor"))
    return "AtomType" in text and not is_open


def _kind(bond: Chem.Bond) -> int | None:
    if not bond.HasQuery():
        return _KINDS.get(bond.GetBondType())
    text = " ".join(bond.DescribeQuery().split())
    return _WRITTEN.get(text.removesuffix(" = val"))
