"""Keto forms of phenols and of their heterocyclic kin: a ring one hydrogen short of aromatic.

A cyclohexadienone with a hydrogen on its saturated carbon is a phenol drawn otherwise, and a
chroman-2,4-dione a 4-hydroxycoumarin. The hydrogen goes to the oxygen; where it is best drawn then
is for chem.structure.normalize.tautomers.tautomers to say.
"""

from typing import NamedTuple

from rdkit import Chem

from chem.structure.normalize.needless_stereo import is_doubly_bound_to
from chem.structure.stereo.smiles_and_smarts import pattern

_SATURATED = "[C;X4;!H0;r5,r6](-[#6;X3;R]=[!#6;!R])"
"""In a ring beside a carbonyl group or the like."""
_REMOTE = "[C;X4;!H0;r6](-[#6;X3;R]=,:[#6,#7;R])-[#6;X3;R]=,:[#6,#7;R]"

BETWEEN_TWO = 4
"""Aromatic atoms of a ring between two benzene rings: anthrone is the stable form."""


def aromatize(mol: Chem.Mol) -> Chem.Mol | None:
    """Return the aromatic tautomer of a sanitized molecule; None where no ring asks for one.

    Rings of six: each saturated carbon, all with a hydrogen, has one exocyclic C=O or C=N to give
    it to; a ring oxygen, sulfur or nitrogen keeps one carbonyl group for itself, and no imide is
    made a pyridone but where the saturated carbon stands between two. Rings of five: pyrazolones
    and isoxazolones, whose saturated carbon stands between C=O and C=N.
    """
    if not any(mol.HasSubstructMatch(pattern(one)) for one in (_SATURATED, _REMOTE)):
        return None
    for ring in mol.GetRingInfo().AtomRings():
        pairs = _moves(mol, ring) if len(ring) in (5, 6) else []
        if pairs:
            made = _apply(mol, ring, pairs)
            if made is not None:
                return aromatize(made) or made
    return None


class _Ring(NamedTuple):
    """The atoms of a ring by what they do, those of its double bonds left out."""

    saturated: list[int]
    """Carbons with a hydrogen to give."""
    exocyclic: dict[int, int]
    """Carbon to the atom outside that it has a double bond to."""
    giving: list[int]
    """Others than carbon, with a pair of electrons."""


def _moves(mol: Chem.Mol, ring: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the pairs of saturated carbon and exocyclic atom of a ring that can be aromatic."""
    parts = _part_ring(mol, ring)
    if parts is None or not parts.saturated or len(parts.giving) > 1:
        return []
    if sum(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring) == BETWEEN_TWO:
        return []
    fits = _is_phenol if len(ring) == 6 else _is_pyrazolone
    if not fits(mol, ring, parts):
        return []
    saturated, exocyclic, giving = parts
    takers = sorted(exocyclic)
    if giving:
        takers = [i for i in takers if any(_beside(ring, i, k) for k in saturated)]
    return [(i, exocyclic[j]) for i, j in zip(saturated, takers, strict=False)]


def _part_ring(mol: Chem.Mol, ring: tuple[int, ...]) -> _Ring | None:
    """Return the atoms of a ring by what they do; None where one of them forbids it to move."""
    parts = _Ring([], {}, [])
    for i in ring:
        atom = mol.GetAtomWithIdx(i)
        number = atom.GetAtomicNum()
        if atom.GetFormalCharge():
            return None
        outside = _double_bonded_outside(atom, ring)
        if outside is not None:
            if number != 6 or outside.GetAtomicNum() not in (7, 8, 16):
                return None
            parts.exocyclic[i] = outside.GetIdx()
        elif _is_unsaturated(atom):
            if number not in (6, 7):
                return None
        elif number != 6:
            parts.giving.append(i)
        elif not atom.GetTotalNumHs() or atom.GetDegree() > 3:
            return None
        else:
            parts.saturated.append(i)
    return parts


def _is_phenol(mol: Chem.Mol, ring: tuple[int, ...], parts: _Ring) -> bool:
    """Tell a ring of six with a carbonyl group for each saturated carbon, and one to give."""
    saturated, exocyclic, giving = parts
    if len(exocyclic) != len(saturated) + len(giving):
        return False
    is_imide = bool(giving) and all(_beside(ring, giving[0], i) for i in exocyclic)
    return not is_imide or all(_stands_between(mol, ring, i, exocyclic) for i in saturated)


def _double_bonded_outside(atom: Chem.Atom, ring: tuple[int, ...]) -> Chem.Atom | None:
    for bond in atom.GetBonds():
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            other: Chem.Atom = bond.GetOtherAtom(atom)
            if other.GetIdx() not in ring:
                return other
    return None


def _is_unsaturated(atom: Chem.Atom) -> bool:
    if atom.GetIsAromatic():
        return atom.GetAtomicNum() == 6 or (
            atom.GetAtomicNum() == 7 and atom.GetDegree() == 2 and not atom.GetTotalNumHs()
        )
    return any(bond.GetBondType() == Chem.BondType.DOUBLE for bond in atom.GetBonds())


def _beside(ring: tuple[int, ...], first: int, second: int) -> bool:
    distance = abs(ring.index(first) - ring.index(second))
    return distance in (1, len(ring) - 1)


def _stands_between(
    mol: Chem.Mol, ring: tuple[int, ...], atom: int, exocyclic: dict[int, int]
) -> bool:
    return all(
        other in exocyclic or is_doubly_bound_to(mol.GetAtomWithIdx(other), 7)
        for other in ring
        if _beside(ring, atom, other)
    )


def _is_pyrazolone(mol: Chem.Mol, ring: tuple[int, ...], parts: _Ring) -> bool:
    """Tell a ring of five whose one saturated carbon stands between C=O and C=N."""
    if not len(parts.saturated) == len(parts.exocyclic) == len(parts.giving) == 1:
        return False
    (saturated,), (carbonyl,) = parts.saturated, parts.exocyclic
    return _beside(ring, saturated, carbonyl) and any(
        i != carbonyl
        and _beside(ring, saturated, i)
        and is_doubly_bound_to(mol.GetAtomWithIdx(i), 7)
        for i in ring
    )


def _apply(mol: Chem.Mol, ring: tuple[int, ...], pairs: list[tuple[int, int]]) -> Chem.Mol | None:
    """Move the hydrogens and write the ring as aromatic: RDKit finds its double bonds."""
    made = Chem.RWMol(mol)
    for carbon, taker in pairs:
        atom = made.GetAtomWithIdx(carbon)
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        other = made.GetAtomWithIdx(taker)
        other.SetNumExplicitHs(other.GetTotalNumHs() + 1)
        for bond in other.GetBonds():
            bond.SetBondType(Chem.BondType.SINGLE)
            bond.SetStereo(Chem.BondStereo.STEREONONE)
    for k, i in enumerate(ring):
        atom = made.GetAtomWithIdx(i)
        atom.SetIsAromatic(True)
        if atom.GetAtomicNum() == 7 and atom.GetTotalNumHs():
            atom.SetNumExplicitHs(1)
        bond = made.GetBondBetweenAtoms(ring[k - 1], i)
        bond.SetBondType(Chem.BondType.AROMATIC)
        bond.SetIsAromatic(True)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
    if Chem.SanitizeMol(made, catchErrors=True):
        return None
    Chem.AssignStereochemistry(made, cleanIt=True, force=True)
    return made.GetMol()
