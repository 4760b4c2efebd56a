"""Limits how far a prediction goes from the value that its task suggests for any molecule.

Three rules, all fitted on held-out rows:

- Few training values limit the distance: the distance from the task's mean is multiplied by
  n / (n + k), where n is the number of the task's training values. This is the form of an empirical
  Bayes estimate, with one number k for the whole bundle.
- Predictions of all tasks are moved together by their mean error, reduced by one standard error:
  molecules unlike those trained on are not a fair sample of them.
- Little similarity to training limits the distance: from a distance ``ood_start`` on, the value is
  drawn linearly towards the task's value for strange compounds, and reaches it at a distance of 1,
  where a molecule shares nothing with any training compound. Held-out rows do not reach there, so
  ``ood_start`` is 0.8 unless an earlier start lowers their error by more than two standard errors.
  If strangers are presumed to have a value, there is reason to start where the domain ends, as far
  as that is between 0.65 and 0.8, and to arrive 0.2 farther.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gnn.features.array_types import Floats, Ints

CHOICES = (0.0, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0)
"""Values of k that are tried; 0 leaves predictions unchanged."""
OOD_START = 0.8
"""Distance from which a value is drawn unless data show otherwise."""
EARLIEST_OOD_START, OOD_SPAN = 0.65, 0.2
"""Distance up to which a value stays if the domain ends sooner; distance over which it is then
drawn, the same as from 0.8 to 1."""
_OOD_STARTS = (0.3, 0.4, 0.5, 0.6, 0.7)


class HeldOut(NamedTuple):
    """A task's m held-out values and predictions, as distances from its training mean."""

    truth: Floats
    predicted: Floats
    trained: int
    """Number of training values."""
    scale: float
    """Their standard deviation: the unit of the task's errors."""


def shrinkage_factor(count: int, k: float) -> float:
    """Return the share, 0 to 1, of its distance from the mean that a prediction keeps."""
    return count / (count + k) if k > 0 else 1.0


def ood_weight(distance: Floats, ood_start: float, ood_end: float = 1.0) -> Floats:
    """Return how far [M] molecules are out of domain, 0 to 1.

    It is 0 up to ``ood_start`` and 1 from ``ood_end`` on.
    """
    if ood_start >= ood_end:
        return np.zeros(len(distance))
    found: Floats = np.clip((distance - ood_start) / (ood_end - ood_start), 0.0, 1.0)
    return found


def ood_end_of(latest: float) -> float:
    """Return the distance at which a value arrives that is drawn from ``latest`` on."""
    return round(min(1.0, latest + OOD_SPAN), 4)


def fit_shrinkage(tasks: Sequence[HeldOut]) -> float:
    """Choose k by the mean over tasks of the mean squared error, in units of each task's scale.

    Tasks with fewer than three values, or a scale of 0, do not count; without any other, k is 0.
    """
    telling = [task for task in tasks if len(task.truth) >= 3 and task.scale > 0]
    if not telling:
        return 0.0

    def loss(k: float) -> float:
        errors = [
            task.truth - shrinkage_factor(task.trained, k) * task.predicted for task in telling
        ]
        pairs = zip(errors, telling, strict=True)
        return float(np.mean([np.square(error / task.scale).mean() for error, task in pairs]))

    return min(CHOICES, key=loss)


def fit_offset(tasks: Sequence[HeldOut], molecules: Sequence[Ints]) -> float:
    """Return the mean over tasks of truth minus prediction, in units of each task's scale.

    It is reduced by one standard error; ``molecules`` [m] of each task tell which values belong to
    one molecule, and so err together.
    """
    errors = [
        (task.truth - task.predicted) / (task.scale * len(task.truth))
        for task in tasks
        if len(task.truth) and task.scale > 0
    ]
    if not errors:
        return 0.0
    which = [rows for rows, task in zip(molecules, tasks, strict=True) if task.scale > 0]
    each = np.concatenate(errors) / len(errors)
    mean = float(each.sum())
    sums = np.bincount(np.unique(np.concatenate(which), return_inverse=True)[1], each)
    doubt = float(np.sqrt(np.square(sums - mean / len(sums)).sum()))
    return float(np.sign(mean) * max(0.0, abs(mean) - doubt))


def fit_ood_start(
    truth: Floats,
    predicted: Floats,
    ood_value: Floats,
    distance: Floats,
    molecule: Ints,
    latest: float = OOD_START,
) -> float:
    """Choose the distance from which values are drawn; all [n], in units of each task's scale.

    ``ood_value`` is the value towards which they are drawn; ``molecule`` tells which values belong
    to one molecule. The result is ``latest``, with its end, or sooner, with its end at 1.
    """
    found, gain = latest, 0.0
    before = np.square(
        truth
        - predicted
        - ood_weight(distance, latest, ood_end_of(latest)) * (ood_value - predicted)
    )
    for ood_start in (ood_start for ood_start in _OOD_STARTS if ood_start < latest):
        drawn = predicted + ood_weight(distance, ood_start) * (ood_value - predicted)
        better = before - np.square(truth - drawn)
        each = np.bincount(molecule, better)
        error = float(np.sqrt(np.square(each).sum()))
        if better.sum() > max(gain, 2 * error):
            found, gain = ood_start, float(better.sum())
    return found
