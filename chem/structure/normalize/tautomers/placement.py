"""One form of a conjugated system: which atoms have the hydrogens, charges and double bonds."""

from typing import NamedTuple

from chem.errors import HitlistError
from chem.structure.normalize.tautomers.conjugation import System


class Placement(NamedTuple):
    """A form of a system of n atoms."""

    hydrogens: tuple[int, ...]
    """[n] of each flexible atom; 0 for the others."""
    charges: tuple[int, ...]
    """[n] likewise."""
    bonded: tuple[bool, ...]
    """[n] whether the atom takes part in a double bond of the system."""


class TooLargeError(HitlistError):
    """The system has more forms than can be looked at."""


def neighbours_of(system: System) -> list[list[int]]:
    """Return the neighbours of each of the n positions, in the order of the edges."""
    neighbours: list[list[int]] = [[] for _ in system.numbers]
    for i, j in system.edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    return neighbours
