"""Defines types that are used everywhere, arrays in pieces, and a 64-bit scrambler."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Floats32 = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Strings = npt.NDArray[np.str_]
Report = Callable[[str, int, int], None]
"""Called with a line to show, the work done, and the most work to do."""


def pieces(count: int, size: int) -> Iterator[Ints]:
    """Cut the numbers from 0 to ``count`` into runs of ``size``; the last one may be shorter.

    >>> [piece.tolist() for piece in pieces(5, 2)]
    [[0, 1], [2, 3], [4]]
    """
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))


FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
"""The factors of splitmix64's finalizer."""


def scramble(values: Hashes) -> Hashes:
    """Scramble 64 bits (the finalizer of splitmix64; Steele et al. 2014).

    Callers add or multiply first, because 0 stays 0.
    """
    mixed = (values ^ (values >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    return mixed ^ (mixed >> np.uint64(31))


GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: adding it, or multiplying by it, spreads small numbers."""
