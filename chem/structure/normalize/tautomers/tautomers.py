"""Draws the preferred tautomer and resonance form of a molecule.

Each conjugated system (chem.structure.normalize.tautomers.conjugation) is drawn in its cheapest
placement (chem.structure.normalize.tautomers.search). If several are equally cheap, the one is
drawn whose hydrogens and charges come first in a ranking of the atoms. That ranking ignores
hydrogens, charges and double bonds, so that the choice does not depend on the drawing. Carbons keep
their hydrogens here: chem.structure.normalize.drawings moves those.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rdkit import Chem

from chem.structure.normalize.tautomers.atom_states import (
    CARBON,
    NITROGEN,
    AtomState,
    atom_states,
    neighbour_lists,
)
from chem.structure.normalize.tautomers.conjugation import Drawn, Placement, find_systems
from chem.structure.normalize.tautomers.kekule import double_bonds
from chem.structure.normalize.tautomers.search import Best, best_placements
from chem.structure.stereo.smiles_and_smarts import pattern

MAX_TIES = 16
_STEREO = re.compile(r"[@/\\]")


class Redrawn(NamedTuple):
    """A molecule in its preferred form."""

    mol: Chem.Mol
    """The molecule, with the same order of atoms."""
    word: str
    """``tautomer``, or ``resonance`` if every hydrogen stayed in its place."""


def draw_preferred(mol: Chem.Mol, smiles: str) -> Redrawn | None:
    """Return a sanitized molecule in its preferred form; None if it is drawn so already.

    ``smiles`` is any SMILES of it that includes its stereochemistry. The order of atoms stays.
    Systems with too many placements stay as they are.
    """
    systems = find_systems(mol)
    chosen: list[tuple[Drawn, Placement]] = []
    tied: list[tuple[Drawn, Best]] = []
    for one in systems:
        best = best_placements(one.system)
        if len(best.placements) > 1:
            tied.append((one, best))
        elif best.placements and best.placements[0] != _current(one, best):
            chosen.append((one, best.placements[0]))
    if tied:
        order = AtomOrder(mol, systems)
        # Without stereochemistry, two places of one hydrogen that the order cannot tell apart are
        # the same place, as in 3,5-dimethylpyrazole.
        plain = not _STEREO.search(smiles)
        for one, best in tied:
            first = order.lowest(one, best.placements)
            current = _current(one, best)
            if len(first) > 1 and not (len(best.placements) == 2 and current in first and plain):
                first = _smallest(mol, one, first[:MAX_TIES])
            if current not in first:
                chosen.append((one, first[0]))
    drawn = _redraw(mol, chosen) if chosen else None
    if drawn is None:
        return None
    moved = any(
        count != state.hydrogens
        for one, placement in chosen
        for count, state, can in zip(
            placement.hydrogens, one.states, one.system.flexible, strict=True
        )
        if can
    )
    return Redrawn(drawn, "tautomer" if moved else "resonance")


def _smallest(mol: Chem.Mol, drawn: Drawn, placements: list[Placement]) -> list[Placement]:
    """Return the placements whose molecule has the smallest SMILES."""
    texts = []
    for one in placements:
        redrawn = _redraw(mol, [(drawn, one)])
        texts.append(Chem.MolToSmiles(mol if redrawn is None else redrawn))
    lowest = min(texts)
    return [one for one, text in zip(placements, texts, strict=True) if text == lowest]


def _current(drawn: Drawn, best: Best) -> Placement:
    """Return the placement as drawn, with equal atoms of one carbon in their fixed order."""
    count = len(drawn.states)
    hydrogens, charges, bonded = [0] * count, [0] * count, [True] * count
    for k, (state, can) in enumerate(zip(drawn.states, drawn.system.flexible, strict=True)):
        if can:
            hydrogens[k], charges[k] = state.hydrogens, state.charge
            bonded[k] = state.left == 1
        elif state.number == CARBON and state.charge:
            bonded[k] = False
    for first, second in best.twins:
        if bonded[second] and not bonded[first]:
            bonded[first], bonded[second] = bonded[second], bonded[first]
            for values in (hydrogens, charges):
                values[first], values[second] = values[second], values[first]
    return Placement(tuple(hydrogens), tuple(charges), tuple(bonded))


def _mix(number: int) -> int:
    """Scatter a number over 61 bits, in the same way on every machine."""
    number = (number * 0x9E3779B97F4A7C15 + 0x7F4A7C15) & 0xFFFFFFFFFFFFFFFF
    number ^= number >> 29
    return (number * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF) >> 3


class AtomOrder:
    """An order of atoms that ignores mobile hydrogens, charges and double bonds.

    Each atom starts with a number made of the facts that all forms have in common. Round after
    round, it gets a new one, made of its own and its neighbours' numbers.
    """

    def __init__(self, mol: Chem.Mol, systems: Sequence[Drawn]):
        moving = {
            i
            for one in systems
            for i, can in zip(one.atoms, one.system.flexible, strict=True)
            if can
        }
        states = atom_states(mol)
        self._neighbours = neighbour_lists(mol, states)
        numbers = [
            s.number + (s.degree << 8) + self._held(s, i in moving) for i, s in enumerate(states)
        ]
        for (i,) in mol.GetSubstructMatches(pattern("[!0*]"), maxMatches=len(numbers)):
            numbers[i] += mol.GetAtomWithIdx(i).GetIsotope() << 12
        self._first = self._numbers = [_mix(number) for number in numbers]

    @staticmethod
    def _held(state: AtomState, is_moving: bool) -> int:
        if is_moving:
            return 0
        # Which acid group of an inner salt has lost its proton is decided after the charges.
        lost = state.charge == -1
        return (state.hydrogens + 1 + lost << 24) + (state.charge + 8 + lost << 28)

    def lowest(self, drawn: Drawn, placements: Sequence[Placement]) -> list[Placement]:
        """Return the placements that come first: several if the order sees no difference."""
        self._numbers = self._first  # a system's answer does not depend on earlier questions
        crowding = [self._crowding(drawn, one) for one in placements]
        least = min(crowding)
        placements = [
            one for one, count in zip(placements, crowding, strict=True) if count == least
        ]
        for _ in range(len(self._numbers)):
            keys = [self._key(drawn, one) for one in placements]
            if len(set(keys)) == len(keys):
                return [placements[keys.index(min(keys))]]
            before = len(set(self._numbers))
            self._refine()
            if len(set(self._numbers)) == before:
                break
        keys = [self._key(drawn, one) for one in placements]
        return [one for one, key in zip(placements, keys, strict=True) if key == min(keys)]

    def _crowding(self, drawn: Drawn, placement: Placement) -> int:
        """Return the number of bonds of the atoms two bonds away from the placed hydrogens."""
        neighbours = self._neighbours
        return sum(
            count * sum(len(neighbours[far]) for near in neighbours[i] for far in neighbours[near])
            for i, count in zip(drawn.atoms, placement.hydrogens, strict=True)
            if count
        )

    def _refine(self) -> None:
        numbers = self._numbers
        self._numbers = [
            _mix(3 * numbers[i] + sum([numbers[j] for j in others]))
            for i, others in enumerate(self._neighbours)
        ]

    def _key(self, drawn: Drawn, placement: Placement) -> tuple[tuple[int, ...], tuple[int, ...]]:
        numbers, atoms = self._numbers, drawn.atoms
        return (
            tuple(sorted(numbers[i] for i, c in zip(atoms, placement.charges, strict=True) if c)),
            tuple(
                sorted(
                    numbers[i]
                    for i, count in zip(atoms, placement.hydrogens, strict=True)
                    for _ in range(count)
                )
            ),
        )


def _redraw(mol: Chem.Mol, chosen: Sequence[tuple[Drawn, Placement]]) -> Chem.Mol | None:
    """Return the molecule with these systems redrawn; None if RDKit cannot read the result."""
    moved = _move_in_rings(mol, chosen)
    if moved is not None:
        return moved
    drawn = Chem.RWMol(mol)
    Chem.Kekulize(drawn, clearAromaticFlags=True)
    stereo = False
    for one, placement in chosen:
        doubled = {(min(pair), max(pair)) for pair in double_bonds(one.system, placement)}
        for pair in one.system.edges:
            bond = drawn.GetBondBetweenAtoms(one.atoms[pair[0]], one.atoms[pair[1]])
            order = Chem.BondType.DOUBLE if pair in doubled else Chem.BondType.SINGLE
            if bond.GetBondType() != order:
                stereo = stereo or bond.GetStereo() != Chem.BondStereo.STEREONONE
                bond.SetStereo(Chem.BondStereo.STEREONONE)
                bond.SetBondType(order)
        for k, i in enumerate(one.atoms):
            atom = drawn.GetAtomWithIdx(i)
            if one.system.flexible[k]:
                atom.SetFormalCharge(placement.charges[k])
                atom.SetNoImplicit(False)
                atom.SetNumExplicitHs(placement.hydrogens[k])
            elif atom.GetAtomicNum() == CARBON:
                atom.SetFormalCharge(0)
    if Chem.SanitizeMol(drawn, catchErrors=True):
        return None
    if stereo:
        Chem.AssignStereochemistry(drawn, cleanIt=True, force=True)
    return drawn.GetMol()


def _move_in_rings(mol: Chem.Mol, chosen: Sequence[tuple[Drawn, Placement]]) -> Chem.Mol | None:
    """Return the molecule if hydrogens only move between nitrogens of aromatic rings.

    No bond has to be redrawn then, because RDKit writes those bonds as aromatic. Returns None for
    other moves.
    """
    moves = []
    for one, placement in chosen:
        if any(placement.charges):
            return None
        for k, i in enumerate(one.atoms):
            if one.system.flexible[k] and placement.hydrogens[k] != one.states[k].hydrogens:
                if one.system.numbers[k] != NITROGEN or one.system.charge or one.system.anion:
                    return None
                moves.append((i, placement.hydrogens[k]))
    if not moves or not all(mol.GetAtomWithIdx(i).GetIsAromatic() for i, _ in moves):
        return None
    moved = Chem.Mol(mol)
    for i, count in moves:
        atom = moved.GetAtomWithIdx(i)
        atom.SetNumExplicitHs(count)
        atom.SetNoImplicit(bool(count))
    try:
        Chem.Kekulize(Chem.Mol(moved))
    except Chem.KekulizeException:
        return None
    moved.UpdatePropertyCache()
    return moved
