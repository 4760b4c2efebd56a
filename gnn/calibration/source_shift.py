"""Widens intervals until they hold the values of another source.

Held-out rows of a model's own sets come from the same laboratories and were measured for the same
reasons as its training rows. Values of another source differ: a compound that somebody tested on
many targets is inactive on most, while published values are mostly of targets that a compound was
made for. Their errors are larger, and mostly to one side. So each side of an interval gets a factor
of its own, which does not fall with the distance to training.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibration.calibration import Calibration
from gnn.features.array_types import Bools, Floats, Floats64

WORST_LEVEL = 0.85
"""The share of another source's values that an interval is meant to cover."""
EDGE = 0.4
"""Distance that parts analogs of the training compounds from others."""
LEAST = 200
"""Values of another source from which a part gets factors of its own."""


class SourceShift(NamedTuple):
    """Factors on the reach of intervals, by distance: see :class:`Calibration`."""

    edges: tuple[float, ...] = ()
    below: tuple[float, ...] = (1.0,)
    above: tuple[float, ...] = (1.0,)

    def apply_to(self, calibration: Calibration) -> Calibration:
        """Return a calibration with these factors."""
        return replace(calibration, shift_edges=self.edges, below=self.below, above=self.above)

    def widen(
        self, value: Floats, low: Floats, high: Floats, distance: Floats
    ) -> tuple[Floats, Floats]:
        """Return the ends of intervals [n] that had the factor 1."""
        below, above = self.at(distance)
        return value - below * (value - low), value + above * (high - value)

    def at(self, distance: Floats) -> tuple[Floats, Floats]:
        """Return the factors below and above values at distances [n]."""
        part = np.searchsorted(self.edges, distance, side="right")
        return np.array(self.below)[part], np.array(self.above)[part]


def shows_error(value: Floats, truth: Floats, bounds: npt.NDArray[np.int8]) -> Bools:
    """Tell which measurements [n] show how wrong a value is: not a bound that it respects."""
    found: Bools = np.where(bounds == 0, True, bounds * (truth - value) > 0)
    return found


def fit_source_shift(error: Floats64, distance: Floats64) -> SourceShift:
    """Fit factors to errors of another source.

    Args:
        error: [n] (value - truth) / reach, where reach is half the width of the interval.
        distance: [n] to the training compounds.
    """
    near = distance < EDGE
    parts = [error[near], error[~near]]
    if min(len(part) for part in parts) >= LEAST:
        below, above = (tuple(_factor(side * part) for part in parts) for side in (1, -1))
        if below[0] <= below[1] and above[0] <= above[1]:
            return SourceShift((EDGE,), below, above)
    if len(error) < LEAST:
        return SourceShift()
    return SourceShift((), (_factor(error),), (_factor(-error),))


def _factor(error: Floats64) -> float:
    """Return the factor that half of the allowed misses exceed, at least 1."""
    share = 1 - (1 - WORST_LEVEL) / 2
    rank = min(int(np.ceil((len(error) + 1) * share)), len(error))
    return max(float(np.sort(error)[rank - 1]), 1.0)
