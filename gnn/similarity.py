"""How alike molecules are, by the substructures that they share: kernels from graphs alone."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gnn.batch import GraphArrays
from gnn.counts import Ints, Keys, KeySets, circular_keys, pair_keys, path_keys

Floats = npt.NDArray[np.float64]
_AROMATIC = 1
"""Token of an aromatic bond."""
_FURTHEST = 15
"""Bonds between the atoms of a pair at most."""


def exact_kinds(graphs: GraphArrays) -> Keys:
    """Return [A] each atom's state: element, degree, hydrogens, charge, ring."""
    return graphs.atoms.astype(np.uint64) + np.uint64(1)


def element_kinds(graphs: GraphArrays, factors: Ints) -> Keys:
    """Return [A] element, and whether the atom is aromatic."""
    elements = factors[graphs.atoms, 0].astype(np.uint64)
    return elements * np.uint64(2) + _aromatic(graphs)


def polar_kinds(graphs: GraphArrays, factors: Ints) -> Keys:
    """Return [A] element, charge, whether aromatic and whether it has hydrogens."""
    known = factors[graphs.atoms].astype(np.uint64)
    hydrogens = (known[:, 2] > 1).astype(np.uint64)
    kinds = (known[:, 0] * np.uint64(2) + hydrogens) * np.uint64(2) + _aromatic(graphs)
    return kinds * np.uint64(16) + known[:, 3]


def _aromatic(graphs: GraphArrays) -> Keys:
    found = np.zeros(len(graphs.atoms), np.uint64)
    shift = np.repeat(graphs.atom_offsets[:-1], np.diff(graphs.bond_offsets))
    aromatic = graphs.bonds == _AROMATIC
    for ends in (graphs.begin, graphs.end):
        found[(ends + shift)[aromatic]] = 1
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
    """The key sets of S molecules, turned over: which of them have a key."""

    vocabulary: Keys
    """[V] all their keys, ascending."""
    members: sparse.csr_array
    """[V, S] ones."""
    sizes: Ints
    """[S] keys of each molecule."""


def index_sets(sets: KeySets) -> Index:
    """Turn key sets over."""
    vocabulary, columns = np.unique(sets.keys, return_inverse=True)
    rows = _matrix(sets.offsets, columns, len(vocabulary))
    return Index(vocabulary, sparse.csr_array(rows.T), sets.sizes)


def jaccard(sets: KeySets, index: Index) -> Floats:
    """Return [M, S]: shared keys over all keys of both, in 0..1; 1 for equal counts.

    Equal to the sum of minima of the counts over the sum of maxima. A row depends on its own
    molecule only, to the last bit: sums are of whole numbers.
    """
    if not len(index.vocabulary):
        return np.zeros((len(sets.sizes), len(index.sizes)))
    columns = np.searchsorted(index.vocabulary, sets.keys)
    columns[columns == len(index.vocabulary)] = 0
    known = index.vocabulary[columns] == sets.keys
    offsets = np.concatenate([[0], np.cumsum(known)])[sets.offsets]
    rows = _matrix(offsets, columns[known], len(index.vocabulary))
    shared = np.asarray((rows @ index.members).todense(), dtype=np.float64)
    either = sets.sizes[:, None] + index.sizes[None, :] - shared
    # Molecules without a single key of a family (methane has no pair) are alike.
    return np.divide(shared, either, out=np.ones_like(shared), where=either > 0)


def _matrix(offsets: Ints, columns: Ints, width: int) -> sparse.csr_array:
    ones = np.ones(len(columns), np.float32)
    shape = (len(offsets) - 1, width)
    return sparse.csr_array((ones, columns.astype(np.int32), offsets.astype(np.int32)), shape=shape)
