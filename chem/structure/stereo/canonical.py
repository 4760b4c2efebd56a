"""Writes molecules canonically: SMILES, or CXSMILES if SMILES cannot express the compound.

Two statements need the extension after a blank. Enhanced stereo groups: ``|&1:3|`` is a mixture of
both configurations of the group's centres (a racemate), ``|o1:3|`` is one of the two, not known
which. Atropisomers: ``|wU:7.6|`` or ``|wD:7.6|`` draws the axis of a biaryl as a wedge.

The text is the same for every drawing of one compound: a racemate drawn as R or as S, groups with
other numbers, groups that say nothing (a meso compound that is mirrored as a whole, both ends of a
1,4-disubstituted cyclohexane), absolute groups (the default).
"""

from itertools import combinations
from typing import NamedTuple

from rdkit import Chem, rdBase

from chem.errors import HitlistError
from chem.structure.stereo.smiles_and_smarts import pattern

MAX_GROUPS = 6
"""Most groups: they are compared by all 2^n stereoisomers that they name; more have no text."""
MAX_CENTRES = 16
"""Most centres of which pairs are tried."""

_MOST_EQUALS = 1000

_TAGS = Chem.ChiralType
_INVERTED = {
    _TAGS.CHI_TETRAHEDRAL_CW: _TAGS.CHI_TETRAHEDRAL_CCW,
    _TAGS.CHI_TETRAHEDRAL_CCW: _TAGS.CHI_TETRAHEDRAL_CW,
}
_AXES = (Chem.BondStereo.STEREOATROPCW, Chem.BondStereo.STEREOATROPCCW)
_KEPT = Chem.StereoGroupType.STEREO_AND, Chem.StereoGroupType.STEREO_OR


class StereoError(HitlistError, ValueError):
    """Stereochemistry that has no canonical text; the message says why."""

    code = "unsupported_stereo"
    """Code of the ``Failure``."""


class AxisError(StereoError):
    """An atropisomer that has no canonical text."""

    code = "atropisomer"


class Group(NamedTuple):
    """Centres whose configurations are known only relative to each other."""

    kind: Chem.StereoGroupType
    """``STEREO_AND`` (a mixture of both) or ``STEREO_OR`` (one of the two)."""
    centres: frozenset[int]
    """Atom indices."""


def groups_of(mol: Chem.Mol) -> list[Group]:
    """Return the AND and OR groups that name at least one atom; absolute ones are the default."""
    if not len(mol.GetStereoGroups()):  # a loop over none takes five times as long
        return []
    found = [
        Group(group.GetGroupType(), frozenset(atom.GetIdx() for atom in group.GetAtoms()))
        for group in mol.GetStereoGroups()
        if group.GetGroupType() in _KEPT
    ]
    return [group for group in found if group.centres]


def axes_of(mol: Chem.Mol) -> list[int]:
    """Return the indices of the bonds that are drawn as the axis of an atropisomer."""
    bonds = (
        mol.GetBondBetweenAtoms(*ends) for ends in mol.GetSubstructMatches(pattern("[^2]-[^2]"))
    )
    return sorted({bond.GetIdx() for bond in bonds if bond.GetStereo() in _AXES})


def with_groups(mol: Chem.Mol, groups: list[Group]) -> Chem.Mol:
    """Return a copy that has exactly these stereo groups."""
    changed = Chem.RWMol(mol)
    made = [
        Chem.CreateStereoGroup(group.kind, changed, sorted(group.centres), [], number)
        for number, group in enumerate(groups, start=1)
    ]
    changed.SetStereoGroups(made)
    return changed.GetMol()


def inverted(mol: Chem.Mol, centres: frozenset[int] | None = None) -> Chem.Mol:
    """Return a copy with these tetrahedral centres inverted, or its mirror image (None).

    Axes of atropisomers turn only with the mirror image.
    """
    changed = Chem.Mol(mol)
    for atom in changed.GetAtoms():
        if centres is None or atom.GetIdx() in centres:
            tag = atom.GetChiralTag()
            atom.SetChiralTag(_INVERTED.get(tag, tag))
    # RDKit's notes on cis and trans on a ring belong to the earlier configuration.
    Chem.AssignStereochemistry(changed, cleanIt=True, force=True)
    for at in axes_of(changed) if centres is None else ():  # it would also turn axes back
        bond = changed.GetBondWithIdx(at)
        bond.SetStereo(_AXES[bond.GetStereo() == _AXES[0]])
    return changed


