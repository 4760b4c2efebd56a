"""Measures error bars and probabilities: coverage, calibration, errors by distance and together."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gnn.calibration.calibrate import HeldTask
from gnn.calibration.domain import environment_bits
from gnn.calibration.shared_error import fit_shared_error, standard_errors
from gnn.calibration.source_shift import SourceShift
from gnn.card.card import Probabilities
from gnn.card.domain_card import DistanceBin, SharedErrorCard
from gnn.features.array_types import Bools, Floats
from gnn.features.graph_arrays import take
from gnn.training.training_set import TrainingSet

EDGES = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
"""Distances between which errors are averaged."""
_BINS = 10
_LEAST = 1e-6
"""Probabilities closer to 0 or 1 than this count as this close."""


class CrossFitted(NamedTuple):
    """A task's n held-out values beside cross-fitted predictions, each [n]."""

    truth: Floats
    value: Floats
    low: Floats
    high: Floats
    distance: Floats
    scale: float
    """Divisor of the errors."""
    inactive: Floats | None = None
    """Probabilities that each is inactive; None for a task without a floor."""

    def widened(self, shift: SourceShift) -> "CrossFitted":
        """Return it with intervals as wide as another source's values need them."""
        low, high = shift.widen(self.value, self.low, self.high, self.distance)
        return self._replace(low=low, high=high)

    @property
    def inside(self) -> Bools:
        """Return bool [n], which values are in their interval."""
        return (self.low <= self.truth) & (self.truth <= self.high)


def log_losses(truth: Floats, probability: Floats) -> Floats:
    """Return -log [n] of the probability given to the truth (0 or 1)."""
    given = np.where(truth == 1, probability, 1 - probability)
    found: Floats = -np.log(np.clip(given, _LEAST, 1))
    return found


def calibration_error(truth: Floats, probability: Floats) -> float:
    """Return the expected calibration error in ten equal bins of probability, 0 to 1."""
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, probability - truth, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(truth))


def compare_probabilities(truth: Floats, before: Floats, after: Floats) -> Probabilities:
    """Compare a class's probabilities [n] before and after calibration with the truth; n > 0."""
    return Probabilities(
        rows=len(truth),
        log_loss=round(float(log_losses(truth, after).mean()), 4),
        calibration_error=round(calibration_error(truth, after), 4),
        log_loss_before=round(float(log_losses(truth, before).mean()), 4),
        calibration_error_before=round(calibration_error(truth, before), 4),
    )


def average_probabilities(tasks: Sequence[Probabilities]) -> Probabilities | None:
    """Average over classes; None without any."""
    if not tasks:
        return None
    means = {
        name: round(float(np.mean([getattr(task, name) for task in tasks])), 4)
        for name in Probabilities.model_fields
        if name != "rows"
    }
    return Probabilities(rows=sum(task.rows for task in tasks), **means)


def coverage_by_third(
    tasks: Sequence[CrossFitted], thirds: tuple[float, float]
) -> tuple[float, float, float] | None:
    """Return the share of values in their interval within each third; None if one is empty."""
    if not tasks:
        return None
    inside = np.concatenate([task.inside for task in tasks])
    distance = np.concatenate([task.distance for task in tasks])
    group = np.searchsorted(thirds, distance, side="right")
    if len(np.unique(group)) < 3:
        return None
    first, second, third = (round(float(inside[group == at].mean()), 4) for at in range(3))
    return first, second, third


def errors_by_distance(
    regressions: Sequence[CrossFitted], classes: Sequence[CrossFitted]
) -> tuple[DistanceBin, ...]:
    """Average errors of all tasks between :data:`EDGES`; bins without values are left out."""
    none = np.zeros(0)
    distance = np.concatenate([none, *(task.distance for task in regressions)])
    error = np.concatenate([none, *((t.value - t.truth) / t.scale for t in regressions)])
    inside = np.concatenate([none, *(task.inside for task in regressions)])
    apart = np.concatenate([none, *(task.distance for task in classes)])
    loss = np.concatenate([none, *(log_losses(task.truth, task.value) for task in classes)])
    found = []
    for low, high in pairwise(EDGES):
        here, there = ((low <= x) & ((x < high) | (high == EDGES[-1])) for x in (distance, apart))
        if not here.any() and not there.any():
            continue
        numbers = {}
        if here.any():
            numbers = {
                "rmse": round(float(np.sqrt(np.square(error[here]).mean())), 4),
                "mae": round(float(np.abs(error[here]).mean()), 4),
                "coverage": round(float(inside[here].mean()), 4),
            }
        if there.any():
            numbers["log_loss"] = round(float(loss[there].mean()), 4)
        counts = {"values": int(here.sum()), "classes": int(there.sum())}
        found.append(DistanceBin(low=low, high=high, **counts, **numbers))
    return tuple(found)


def measure_shared_error(
    data: TrainingSet, held: Sequence[HeldTask], cross_fitted: Sequence[CrossFitted]
) -> SharedErrorCard | None:
    """Return the correlations of the errors on values of regressions; None without any.

    Bounds show no error and are left out.
    """
    errors, rows = [], []
    for task, found in zip(held, cross_fitted, strict=True):
        exact = task.bounds == 0
        if not task.binary and exact.any():
            ends = (found.truth, found.value, found.low, found.high)
            errors.append(standard_errors(*(one[exact] for one in ends)))
            rows.append(task.rows[exact])
    if not rows:
        return None
    molecules, place = np.unique(np.concatenate(rows), return_inverse=True)
    places = np.split(place, np.cumsum([len(one) for one in rows])[:-1])
    bits = environment_bits(take(data.graphs, molecules))
    return SharedErrorCard(**fit_shared_error(errors, places, bits)._asdict())
