"""Conjugated systems of a molecule: the atoms over which hydrogens and charges can move.

A carbon of a system keeps its hydrogens, so whether it takes part in a double bond is the same in
every tautomer and resonance form. Nitrogen, oxygen, sulfur, selenium and tellurium are flexible:
with a hydrogen (or a charge) more or less they take part or do not. A system is described by what
all its forms have in common, so that two forms of one compound give equal systems.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

CARBON, NITROGEN, OXYGEN = 6, 7, 8
CHALCOGENS = frozenset((8, 16, 34, 52))
_VALENCE = {6: 4, 7: 3, 8: 2, 16: 2, 34: 2, 52: 2}
NO_MEMBER = -9
_SPREADS = frozenset((15, 16, 34, 52))
"""Elements that may hold more double bonds than their lowest valence allows."""


class AtomState(NamedTuple):
    """What a tautomer or resonance form says of one atom."""

    number: int
    """Atomic number."""
    degree: int
    """Neighbours that are atoms of the molecule."""
    hydrogens: int
    charge: int
    left: int
    """In how many double bonds the atom takes part (two for a triple bond); ``NO_MEMBER`` for an
    element that no system holds."""


class System(NamedTuple):
    """One conjugated system of n atoms, in positions 0 to n - 1; equal for all its forms."""

    numbers: tuple[int, ...]
    degrees: tuple[int, ...]
    flexible: tuple[bool, ...]
    """False: the atom takes part in one double bond of the system, whatever the form."""
    edges: tuple[tuple[int, int], ...]
    rings: tuple[tuple[int, ...], ...]
    """Rings of five and six atoms that may be aromatic, as positions; an atom outside the
    system (an alkylated nitrogen, a ring oxygen or sulfur) as its atomic number below zero."""
    surroundings: tuple[int, ...]
    """What else is bound to an atom, see :func:`_describe_surroundings`."""
    hydrogens: int
    """Hydrogens on the flexible atoms."""
    charge: int
    anion: bool
    """Whether a form with a negative charge was drawn: only then are such forms considered."""


class Drawn(NamedTuple):
    """A system where it was found: the atoms, and the form that was drawn."""

    system: System
    atoms: tuple[int, ...]
    states: tuple[AtomState, ...]


_states: dict[int, AtomState] = {}
"""By RDKit's connectivity invariant, which hashes these values and the ring, too. It tells some
isotope labels apart and others not, so a state holds nothing of them."""


def atom_states(mol: Chem.Mol) -> list[AtomState]:
    """Return the state of each atom, from one call instead of four for each atom."""
    if mol.GetNumHeavyAtoms() < mol.GetNumAtoms():
        # The invariant counts a hydrogen that is an atom (deuterium) like one that is none.
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
    return AtomState(number, degree, hydrogens, charge, left)


def neighbour_lists(mol: Chem.Mol) -> list[list[int]]:
    """Return the neighbours of each atom, in ascending order."""
    adjacency = Chem.GetAdjacencyMatrix(mol)
    ends = adjacency.nonzero()[1].tolist()
    neighbours: list[list[int]] = []
    first = 0
    for degree in adjacency.sum(axis=1).tolist():
        neighbours.append(ends[first : first + degree])
        first += degree
    return neighbours


def find_systems(mol: Chem.Mol) -> list[Drawn]:
    """Return the conjugated systems in which a hydrogen or a charge can move."""
    states = atom_states(mol)
    neighbours = neighbour_lists(mol)
    fixed, closed = _classify(mol, states, neighbours)
    charged = any(one.charge and i not in fixed and i not in closed for i, one in enumerate(states))
    members = _members(states, fixed, closed, charged, neighbours)
    found = []
    rings: Sequence[Sequence[int]] | None = None
    for atoms in _components(members, neighbours):
        if not _moves(atoms, states, fixed):
            continue
        if rings is None:
            rings = mol.GetRingInfo().AtomRings()
            inside = set(chain.from_iterable(rings))
        if not charged and _is_settled(atoms, states, neighbours, inside):
            continue
        found.append(_describe(atoms, states, neighbours, fixed, rings, inside))
    return found


def _classify(
    mol: Chem.Mol, states: list[AtomState], neighbours: list[list[int]]
) -> tuple[set[int], set[int]]:
    """Return the atoms whose form is fixed, and those that no system may hold.

    Closed are triple and cumulated bonds, nitro groups, and what is doubly bound to an atom that
    is in no system (sulfur of a sulfonamide, phosphorus).
    """
    fixed: set[int] = set()
    closed: set[int] = set()
    for i, state in enumerate(states):
        left = state.left
        if state.number == CARBON and 0 <= left < 2:
            continue
        if left == NO_MEMBER:
            if state.number in _SPREADS:
                _close_double_bonds(mol, i, closed)
        elif left < 0:
            closed.add(i)
            _close_double_bonds(mol, i, closed)
        elif left >= 2:
            closed.add(i)
            others = neighbours[i]
            if all(states[j].left < 2 for j in others):
                closed.update(j for j in others if states[j].left == 1)
        elif state.number == NITROGEN and state.charge == 1:
            anions = [j for j in neighbours[i] if states[j].charge == -1]
            if anions:
                closed.update(anions)
                oxo = [
                    j for j in neighbours[i] if states[j].number == OXYGEN and states[j].left == 1
                ]
                if oxo:
                    closed.update((i, *oxo))
                fixed.add(i)
        elif state.number in _SPREADS and state.degree == 2 and left == 0:
            _close_double_bonds(mol, i, closed)
    return fixed, closed


def _close_double_bonds(mol: Chem.Mol, atom: int, closed: set[int]) -> None:
    for bond in mol.GetAtomWithIdx(atom).GetBonds():
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            closed.add(bond.GetOtherAtomIdx(atom))


def _members(
    states: list[AtomState],
    fixed: set[int],
    closed: set[int],
    charged: bool,
    neighbours: list[list[int]],
) -> set[int]:
    members = set()
    for i, state in enumerate(states):
        left = state.left
        if left < 0 or left > 1 or i in closed:
            if i in fixed and i not in closed:
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


def _components(members: set[int], neighbours: list[list[int]]) -> list[list[int]]:
    components = []
    left = set(members)
    for start in sorted(members):
        if start not in left:
            continue
        left.discard(start)
        component = [start]
        for atom in component:
            for other in neighbours[atom]:
                if other in left:
                    left.discard(other)
                    component.append(other)
        if len(component) > 2:
            components.append(component)
    return components


def _moves(atoms: list[int], states: list[AtomState], fixed: set[int]) -> bool:
    """Tell whether there is a hydrogen or a charge to move, and a place to move it to."""
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


def _is_settled(
    atoms: list[int], states: list[AtomState], neighbours: list[list[int]], inside: set[int]
) -> bool:
    """Tell a form that no other can beat: amides, lactams, amines beside ring nitrogens.

    All hydrogens are on nitrogen. Double bonds are at carbonyl groups, which are not in a
    carbocycle, and at ring nitrogens, beside which no ring nitrogen has a hydrogen.
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


