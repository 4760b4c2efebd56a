"""Turns keto forms of phenols and similar heterocycles into aromatic rings, by one hydrogen shift.

A cyclohexadienone with a hydrogen on its saturated carbon is another drawing of a phenol, and a
chroman-2,4-dione is one of a 4-hydroxycoumarin. The hydrogen goes to the oxygen here;
chem.structure.normalize.tautomers.tautomers decides afterwards where it is best drawn.
"""

from typing import NamedTuple

from rdkit import Chem

from chem.structure.normalize.needless_stereo import is_doubly_bound_to
from chem.structure.stereo.smiles_and_smarts import pattern

_SATURATED = "[C;X4;!H0;r5,r6](-[#6;X3;R]=[!#6;!R])"
"""A carbon in a ring, beside a carbonyl group or a similar one."""
_REMOTE = "[C;X4;!H0;r6](-[#6;X3;R]=,:[#6,#7;R])-[#6;X3;R]=,:[#6,#7;R]"

BETWEEN_TWO = 4
"""Aromatic atoms of a ring between two benzene rings: there the ketone (anthrone) is stable."""


def aromatize(mol: Chem.Mol) -> Chem.Mol | None:
    """Return the aromatic tautomer of a sanitized molecule; None if no ring needs one.

    Rings of six: each saturated carbon, all with a hydrogen, has one exocyclic C=O or C=N to give
    it to; a ring oxygen, sulfur or nitrogen keeps one carbonyl group for itself. An imide becomes a
    pyridone only if its saturated carbon stands between two such groups. Rings of five: pyrazolones
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
    """The atoms of a ring by their function, without those of its double bonds."""

    saturated: list[int]
    """Carbons that can give a hydrogen."""
    exocyclic: dict[int, int]
    """Carbon to the atom outside the ring to which it has a double bond."""
    giving: list[int]
    """Heteroatoms that can give a pair of electrons."""


def _moves(mol: Chem.Mol, ring: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return pairs of saturated carbon and exocyclic atom for a ring that can become aromatic."""
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
    """Return the atoms of a ring by their function; None if one of them forbids a shift."""
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
    """Recognize a ring of six with a carbonyl group for each saturated carbon and giving atom."""
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
    """Recognize a ring of five whose only saturated carbon stands between C=O and C=N."""
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
    """Move the hydrogens and write the ring as aromatic, so that RDKit finds its double bonds."""
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
