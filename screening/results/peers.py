"""Predicts the signal of a well from its peers: controls of its kind, replicates, the next doses.

Signals are shares: 0 is the mean of the negative controls, 1 that of the positive ones.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from screening.lab.layout import EMPTY, NEGATIVE, POSITIVE
from screening.objective.wells import Well
from screening.results.controls import Controls, robust_std
from screening.results.well_results import PlateResult

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Doses = Mapping[tuple[int, int], tuple[float, int]]
"""Sum and number of the shares of each compound (by rank) and dose on other plates."""


@dataclass(frozen=True)
class Peers:
    """The wells of one plate, and which of them predict which."""

    places: list[Well]
    roles: npt.NDArray[np.str_]
    """[n]"""
    same: sparse.csr_array
    """[n, n] 1 where another well holds the same compound at the same dose."""
    higher: sparse.csr_array
    """[n, n] 1 where a well holds the same compound at the next higher dose."""
    lower: sparse.csr_array
    """[n, n] the same for the next lower dose."""
    other_sum: Floats
    """[n] sum of the shares of the same compound and dose on other plates."""
    other_count: Floats
    """[n] their number."""

    def expect(self, shares: Floats, mask: Mask) -> tuple[Floats, npt.NDArray[np.str_]]:
        """Return what is expected of each well, and by what.

        shares: [n], NaN for a well without a signal. mask: [n] the wells that may predict others.

        The kinds are ``control``, ``replicate``, ``dose``, ``empty``, and ``""`` with NaN for a
        well without peers.
        """
        use = mask & ~np.isnan(shares)
        values, counts = np.where(use, shares, 0.0), use.astype(np.float64)
        expected = np.full(len(shares), np.nan)
        kinds = np.full(len(shares), "", dtype="<U9")
        samples = ~np.isin(self.roles, (NEGATIVE, POSITIVE, EMPTY))
        same_count = self.same @ counts + self.other_count
        same_sum = self.same @ values + self.other_sum
        near = np.stack([_mean(one @ values, one @ counts) for one in (self.higher, self.lower)])
        is_near = samples & ~np.isnan(near).all(axis=0)
        expected[is_near] = np.nanmean(near[:, is_near], axis=0)
        kinds[is_near] = "dose"
        has_same = samples & (same_count > 0)
        expected[has_same] = same_sum[has_same] / same_count[has_same]
        kinds[has_same] = "replicate"
        for role, value in ((NEGATIVE, 0.0), (POSITIVE, 1.0)):
            expected[self.roles == role] = value
            kinds[self.roles == role] = "control"
        empty = self.roles == EMPTY
        if (empty & use).any():
            expected[empty], kinds[empty] = float(np.median(shares[empty & use])), "empty"
        return expected, kinds

    def scales(self, shares: Floats, noise: float) -> dict[str, float]:
        """Return the usual distance of a well from what is expected of it, by kind.

        noise: of a control, as a share; no distance is less.
        """
        expected, kinds = self.expect(shares, np.ones(len(shares), bool))
        found = {"control": noise, "": noise}
        for kind in ("replicate", "dose", "empty"):
            its = (kinds == kind) & ~np.isnan(shares)
            apart = shares[its] - expected[its]
            found[kind] = max(noise, robust_std(np.concatenate([apart, -apart])))
        return found


def _mean(total: Floats, count: Floats) -> Floats:
    found: Floats = np.full(len(total), np.nan)
    np.divide(total, count, out=found, where=count > 0)
    return found


def shares_of(plate: PlateResult, controls: Controls) -> Floats:
    """Return the share [n] of every well of a plate, in its order; NaN for one that is left out.

    Empty wells have theirs, too.
    """
    signals = [
        one.signal if one.is_kept or one.planned.role == EMPTY else np.nan
        for one in plate.wells.values()
    ]
    return controls.inhibition(np.array(signals, np.float64)) / 100


def find_peers(plate: PlateResult, others: Doses) -> Peers:
    """Return the peers of a plate's wells."""
    wells = [one.planned for one in plate.wells.values()]
    by_dose: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, well in enumerate(wells):
        if well.is_sample:
            by_dose[well.rank, well.dose].append(at)
    same, higher, lower = (np.zeros((len(wells), len(wells))) for _ in range(3))
    sums, counts = np.zeros(len(wells)), np.zeros(len(wells))
    for (rank, dose), places in by_dose.items():
        for at in places:
            same[at, places] = 1
            higher[at, by_dose.get((rank, dose - 1), [])] = 1
            lower[at, by_dose.get((rank, dose + 1), [])] = 1
            sums[at], counts[at] = others.get((rank, dose), (0.0, 0))
    np.fill_diagonal(same, 0)
    roles = np.array([well.role for well in wells])
    return Peers(
        [well.place for well in wells],
        roles,
        sparse.csr_array(same),
        sparse.csr_array(higher),
        sparse.csr_array(lower),
        sums,
        counts,
    )


def doses_elsewhere(shares: Mapping[str, Floats], plates: Mapping[str, PlateResult]) -> Doses:
    """Return sum and number of the shares of each compound and dose on these plates."""
    found: dict[tuple[int, int], tuple[float, int]] = {}
    for name, values in shares.items():
        for well, share in zip(plates[name].wells.values(), values.tolist(), strict=True):
            if well.planned.is_sample and well.is_kept:
                key = (well.planned.rank, well.planned.dose)
                total, count = found.get(key, (0.0, 0))
                found[key] = (total + share, count + 1)
    return found
