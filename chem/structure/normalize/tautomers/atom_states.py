"""What a tautomer or resonance form says of each atom of a molecule."""

from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

CARBON, NITROGEN, OXYGEN = 6, 7, 8
CHALCOGENS = frozenset((8, 16, 34, 52))
_VALENCE = {6: 4, 7: 3, 8: 2, 16: 2, 34: 2, 52: 2}
NO_MEMBER = -9
OUTSIDE, UNSATURATED, DONOR, ACCEPTOR, SPECIAL = range(5)
"""What an atom can be in a neutral system. It takes no part; it is a carbon with a double bond; it
is another element with a hydrogen to give, or with a double bond that could become single. Or its
neighbours must be looked at: it has a charge, triple or cumulated bonds, or is a sulfur or
phosphorus that may hold more bonds than its lowest valence allows.
"""
SPREADS = frozenset((15, 16, 34, 52))
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
    role: int
    """``OUTSIDE``, ``UNSATURATED``, ``DONOR``, ``ACCEPTOR`` or ``SPECIAL``."""


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
