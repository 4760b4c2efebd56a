"""Racemates that are drawn as two molecules, one the mirror image of the other."""

from rdkit import Chem

from chem.structure.stereo.canonical import Group, inverted, write_canonical


def is_mirror_pair(one: Chem.Mol, other: Chem.Mol) -> bool:
    """Say whether two different molecules are mirror images of each other."""
    return _spelling(inverted(one)) == _spelling(other)


def find_centres(mol: Chem.Mol) -> Group:
    """Return all tetrahedral centres that are drawn as one AND group: both mirror images."""
    centres = frozenset(
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED
    )
    return Group(Chem.StereoGroupType.STEREO_AND, centres)


def _spelling(mol: Chem.Mol) -> str:
    # Written and read and written: one pass may leave a spelling that depends on atom order.
    again = Chem.MolFromSmiles(write_canonical(mol))
    return write_canonical(mol if again is None else again)
