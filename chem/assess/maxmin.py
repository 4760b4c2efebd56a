"""The molecule least like all that were taken: the step of the MaxMin method."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.features.fingerprints import count_fingerprints


class Unlike:
    """Molecules [n], and how like each is to the nearest of those that were taken.

    Likeness is the Tanimoto similarity of ECFP4, as in ``chem.assess.clusters``. Always to take
    what is least like is the MaxMin method: Ashton et al., Quant. Struct.-Act. Relat. 2002, 21, 598
    (doi 10.1002/qsar.200290002). RDKit's picker does the same, but decides all in one go; here each
    molecule may be refused, and one that is refused keeps none away.

    >>> found = Unlike(["CCCCCO", "CCCCCCO", "c1ccccc1"])
    >>> found.take(0)
    >>> found.least([True, True, True])
    2
    """

    def __init__(self, smiles: Sequence[str]) -> None:
        bits = np.packbits(count_fingerprints(smiles) > 0, axis=1)
        # Word by word over all molecules: half the time of molecule by molecule.
        self._words = np.ascontiguousarray(bits.view(np.uint64).T)
        self._sizes = np.bitwise_count(self._words).sum(axis=0, dtype=np.uint16)
        self.likeness: npt.NDArray[np.float64] = np.zeros(len(smiles))
        """[n], in [0, 1]: to the nearest that was taken; 0 as long as none was."""

    def take(self, at: int) -> None:
        """Take a molecule: the others are compared with it."""
        common = self._words & self._words[:, at, None]
        shared = np.bitwise_count(common).sum(axis=0, dtype=np.uint16)
        every = self._sizes + self._sizes[at] - shared
        self.likeness = np.maximum(self.likeness, shared / np.maximum(every, 1))

    def least(self, open: Sequence[bool] | npt.NDArray[np.bool_]) -> int | None:
        """Return which of the open [n] ones is least like those taken, of equals the first."""
        candidates = np.flatnonzero(open)
        if not len(candidates):
            return None
        return int(candidates[np.argmin(self.likeness[candidates])])
