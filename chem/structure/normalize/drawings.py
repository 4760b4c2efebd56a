"""Rewrites groups that are drawn in more than one way to one drawing, by the rules beside it.

It unites charges, turns arrows of dative bonds between nonmetals into charges, and moves hydrogens
between carbon and a heteroatom. chem.structure.normalize.tautomers.tautomers does the rest.
"""

from functools import cache
from typing import NamedTuple

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from chem.records.records import Failure
from chem.structure.normalize.drawing_rules import (
    CHARGES,
    HYDROGENS,
    MAY_MOVE,
    MAY_MOVE_FROM_OXYGEN,
)
from chem.structure.parsing.metals import METALS
from chem.structure.stereo.canonical import Group, groups_of, with_groups

_DONORS = {7, 8, 9, 15, 16, 17, 33, 34, 35, 52, 53}
"""Elements that have a lone pair to give."""


class _Tools(NamedTuple):
    charges: rdMolStandardize.Normalizer
    hydrogens: rdMolStandardize.Normalizer
    hydroxyl: Chem.Mol
    """Contained in every pattern of ``may_move_from_oxygen``."""
    may_move_from_oxygen: tuple[Chem.Mol, ...]
    may_move: tuple[Chem.Mol, ...]
    movable: tuple[tuple[Chem.Mol, Chem.Mol], ...]
    """Pattern of each rule of ``HYDROGENS``, preceded by a part of it that is quick to rule out."""


@cache
def _tools() -> _Tools:
    parameters = rdMolStandardize.CleanupParameters()
    with rdBase.BlockLogs():
        return _Tools(
            charges=rdMolStandardize.NormalizerFromData(_table(CHARGES), parameters),
            hydrogens=rdMolStandardize.NormalizerFromData(_table(HYDROGENS), parameters),
            hydroxyl=Chem.MolFromSmarts("[O,S,Se;H1]"),
            may_move_from_oxygen=tuple(map(Chem.MolFromSmarts, MAY_MOVE_FROM_OXYGEN)),
            may_move=tuple(map(Chem.MolFromSmarts, MAY_MOVE)),
            movable=tuple(
                (Chem.MolFromSmarts(without_surroundings(one)), Chem.MolFromSmarts(one))
                for one in (rule.partition(">>")[0] for _, rule in HYDROGENS)
            ),
        )