def write_canonical(mol: Chem.Mol) -> str:
    """Return the canonical SMILES of a sanitized molecule, with an extension if it needs one.

    Raises StereoError for more than ``MAX_GROUPS`` groups, and AxisError.

    >>> write_canonical(Chem.MolFromSmiles("C[C@@H](O)F |&3:1|"))
    'C[C@H](O)F |&1:1|'
    >>> write_canonical(Chem.MolFromSmiles("C[C@@H](O)F |a:1|"))
    'C[C@@H](O)F'
    """
    axes = axes_of(mol)
    if axes:
        return _write_axes(mol, axes)
    groups = groups_of(mol)
    if not groups:
        return str(Chem.MolToSmiles(mol))
    if len(groups) > MAX_GROUPS:
        raise StereoError(
            f"{len(groups)} groups of centres (&1, o1 …), expected at most {MAX_GROUPS}: more are "
            "not compared; leave unknown centres undefined"
        )
    plain = with_groups(mol, [])
    centres = _count_centres(plain)
    drawings = [
        (inverted(plain, _joined(form, mask)), form)
        for form in _simplest(plain, groups)
        for mask in range(1 << len(form))
    ]
    # Inverting a centre can leave another, between two now equal sides, without a configuration.
    whole = [(one, form) for one, form in drawings if _count_centres(one) == centres]
    return min((_write_groups(one, form) for one, form in whole or drawings), key=_rank)


def _rank(text: str) -> str:
    """Put ``@`` before ``@@``, as RDKit does."""
    return text.replace("@@", "~")


def _count_centres(mol: Chem.Mol) -> int:
    return sum(atom.GetChiralTag() in _INVERTED for atom in mol.GetAtoms())


def _write_groups(mol: Chem.Mol, groups: list[Group]) -> str:
    """Write this very drawing; of atoms equal except for their groups, name the first.

    RDKit's own CXSMILES inverts a group without regard to cis and trans on a ring.
    """
    plain = Chem.Mol(mol)
    smiles = str(Chem.MolToSmiles(plain))
    order = plain.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]
    place = {old: new for new, old in enumerate(order)}
    read = Chem.MolFromSmiles(smiles)
    equals = read.GetSubstructMatches(
        read, uniquify=False, useChirality=True, maxMatches=_MOST_EQUALS
    )
    extensions = []
    for match in equals:
        named = sorted(
            (group.kind == _KEPT[0], sorted(match[place[at]] for at in group.centres))
            for group in groups
        )
        numbers = {True: 0, False: 0}
        fields = []
        for is_and, atoms in named:
            numbers[is_and] += 1
            joined = ",".join(map(str, atoms))
            fields.append(f"{'&' if is_and else 'o'}{numbers[is_and]}:{joined}")
        extensions.append(",".join(fields))
    return f"{smiles} |{min(extensions)}|" if groups else smiles


def _joined(groups: list[Group], mask: int) -> frozenset[int]:
    chosen = (group.centres for at, group in enumerate(groups) if mask >> at & 1)
    return frozenset[int]().union(*chosen)


def _isomer(mol: Chem.Mol, groups: list[Group], mask: int) -> str:
    return str(Chem.MolToSmiles(inverted(mol, _joined(groups, mask))))


def _simplest(mol: Chem.Mol, groups: list[Group]) -> list[list[Group]]:
    """Return the equivalent groupings that name the fewest centres.

    Two groupings are equivalent if every choice of inverted groups gives the same stereoisomer.
    """
    masks = range(1 << len(groups))
    isomers = [_isomer(mol, groups, mask) for mask in masks]
    for at in reversed(range(len(groups))):
        if all(isomers[mask] == isomers[mask ^ 1 << at] for mask in masks):
            return _simplest(mol, groups[:at] + groups[at + 1 :])
    forms = [groups]
    for at, group in enumerate(groups):
        for centres in _other_choices(mol, groups, group):
            other = [*groups[:at], Group(group.kind, centres), *groups[at + 1 :]]
            changed = (mask for mask in masks if mask >> at & 1)
            if all(_isomer(mol, other, mask) == isomers[mask] for mask in changed):
                if len(centres) < len(group.centres):
                    return _simplest(mol, other)
                forms.append(other)
    return forms


