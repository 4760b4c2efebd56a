"""Checks a bundle's tensors and sizes before anything is built from them.

A card may claim network sizes for which no machine has memory, and a file may hold graphs whose
bonds lead nowhere. Anyone who can write a bundle can write its hashes too, so these do not suffice.
"""

import numpy as np
import torch
from torch import Tensor

from gnn.features.graph_arrays import GraphArrays

LAYERS, RADIUS = 100, 8
"""Most steps of message passing, and most bonds around an atom."""
MEMBERS = 100
"""Most networks of a bundle."""
MOST_TENSORS = 1 << 29
"""Most bytes of a file of weights; the largest that comes with the package has 1/20 of it."""


def check_sizes(sizes: object) -> None:
    """Raise ValueError for sizes of a network or a surrogate with which nothing can be computed."""
    for name, most in (("layers", LAYERS), ("radius", RADIUS)):
        value = getattr(sizes, name, 0)
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError(f"{name} = {value!r}, expected a whole number up to {most}")
    for name in ("environments", "pairs", "paths"):
        value = getattr(sizes, name, 0)
        if type(value) is not int or value < 0 or value & (value - 1):
            raise ValueError(f"{name} = {value!r}, expected a power of two")
    for name in ("dropout", "input_dropout", "head_dropout"):
        value = getattr(sizes, name, 0)
        # torch compares with < and >, which nan passes, and gives up at the first prediction.
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValueError(f"{name} = {value!r}, expected a share from 0 to 1")


def is_finite(tensor: Tensor) -> bool:
    """Tell whether no number of a tensor is NaN or infinite."""
    if not tensor.is_floating_point() or not tensor.numel():
        return True
    low, high = tensor.aminmax()  # NaN if any number is; faster than a mask of all
    return bool(low.isfinite()) and bool(high.isfinite())


def check_factors(factors: Tensor) -> None:
    """Raise ValueError unless factors describe atom tokens: [tokens, 5], counted from 0."""
    if factors.dtype != torch.int64 or factors.ndim != 2 or not factors.numel():
        raise ValueError("the factors of atoms are no table of whole numbers")
    if int(factors.min()) < 0:
        raise ValueError("a factor of an atom is negative")


def check_graphs(graphs: GraphArrays, tokens: int) -> None:
    """Raise ValueError for inconsistent graphs [M]."""
    counts = []
    for offsets, size in (
        (graphs.atom_offsets, len(graphs.atoms)),
        (graphs.bond_offsets, len(graphs.bonds)),
    ):
        if offsets.ndim != 1 or not len(offsets) or offsets[0] != 0 or offsets[-1] != size:
            raise ValueError("the molecules do not fill their lists")
        counts.append(np.diff(offsets))
        if (counts[-1] < 0).any():
            raise ValueError("a molecule has fewer than no atoms or bonds")
    if not len(counts[0]) == len(counts[1]):
        raise ValueError("atoms and bonds are those of different numbers of molecules")
    most = np.repeat(*counts)
    for ends in (graphs.begin, graphs.end):
        if ends.shape != graphs.bonds.shape or (ends >= most).any():
            raise ValueError("a bond leads to an atom that is not there")
    if graphs.atoms.ndim != 1 or (len(graphs.atoms) and graphs.atoms.max() >= tokens):
        raise ValueError("an atom is of no kind that is known")
