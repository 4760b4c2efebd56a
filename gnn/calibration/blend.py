"""How much of a regression comes from the kernel machine and how much from the networks."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
_PRIOR_ROWS = 50.0
"""Rows that the weight of all tasks together counts for in each task's own."""


class Rivals(NamedTuple):
    """A task's held-out values and both predictions of them, each [n], in its scale's unit."""

    truth: Floats
    networks: Floats
    kernel: Floats


def fit_blends(tasks: Sequence[Rivals]) -> list[float]:
    """Return each task's weight of the kernel machine, 0 to 1, by least squares.

    A task's own weight is drawn towards that of all tasks together, the more the fewer its rows.
    Without any row all are 1/2.
    """
    sums = [_sums(task) for task in tasks]
    rows = sum(len(task.truth) for task in tasks)
    gain, weight = (sum(pair[at] for pair in sums) for at in (0, 1))
    shared = float(np.clip(gain / weight, 0, 1)) if weight > 0 else 0.5
    prior = _PRIOR_ROWS * weight / rows if rows else 1.0
    if weight <= 0:
        return [shared] * len(sums)
    return [float(np.clip((own + prior * shared) / (seen + prior), 0, 1)) for own, seen in sums]


def _sums(task: Rivals) -> tuple[float, float]:
    apart = task.kernel - task.networks
    return float((apart * (task.truth - task.networks)).sum()), float(np.square(apart).sum())
