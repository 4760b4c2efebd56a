"""Computes errors with intervals from predictions: of one set, and the mean over sets."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.evaluation.metrics import rmse

Floats = npt.NDArray[np.float64]
ROUNDS = 2000


class Error(NamedTuple):
    """A root mean squared error with its 95 % percentile-bootstrap interval."""

    value: float
    low: float
    high: float
    draws: Floats
    """[ROUNDS] the values of the bootstrap, so that means of errors have an interval too."""

    @property
    def text(self) -> str:
        """The error and its interval, such as ``0.671 [0.650, 0.693]``."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def measure(truth: Floats, predicted: Floats, seed: int = 0) -> Error:
    """Measure the test rows [n] of one set; every model has the same bootstrap draws."""
    rows = np.random.default_rng(seed).integers(0, len(truth), (ROUNDS, len(truth)))
    draws = np.sqrt(np.square(truth - predicted)[rows].mean(axis=1))
    return _with_interval(rmse(truth, predicted), draws)


def average(errors: Sequence[Error]) -> Error:
    """Average over sets; the interval is over the molecules of each set, with fixed sets."""
    return _with_interval(
        float(np.mean([error.value for error in errors])),
        np.mean([error.draws for error in errors], axis=0),
    )


def _with_interval(value: float, draws: Floats) -> Error:
    low, high = np.percentile(draws, [2.5, 97.5])
    return Error(value, float(low), float(high), draws)
