"""Counts hashed atom environments, pairs of atoms and paths of four atoms: fingerprints.

The hash of an atom's environment of radius r + 1 mixes its own hash of radius r with the sum of
its neighbours' hashes (each mixed with its bond): Weisfeiler-Lehman relabelling, the idea behind
Morgan fingerprints (Rogers and Hahn 2010, doi 10.1021/ci100050t). Pairs and paths see distant
atoms: the number of bonds between two kinds of atoms (Carhart et al. 1985, doi
10.1021/ci00046a002), and the course of chains (topological torsions; Nilakantan et al. 1987, doi
10.1021/ci00054a008).

The arithmetic uses integers of the graph alone, whose sums do not depend on order: it gives the
same on every machine and in every batch.
"""

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import Floats32, Hashes, Ints
from gnn.features.batch import Batch
from gnn.features.graph_arrays import GraphArrays
from gnn.features.substructure_kernels import aromatic_atoms
from gnn.features.substructure_keys import find_pairs, find_paths

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


_FURTHEST = 20
"""Most bonds between the atoms of a pair."""
_SHIFT = np.uint64(20)


def hashed_counts(graphs: GraphArrays, factors: Ints, pairs: int, paths: int) -> Floats32:
    """Return float32 [M, pairs + paths], the number of pairs and paths in each column.

    ``pairs`` and ``paths`` are powers of two, or 0 to leave them out. About 0.1 ms per molecule.
    """
    kinds, count = _kinds(graphs, factors), graphs.molecules
    blocks = [np.zeros((count, 0), np.float32)]
    if pairs:
        found = count_columns(*find_pairs(graphs, kinds, _FURTHEST), count, pairs)
        blocks.append(found.astype(np.float32))
    if paths:
        found = count_columns(*find_paths(graphs, kinds), count, paths)
        blocks.append(found.astype(np.float32))
    return np.concatenate(blocks, axis=1)


def _kinds(graphs: GraphArrays, factors: Ints) -> Hashes:
    """Return [A], codes of element, degree, hydrogens, charge, and whether the atom is aromatic."""
    known = factors[graphs.atoms].astype(np.uint64)
    kinds = aromatic_atoms(graphs)
    for column in range(4):
        kinds = kinds * np.uint64(128) + known[:, column]
    return np.asarray(kinds, np.uint64)


def count_columns(molecule: Ints, keys: Hashes, molecules: int, columns: int) -> Ints:
    """Return [molecules, columns], the number of keys in each column; a power of two columns."""
    column = (keys >> _SHIFT).astype(np.int64) & (columns - 1)
    counts = np.bincount(molecule * columns + column, minlength=molecules * columns)
    return counts.reshape(molecules, columns)
