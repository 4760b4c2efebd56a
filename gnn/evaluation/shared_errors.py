"""Collects the errors on held-out values, of which the card says how they go together."""

from collections.abc import Sequence

import numpy as np

from gnn.calibration.calibrate import HeldTask
from gnn.calibration.domain import environment_bits
from gnn.calibration.shared_error import fit_shared_error, standard_errors
from gnn.evaluation.domain_card import SharedErrorCard
from gnn.evaluation.reliability import CrossFitted
from gnn.features.graph_arrays import take
from gnn.training.training_set import TrainingSet


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
