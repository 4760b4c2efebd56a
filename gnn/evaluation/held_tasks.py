"""Collects each task's measurements that no model saw, with the models' outputs for them."""

from typing import NamedTuple

import numpy as np

from gnn.calibration.calibrate import HeldTask, Trained
from gnn.calibration.calibration import Outputs
from gnn.calibration.inactivity import find_floor
from gnn.features.array_types import Bools, Floats, Floats32, Floats64, Ints
from gnn.training.training_set import TrainingSet

HIT_RATE = 0.05
"""Share of positives among compounds unlike any of a class's: few random compounds are positive."""
POTENCY = "pActivity"
"""Unit of the tasks that may have a floor: -log10 of a molar concentration."""
UNKNOWN = 2.0
"""Standard deviations of a task's values by which a stranger may be off if nothing is presumed."""


class Outside(NamedTuple):
    """The models' outputs for the n molecules with values of another source."""

    rows: Ints
    """[n] the molecules."""
    networks: Floats64
    """[K, n, T], as in :class:`gnn.calibration.calibration.Outputs`."""
    distance: Floats
    """[n] to the training compounds, 0 for these themselves."""


def held_task(data: TrainingSet, outputs: Outputs, task: int, distance: Floats64) -> HeldTask:
    """Return a task's held-out measurements: the rows for which ``outputs`` are not NaN.

    ``distance`` [M] is that to the training compounds.
    """
    truth = data.values[:, task].astype(np.float64)
    said = np.isfinite(outputs.networks[:, :, task]).any(axis=0)
    if outputs.kernel is not None:
        there = np.isfinite(outputs.kernel[:, task])
        said = there & said if len(outputs.networks) else there
    rows = np.flatnonzero(said & np.isfinite(truth))
    return HeldTask(
        binary=bool(data.binary[task]),
        trained=trained_facts(data, task),
        truth=truth[rows],
        bounds=data.bounds[rows, task],
        networks=outputs.networks[:, rows, task],
        kernel=None if outputs.kernel is None else outputs.kernel[rows, task],
        distance=distance[rows],
        rows=rows,
    )


def trained_facts(data: TrainingSet, task: int) -> Trained:
    """Return the facts about a task's values that are trained on.

    Only potencies have a floor: of a rate or a solubility nobody says that it is inactive.
    """
    seen: Bools = np.asarray(np.isin(data.roles, ("fit", "stop")).any(axis=0))
    measured = seen & data.is_measured[:, task]
    values = data.values[measured, task].astype(np.float64)
    if data.tasks[task]["unit"] != POTENCY:
        return _facts(data, task, values, seen)
    floor = find_floor(values, data.bounds[measured, task])
    return _facts(data, task, values, seen)._replace(floor=floor)


def _facts(data: TrainingSet, task: int, values: Floats64, seen: Bools) -> Trained:
    """Return the facts without a floor; ``values`` are those of the molecules ``seen`` [M]."""
    # Molecules unlike any measured one were presumed to have such a value.
    strange = np.zeros(0)
    if data.presumed is not None:
        strange = data.values[seen & data.presumed, task].astype(np.float64)
        strange = strange[np.isfinite(strange)]
    if data.binary[task]:
        share = (values.sum() + 0.5) / (len(values) + 1)
        ood_value = min(share, HIT_RATE) if len(strange) else share
        return Trained(
            _odds(share), scale=1.0, values=len(values), ood_value=_odds(ood_value), ood_std=0.0
        )
    if not len(values):
        return Trained(centre=0.0, scale=1.0, values=0, ood_value=0.0, ood_std=1.0)
    centre, scale = float(values.mean()), float(values.std()) or 1.0
    if len(strange):
        ood_value = float(strange.mean())
        ood_std = float(np.hypot(scale, ood_value - centre))
        return Trained(centre, scale, values=len(values), ood_value=ood_value, ood_std=ood_std)
    if data.presumed is not None:
        # Nothing is known about strangers, not even in which direction they differ: the interval
        # shows it.
        return Trained(centre, scale, len(values), ood_value=centre, ood_std=UNKNOWN * scale)
    return Trained(centre, scale, len(values), ood_value=centre, ood_std=scale)


def _odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


def outside_task(data: TrainingSet, values: Floats32, outside: Outside, task: int) -> HeldTask:
    """Return a task's measurements among the ``values`` [M, T] of another source."""
    truth = values[outside.rows, task].astype(np.float64)
    there = np.isfinite(truth)
    rows = outside.rows[there]
    return HeldTask(
        binary=bool(data.binary[task]),
        trained=trained_facts(data, task),
        truth=truth[there],
        bounds=data.bounds[rows, task],
        networks=outside.networks[:, there, task],
        kernel=None,
        distance=outside.distance[there].astype(np.float64),
        rows=rows,
    )
