"""Turns substructures of molecules into sets of hashed keys, from graphs alone.

A substructure that occurs three times gives three keys: its first, its second and its third
occurrence. The number of keys that two molecules share is then the sum of the lesser counts, and
the Jaccard index of the sets is the min-max ("Tanimoto on counts") kernel of Ralaivola et al. 2005
(doi 10.1016/j.neunet.2005.07.009). Every key depends only on its own molecule.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gnn.features.array_types import GOLDEN, Bools, Hashes, Ints, scramble
from gnn.features.graph_arrays import GraphArrays, spans, take

_ALIKE_RADIUS = 6
SALT = 0xD1B54A32D192ED03
"""The distance between two salts of the scrambler."""
_PIECE = 500_000
"""Distances that are computed at once, padding included."""


class KeySets(NamedTuple):
    """The keys of M molecules, one after the other; those of one molecule are all different."""

    keys: Hashes
    """[K] hashes."""
    offsets: Ints
    """[M + 1] start of each molecule's keys."""

    @property
    def sizes(self) -> Ints:
        """Return [M], the number of keys of each molecule."""
        return np.diff(self.offsets)

    def pick(self, rows: Ints) -> "KeySets":
        """Return the sets of some molecules, in the order given."""
        sizes = self.sizes[rows]
        at = spans(self.offsets[rows], sizes)
        return KeySets(self.keys[at], np.concatenate([[0], np.cumsum(sizes)]))

    def between(self, start: int, stop: int) -> "KeySets":
        """Return the sets of consecutive molecules."""
        first, last = self.offsets[start], self.offsets[stop]
        return KeySets(self.keys[first:last], self.offsets[start : stop + 1] - first)


class _Flat(NamedTuple):
    """Molecules as one disjoint graph of N atoms and E directed bonds."""

    molecule: Ints
    """[N] the molecule of each atom."""
    source: Ints
    target: Ints
    bonds: Hashes
    """[E] tokens of the bonds, from 1."""


def _flatten(graphs: GraphArrays) -> _Flat:
    begin, end = graphs.ends
    return _Flat(
        graphs.molecule,
        np.concatenate([begin, end]),
        np.concatenate([end, begin]),
        np.concatenate([graphs.bonds, graphs.bonds]).astype(np.uint64) + np.uint64(1),
    )


def mix(values: Hashes, salt: int) -> Hashes:
    """Scramble 64 bits, in a different way for each salt."""
    # Salts are far apart, because the mixed values are often small numbers.
    apart = np.uint64(salt * SALT & 0xFFFFFFFFFFFFFFFF)
    return scramble((values + apart) * GOLDEN)


def circular_keys(graphs: GraphArrays, atoms: Hashes, radius: int) -> KeySets:
    """Return the atom environments of radius 0 to ``radius``, for atoms of these kinds.

    The hash of radius r + 1 mixes an atom's own hash of radius r with the sum of its neighbours'
    hashes, each mixed with its bond, as in Morgan fingerprints (Rogers and Hahn 2010, doi
    10.1021/ci100050t).

    Args:
        graphs: The molecules.
        atoms: [A] kind of each atom; atoms with equal numbers count as alike.
        radius: The largest radius.
    """
    found = np.concatenate(circular_hashes(graphs, atoms, radius))
    return _as_sets(np.tile(graphs.molecule, radius + 1), found, graphs.molecules)


def circular_hashes(
    graphs: GraphArrays, atoms: Hashes, radius: int, bonds: Bools | None = None
) -> list[Hashes]:
    """Return the hash [A] of the environment of each atom for each radius from 0 on.

    bonds: [B] bonds to follow; by default all.
    """
    source, target, tokens = _flatten(graphs)[1:]
    if bonds is not None:
        both = np.concatenate([bonds, bonds])
        source, target, tokens = source[both], target[both], tokens[both]
    hashes = mix(atoms, 1)
    found = [hashes]
    bonded = mix(tokens, 2)
    for _ in range(radius):
        message = mix(hashes[source] ^ bonded, 3)
        gathered = np.zeros_like(hashes)
        np.add.at(gathered, target, message)
        hashes = mix(mix(hashes, 4) + gathered, 5)
        found.append(hashes)
    return found


def pair_keys(graphs: GraphArrays, atoms: Hashes, furthest: int) -> KeySets:
    """Return the keys of the pairs that :func:`find_pairs` finds."""
    return _as_sets(*find_pairs(graphs, atoms, furthest), graphs.molecules)