def _table(rules: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{name}\t{rule}\n" for name, rule in rules)


def without_surroundings(smarts: str) -> str:
    """Return a SMARTS without the conditions ``$(...)`` on the surroundings of its atoms.

    It matches wherever the full one does, and is quicker; most molecules need only this test.

    >>> without_surroundings("[N;X3;!$(N-[N,O]):1][C;$(C=O),H1:2]")
    '[N;X3:1][C:2]'
    """
    kept: list[str] = []
    term = 0
    """Start, in ``kept``, of the condition that is being read."""
    depth = 0
    for letter in smarts:
        if letter == "[" or (letter == "(" and depth):
            depth += 1
        if depth == 1 and letter in "[;:]":
            if "$" in kept[term:]:
                del kept[term:]
            term = len(kept)
        kept.append(letter)
        if letter == "]" or (letter == ")" and depth):
            depth -= 1
    return "".join(kept)


def unite_charges(mol: Chem.Mol) -> None:
    """Rewrite charged and hypervalent groups of a sanitized molecule, in place."""
    _tools().charges.normalizeInPlace(mol)


def settle_hydrogens(mol: Chem.Mol) -> Chem.Mol:
    """Return the molecule with hydrogens moved between carbon and heteroatoms.

    Returns the very same molecule if no hydrogen has to move.
    """
    tools = _tools()
    if not _may_move(mol, tools):
        return mol
    has = mol.HasSubstructMatch
    if not any(has(part) and has(whole) for part, whole in tools.movable):
        return mol  # the normalizer would find the same, but takes longer to prepare
    free = free_hydrogens(mol, (6, 7, 8, 16))
    tools.hydrogens.normalizeInPlace(free)
    return keep_groups(mol, free)


def free_hydrogens(mol: Chem.Mol, elements: tuple[int, ...]) -> Chem.Mol:
    """Return a copy whose plain atoms of these elements fill up with implicit hydrogens.

    Written as ``[OH]`` and ``[C@H]``, they would keep their hydrogens whatever a rule does to them.
    """
    free = Chem.Mol(mol)
    for atom in free.GetAtoms():
        written = atom.GetNoImplicit() or atom.GetNumExplicitHs()
        if written and atom.GetAtomicNum() in elements and _is_plain(atom):
            atom.SetNoImplicit(False)
            atom.SetNumExplicitHs(0)
    free.UpdatePropertyCache(strict=False)
    return free


def _may_move(mol: Chem.Mol, tools: _Tools) -> bool:
    has = mol.HasSubstructMatch
    if any(has(one) for one in tools.may_move):
        return True
    return has(tools.hydroxyl) and any(has(one) for one in tools.may_move_from_oxygen)


def keep_groups(mol: Chem.Mol, rewritten: Chem.Mol) -> Chem.Mol:
    """Return a molecule that RDKit's normalizer made, with the stereo groups that it drops.

    Atoms that are no longer centres lose their configuration and their place in a group.
    """
    Chem.AssignStereochemistry(rewritten, cleanIt=True, force=True)
    groups = groups_of(mol)
    if not groups:
        return rewritten
    left = [
        Group(one.kind, frozenset(i for i in one.centres if _is_centre(rewritten, i)))
        for one in groups
    ]
    return with_groups(rewritten, [one for one in left if one.centres])


def _is_centre(mol: Chem.Mol, atom: int) -> bool:
    return bool(mol.GetAtomWithIdx(atom).GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED)


def _is_plain(atom: Chem.Atom) -> bool:
    return not (atom.GetFormalCharge() or atom.GetIsAromatic() or atom.GetNumRadicalElectrons())


def split_dative_bonds(mol: Chem.Mol) -> Chem.Mol | Failure | None:
    """Return the molecule with charges instead of its dative bonds; None if it has none.

    ``CS(C)->O`` is dimethyl sulfoxide, and ``B<-N(C)C`` a borane adduct. The atom at the tail gives
    two electrons; the one at the head is counted without the bond and with all its hydrogens. A
    bond of a metal stays. Returns a Failure (``standardize/query_atoms``) for an arrow that begins
    at an atom without a lone pair.
    """
    arrows = [
        bond.GetIdx()
        for bond in mol.GetBonds()
        if bond.GetBondType() == Chem.BondType.DATIVE and not _holds_metal(bond)
    ]
    if not arrows:
        return None
    charged = Chem.RWMol(mol)
    for index in arrows:
        bond = charged.GetBondWithIdx(index)
        donor, acceptor = bond.GetBeginAtom(), bond.GetEndAtom()
        if donor.GetAtomicNum() not in _DONORS:
            detail = (
                f"a dative bond begins at atom {donor.GetIdx() + 1} ({donor.GetSymbol()}), which "
                "has no lone pair: not one definite molecule; draw a single bond"
            )
            return Failure("standardize", "query_atoms", detail)
        bond.SetBondType(Chem.BondType.SINGLE)
        donor.SetFormalCharge(donor.GetFormalCharge() + 1)
        acceptor.SetFormalCharge(acceptor.GetFormalCharge() - 1)
    if Chem.SanitizeMol(charged, catchErrors=True):
        detail = "a dative bond whose ends cannot be charged; draw charges or double bonds"
        return Failure("parse", "invalid_valence", detail)
    return charged.GetMol()


def _holds_metal(bond: Chem.Bond) -> bool:
    return any(end.GetAtomicNum() in METALS for end in (bond.GetBeginAtom(), bond.GetEndAtom()))
