"""Keto forms of phenols and of their heterocyclic kin: a ring one hydrogen short of aromatic.

A cyclohexadienone with a hydrogen on its saturated carbon is a phenol drawn otherwise, and a
chroman-2,4-dione a 4-hydroxycoumarin. The hydrogen goes to the oxygen; where it is best drawn then
is for chem.structure.normalize.tautomers.tautomers to say.
"""

from functools import cache

from rdkit import Chem

_SATURATED = "[C;X4;!H0;r5,r6](-[#6;X3;R]=[!#6;!R])"
"""In a ring beside a carbonyl group or the like."""
_REMOTE = "[C;X4;!H0;r6](-[#6;X3;R]=,:[#6,#7;R])-[#6;X3;R]=,:[#6,#7;R]"

BETWEEN_TWO = 4
"""Aromatic atoms of a ring between two benzene rings: anthrone is the stable form."""


@cache
def _candidates() -> tuple[Chem.Mol, ...]:
    return Chem.MolFromSmarts(_SATURATED), Chem.MolFromSmarts(_REMOTE)


def aromatize(mol: Chem.Mol) -> Chem.Mol | None:
    """Return the aromatic tautomer of a sanitized molecule; None where no ring asks for one.

    Rings of six: each saturated carbon, all with a hydrogen, has one exocyclic C=O or C=N to give
    it to; a ring oxygen, sulfur or nitrogen keeps one carbonyl group for itself, and no imide is
    made a pyridone but where the saturated carbon stands between two. Rings of five: pyrazolones
    and isoxazolones, whose saturated carbon stands between C=O and C=N.
    """
    if not any(mol.HasSubstructMatch(one) for one in _candidates()):
        return None
    for ring in mol.GetRingInfo().AtomRings():
        pairs = _moves(mol, ring) if len(ring) in (5, 6) else []
        if pairs:
            made = _apply(mol, ring, pairs)
            if made is not None:
                return aromatize(made) or made
    return None


def _moves(mol: Chem.Mol, ring: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the pairs of saturated carbon and exocyclic atom of a ring that can be aromatic."""
    saturated: list[int] = []
    exocyclic: dict[int, int] = {}
    giving: list[int] = []
    for i in ring:
        atom = mol.GetAtomWithIdx(i)
        if atom.GetFormalCharge():
            return []
        outside = _double_bonded_outside(atom, ring)
        if outside is not None:
            if atom.GetAtomicNum() != 6 or outside.GetAtomicNum() not in (7, 8, 16):
                return []
            exocyclic[i] = outside.GetIdx()
        elif _is_unsaturated(atom):
            if atom.GetAtomicNum() not in (6, 7):
                return []
        elif atom.GetAtomicNum() == 6:
            if not atom.GetTotalNumHs() or atom.GetDegree() > 3:
                return []
            saturated.append(i)
        else:
            giving.append(i)
    if not saturated or len(giving) > 1:
        return []
    if sum(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring) == BETWEEN_TWO:
        return []
    if len(ring) == 6:
        if len(exocyclic) != len(saturated) + len(giving):
            return []
        if (
            giving
            and all(_beside(ring, giving[0], i) for i in exocyclic)
            and not all(_stands_between(mol, ring, i, exocyclic) for i in saturated)
        ):
            return []
    elif (
        len(giving) != 1
        or len(exocyclic) != 1
        or not _is_pyrazolone(mol, ring, saturated, exocyclic)
    ):
        return []
    takers = sorted(exocyclic)
    if giving:
        takers = [i for i in takers if any(_beside(ring, i, k) for k in saturated)]
    return [(i, exocyclic[j]) for i, j in zip(saturated, takers, strict=False)]


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
        other in exocyclic or _is_imine(mol.GetAtomWithIdx(other))
        for other in ring
        if _beside(ring, atom, other)
    )


def _is_imine(atom: Chem.Atom) -> bool:
    return any(
        bond.GetBondType() == Chem.BondType.DOUBLE and bond.GetOtherAtom(atom).GetAtomicNum() == 7
        for bond in atom.GetBonds()
    )


def _is_pyrazolone(
    mol: Chem.Mol, ring: tuple[int, ...], saturated: list[int], exocyclic: dict[int, int]
) -> bool:
    (carbonyl,) = exocyclic
    if len(saturated) != 1 or not _beside(ring, saturated[0], carbonyl):
        return False
    return any(
        i != carbonyl and _beside(ring, saturated[0], i) and _is_imine(mol.GetAtomWithIdx(i))
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
