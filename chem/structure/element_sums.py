"""Finds the few of many SMILES that may have the heavy atoms of another, without parsing any."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_GEOMETRY = re.compile(r"@(?:TH|AL|SP|TB|OH)")
"""Classes of chirality, whose letters name no element."""
_BLOCK = 50_000
"""SMILES that are summed as one array: a letter takes eight bytes there."""


def _weights() -> npt.NDArray[np.uint64]:
    """Return a random number for each letter, of either case, and zero for all other bytes.

    Hydrogen counts nothing, as many SMILES do not write it. Hg therefore has the weight of its G.
    """
    weights = np.zeros(256, dtype=np.uint64)
    drawn = np.random.default_rng(0).integers(1, 1 << 63, size=26, dtype=np.uint64)
    for first in (ord("A"), ord("a")):
        weights[first : first + 26] = drawn
        weights[first + ord("h") - ord("a")] = 0
    return weights


_WEIGHTS = _weights()


def element_sums(smiles: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return a number for each SMILES [N], the sum of random numbers for the letters of its atoms.

    SMILES with the same ``heavy_composition`` have the same number; others may have it, too. Many
    are summed as one array: 75,000 take 0.1 s, and their compositions take 0.8 s.

    >>> first, second, other = element_sums(["C[C@H](N)C(=O)[O-]", "CC(N)=C(O)O", "CCNC(=O)"])
    >>> bool(first == second), bool(first == other)
    (True, False)
    """
    blocks = range(0, len(smiles), _BLOCK)
    sums = [_sum_block(smiles[start : start + _BLOCK]) for start in blocks]
    return np.concatenate(sums) if sums else np.zeros(0, dtype=np.uint64)


def _sum_block(smiles: Sequence[str]) -> npt.NDArray[np.uint64]:
    written = [
        _GEOMETRY.sub("@", one.partition(" ")[0]) if "@" in one or " " in one else one
        for one in smiles
    ]
    text = "".join(one + " " for one in written)  # every SMILES has a byte, also an empty one
    letters = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    lengths = np.fromiter(map(len, written), np.int64, len(written)) + 1
    return np.add.reduceat(_WEIGHTS[letters], np.cumsum(lengths) - lengths)
