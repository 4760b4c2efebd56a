"""Computes similarities among many thousand molecules at once, from hashed substructure counts.

:mod:`gnn.features.substructure_kernels` computes the same exactly, from sparse sets. Here it is a
product of small integers: keys are hashed into columns, and colliding keys add up. For 70,000
compounds that is ten times as fast. It serves only to teach networks
(:mod:`gnn.training.teacher`), never to predict.
"""

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import Ints, pieces
from gnn.features.graph_arrays import GraphArrays, take
from gnn.features.hashed_fingerprints import count_columns
from gnn.features.substructure_kernels import FAMILIES

COLUMNS = 4096
_PIECE = 2048
"""Molecules that are hashed at once."""
_STEP, _REACH = 256, 4096
"""Rows and columns of the block that is processed at once, so that it stays in the cache."""
_SAMPLE = 2000


class HashedKernel:
    """M molecules, ready for computing similarities among them."""

    def __init__(
        self, graphs: GraphArrays, factors: Ints, device: torch.device | None = None
    ) -> None:
        """Hash the substructures of M molecules, 20 kB each.

        Args:
            graphs: The molecules.
            factors: [tokens, 5] description of each atom token.
            device: Device for the computations; the CPU by default.
        """
        self.device = device or torch.device("cpu")
        self._sets = [_count_columns(graphs, factors, name).to(self.device) for name in FAMILIES]
        self._sizes = [_sizes(columns) for columns in self._sets]
        self._reach = [_typical_difference(columns) for columns in self._sets]

    def among(self, rows: Ints, others: Ints) -> Tensor:
        """Return float32 [n, m], the similarity of ``rows`` [n] and ``others`` [m], 0 to 1.

        For each family it is the mean of the Tanimoto similarity of the counts and of a Laplacian
        kernel of their distance, as in :func:`gnn.features.substructure_kernels.similarity`.
        """
        found = torch.zeros(len(rows), len(others), device=self.device)
        for start in range(0, len(others), _REACH):
            some = torch.from_numpy(others[start : start + _REACH]).to(self.device)
            self._add(found[:, start : start + len(some)], rows, some)
        return found

    def _add(self, found: Tensor, rows: Ints, others: Tensor) -> None:
        weight = 0.5 / len(FAMILIES)
        for columns, sizes, reach in zip(self._sets, self._sizes, self._reach, strict=True):
            right, right_sizes = columns[others], sizes[others]
            for start in range(0, len(rows), _STEP):
                at = torch.from_numpy(rows[start : start + _STEP]).to(self.device)
                shared = _products(columns[at], right)
                every = sizes[at][:, None] + right_sizes[None]
                apart = torch.add(every, shared, alpha=-2).clamp_(min=0)
                # Two molecules without any key of this family are alike.
                alike = shared.div_(every.sub_(shared)).nan_to_num_(nan=1.0)
                into = found[start : start + len(at)]
                into.add_(alike, alpha=weight)
                into.add_(apart.mul_(-1 / reach).exp_(), alpha=weight)


def _count_columns(graphs: GraphArrays, factors: Ints, family: str) -> Tensor:
    """Return int8 [M, COLUMNS], the number of keys in each column."""
    found = torch.empty(graphs.molecules, COLUMNS, dtype=torch.int8)
    for rows in pieces(graphs.molecules, _PIECE):
        sets = FAMILIES[family](take(graphs, rows), factors)
        molecule = np.repeat(np.arange(len(rows)), sets.sizes)
        counts = count_columns(molecule, sets.keys, len(rows), COLUMNS)
        found[rows] = torch.from_numpy(np.minimum(counts, 127).astype(np.int8))
    return found


def _sizes(columns: Tensor) -> Tensor:
    """Return [M], each molecule's product with itself."""
    squares = [piece.float().square().sum(dim=1) for piece in torch.split(columns, _PIECE)]
    return torch.cat(squares)


def _typical_difference(columns: Tensor) -> float:
    """Return the median squared distance between two molecules, of 2,000 evenly spaced ones."""
    some = columns[:: max(1, len(columns) // _SAMPLE)]
    sizes, shared = _sizes(some), _products(some, some)
    apart = sizes[:, None] + sizes[None] - 2 * shared
    return max(1.0, float(apart.median()))


def _products(left: Tensor, right: Tensor) -> Tensor:
    """Return float32 [n, m], the exact inner products of int8 [n, c] and [m, c]."""
    if left.device.type != "cpu":
        return left.float() @ right.float().T
    # In bytes it is four times as fast as in float32 if the CPU has a unit for it.
    rows = len(left)
    if rows < _LEAST:
        left = torch.nn.functional.pad(left, (0, 0, 0, _LEAST - rows))
    return torch._int_mm(left, right.T)[:rows].float()


_LEAST = 32
"""Fewest rows of a product of bytes."""
