"""Fits the calibrations of all tasks of a bundle on rows that its models did not see."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibration.blend import Rivals, Votes, fit_blends, fit_platt
from gnn.calibration.calibration import Calibration, blend, mean_and_spread
from gnn.calibration.conformal import NORMAL_90, fit_quantiles
from gnn.calibration.error_model import Errors, fit_error_model
from gnn.calibration.inactivity import Floor
from gnn.calibration.shrinkage import (
    OOD_START,
    HeldOut,
    fit_offset,
    fit_ood_start,
    fit_shrinkage,
    ood_end_of,
    ood_weight,
    shrinkage_factor,
)
from gnn.features.array_types import Bools, Floats, Floats64, Ints

MINIMUM_ROWS = 10
"""Held-out values of all regressions together below which nothing is fitted."""


class Trained(NamedTuple):
    """Facts about a task's training values, known before any prediction."""

    centre: float
    """Their mean; for a class, the log odds."""
    scale: float
    """Their standard deviation, the unit of the task's errors; never 0."""
    values: int
    ood_value: float
    """The task's value for compounds unlike any other; for a class, the log odds."""
    ood_std: float
    """The standard deviation of a value about ``ood_value``; not used for a class."""
    floor: Floor | None = None
    """The end of the assay below which a compound counts as inactive; None without one."""


class HeldTask(NamedTuple):
    """A task's n held-out measurements and the models' outputs for them."""

    binary: bool
    trained: Trained
    truth: Floats64
    """[n] measured values."""
    bounds: npt.NDArray[np.int8]
    """[n] 0 measured, -1 the true value is at most this, +1 at least this."""
    networks: Floats64
    """[K, n], NaN where a network was trained on the row."""
    kernel: Floats64 | None
    """[n] kernel machine's values; None without one."""
    distance: Floats64
    """[n] to the compounds on which the models were trained; 0 if that is not known."""
    rows: Ints
    """[n] the molecule of each."""

    def among(self, inside: Bools) -> "HeldTask":
        """Return only the measurements of the molecules inside a mask [M]."""
        kept = inside[self.rows]
        kernel = None if self.kernel is None else self.kernel[kept]
        return self._replace(
            truth=self.truth[kept],
            bounds=self.bounds[kept],
            networks=self.networks[:, kept],
            kernel=kernel,
            distance=self.distance[kept],
            rows=self.rows[kept],
        )


def calibrate(
    tasks: Sequence[HeldTask], thirds: tuple[float, float], ood_start: float = OOD_START
) -> list[Calibration]:
    """Fit every task's calibration.

    Args:
        tasks: Held-out measurements and outputs of each task.
        thirds: The two distances that divide held-out rows into thirds.
        ood_start: Distance from which values are drawn away at the latest
            (:mod:`gnn.calibration.shrinkage`).
    """
    regressions = [task for task in tasks if not task.binary]
    classes = [task for task in tasks if task.binary]
    found = iter(_calibrate_regressions(regressions, thirds, ood_start))
    others = iter(_calibrate_classes(classes, ood_start))
    return [next(others) if task.binary else next(found) for task in tasks]


def _calibrate_regressions(
    tasks: Sequence[HeldTask], thirds: tuple[float, float], latest: float
) -> list[Calibration]:
    weights = _blend_weights(tasks)
    start = [
        Calibration(
            noise=task.trained.scale,
            spread=1.0,
            quantile=NORMAL_90,
            rows=len(task.truth),
            centre=task.trained.centre,
            kernel=weight,
            remote=task.trained.ood_value,
            fade=latest,
            gone=ood_end_of(latest),
            far=task.trained.ood_std,
        )
        for task, weight in zip(tasks, weights, strict=True)
    ]
    if sum(len(task.truth) for task in tasks) < MINIMUM_ROWS:
        return start
    mixed = [
        (blend(task.networks, task.kernel, weight) - task.trained.centre)
        for task, weight in zip(tasks, weights, strict=True)
    ]
    k = fit_shrinkage(_held_out(tasks, mixed))
    slopes = [shrinkage_factor(task.trained.values, k) for task in tasks]
    shrunk = [slope * mix for slope, mix in zip(slopes, mixed, strict=True)]
    offset = fit_offset(_held_out(tasks, shrunk), [task.rows for task in tasks])
    pooled = _pool(tasks, shrunk, slopes, offset)
    rows = np.concatenate([task.rows for task in tasks])
    values = (pooled.truth, pooled.near, pooled.ood_value, pooled.distance)
    ood_start = fit_ood_start(*values, rows, latest)
    ood_end = ood_end_of(latest) if ood_start == latest else 1.0
    fitted = [
        replace(
            first, slope=slope, offset=offset * task.trained.scale, fade=ood_start, gone=ood_end
        )
        for task, first, slope in zip(tasks, start, slopes, strict=True)
    ]
    return _fit_errors(tasks, fitted, pooled, thirds)


