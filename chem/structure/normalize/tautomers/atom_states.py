"""Describes the atoms of a tautomer or resonance form, and finds those that a system can hold."""

from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

CARBON, NITROGEN, OXYGEN = 6, 7, 8
CHALCOGENS = frozenset((8, 16, 34, 52))
_VALENCE = {6: 4, 7: 3, 8: 2, 16: 2, 34: 2, 52: 2}
NO_MEMBER = -9
OUTSIDE, UNSATURATED, DONOR, ACCEPTOR, SPECIAL = range(5)
"""Roles of an atom in a neutral system. It takes no part; it is a carbon with a double bond; it is
another element with a hydrogen to give, or with a double bond that could become single. Or its
neighbours must be examined: it has a charge, triple or cumulated bonds, or is a sulfur or
phosphorus that may hold more bonds than its lowest valence allows.
"""
SPREADS = frozenset((15, 16, 34, 52))
"""Elements that may hold more double bonds than their lowest valence allows."""


class AtomState(NamedTuple):
    """The facts about one atom in a tautomer or resonance form."""

    number: int
    """Atomic number."""
    degree: int
    """Neighbours that are atoms of the molecule."""
    hydrogens: int
    charge: int
    left: int
    """Number of double bonds in which the atom takes part (two for a triple bond); ``NO_MEMBER``
    for an element that no system holds."""
    role: int
    """``OUTSIDE``, ``UNSATURATED``, ``DONOR``, ``ACCEPTOR`` or ``SPECIAL``."""


_states: dict[int, AtomState] = {}
"""States by RDKit's connectivity invariant, which hashes these values and the ring, too. It
distinguishes some isotope labels and not others, so a state says nothing about them."""


def atom_states(mol: Chem.Mol) -> list[AtomState]:
    """Return the state of each atom, from one call instead of four for each atom."""
    if mol.GetNumHeavyAtoms() < mol.GetNumAtoms():
        # The invariant counts a hydrogen that is an atom (deuterium) like an implicit one.
        return [_state_of(atom) for atom in mol.GetAtoms()]
    invariants = rdMolDescriptors.GetConnectivityInvariants(mol)
    try:
        return [_states[one] for one in invariants]
    except KeyError:
        for atom, invariant in zip(mol.GetAtoms(), invariants, strict=True):
            _states[invariant] = _state_of(atom)
        return [_states[one] for one in invariants]


def _state_of(atom: Chem.Atom) -> AtomState:
    number, degree = atom.GetAtomicNum(), atom.GetDegree()
    hydrogens, charge = atom.GetTotalNumHs(), atom.GetFormalCharge()
    left = NO_MEMBER
    if number in _VALENCE:
        shift = -abs(charge) if number == CARBON else charge
        left = _VALENCE[number] + shift - degree - hydrogens
    return AtomState(number, degree, hydrogens, charge, left, _role(number, degree, charge, left))


def _role(number: int, degree: int, charge: int, left: int) -> int:
    if left == NO_MEMBER:
        return SPECIAL if number in SPREADS or charge else OUTSIDE
    if charge or left < 0 or left > 1 or (number in SPREADS and degree == 2 and left == 0):
        return SPECIAL
    if number == CARBON:
        return UNSATURATED if left else OUTSIDE
    if left:
        return ACCEPTOR
    return DONOR if degree < _VALENCE[number] else OUTSIDE


def neighbour_lists(mol: Chem.Mol, states: list[AtomState]) -> list[list[int]]:
    """Return the neighbours of each atom, in ascending order."""
    ends = Chem.GetAdjacencyMatrix(mol).nonzero()[1].tolist()
    neighbours: list[list[int]] = []
    first = 0
    for state in states:
        last = first + state.degree
        neighbours.append(ends[first:last])
        first = last
    return neighbours


