"""Fits the probability of inactivity (:mod:`gnn.calibration.inactivity`) on held-out rows.

It is a Platt scaling with two features: the level minus the calibrated value, times the distance to
training, and times one minus that distance. All tasks together give the numbers from which those of
each task depart, the less the fewer its rows (:mod:`gnn.calibration.blend`).
"""

from collections.abc import Sequence

import numpy as np

from gnn.calibration.blend import fit_logistic
from gnn.calibration.calibrate import MINIMUM_ROWS, HeldTask
from gnn.calibration.calibration import Calibration, apply_regression
from gnn.calibration.inactivity import Inactivity
from gnn.features.array_types import Floats, Ints

_PRIOR = np.array([3.0, 1.5, 1.0])
"""Slope nearby, slope far away and offset of 168 kinases, in units of pActivity. A fit to few rows,
such as those of a team's own assay, stays near them."""


def fit_inactivity(
    tasks: Sequence[HeldTask], calibrations: Sequence[Calibration]
) -> list[Inactivity | None]:
    """Fit every task that has a floor; the others have None.

    None of them has numbers if fewer than 10 held-out values are known to be active or not.

    Args:
        tasks: Held-out measurements and outputs of each task.
        calibrations: Those of the tasks. The rows of ``tasks`` may be theirs.
    """
    at = [place for place, task in enumerate(tasks) if task.trained.floor is not None]
    sides = [_side(tasks[place]) for place in at]
    features = [_features(tasks[place], calibrations[place]) for place in at]
    found: list[Inactivity | None] = [None] * len(tasks)
    if sum(map(len, sides)) < MINIMUM_ROWS:
        return found
    shared = fit_logistic(np.concatenate(sides), np.concatenate(features), _PRIOR)
    for place, side, x in zip(at, sides, features, strict=True):
        floor = tasks[place].trained.floor
        if floor is not None:
            near, far, offset = map(float, fit_logistic(side, x, shared))
            found[place] = Inactivity(floor.level, floor.mean, near, far, offset)
    return found


def known_sides(task: HeldTask) -> tuple[Ints, Floats]:
    """Return the rows [k] of a task's measurements whose side of its floor is known, and the side.

    A side is 1 for an inactive compound, otherwise 0. Without a floor there are no such rows.
    """
    floor = task.trained.floor
    if floor is None:
        return np.zeros(0, np.int64), np.zeros(0)
    rows = np.flatnonzero(floor.is_known(task.truth, task.bounds))
    return rows, floor.holds(task.truth[rows]).astype(np.float64)


def _side(task: HeldTask) -> Floats:
    return known_sides(task)[1]


def _features(task: HeldTask, calibration: Calibration) -> Floats:
    """Return the features [k, 3] of the measurements whose side is known."""
    rows, _ = known_sides(task)
    value, *_ = apply_regression(task.networks, task.kernel, task.distance, calibration)
    level = task.trained.floor.level if task.trained.floor is not None else 0.0
    below, distance = level - value[rows], task.distance[rows]
    return np.stack([(1 - distance) * below, distance * below, np.ones(len(rows))], axis=1)
