"""Computes the similarity of molecules by shared substructures, from graphs alone."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import sparse

from gnn.features.array_types import Floats64, Hashes, Ints
from gnn.features.graph_arrays import GraphArrays
from gnn.features.substructure_keys import KeySets, circular_keys, pair_keys, path_keys

AROMATIC = 1
"""Token of an aromatic bond."""
_FURTHEST = 15
"""Most bonds between the atoms of a pair."""
_LARGEST = 1 << 16
"""Larger differences count as this one."""
_SAMPLE = 500


def exact_kinds(graphs: GraphArrays) -> Hashes:
    """Return [A], each atom's state: element, degree, hydrogens, charge, ring."""
    kinds: Hashes = graphs.atoms.astype(np.uint64) + np.uint64(1)
    return kinds


def element_kinds(graphs: GraphArrays, factors: Ints) -> Hashes:
    """Return [A], codes of the element, and of whether the atom is aromatic."""
    elements: Hashes = factors[graphs.atoms, 0].astype(np.uint64)
    kinds: Hashes = elements * np.uint64(2) + aromatic_atoms(graphs)
    return kinds


def polar_kinds(graphs: GraphArrays, factors: Ints) -> Hashes:
    """Return [A], codes of element, charge, whether aromatic and whether it has hydrogens."""
    known = factors[graphs.atoms].astype(np.uint64)
    hydrogens = (known[:, 2] > 1).astype(np.uint64)
    kinds = (known[:, 0] * np.uint64(2) + hydrogens) * np.uint64(2) + aromatic_atoms(graphs)
    return np.asarray(kinds * np.uint64(16) + known[:, 3], np.uint64)


def aromatic_atoms(graphs: GraphArrays) -> Hashes:
    """Return [A], 1 for an atom with an aromatic bond, else 0."""
    found = np.zeros(len(graphs.atoms), np.uint64)
    for ends in graphs.ends:
        found[ends[graphs.bonds == AROMATIC]] = 1
    return found


FAMILIES: dict[str, Callable[[GraphArrays, Ints], KeySets]] = {
    "circular": lambda graphs, factors: circular_keys(graphs, exact_kinds(graphs), 3),
    "coarse circular": lambda graphs, factors: circular_keys(
        graphs, element_kinds(graphs, factors), 3
    ),
    "pairs": lambda graphs, factors: pair_keys(graphs, exact_kinds(graphs), _FURTHEST),
    "coarse pairs": lambda graphs, factors: pair_keys(
        graphs, polar_kinds(graphs, factors), _FURTHEST
    ),
    "paths": lambda graphs, factors: path_keys(graphs, exact_kinds(graphs)),
}
"""Families of substructures, by name."""


class Index(NamedTuple):
    """The inverted index of S molecules' key sets: the molecules that have each key."""

    vocabulary: Hashes
    """[V] all their keys, ascending."""
    members: sparse.csr_array
    """[V, S] ones where a molecule has a key."""
    sizes: Ints
    """[S] number of keys of each molecule."""


def index_sets(sets: KeySets) -> Index:
    """Build the inverted index of key sets."""
    vocabulary, columns = np.unique(sets.keys, return_inverse=True)
    rows = _matrix(sets.offsets, columns, len(vocabulary))
    return Index(vocabulary, sparse.csr_array(rows.T), sets.sizes)


def shared_keys(sets: KeySets, index: Index) -> Ints:
    """Return [M, S], the number of keys that two molecules share: the sum of the lesser counts."""
    if not len(index.vocabulary):
        return np.zeros((len(sets.sizes), len(index.sizes)), np.int64)
    columns = np.searchsorted(index.vocabulary, sets.keys)
    columns[columns == len(index.vocabulary)] = 0
    known = index.vocabulary[columns] == sets.keys
    offsets = np.concatenate([[0], np.cumsum(known)])[sets.offsets]
    rows = _matrix(offsets, columns[known], len(index.vocabulary))
    return np.asarray((rows @ index.members).todense()).astype(np.int64)


def similarity(sets: KeySets, index: Index, reach: float) -> Floats64:
    """Return [M, S], the mean of two kernels, in 0..1; 1 for equal counts.

    The min-max kernel compares the shared keys with all keys; the Laplacian, exp(-d / reach) of the
    summed differences of counts d, also depends on the sizes of the molecules. A row depends only
    on its own molecule, to the last bit: everything before the last steps is whole numbers.

    Args:
        sets: Key sets of M molecules.
        index: Index of S molecules.
        reach: Number of keys by which molecules may differ, such as :func:`typical_difference`.
    """
    shared, apart = _shared_and_apart(sets, index)
    # Differences are whole numbers, so exp is looked up: it gives the same bits everywhere.
    table = np.exp(-np.arange(_LARGEST + 1) / reach)
    return (_jaccard(shared, apart) + table[np.minimum(apart, _LARGEST)]) / 2


def typical_difference(sets: KeySets) -> float:
    """Return the median number of keys by which two molecules differ, at least 1.

    It is the median over 500 molecules, evenly spaced.
    """
    step = max(1, len(sets.sizes) // _SAMPLE)
    some = sets.pick(np.arange(0, len(sets.sizes), step))
    apart = _shared_and_apart(some, index_sets(some))[1]
    return max(1.0, float(np.median(apart)))


def _shared_and_apart(sets: KeySets, index: Index) -> tuple[Ints, Ints]:
    shared = shared_keys(sets, index)
    return shared, sets.sizes[:, None] + index.sizes[None, :] - 2 * shared


def _jaccard(shared: Ints, apart: Ints) -> Floats64:
    """Return shared keys over all keys of both: summed minima of counts over summed maxima."""
    either = shared + apart
    # Molecules without any key of a family (methane has no pair) are alike.
    found: Floats64 = np.divide(shared, either, out=np.ones(shared.shape), where=either > 0)
    return found


def _matrix(offsets: Ints, columns: Ints, width: int) -> sparse.csr_array:
    ones = np.ones(len(columns), np.float32)
    shape = (len(offsets) - 1, width)
    return sparse.csr_array((ones, columns.astype(np.int32), offsets.astype(np.int32)), shape=shape)
