"""Parts a predicted potency into the probability of no activity and the value of an active one.

An assay ends at a highest concentration. A compound without effect there gets a bound, the same for
all such compounds of the assay: its floor. A model that learns potencies predicts a mean. A
prediction of 5.6 may mean a compound that surely has 5.6, or one that has 6.2 or nothing that this
assay can show.

The log odds of inactivity are linear in the level of the floor minus the predicted value. The slope
changes linearly with the distance to the training compounds, because a prediction far from them
says less. These numbers follow from the columns that a bundle predicts anyway. So nothing is
computed while a library is scored, and the expected value, by which compounds are ranked, stays.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from gnn.features.array_types import Bools, Floats

LEAST = 10
"""Training values on each side of a level without which a task has none."""
_SAME = 1e-4
"""Difference at which two values of an assay count as equal: they are stored in single precision.
"""


class Floor(NamedTuple):
    """The lower end of an assay, on the task's scale."""

    level: float
    """The largest value that counts as inactive."""
    mean: float
    """Mean of the training values that do. Bounds count as values: about what a model learns."""

    def holds(self, values: Floats) -> Bools:
        """Tell which values [n] count as inactive."""
        found: Bools = values <= self.level + _SAME
        return found

    def is_known(self, values: Floats, bounds: npt.NDArray[np.int8]) -> Bools:
        """Tell of which measurements [n] the side is known.

        "At most 6" and "at least 4" do not tell it for a level of 5.
        """
        found: Bools = np.where(self.holds(values), bounds <= 0, bounds >= 0)
        return found


def find_floor(values: Floats, bounds: npt.NDArray[np.int8]) -> Floor | None:
    """Return the floor of one task, or None without one.

    Its level is the upper bound that most values share, the lower one of two. At least 10 values
    must share it, and at least 10 must be known to be above it.

    Args:
        values: [n] training values on the task's scale.
        bounds: [n] 0 measured, -1 the true value is at most this, +1 at least this.
    """
    shared, counts = np.unique(values[bounds < 0], return_counts=True)
    if not len(shared) or counts.max() < LEAST:
        return None
    level = round(float(shared[counts.argmax()]), 4)
    inactive = Floor(level, level).holds(values)
    if (~inactive & (bounds >= 0)).sum() < LEAST:
        return None
    return Floor(level, round(float(values[inactive & (bounds <= 0)].mean()), 4))


@dataclass(frozen=True)
class Inactivity:
    """The numbers of one task that give the probability of inactivity."""

    level: float
    """The largest value that counts as inactive."""
    mean: float
    """Mean of the inactive training values."""
    near: float
    """Log odds per unit by which the level exceeds the value, at a distance of 0; at least 0."""
    far: float
    """The same at a distance of 1."""
    offset: float
    """Log odds of a predicted value that is the level."""

    def probability(self, value: Floats, distance: Floats | None) -> Floats:
        """Return the probability [M], 0 to 1, that the true value is at most the level.

        It never rises with the value.

        Args:
            value: [M] predicted values.
            distance: [M] to the training compounds, 0 to 1; None treats all molecules as near.
        """
        away = 0.0 if distance is None else np.asarray(distance, np.float64)
        slope = self.near + (self.far - self.near) * away
        found: Floats = expit(self.offset + slope * (self.level - np.asarray(value, np.float64)))
        return found

    def value_if_active(self, value: Floats, high: Floats, probability: Floats) -> Floats:
        """Return the mean value [M] of a compound that is active.

        The predicted value E is the mean of both cases: E = p * mean + (1 - p) * v. So v follows.
        It is kept above E and the level, and below the upper end of the interval: if inactivity is
        almost certain, E and p say little about v, and a small error of p would make it absurd.

        Args:
            value: [M] predicted values.
            high: [M] upper ends of their 90 % intervals.
            probability: [M] of inactivity.
        """
        expected, p = np.asarray(value, np.float64), np.asarray(probability, np.float64)
        active = (expected - p * self.mean) / np.maximum(1 - p, 1e-9)
        least = np.maximum(expected, self.level)
        return np.clip(active, least, np.maximum(high, least))
