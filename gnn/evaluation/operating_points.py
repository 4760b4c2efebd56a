"""Measures the errors of a class at each threshold of its probability."""

import numpy as np

from gnn.card.card import OperatingPoints
from gnn.evaluation.metrics import measurable
from gnn.features.array_types import Floats

THRESHOLDS = tuple(step / 20 for step in range(1, 20))
"""0.05, 0.10, … 0.95."""


def measure_operating_points(truth: Floats, probability: Floats) -> OperatingPoints | None:
    """Measure sensitivity and specificity at :data:`THRESHOLDS`.

    Args:
        truth: [n] 0 or 1.
        probability: [n] from models and a calibration that did not see these rows.

    Returns:
        The points, or None if the rows are too few or all alike, as for metrics.
    """
    if not measurable(truth, "classification"):
        return None
    is_above = probability[:, None] >= np.array(THRESHOLDS)
    positive = truth == 1
    return OperatingPoints(
        positives=int(positive.sum()),
        negatives=int((~positive).sum()),
        thresholds=THRESHOLDS,
        sensitivity=_rounded(is_above[positive].mean(axis=0)),
        specificity=_rounded(1 - is_above[~positive].mean(axis=0)),
    )


def _rounded(shares: Floats) -> tuple[float, ...]:
    return tuple(round(float(share), 4) for share in shares)
