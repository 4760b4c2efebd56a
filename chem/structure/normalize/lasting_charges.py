"""Draws compounds with a lasting charge, which is one that no proton can take away.

Inner salts have an acid beside the charge. Carnitine is the same compound as an inner salt and as
its hydrochloride. It is drawn neutral: the strongest acid groups balance the lasting cations, one
each. An acid as weak as a phenol is drawn with its hydrogen.

Other cations share their charge with a group that has a proton to lose. Azure A can be drawn with
its charge on sulfur, on N(CH3)2 or on NH2, and the last of these drawings is neutral without its
proton. So that all of them have one key, the key is that of the neutral form: the charge moves to
the nitrogen or oxygen with the hydrogen, and the hydrogen is removed. In the same way a pyridinium
amine has the key of its imine (``Cn1ccc(=N)cc1``).
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from rdkit import Chem

_SINGLE, _DOUBLE = Chem.BondType.SINGLE, Chem.BondType.DOUBLE
_OXYGEN = "[$([O;X2;H1]),$([O;X1;-])]"
STRONG_ACIDS = (
    ("sulfuric and sulfonic", f"{_OXYGEN}-[S;X4](=O)=O"),
    ("phosphoric and phosphonic", f"{_OXYGEN}-[P;X4]=[O,S]"),
    ("sulfinic", f"{_OXYGEN}-[S;X3]=O"),
    ("carboxylic", f"{_OXYGEN}-[C;X3]=[O,S]"),
    ("thiocarboxylic", "[$([S;X2;H1]),$([S;X1;-])]-[C;X3]=[O,S]"),
    ("sulfonimide", "[$([N;X3;H1]),$([N;X2;-])]([$(S(=O)=O),$(C=O)])S(=O)=O"),
    ("tetrazole", "[$([n;H1]),$([n;-])]1nnnc1"),
    ("tetrazole", "[$([n;H1]),$([n;-])]1nncn1"),
    ("hydroxypyridinium", f"{_OXYGEN}-[c;r6]:[c;r6]:[n;+;r6]"),
    ("diazonium phenol", f"{_OXYGEN}-[c;r6]:[c;r6]-[N;+]#N"),
    ("diazonium phenol", f"{_OXYGEN}-[c;r6]1:[c;r6]:[c;r6]:[c;r6](-[N;+]#N):[c;r6]:[c;r6]:1"),
    ("lactam beside a cation", "[$([n;H1]),$([n;-])]:[c;$(c=O)]:[c;$(c:[n;+])]"),
)
"""Acid groups, strongest first; the first atom of each has the proton, or the charge."""


@cache
def _acids() -> tuple[Chem.Mol, ...]:
    return tuple(Chem.MolFromSmarts(smarts) for _, smarts in STRONG_ACIDS)


def balance_charges(mol: Chem.Mol) -> Chem.Mol | None:
    """Return an inner salt in its neutral form; None if it is drawn so already, or is none.

    ``mol`` is sanitized, and all charges that protons can balance are gone, except in inner salts.
    """
    lasting = [atom for atom in mol.GetAtoms() if is_lasting(atom)]
    if not lasting:
        return None
    acids = {match[0] for query in _acids() for match in mol.GetSubstructMatches(query)}
    cations = len(lasting)
    free = []
    for atom in mol.GetAtoms():
        if atom.GetFormalCharge() != -1 or _has_charged_neighbour(atom, 1):
            continue
        if atom.GetAtomicNum() not in (7, 8, 16) or (
            atom.GetIdx() not in acids and _shares_electrons(atom, lasting)
        ):
            cations -= 1  # a mesoionic ring, or a borate
        else:
            free.append(atom.GetIdx())
    neutral = Chem.Mol(mol)
    for i in free:
        anion = neutral.GetAtomWithIdx(i)
        anion.SetFormalCharge(0)
        anion.SetNumExplicitHs(1)
    neutral.UpdatePropertyCache(strict=False)
    balanced = Chem.Mol(neutral)
    for i in _strongest(neutral)[: max(cations, 0)]:
        acid = balanced.GetAtomWithIdx(i)
        acid.SetFormalCharge(-1)
        acid.SetNumExplicitHs(0)
        acid.SetNoImplicit(False)
    if Chem.SanitizeMol(balanced, catchErrors=True):
        return None
    return None if Chem.MolToSmiles(balanced) == Chem.MolToSmiles(mol) else balanced


def is_lasting(atom: Chem.Atom) -> bool:
    """Recognize a cation that has no proton to lose and no anion beside it."""
    return (
        atom.GetFormalCharge() == 1
        and atom.GetTotalNumHs() == 0
        and not _has_charged_neighbour(atom, -1)
    )


def _has_charged_neighbour(atom: Chem.Atom, sign: int) -> bool:
    return any(other.GetFormalCharge() * sign > 0 for other in atom.GetNeighbors())


def _shares_electrons(atom: Chem.Atom, lasting: list[Chem.Atom]) -> bool:
    conjugated = {other.GetIdx() for other in conjugated_with(atom)}
    return any(other.GetIdx() in conjugated for other in lasting)


def conjugated_with(atom: Chem.Atom) -> Iterator[Chem.Atom]:
    """Yield the atoms connected to this one by conjugated bonds."""
    seen, left = {atom.GetIdx()}, [atom]
    while left:
        for bond in left.pop().GetBonds():
            if not bond.GetIsConjugated():
                continue
            for other in (bond.GetBeginAtom(), bond.GetEndAtom()):
                if other.GetIdx() not in seen:
                    seen.add(other.GetIdx())
                    left.append(other)
                    yield other


def _strongest(mol: Chem.Mol) -> list[int]:
    """Return the acidic atoms, strongest first: the first of each group, then the others."""
    ranks = list(Chem.CanonicalRankAtoms(mol))
    found: dict[int, tuple[int, int, int]] = {}
    for strength, query in enumerate(_acids()):
        groups: dict[int, int] = {}
        matches = {match[:2] for match in mol.GetSubstructMatches(query)}
        for acid, group in sorted(matches, key=lambda one: ranks[one[0]]):
            if acid not in found:
                found[acid] = (groups.get(group, 0), strength, ranks[acid])
                groups[group] = groups.get(group, 0) + 1
    return sorted(found, key=lambda acid: found[acid])


def release_protons(mol: Chem.Mol) -> Chem.Mol | None:
    """Return a sanitized molecule without such protons; None if there is none to lose."""
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
    """Return atoms from a cation to a proton along alternating double and single bonds."""
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
    """Tell whether an atom is carbon, so that the proton is not that of an oxime or hydrazone."""
    return bool(mol.GetAtomWithIdx(at).GetAtomicNum() == 6)


def _is_turned(mol: Chem.Mol, begin: int, end: int) -> bool:
    """Tell whether a double bond has a drawn geometry, which would be lost."""
    stereo = mol.GetBondBetweenAtoms(begin, end).GetStereo()
    return bool(stereo not in (Chem.BondStereo.STEREONONE, Chem.BondStereo.STEREOANY))


def _bound(mol: Chem.Mol, at: int, order: Chem.BondType) -> list[int]:
    return [
        bond.GetOtherAtomIdx(at)
        for bond in mol.GetAtomWithIdx(at).GetBonds()
        if bond.GetBondType() == order
    ]


def _has_proton(atom: Chem.Atom, cation: Chem.Atom) -> bool:
    """Recognize N-H, and O-H or S-H if the charge is on nitrogen.

    A flavylium ion has several quinoid bases, which no rule reduces to one.
    """
    return (
        atom.GetAtomicNum() in ((7, 8, 16) if cation.GetAtomicNum() == 7 else (7,))
        and atom.GetTotalNumHs() > 0
        and all(bond.GetBondType() == _SINGLE for bond in atom.GetBonds())
    )


def _shift(mol: Chem.RWMol, path: list[int]) -> Chem.RWMol:
    """Move the double bonds along a path, and remove the proton from its end."""
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
