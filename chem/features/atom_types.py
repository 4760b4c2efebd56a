"""What the rules of cheap properties can see of an atom, as one number for each atom.

The atom types of Wildman and Crippen, RDKit's donors, acceptors, rotatable bonds and polar surface
look at most two bonds far. They ask of

- the atom itself: element, connections, hydrogens, charge, aromatic, and the orders of its bonds;
- what is bound to a carbon: element, aromatic, whether it is a methyl or a last heteroatom;
- what is bound to a heteroatom: element, aromatic, of a carbon its connections and hydrogens, of
  another its charge;
- a single bond between carbon and heteroatom: whether it is in a ring;
- what is across an aromatic bond: nothing more;
- beyond that, only around a heteroatom: what is double-bonded to a neighbor that it has a single
  bond to (and whether in a ring), and for ``O=C`` everything bound to that carbon; of these whether
  they are C, N, O, P, S or another, and aromatic.

So two atoms for which all this is equal contribute equally to every property, in whatever
molecules they are, and there are few such kinds. Hydrogens stay implicit, and no atom is asked
whether it is in a ring; the one property that does ask (rings of three in the polar surface) is
the affair of ``chem.features.batch_properties``.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.graphs import BOND_ORDERS, FlatGraphs, atom_states

Hash = npt.NDArray[np.uint64]

_SINGLE, _AROMATIC, _DOUBLE = (BOND_ORDERS.index(order) for order in (1.0, 1.5, 2.0))
_IN_RING = len(BOND_ORDERS)
"""Added to the order of a bond where it matters that it is in a ring."""


class _Tables(NamedTuple):
    """Random numbers that stand for what is seen of an atom by its token."""

    own: Hash
    """[tokens, aromatic] of the atom itself."""
    near: Hash
    """[center is no carbon, tokens, aromatic, bond] of an atom behind a bond."""
    far: Hash
    """[tokens, aromatic, bond] of an atom two bonds away."""
    is_carbon: npt.NDArray[np.bool_]
    """[tokens]"""
    is_oxygen: npt.NDArray[np.bool_]
    """[tokens]"""


@cache
def _tables() -> _Tables:
    rows = atom_states().rows
    random = np.random.Generator(np.random.PCG64(0))

    def number(view: Callable[[dict[str, str]], tuple[object, ...]], *shape: int) -> Hash:
        seen = {found: i for i, found in enumerate(sorted({repr(view(row)) for row in rows}))}
        numbers = random.integers(1, 2**64, (len(seen), *shape), dtype=np.uint64)
        of_token = np.zeros((len(rows) + 1, *shape), dtype=np.uint64)
        for row in rows:
            of_token[int(row["token"])] = numbers[seen[repr(view(row))]]
        return of_token

    near = np.stack([number(view, 2, 2 * _IN_RING) for view in (_from_carbon, _from_hetero)])
    near[..., _AROMATIC] = 1
    elements = np.array(["", *(row["element"] for row in rows)])
    return _Tables(
        own=number(_itself, 2),
        near=near,
        far=number(_from_far, 2, 2 * _IN_RING),
        is_carbon=elements == "C",
        is_oxygen=elements == "O",
    )


def _itself(row: dict[str, str]) -> tuple[object, ...]:
    return (row["element"], row["degree"], row["hydrogens"], row["charge"])


def _from_carbon(row: dict[str, str]) -> tuple[object, ...]:
    if row["element"] == "C":
        return ("C", row["hydrogens"] == "3")
    return (row["element"], int(row["degree"]) - int(row["hydrogens"]) == 1)


def _from_hetero(row: dict[str, str]) -> tuple[object, ...]:
    if row["element"] == "C":
        return ("C", row["degree"], row["hydrogens"])
    return (row["element"], row["charge"])


def _from_far(row: dict[str, str]) -> tuple[object, ...]:
    return (row["element"] if row["element"] in ("C", "N", "O", "P", "S") else "",)


def atom_surroundings(graphs: FlatGraphs, in_ring: npt.NDArray[np.bool_]) -> Hash:
    """Return uint64 [n]: the same number (a hash of 64 bits) for equal surroundings.

    ``in_ring``: bool [m], whether each bond is in a ring. What it says of an atom without a token,
    or with a bond of another order than the four, means nothing.
    """
    tables = _tables()
    n = len(graphs.atoms)
    first = np.cumsum(graphs.atom_counts) - graphs.atom_counts
    shift = np.repeat(first, graphs.bond_counts)
    begin = graphs.begin.astype(np.int64) + shift
    end = graphs.end.astype(np.int64) + shift
    source, target = np.concatenate((begin, end)), np.concatenate((end, begin))
    order = np.tile(np.minimum(graphs.bonds, _IN_RING - 1), 2).astype(np.int64)
    ring = np.tile(in_ring, 2)
    single, double = order == _SINGLE, order == _DOUBLE
    aromatic = np.zeros(n, dtype=np.int64)
    aromatic[source[order == _AROMATIC]] = 1

    token, flag = graphs.atoms[target], aromatic[target]
    hetero = ~tables.is_carbon[graphs.atoms]
    mixed = hetero[source] != hetero[target]
    near = hetero[source].astype(np.int64), token, flag, order + _IN_RING * (ring & single & mixed)
    far = tables.far[token, flag, order + _IN_RING * (ring & double)]
    around = _sum(far, source, n)
    doubly_around = _sum(far[double], source[double], n)
    seen = tables.near[near]
    seen += doubly_around[target] * (single & hetero[source])
    seen += around[target] * (double & tables.is_oxygen[graphs.atoms][source])
    return _mix(_sum(_mix(seen), source, n) + tables.own[graphs.atoms, aromatic])


def _sum(values: Hash, owner: npt.NDArray[np.int64], n: int) -> Hash:
    total = np.zeros(n, dtype=np.uint64)
    np.add.at(total, owner, values)
    return total


def _mix(values: Hash) -> Hash:
    """Scatter the bits one-to-one (splitmix64), so that sums of different parts differ."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