def _describe(
    atoms: list[int],
    states: list[AtomState],
    neighbours: list[list[int]],
    fixed: set[int],
    rings: Sequence[Sequence[int]],
    inside: set[int],
) -> Drawn:
    place = {atom: k for k, atom in enumerate(atoms)}
    flexible = tuple([states[i].number != CARBON and i not in fixed for i in atoms])
    edges = tuple(
        [(place[i], place[j]) for i in atoms for j in neighbours[i] if i < j and j in place]
    )
    known = []
    for ring in rings:
        if len(ring) not in (5, 6):
            continue
        outer = [i for i in ring if i not in place]
        if len(outer) == len(ring):
            continue
        if not outer or all(
            _gives_a_pair(states[i])
            # A carbonyl group between two alkylated nitrogens, as in a xanthine.
            or (len(ring) == 6 and states[i].number == CARBON and states[i].left == 1)
            for i in outer
        ):
            known.append(tuple([place.get(i, -states[i].number) for i in ring]))
    surroundings = tuple(
        [_describe_surroundings(i, states, neighbours, place, inside) for i in atoms]
    )
    drawn = tuple([states[i] for i in atoms])
    system = System(
        numbers=tuple([one.number for one in drawn]),
        degrees=tuple([one.degree for one in drawn]),
        flexible=flexible,
        edges=edges,
        rings=tuple(known),
        surroundings=surroundings,
        hydrogens=sum([s.hydrogens for s, can in zip(drawn, flexible, strict=True) if can]),
        charge=sum([s.charge for s, i in zip(drawn, atoms, strict=True) if i not in fixed]),
        anion=min([one.charge for one in drawn]) < 0,
    )
    return Drawn(system, tuple(atoms), drawn)


def _gives_a_pair(state: AtomState) -> bool:
    return state.charge == 0 and (
        (state.number == NITROGEN and state.degree == 3)
        or (state.number in CHALCOGENS and state.degree == 2)
    )


WITHDRAWN, RING, ALKOXY, OUTER_CARBONS = 1, 2, 4, 2
"""Bits of ``System.surroundings``: a neighbour outside the system that draws electrons (sulfonyl,
cyano, nitro); an atom of any ring; an oxygen outside the system beside a nitrogen; and, of a
carbon, from bit 2 on, how many of its neighbours are carbons outside the system.
"""


def _describe_surroundings(
    atom: int,
    states: list[AtomState],
    neighbours: list[list[int]],
    place: dict[int, int],
    inside: set[int],
) -> int:
    if states[atom].number == CARBON:
        outer = 0
        for j in neighbours[atom]:
            if j not in place and states[j].number == CARBON:
                outer += 1
        return outer << OUTER_CARBONS
    bits = RING if atom in inside else 0
    for j in neighbours[atom]:
        if j in place:
            continue
        other = states[j]
        if other.number == OXYGEN:
            bits |= ALKOXY
        if (
            (other.number in _SPREADS and other.degree >= 3)
            or (other.number == NITROGEN and other.charge == 1 and other.degree == 3)
            or (other.number == CARBON and other.degree == 2 and other.hydrogens == 0)
        ):
            bits |= WITHDRAWN
    return bits
