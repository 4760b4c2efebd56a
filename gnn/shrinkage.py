"""How far a prediction may go from its task's mean: the fewer values were trained on, the less.

A network of many tasks is bold on those it saw little of. Its distance from the task's mean is
multiplied by n / (n + k), n being the task's training values: the form of an empirical Bayes
estimate, with one number k for the whole bundle, chosen on held-out rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
CHOICES = (0.0, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0)
"""Values of k that are tried; 0 leaves predictions as they are."""


class HeldOut(NamedTuple):
    """A task's m held-out values and predictions, as distances from its training mean."""

    truth: Floats
    predicted: Floats
    trained: int
    """Values that were trained on."""
    scale: float
    """Their standard deviation: the unit of the task's errors."""


def keep(count: int, k: float) -> float:
    """Return the share of its distance from the mean that a prediction keeps, 0 to 1."""
    return count / (count + k) if k > 0 else 1.0


def fit_shrinkage(tasks: Sequence[HeldOut]) -> float:
    """Choose k by the mean over tasks of the mean squared error, in units of each task's scale.

    Tasks of fewer than three values, or of a scale of 0, say nothing; without any other, k is 0.
    """
    telling = [task for task in tasks if len(task.truth) >= 3 and task.scale > 0]
    if not telling:
        return 0.0

    def loss(k: float) -> float:
        errors = [task.truth - keep(task.trained, k) * task.predicted for task in telling]
        pairs = zip(errors, telling, strict=True)
        return float(np.mean([np.square(error / task.scale).mean() for error, task in pairs]))

    return min(CHOICES, key=loss)
