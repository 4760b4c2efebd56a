"""What the models of one bundle say about molecules, before calibration makes predictions of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Outputs(NamedTuple):
    """Raw outputs of a bundle's models for M molecules and T tasks.

    networks: [K, M, T] float64, the K networks: values in the task's unit, or logits of a class;
        NaN where that network may not be measured on the row (it was trained on it). K may be 0.
    kernel: [M, T] float64, the kernel machine: values in the task's unit, or for a class a score
        that was fitted to targets 0 and 1 (and may leave that range); None without one.
    """

    networks: NDArray[np.float64]
    kernel: NDArray[np.float64] | None


def logistic(odds: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return probabilities of log odds, without an overflow."""
    found: NDArray[np.floating] = np.exp(-np.logaddexp(0, -odds))
    return found