def find_pairs(graphs: GraphArrays, atoms: Hashes, furthest: int) -> tuple[Ints, Hashes]:
    """Return the molecule and the hash of all pairs of atoms: their kinds and the bonds between.

    These are the atom pairs of Carhart et al. 1985 (doi 10.1021/ci00046a002). Pairs more than
    ``furthest`` bonds apart on the shortest path, or in unconnected parts, are left out.
    """
    molecules, keys = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    hashes = mix(atoms, 6)
    sizes = np.diff(graphs.atom_offsets)
    order = np.argsort(sizes, kind="stable")
    start = 0
    while start < len(order):
        # Molecules of similar size together: each atom has a row with columns for the largest.
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * sizes[order[stop]] ** 2 <= _PIECE:
            stop += 1
        rows = order[start:stop]
        distance = _distances(take(graphs, rows), int(sizes[rows[-1]]), furthest)
        atom, second = np.nonzero(distance)
        at = np.repeat(np.arange(len(rows)), sizes[rows])[atom]
        first = atom - (np.cumsum(sizes[rows]) - sizes[rows])[at]
        once = first < second
        at, first, second = at[once], first[once], second[once]
        between = distance[atom[once], second].astype(np.uint64)
        offset = graphs.atom_offsets[rows][at]
        molecules.append(rows[at])
        both = hashes[offset + first] + hashes[offset + second]
        keys.append(mix(both ^ mix(between, 7), 8))
        start = stop
    return np.concatenate(molecules), np.concatenate(keys)


def _distances(graphs: GraphArrays, size: int, furthest: int) -> npt.NDArray[np.uint8]:
    """Return [A, size], the number of bonds from each atom to those of its molecule.

    0 stands for the atom itself and for atoms beyond ``furthest``.
    """
    flat = _flatten(graphs)
    count = len(graphs.atoms)
    ones = np.ones(len(flat.source), np.float32)
    bonds = sparse.csr_array((ones, (flat.target, flat.source)), shape=(count, count))
    own = np.arange(count) - graphs.atom_offsets[flat.molecule]
    front = np.zeros((count, size), np.float32)
    front[np.arange(count), own] = 1
    seen = front > 0
    distance = np.zeros((count, size), np.uint8)
    for step in range(1, furthest + 1):
        new = (bonds @ front > 0) & ~seen
        if not new.any():
            break
        distance[new] = step
        seen |= new
        front = new.astype(np.float32)
    return distance


def path_keys(graphs: GraphArrays, atoms: Hashes) -> KeySets:
    """Return the keys of the paths that :func:`find_paths` finds."""
    return _as_sets(*find_paths(graphs, atoms), graphs.molecules)


def find_paths(graphs: GraphArrays, atoms: Hashes) -> tuple[Ints, Hashes]:
    """Return the molecule and the hash of all paths of four atoms, the same from either end.

    These are the topological torsions of Nilakantan et al. 1987 (doi 10.1021/ci00054a008).
    """
    flat = _flatten(graphs)
    hashes = mix(atoms, 9)
    # Each end of a path is a bond from an inner atom to an outer one, which many paths share.
    outer = mix(hashes[flat.target] ^ mix(flat.bonds, 10), 11)
    outward = mix(outer + hashes[flat.source], 12)
    order = np.argsort(flat.source, kind="stable")
    degree = np.bincount(flat.source, minlength=len(hashes))
    first = np.concatenate([[0], np.cumsum(degree)])
    bond_count = len(flat.source) // 2
    middle = np.arange(bond_count)  # each bond once, as the middle one
    between = mix(flat.bonds[middle], 13)
    left, right = flat.source[middle], flat.target[middle]
    many = degree[left] * degree[right]
    at = np.repeat(middle, many)
    number = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    b, c = left[at], right[at]
    into = order[first[b] + number // degree[c]]
    out = order[first[c] + number % degree[c]]
    a, d = flat.target[into], flat.target[out]
    kept = (a != c) & (d != b) & (a != d)
    keys = mix((outward[into[kept]] + outward[out[kept]]) ^ between[at[kept]], 14)
    return flat.molecule[b[kept]], keys


def _as_sets(molecule: Ints, keys: Hashes, molecules: int) -> KeySets:
    """Number the occurrences of each key within its molecule, so that all keys are different."""
    order = np.argsort(keys)
    small = np.uint16 if molecules <= 1 << 16 else np.int64  # 16 bits are sorted by radix
    order = order[np.argsort(molecule[order].astype(small), kind="stable")]
    molecule, keys = molecule[order], keys[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (keys[1:] != keys[:-1]) | (molecule[1:] != molecule[:-1])
    starts = np.flatnonzero(new)
    number = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    keys = mix(keys ^ mix(number.astype(np.uint64), 15), 16)
    sizes = np.bincount(molecule, minlength=molecules)
    return KeySets(keys, np.concatenate([[0], np.cumsum(sizes)]))


def alike(graphs: GraphArrays) -> Ints:
    """Return [M], numbers that are equal for molecules with one graph, such as stereoisomers.

    They depend on the environments of every atom, which rarely are equal in different molecules.
    """
    sets = circular_keys(graphs, graphs.atoms.astype(np.uint64), _ALIKE_RADIUS)
    totals = np.zeros(graphs.molecules, np.uint64)
    np.add.at(totals, np.repeat(np.arange(graphs.molecules), sets.sizes), sets.keys)
    _, numbers = np.unique(totals, return_inverse=True)
    return numbers.astype(np.int64)