def classify(
    mol: Chem.Mol, states: list[AtomState], special: list[int], neighbours: list[list[int]]
) -> tuple[set[int], set[int]]:
    """Return the atoms whose form is fixed, and those that no system may hold.

    The latter, closed ones are triple and cumulated bonds, nitro groups, and atoms doubly bound to
    an atom that is in no system (sulfur of a sulfonamide, phosphorus). Only ``special`` atoms have
    to be examined.
    """
    fixed: set[int] = set()
    closed: set[int] = set()
    for i in special:
        state = states[i]
        left = state.left
        if state.number == CARBON and 0 <= left < 2:
            continue
        if left == NO_MEMBER:
            if state.number in SPREADS:
                _close_double_bonds(mol, i, closed)
        elif left < 0:
            closed.add(i)
            _close_double_bonds(mol, i, closed)
        elif left >= 2:
            closed.add(i)
            lefts = {j: states[j].left for j in neighbours[i]}
            is_alone = max(lefts.values(), default=0) < 2
            closed.update(j for j, one in lefts.items() if is_alone and one == 1)
        elif state.number == NITROGEN and state.charge == 1:
            anions = [j for j in neighbours[i] if states[j].charge == -1]
            closed.update(anions)
            if anions:
                fixed.add(i)
                oxo = [
                    j for j in neighbours[i] if states[j].number == OXYGEN and states[j].left == 1
                ]
                closed.update((i, *oxo) if oxo else ())
        elif state.number in SPREADS and state.degree == 2 and left == 0:
            _close_double_bonds(mol, i, closed)
    return fixed - closed, closed


def _close_double_bonds(mol: Chem.Mol, atom: int, closed: set[int]) -> None:
    for bond in mol.GetAtomWithIdx(atom).GetBonds():
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            closed.add(bond.GetOtherAtomIdx(atom))


def find_members(
    states: list[AtomState],
    fixed: set[int],
    closed: set[int],
    charged: bool,
    neighbours: list[list[int]],
) -> set[int]:
    """Return the atoms that a system can hold, in a neutral molecule or a charged one."""
    members = set()
    for i, state in enumerate(states):
        left = state.left
        if left < 0 or left > 1 or i in closed:
            if i in fixed:
                members.add(i)
        elif left == 1 or i in fixed:
            members.add(i)
        else:
            if state.number == CARBON:
                if state.charge == 1:
                    members.add(i)
            elif state.charge == 0:
                # An atom without a hydrogen can only take part as a cation.
                if state.hydrogens or (charged and state.degree > 1):
                    members.add(i)
            elif state.charge == -1 and all(states[j].number <= NITROGEN for j in neighbours[i]):
                members.add(i)
    return members


def moves(atoms: list[int], states: list[AtomState], fixed: set[int]) -> bool:
    """Tell whether a hydrogen or a charge can move, and has a place to move to."""
    donor = acceptor = False
    for i in atoms:
        state = states[i]
        if state.number == CARBON:
            if state.charge:
                return True
        elif i not in fixed:
            if state.charge:
                return True
            if state.left == 1:
                acceptor = True
            elif state.hydrogens:
                donor = True
    return donor and acceptor


def is_settled(
    atoms: list[int], states: list[AtomState], neighbours: list[list[int]], inside: set[int]
) -> bool:
    """Recognize a form that no other can beat: amides, lactams, amines beside ring nitrogens.

    All hydrogens are on nitrogen. Double bonds are at carbonyl groups outside carbocycles, and at
    ring nitrogens, beside which no ring nitrogen has a hydrogen.
    """
    ring_donor = ring_acceptor = False
    for i in atoms:
        number = states[i].number
        if number == CARBON:
            continue
        left = states[i].left
        if number == NITROGEN:
            if left:
                if i not in inside:
                    return False
                ring_acceptor = True
            elif i in inside:
                ring_donor = True
        elif left:
            (carbon,) = neighbours[i]
            if states[carbon].number != CARBON:
                return False
            if carbon in inside and all(
                j == i or states[j].number == CARBON for j in neighbours[carbon]
            ):
                return False
        else:
            return False
    return not (ring_donor and ring_acceptor)
