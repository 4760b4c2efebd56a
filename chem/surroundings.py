"""What the rules of cheap properties can see of an atom, as one number for each atom.

The atom types of Wildman and Crippen, RDKit's donors, acceptors, rotatable bonds and polar surface
look at most two bonds far: at an atom (element, hydrogens, charge, connections, aromatic), at its
neighbors likewise and through which bonds, and beyond a neighbor only

- at what is double-bonded to it, and
- where the atom itself is a heteroatom double-bonded to it (``O=C``), at all that is,

each time no closer than: C, N, O, P, S or another; aromatic or not; bond order; bond in a ring. A
carbon's type ends at its neighbors. So two atoms for which all this is equal contribute equally to
every property, in whatever molecules they are. Hydrogens stay implicit, and no atom is asked
whether it is in a ring; the one property that does ask (rings of three in the polar surface) is
the affair of ``chem.describe_all``.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.graphs import BOND_ORDERS, FlatGraphs, atom_states

Hash = npt.NDArray[np.uint64]

_AROMATIC, _DOUBLE = BOND_ORDERS.index(1.5), BOND_ORDERS.index(2.0)
_BONDS = 8
"""Bond codes: four orders, each in a ring (plus 4) or not."""


class _Tables(NamedTuple):
    near: Hash
    """[tokens, 2, 8] random number of a state, aromatic or not, behind a bond."""
    far: Hash
    """[tokens, 2, 8] the same for the coarse view of an atom two bonds away."""
    is_carbon: npt.NDArray[np.bool_]
    """[tokens]"""


@cache
def _tables() -> _Tables:
    states: dict[tuple[str, ...], int] = {}
    rows = atom_states().rows
    near = np.zeros(len(rows) + 1, dtype=np.int64)
    far = np.zeros(len(rows) + 1, dtype=np.int64)
    is_carbon = np.zeros(len(rows) + 1, dtype=bool)
    for row in rows:
        token = int(row["token"])
        state = (row["element"], row["degree"], row["hydrogens"], row["charge"])
        near[token] = states.setdefault(state, len(states) + 1)
        elements = ("C", "N", "O", "P", "S")
        far[token] = 1 + elements.index(row["element"]) if row["element"] in elements else 0
        is_carbon[token] = row["element"] == "C"
    random = np.random.Generator(np.random.PCG64(0))
    numbers = random.integers(0, 2**64, (2, len(states) + 1, 2, _BONDS), dtype=np.uint64)
    return _Tables(numbers[0][near], numbers[1][far], is_carbon)


def atom_surroundings(graphs: FlatGraphs, in_ring: npt.NDArray[np.bool_]) -> Hash:
    """Return uint64 [n]: the same number (a hash of 64 bits) for equal surroundings.

    ``in_ring``: bool [m], whether each bond is in a ring. Every atom must have a token and every
    bond one of the four orders.
    """
    tables = _tables()
    first = np.cumsum(graphs.atom_counts) - graphs.atom_counts
    shift = np.repeat(first, graphs.bond_counts)
    begin = graphs.begin.astype(np.int64) + shift
    end = graphs.end.astype(np.int64) + shift
    source, target = np.concatenate((begin, end)), np.concatenate((end, begin))
    order = np.concatenate((graphs.bonds, graphs.bonds))
    code = order + np.concatenate((in_ring, in_ring)) * np.uint8(len(BOND_ORDERS))
    n = len(graphs.atoms)
    aromatic = np.zeros(n, dtype=np.int64)
    aromatic[source[order == _AROMATIC]] = 1

    tokens = graphs.atoms[target], aromatic[target]
    seen = tables.near[*tokens, code]
    beyond = tables.far[*tokens, code]
    double = order == _DOUBLE
    all_beyond = _sum(beyond, source, n)
    double_beyond = _sum(beyond[double], source[double], n)
    hetero = ~tables.is_carbon[graphs.atoms[source]]
    seen += np.where(double, all_beyond[target], double_beyond[target]) * hetero
    return _mix(_sum(_mix(seen), source, n) + tables.near[graphs.atoms, aromatic, 0])


def _sum(values: Hash, owner: npt.NDArray[np.int64], n: int) -> Hash:
    total = np.zeros(n, dtype=np.uint64)
    np.add.at(total, owner, values)
    return total


def _mix(values: Hash) -> Hash:
    """Scatter the bits one-to-one (splitmix64), so that sums of different parts differ."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
