"""Fits the difference of a mutant to its wild type, and the error of that difference.

A compound that does not bind the wild type has nothing to lose on a mutant, and one that binds it
tightly may lose all. So the difference is a slope times the potency on the wild type above the
lower end of the assay, the floor. The slope of each mutant is shrunk to 0, which is "as the wild
type", the more the fewer its compounds. What a slope does not explain is large for mutants of the
gatekeeper and small for most others, so each mutant has its own error, shrunk to that of all.

Two compounds of one chemical series say the same. So errors are measured on series that were left
out whole.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from gnn.features.array_types import Bools, Floats, Ints

FEWEST = 5
"""Informative compounds without which a mutant has no numbers."""
_PRIOR = 4.0
"""The compounds that the error of all mutants counts as, in the error of one."""
_LEAST = 1e-3
"""Least variance of the slopes, so that they can be divided by it."""
_ROUNDS = 3


class Interval(NamedTuple):
    """Predicted values [K] with their 90 % intervals."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class MutantShift:
    """The difference of one mutant to its wild type."""

    floor: float
    """The lower end of the assay; below it there is no difference."""
    slope: float
    """The difference for each unit of the wild type above the floor."""
    slope_std: float
    std: float
    """Standard deviation of what the slope does not explain."""
    compounds: int
    """Informative compounds, at least 1."""

    def apply(self, wild: Floats, low: Floats, high: Floats) -> Interval:
        """Return the values on the mutant, from those on the wild type with their intervals [K].

        Both errors are taken as independent. The interval is never narrower than the wild type's.
        """
        above = np.maximum(np.asarray(wild, np.float64) - self.floor, 0)
        value = wild + self.slope * above
        # Student's quantile; to import scipy.stats for it takes 0.6 s.
        own = stdtrit(self.compounds, 0.95) * np.hypot(self.std, self.slope_std * above)
        below, over = np.hypot(wild - low, own), np.hypot(high - wild, own)
        return Interval(value, value - below, value + over)


def informative(wild: Floats, mutant: Floats, floor: float) -> Bools:
    """Tell which pairs [n, M] say something of a difference: one value is above the floor.

    NaN = not measured.
    """
    found: Bools = np.isfinite(wild) & np.isfinite(mutant) & ((wild > floor) | (mutant > floor))
    return found


def fit_shifts(wild: Floats, mutant: Floats, floor: float) -> list[MutantShift | None]:
    """Fit the difference of each of M mutants; None for one with too few informative compounds.

    Args:
        wild: [n, M] values of n compounds on the wild type of each mutant; NaN = not measured.
        mutant: [n, M] values on the mutant.
        floor: The value that stands for "at most this" in both.
    """
    kept = informative(wild, mutant, floor)
    counts = kept.sum(axis=0)
    if not kept.any():
        return [None] * len(counts)
    above = np.where(kept, np.maximum(wild - floor, 0), 0)
    change = np.where(kept, mutant - wild, 0)
    slopes = np.zeros(len(counts))
    for _ in range(_ROUNDS):
        squares = ((change - slopes * above) ** 2).sum(axis=0)
        pooled = squares.sum() / counts.sum()
        variance = np.maximum((squares + _PRIOR * pooled) / (counts + _PRIOR), _LEAST)
        precision = (above**2).sum(axis=0) / variance
        raw = np.divide(
            *((above * change).sum(axis=0) / variance, precision),
            out=np.zeros(len(counts)),
            where=precision > 0,
        )
        is_known = precision > 0
        spread = _LEAST
        if is_known.any():
            spread = max(_LEAST, float((raw[is_known] ** 2 - 1 / precision[is_known]).mean()))
        certainty = precision + 1 / spread
        slopes = raw * precision / certainty
    numbers = np.stack([slopes, np.sqrt(1 / certainty), np.sqrt(variance)], axis=1).tolist()
    return [
        MutantShift(floor, slope, slope_std, std, count) if count >= FEWEST else None
        for (slope, slope_std, std), count in zip(numbers, counts.tolist(), strict=True)
    ]


class HeldOutShifts(NamedTuple):
    """Predictions of pairs [n, M] by fits that did not see the compound's series; NaN without."""

    error: Floats
    """Predicted minus measured; 0 for a prediction inside a bound."""
    wild_error: Floats
    """The same if the mutant is taken to be as the wild type."""
    is_inside: Floats
    """1 if the measured value lies in the 90 % interval, otherwise 0."""


def held_out_shifts(wild: Floats, mutant: Floats, floor: float, series: Ints) -> HeldOutShifts:
    """Predict the informative pairs from the measured wild type, each series left out whole.

    Args:
        wild: [n, M], as for :func:`fit_shifts`.
        mutant: [n, M]
        floor: As for :func:`fit_shifts`.
        series: [n] the chemical series of each compound.
    """
    found = HeldOutShifts(*(np.full(wild.shape, np.nan) for _ in HeldOutShifts._fields))
    kept = informative(wild, mutant, floor)
    for one in np.unique(series):
        out = series == one
        shifts = fit_shifts(wild[~out], mutant[~out], floor)
        for column, shift in enumerate(shifts):
            rows = np.flatnonzero(out & kept[:, column])
            if shift is None or not len(rows):
                continue
            known, truth = wild[rows, column], mutant[rows, column]
            value, low, high = shift.apply(known, known, known)
            is_bound = truth <= floor
            found.error[rows, column] = _error(value, truth, is_bound)
            found.wild_error[rows, column] = _error(known, truth, is_bound)
            found.is_inside[rows, column] = np.where(
                is_bound, low <= floor, (low <= truth) & (truth <= high)
            )
    return found


def _error(value: Floats, truth: Floats, is_bound: Bools) -> Floats:
    found: Floats = np.where(is_bound, np.maximum(value - truth, 0), value - truth)
    return found