class _Pooled(NamedTuple):
    """Held-out rows of all tasks, each [n]: distances from a task's mean in units of its scale."""

    truth: Floats64
    near: Floats64
    """Predictions before any drawing by distance."""
    ood_value: Floats64
    spread: Floats64
    """The members' standard deviation."""
    distance: Floats64
    """Distance to the training compounds."""


def _pool(
    tasks: Sequence[HeldTask], shrunk: Sequence[Floats], slopes: Sequence[float], offset: float
) -> _Pooled:
    scale = _scales(tasks)
    spread = [s * mean_and_spread(task.networks)[1] for s, task in zip(slopes, tasks, strict=True)]
    return _Pooled(
        np.concatenate([task.truth - task.trained.centre for task in tasks]) / scale,
        np.concatenate(shrunk) / scale + offset,
        _each(tasks, [task.trained.ood_value - task.trained.centre for task in tasks]) / scale,
        np.concatenate(spread) / scale,
        np.concatenate([task.distance for task in tasks]),
    )


def _fit_errors(
    tasks: Sequence[HeldTask],
    fitted: Sequence[Calibration],
    pooled: _Pooled,
    thirds: tuple[float, float],
) -> list[Calibration]:
    """Return calibrations with their errors and intervals fitted, too."""
    truth, near, ood_value, spread, distance = pooled
    away = ood_weight(distance, fitted[0].fade, fitted[0].gone)
    error = truth - near - away * (ood_value - near)
    number = np.repeat(np.arange(len(tasks)), [len(task.truth) for task in tasks])
    errors = Errors(error, near, spread, distance, number)
    model = fit_error_model(errors, len(tasks))
    ood_std = _each(tasks, [one.far for one in fitted]) / _scales(tasks)
    std = np.sqrt(np.square(model.std(errors)) + away * np.square(ood_std))
    # A bound that the prediction respects does not show how wrong the prediction is.
    bounds = np.concatenate([task.bounds for task in tasks])
    telling = (bounds == 0) | (np.sign(error) == bounds)
    if not telling.any():
        telling = np.ones(len(error), bool)
    quantiles = fit_quantiles(np.abs(error[telling]) / std[telling], distance[telling], thirds)
    return [
        replace(
            one,
            noise=float(noise * task.trained.scale),
            spread=model.spread,
            quantile=quantiles.quantile,
            levels=tuple(one.centre + task.trained.scale * x for x in model.level.at),
            level_factors=model.level.factor,
            distances=model.growth.at,
            distance_factors=model.growth.factor,
            edges=quantiles.edges,
            factors=quantiles.factors,
        )
        for noise, task, one in zip(model.noise, tasks, fitted, strict=True)
    ]


def _held_out(tasks: Sequence[HeldTask], predicted: Sequence[Floats]) -> list[HeldOut]:
    """Pair each task's truth with predictions, both as distances from its centre."""
    return [
        HeldOut(task.truth - task.trained.centre, one, task.trained.values, task.trained.scale)
        for task, one in zip(tasks, predicted, strict=True)
    ]


def _scales(tasks: Sequence[HeldTask]) -> Floats64:
    return _each(tasks, [task.trained.scale for task in tasks])


def _each(tasks: Sequence[HeldTask], values: Sequence[float]) -> Floats64:
    """Repeat a number of each task for each of its measurements [n of all tasks]."""
    return np.repeat(np.array(values, np.float64), [len(task.truth) for task in tasks])


def _blend_weights(tasks: Sequence[HeldTask]) -> list[float]:
    rivals = []
    for task in tasks:
        if task.kernel is None:
            return [0.0] * len(tasks)
        if not len(task.networks):
            return [1.0] * len(tasks)
        centre, scale = task.trained.centre, task.trained.scale
        values = (task.truth, mean_and_spread(task.networks)[0], task.kernel)
        rivals.append(Rivals(*((value - centre) / scale for value in values)))
    return fit_blends(rivals)


def _calibrate_classes(tasks: Sequence[HeldTask], ood_start: float) -> list[Calibration]:
    votes = [
        Votes(
            task.truth,
            mean_and_spread(task.networks)[0] if len(task.networks) else None,
            task.kernel,
        )
        for task in tasks
    ]
    return [
        Calibration(
            noise=0.0,
            spread=1.0,
            quantile=NORMAL_90,
            rows=len(task.truth),
            slope=found.slope,
            kernel=found.kernel,
            offset=found.offset,
            remote=task.trained.ood_value,
            fade=ood_start,
            gone=ood_end_of(ood_start),
        )
        for task, found in zip(tasks, fit_platt(votes), strict=True)
    ]
