"""Counts hashed atom environments: a fingerprint. :mod:`gnn.features.pair_path_counts` adds to it.

The hash of an atom's environment of radius r + 1 mixes its own hash of radius r with the sum of
its neighbours' hashes (each mixed with its bond): Weisfeiler-Lehman relabelling, the idea behind
Morgan fingerprints (Rogers and Hahn 2010, doi 10.1021/ci100050t).

The arithmetic uses integers of the graph alone, whose sums do not depend on order: it gives the
same on every machine and in every batch.
"""

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import Hashes, Ints
from gnn.features.batch import Batch

# Odd 63-bit constants; multiplying by one and folding the high bits down spreads small integers.
_TOKEN = 0x1E3779B97F4A7C15
_SELF = 0x3F58476D1CE4E5B9
_NEIGHBOUR = 0x14D049BB133111EB
_BOND = 0x2545F4914F6CDD1D


def _mix(hashes: Tensor, factor: int) -> Tensor:
    spread = hashes * factor
    spread = spread ^ ((spread >> 29) & 0x7FFFFFFFF)
    spread = spread * _TOKEN
    return spread ^ ((spread >> 32) & 0xFFFFFFFF)


def environment_columns(batch: Batch, radius: int, size: int) -> Tensor:
    """Return int64 [(radius + 1) N], the places in [G * size] that count atoms' environments."""
    source, target = batch.edge_index
    first = batch.molecule * size
    found = []
    hashes = _mix(batch.atoms + 1, _TOKEN)
    for step in range(radius + 1):
        found.append(first + ((hashes >> 17) & (size - 1)))
        if step < radius:
            message = _mix(hashes[source] + (batch.bonds + 1) * _BOND, _NEIGHBOUR)
            gathered = torch.zeros_like(hashes).index_add_(0, target, message)
            hashes = _mix(hashes * _SELF + gathered, _TOKEN)
    return torch.cat(found)


def environment_counts(batch: Batch, radius: int, size: int) -> Tensor:
    """Count the atom environments of radius 0 to ``radius`` in each molecule.

    Returns float32 [G, size] counts; ``size`` is a power of two, and two environments may share a
    column.
    """
    columns = environment_columns(batch, radius, size)
    return _count(columns, batch.molecules * size).view(batch.molecules, size)


def environment_logs(
    batch: Batch, radius: int, size: int, kind: torch.dtype = torch.float32
) -> Tensor:
    """Return log(1 + count) of the counts, in ``kind``: one logarithm per atom, not per column."""
    columns = environment_columns(batch, radius, size)
    # Mostly zeros, so memory is the cost: at half the width, a surrogate is a tenth faster.
    fits = len(batch.atoms) <= torch.iinfo(torch.int16).max
    counts = _count(columns, batch.molecules * size, torch.int16 if fits else torch.float32)
    logs = torch.zeros(len(counts), dtype=kind, device=counts.device)
    logs[columns] = torch.log1p(counts[columns].float()).to(kind)
    return logs.view(batch.molecules, size)


def _count(columns: Tensor, size: int, kind: torch.dtype = torch.float32) -> Tensor:
    counts = torch.zeros(size, dtype=kind, device=columns.device)
    ones = torch.ones(len(columns), dtype=kind, device=columns.device)
    return counts.index_add_(0, columns, ones)


SHIFT = 20
"""Lowest bit of a key that chooses its column."""


def count_columns(molecule: Ints, keys: Hashes, molecules: int, columns: int) -> Ints:
    """Return [molecules, columns], the number of keys in each column; a power of two columns."""
    column = (keys >> np.uint64(SHIFT)).astype(np.int64) & (columns - 1)
    counts = np.bincount(molecule * columns + column, minlength=molecules * columns)
    return counts.reshape(molecules, columns)
