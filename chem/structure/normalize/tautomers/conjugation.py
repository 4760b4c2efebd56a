"""Finds conjugated systems: the atoms over which hydrogens and charges can move.

A carbon of a system keeps its hydrogens, so it takes part in a double bond either in every tautomer
and resonance form, or in none. Nitrogen, oxygen, sulfur, selenium and tellurium are flexible: a
hydrogen (or a charge) more or less decides whether they take part. A system is described by the
facts that all its forms have in common, so that two forms of one compound give equal systems.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from rdkit import Chem

from chem.errors import HitlistError
from chem.structure.normalize.tautomers.atom_states import (
    ACCEPTOR,
    CARBON,
    CHALCOGENS,
    DONOR,
    NITROGEN,
    OXYGEN,
    SPECIAL,
    SPREADS,
    AtomState,
    atom_states,
    classify,
    find_members,
    is_settled,
    moves,
    neighbour_lists,
)

WITHDRAWN, RING, ALKOXY, OUTER_CARBONS = 1, 2, 4, 2
"""Bits of ``System.surroundings``: a neighbour outside the system that withdraws electrons
(sulfonyl, cyano, nitro); an atom of any ring; an oxygen outside the system beside a nitrogen; and,
for a carbon, from bit 2 on, how many of its neighbours are carbons outside the system.
"""


class System(NamedTuple):
    """One conjugated system of n atoms, in positions 0 to n - 1; equal for all its forms."""

    numbers: tuple[int, ...]
    degrees: tuple[int, ...]
    flexible: tuple[bool, ...]
    """False: the atom takes part in one double bond of the system in every form."""
    edges: tuple[tuple[int, int], ...]
    """Pairs of neighbours, each with the lower position first."""
    rings: tuple[tuple[int, ...], ...]
    """Rings of five and six atoms that may be aromatic, as positions; an atom outside the system
    (an alkylated nitrogen, a ring oxygen or sulfur) is its negative atomic number."""
    surroundings: tuple[int, ...]
    """The other neighbours of each atom, bits as above."""
    hydrogens: int
    """Hydrogens on the flexible atoms."""
    charge: int
    anion: bool
    """True if a form with a negative charge was drawn: only then are such forms considered."""


class Drawn(NamedTuple):
    """A system as it was found: its atoms, and the form that was drawn."""

    system: System
    atoms: tuple[int, ...]
    states: tuple[AtomState, ...]


def find_systems(mol: Chem.Mol) -> list[Drawn]:
    """Return the conjugated systems in which a hydrogen or a charge can move."""
    states = atom_states(mol)
    roles = [one.role for one in states]
    special = [i for i, role in enumerate(roles) if role == SPECIAL]
    if not special and not (DONOR in roles and ACCEPTOR in roles):
        return []
    neighbours = neighbour_lists(mol, states)
    fixed, closed = classify(mol, states, special, neighbours) if special else (set(), set())
    charged = any(states[i].charge and i not in fixed and i not in closed for i in special)
    if charged or fixed:
        members = find_members(states, fixed, closed, charged, neighbours)
    else:
        members = {i for i, role in enumerate(roles) if role and role != SPECIAL} - closed
    found = []
    rings: Sequence[Sequence[int]] | None = None
    for atoms in _components(members, neighbours):
        if not moves(atoms, states, fixed):
            continue
        if rings is None:
            rings = mol.GetRingInfo().AtomRings()
            inside = set(chain.from_iterable(rings))
        if not charged and is_settled(atoms, states, neighbours, inside):
            continue
        found.append(_describe(atoms, states, neighbours, fixed, rings, inside))
    return found


def _components(members: set[int], neighbours: list[list[int]]) -> list[list[int]]:
    """Return the connected parts that have more than two members."""
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


def _describe(
    atoms: list[int],
    states: list[AtomState],
    neighbours: list[list[int]],
    fixed: set[int],
    rings: Sequence[Sequence[int]],
    inside: set[int],
) -> Drawn:
    place = {atom: k for k, atom in enumerate(atoms)}
    drawn = [states[i] for i in atoms]
    edges, surroundings = [], []
    for k, i in enumerate(atoms):
        inner = 0
        for j in neighbours[i]:
            other = place.get(j, -1)
            if other >= 0:
                inner += 1
                if other > k:
                    edges.append((k, other))
        if drawn[k].number == CARBON and inner == drawn[k].degree:
            surroundings.append(0)
        else:
            outer = [states[j] for j in neighbours[i] if j not in place]
            surroundings.append(_describe_surroundings(drawn[k], outer, i in inside))
    flexible = [states[i].number != CARBON and i not in fixed for i in atoms]
    system = System(
        numbers=tuple([one.number for one in drawn]),
        degrees=tuple([one.degree for one in drawn]),
        flexible=tuple(flexible),
        edges=tuple(edges),
        rings=tuple([known for ring in rings if (known := _describe_ring(ring, place, states))]),
        surroundings=tuple(surroundings),
        hydrogens=sum([s.hydrogens for s, can in zip(drawn, flexible, strict=True) if can]),
        charge=sum([s.charge for s, i in zip(drawn, atoms, strict=True) if i not in fixed]),
        anion=min([one.charge for one in drawn]) < 0,
    )
    return Drawn(system, tuple(atoms), tuple(drawn))


def _describe_ring(
    ring: Sequence[int], place: dict[int, int], states: list[AtomState]
) -> tuple[int, ...]:
    """Return a ring in the form of ``System.rings``; an empty one if it cannot be aromatic."""
    size = len(ring)
    if size not in (5, 6):
        return ()
    outer = [i for i in ring if i not in place]
    if len(outer) == size:
        return ()
    for i in outer:
        state = states[i]
        # A carbonyl group between two alkylated nitrogens, as in a xanthine, does not prevent it.
        if not _gives_a_pair(state) and not (
            size == 6 and state.number == CARBON and state.left == 1
        ):
            return ()
    return tuple([place.get(i, -states[i].number) for i in ring])


def _gives_a_pair(state: AtomState) -> bool:
    return state.charge == 0 and (
        (state.number == NITROGEN and state.degree == 3)
        or (state.number in CHALCOGENS and state.degree == 2)
    )


def _describe_surroundings(state: AtomState, outer: list[AtomState], is_in_ring: bool) -> int:
    """Return the bits of ``System.surroundings`` for an atom with these outer neighbours."""
    if state.number == CARBON:
        return sum([1 << OUTER_CARBONS for one in outer if one.number == CARBON])
    bits = RING if is_in_ring else 0
    for other in outer:
        if other.number == OXYGEN:
            bits |= ALKOXY
        if (
            (other.number in SPREADS and other.degree >= 3)
            or (other.number == NITROGEN and other.charge == 1 and other.degree == 3)
            or (other.number == CARBON and other.degree == 2 and other.hydrogens == 0)
        ):
            bits |= WITHDRAWN
    return bits


class Placement(NamedTuple):
    """A form of a system of n atoms."""

    hydrogens: tuple[int, ...]
    """[n] hydrogens of each flexible atom; 0 for the others."""
    charges: tuple[int, ...]
    """[n] likewise."""
    bonded: tuple[bool, ...]
    """[n] True if the atom takes part in a double bond of the system."""


class TooLargeError(HitlistError):
    """A system with more forms than can be examined."""


def neighbours_of(system: System) -> list[list[int]]:
    """Return the neighbours of each of the n positions, in the order of the edges."""
    neighbours: list[list[int]] = [[] for _ in system.numbers]
    for i, j in system.edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    return neighbours