def _other_choices(mol: Chem.Mol, groups: list[Group], group: Group) -> list[frozenset[int]]:
    """Return the group without two of its centres, or with a free centre in place of one."""
    named = frozenset[int]().union(*(one.centres for one in groups))
    free = [
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetChiralTag() in _INVERTED and atom.GetIdx() not in named
    ]
    tried = [*sorted(group.centres), *free][:MAX_CENTRES]
    choices = (group.centres ^ frozenset(pair) for pair in combinations(tried, 2))
    return [one for one in choices if one and len(one) <= len(group.centres)]


def _write_axes(mol: Chem.Mol, axes: list[int]) -> str:
    if any(group.GetGroupType() in _KEPT for group in mol.GetStereoGroups()):
        raise AxisError("an atropisomer's axis beside stereo groups")
    with rdBase.BlockLogs():
        return _draw_axes(mol, axes)


def _draw_axes(mol: Chem.Mol, axes: list[int]) -> str:
    flat = Chem.Mol(mol)
    for at in axes:
        flat.GetBondWithIdx(at).SetStereo(Chem.BondStereo.STEREONONE)
    smiles = str(Chem.MolToSmiles(flat))
    order = flat.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]
    place = {old: new for new, old in enumerate(order)}
    ranks = list(Chem.CanonicalRankAtoms(flat, breakTies=False))
    turns = {}
    for bond in map(mol.GetBondWithIdx, axes):
        clockwise = _is_clockwise(bond, ranks, place)
        if clockwise is not None:
            turns[place[bond.GetBeginAtomIdx()], place[bond.GetEndAtomIdx()]] = clockwise
    if not turns:
        return smiles
    drawn = [_draw_axis(smiles, mol.GetNumBonds(), ends, turns[ends]) for ends in sorted(turns)]
    sides = {side: [text for mark, text in drawn if mark == side] for side in "UD"}
    marks = ",".join(f"w{side}:{','.join(texts)}" for side, texts in sides.items() if texts)
    text = f"{smiles} |{marks}|"
    if _read_axes(text) != {frozenset(ends): clockwise for ends, clockwise in turns.items()}:
        raise AxisError("axes of an atropisomer that cannot be drawn beside each other")
    return text


def _is_clockwise(bond: Chem.Bond, ranks: list[int], place: dict[int, int]) -> bool | None:
    """Return how an axis turns with its atoms in a new order; None if it has two equal sides.

    RDKit says whether an axis turns clockwise from the first other neighbour of one end to that of
    the other, and which neighbour is the first changes with the order of the atoms.
    """
    clockwise = bond.GetStereo() == _AXES[0]
    for end, other in (
        (bond.GetBeginAtom(), bond.GetEndAtom()),
        (bond.GetEndAtom(), bond.GetBeginAtom()),
    ):
        sides = [one.GetIdx() for one in end.GetNeighbors() if one.GetIdx() != other.GetIdx()]
        if not sides or len({ranks[side] for side in sides}) < len(sides):
            return None
        clockwise ^= min(sides) != min(sides, key=place.__getitem__)
    return clockwise


def _draw_axis(smiles: str, bonds: int, ends: tuple[int, int], clockwise: bool) -> tuple[str, str]:
    """Return the first wedge that draws an axis: ``U`` or ``D``, its atom and bond (``7.6``)."""
    for end in sorted(ends):
        for number in range(bonds):
            for side in "UD":
                read = _read_axes(f"{smiles} |w{side}:{end}.{number}|")
                if read == {frozenset(ends): clockwise}:
                    return side, f"{end}.{number}"
    raise AxisError("an atropisomer's axis that cannot be drawn in a SMILES")


def _read_axes(text: str) -> dict[frozenset[int], bool] | None:
    """Return the axes that RDKit reads, by their two atoms, and whether each turns clockwise."""
    mol = Chem.MolFromSmiles(text)
    if mol is None:
        return None
    bonds = [mol.GetBondWithIdx(at) for at in axes_of(mol)]
    return {
        frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())): bond.GetStereo() == _AXES[0]
        for bond in bonds
    }
