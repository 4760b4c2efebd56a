"""Finds the most similar molecules, and the least similar ones.

Similarity is the exact Tanimoto similarity of Morgan fingerprints.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.fingerprints import Bits, morgan_bits


class Nearest(NamedTuple):
    """The k known molecules that are most like each of n molecules, most similar first."""

    rows: npt.NDArray[np.int64]
    """[n, k]"""
    similarity: npt.NDArray[np.float64]
    """[n, k] 0 to 1; 1 means equal fingerprints, as those of stereoisomers are."""


def nearest(bits: Bits, known: Bits, count: int) -> Nearest:
    """Find the ``count`` of m known molecules (all, if fewer) that are most similar to each of n.

    ``bits`` [n, 32] and ``known`` [m, 32] come from :func:`chem.features.fingerprints.morgan_bits`.
    Equally similar known molecules are taken in their order.
    """
    count = min(count, len(known))
    rows = np.zeros((len(bits), count), np.int64)
    similarity = np.zeros((len(bits), count))
    sizes = np.bitwise_count(known).sum(axis=1, dtype=np.int64)
    for at, molecule in enumerate(bits if count else ()):
        shared = np.bitwise_count(known & molecule).sum(axis=1, dtype=np.int64)
        size = int(np.bitwise_count(molecule).sum())
        tanimoto = shared / np.maximum(sizes + size - shared, 1)
        least = np.partition(tanimoto, len(known) - count)[len(known) - count]
        near = np.flatnonzero(tanimoto >= least)
        best = near[np.argsort(-tanimoto[near], kind="stable")[:count]]
        rows[at], similarity[at] = best, tanimoto[best]
    return Nearest(rows, similarity)


class Unlike:
    """Molecules [n] with the similarity of each to the nearest molecule taken so far.

    Similarity is the Tanimoto similarity of ECFP4, as in ``chem.assess.clusters``. Always taking
    the least similar molecule is the MaxMin method: Ashton et al., Quant. Struct.-Act. Relat. 2002,
    21, 598 (doi 10.1002/qsar.200290002). RDKit's picker does the same, but decides everything in
    one go; here the caller may refuse each molecule, and a refused one keeps no other away.

    >>> found = Unlike(["CCCCCO", "CCCCCCO", "c1ccccc1"])
    >>> found.take(0)
    >>> found.least([True, True, True])
    2
    """

    def __init__(self, smiles: Sequence[str]) -> None:
        # Word by word over all molecules takes half the time of molecule by molecule.
        self._words = np.ascontiguousarray(morgan_bits(smiles).T)
        self._sizes = np.bitwise_count(self._words).sum(axis=0, dtype=np.uint16)
        self.likeness: npt.NDArray[np.float64] = np.zeros(len(smiles))
        """[n], in [0, 1]: similarity to the nearest molecule taken; 0 as long as none was."""

    def take(self, at: int) -> None:
        """Take a molecule: compare all others with it."""
        common = self._words & self._words[:, at, None]
        shared = np.bitwise_count(common).sum(axis=0, dtype=np.uint16)
        every = self._sizes + self._sizes[at] - shared
        self.likeness = np.maximum(self.likeness, shared / np.maximum(every, 1))

    def least(self, open: Sequence[bool] | npt.NDArray[np.bool_]) -> int | None:
        """Return the open [n] molecule least similar to those taken: of equals, the first."""
        candidates = np.flatnonzero(open)
        if not len(candidates):
            return None
        return int(candidates[np.argmin(self.likeness[candidates])])
