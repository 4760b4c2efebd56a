"""Computes the mean kernel of all families of substructures between any molecules of a set."""

import numpy as np

from gnn.features.array_types import Floats32, Ints, pieces
from gnn.features.graph_arrays import GraphArrays
from gnn.features.substructure_kernels import (
    FAMILIES,
    index_sets,
    similarity,
    typical_difference,
)

_BLOCK = 256


class MeanKernel:
    """The substructures of M molecules, ready to be compared."""

    def __init__(self, graphs: GraphArrays, factors: Ints) -> None:
        """Count the substructures.

        Args:
            graphs: The molecules.
            factors: [tokens, 5] description of each atom token.
        """
        self._sets = [make(graphs, factors) for make in FAMILIES.values()]
        self._reach = [typical_difference(sets) for sets in self._sets]

    def between(self, rows: Ints, others: Ints) -> Floats32:
        """Return [n, m], the kernel between n and m molecules, 0 to 1."""
        found = np.zeros((len(rows), len(others)), np.float32)
        for sets, reach in zip(self._sets, self._reach, strict=True):
            index = index_sets(sets.pick(others))
            for at in pieces(len(rows), _BLOCK):
                found[at] += similarity(sets.pick(rows[at]), index, reach)
        found /= len(self._sets)
        return found
