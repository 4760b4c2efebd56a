"""Widens or narrows 90 % intervals by the errors that a campaign's own results had.

Errors are those of predictions that were registered before the measurement. The factor of a
molecule is a weighted conformal quantile (Tibshirani et al. 2019, arXiv 1904.06019): errors of
recent plates and of similar compounds count more. Until there are enough of them, the model's own
error distribution counts as well, as ``PRIOR`` errors would.
"""

import numpy as np
from scipy.special import ndtr

from gnn.calibration.calibration import NORMAL_90
from gnn.features.array_types import Floats, Floats64, Ints

COVERAGE = 0.9
PRIOR = 10.0
"""Errors that the model's own distribution counts for."""
HALF_LIFE = 2.0
"""Plates after which an error counts half."""
UNLIKE = 0.3
"""Weight of the error of a compound that is not similar at all; a similar one has up to 1."""
NARROWEST, WIDEST = 0.6, 4.0
"""Limits of the factor."""
_GRID = np.linspace(NARROWEST, WIDEST, 341) * NORMAL_90


def interval_factors(error: Floats, age: Ints, likeness: Floats) -> Floats64:
    """Return the factors [M] by which the half widths of M intervals change.

    Args:
        error: The errors [n] of measured compounds, in standard deviations of their predictions.
        age: The plates [n] measured since, 0 for the newest.
        likeness: The similarities [M, n] of the molecules to them, 0 to 1.
    """
    recent = 0.5 ** (np.asarray(age, np.float64) / HALF_LIFE)
    weight = recent * (UNLIKE + (1 - UNLIKE) * np.asarray(likeness, np.float64))
    order = np.argsort(np.abs(error), kind="stable")
    size, weight = np.abs(error)[order], weight[:, order]
    below = np.concatenate([np.zeros((len(weight), 1)), np.cumsum(weight, axis=1)], axis=1)
    inside = below[:, np.searchsorted(size, _GRID, side="right")]
    # One more compound, with a weight of 1: the molecule itself, whose error may be any.
    every = below[:, -1:] + PRIOR + 1
    reached = (inside + PRIOR * (2 * ndtr(_GRID) - 1) + COVERAGE) / every >= COVERAGE
    reached[:, -1] = True
    found: Floats64 = _GRID[reached.argmax(axis=1)] / NORMAL_90
    return found
