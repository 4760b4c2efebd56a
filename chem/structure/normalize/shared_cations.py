"""Cations that share their charge with a group that has a proton to lose.

Azure A can be drawn with its charge on sulfur, on N(CH3)2 or on NH2, and the last of these drawings
is neutral without its proton. So that all of them have one key, the key is that of the neutral
form: the charge goes to the nitrogen or oxygen with the hydrogen, and the hydrogen goes. In the
same way a pyridinium amine has the key of its imine (``Cn1ccc(=N)cc1``).
"""

from itertools import pairwise

from rdkit import Chem

from chem.structure.normalize.inner_salts import is_lasting

_SINGLE, _DOUBLE = Chem.BondType.SINGLE, Chem.BondType.DOUBLE


def release_protons(mol: Chem.Mol) -> Chem.Mol | None:
    """Return a sanitized molecule without such protons; None where there is none to lose."""
    released = None
    while any(is_lasting(atom) for atom in mol.GetAtoms()):
        made = _release_one(mol)
        if made is None:
            break
        released = mol = made
    return released


def _release_one(mol: Chem.Mol) -> Chem.Mol | None:
    drawn = Chem.RWMol(mol)
    Chem.Kekulize(drawn, clearAromaticFlags=True)
    for atom in mol.GetAtoms():
        path = _find_path(drawn, atom.GetIdx()) if is_lasting(atom) else None
        if path is not None:
            made = _shift(drawn, path)
            if not Chem.SanitizeMol(made, catchErrors=True):
                return made.GetMol()
    return None


def _find_path(mol: Chem.Mol, cation: int) -> list[int] | None:
    """Return atoms from a cation to a proton along bonds that are double and single in turn."""
    left = [[cation]]
    reached = {cation}
    while left:
        path = left.pop(0)
        for middle in _bound(mol, path[-1], _DOUBLE):
            if middle in path or _is_turned(mol, path[-1], middle):
                continue
            for end in _bound(mol, middle, _SINGLE):
                other = mol.GetAtomWithIdx(end)
                if end in path or end in reached or other.GetFormalCharge():
                    continue
                if _has_proton(other, mol.GetAtomWithIdx(cation)) and _is_carbon(mol, middle):
                    return [*path, middle, end]
                if mol.GetAtomWithIdx(middle).GetFormalCharge() == 0:
                    reached.add(end)
                    left.append([*path, middle, end])
    return None


def _is_carbon(mol: Chem.Mol, at: int) -> bool:
    """Whether the proton's atom is no oxime's or hydrazone's."""
    return bool(mol.GetAtomWithIdx(at).GetAtomicNum() == 6)


def _is_turned(mol: Chem.Mol, begin: int, end: int) -> bool:
    """Whether a double bond has a drawn geometry, which would be lost."""
    stereo = mol.GetBondBetweenAtoms(begin, end).GetStereo()
    return bool(stereo not in (Chem.BondStereo.STEREONONE, Chem.BondStereo.STEREOANY))


def _bound(mol: Chem.Mol, at: int, order: Chem.BondType) -> list[int]:
    return [
        bond.GetOtherAtomIdx(at)
        for bond in mol.GetAtomWithIdx(at).GetBonds()
        if bond.GetBondType() == order
    ]


def _has_proton(atom: Chem.Atom, cation: Chem.Atom) -> bool:
    """Tell N-H, and O-H or S-H where nitrogen has the charge.

    A flavylium ion has several quinoid bases, which no rule makes one.
    """
    return (
        atom.GetAtomicNum() in ((7, 8, 16) if cation.GetAtomicNum() == 7 else (7,))
        and atom.GetTotalNumHs() > 0
        and all(bond.GetBondType() == _SINGLE for bond in atom.GetBonds())
    )


def _shift(mol: Chem.RWMol, path: list[int]) -> Chem.RWMol:
    """Move the double bonds along a path, and take the proton from its end."""
    made = Chem.RWMol(mol)
    for number, ends in enumerate(pairwise(path)):
        bond = made.GetBondBetweenAtoms(*ends)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondType(_DOUBLE if number % 2 else _SINGLE)
    made.GetAtomWithIdx(path[0]).SetFormalCharge(0)
    acid = made.GetAtomWithIdx(path[-1])
    acid.SetNoImplicit(False)
    acid.SetNumExplicitHs(0)
    return made
