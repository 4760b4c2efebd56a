"""Widens or narrows 90 % intervals by the errors that a campaign's own results had.

The factor of a molecule is a weighted conformal quantile (Tibshirani et al. 2019, arXiv 1904.06019)
of errors that predictions had before the measurement: errors of recent plates and of similar
compounds count more. Until there are enough of them, the model's own error distribution counts as
well, as ``PRIOR`` errors would.
"""

import torch
from torch import Tensor

from gnn.calibration.calibration import NORMAL_90

COVERAGE = 0.9
PRIOR = 10.0
"""Errors that the model's own distribution counts for."""
HALF_LIFE = 2.0
"""Plates after which an error counts half."""
UNLIKE = 0.3
"""Weight of the error of a compound that is not similar at all; a similar one has up to 1."""
NARROWEST, WIDEST = 0.6, 4.0
"""Limits of the factor."""


class OwnIntervals:
    """The errors of n measured compounds on one target, ready to change intervals."""

    def __init__(self, error: Tensor, age: Tensor) -> None:
        """Take errors, at least one.

        Args:
            error: float64 [n] errors, in standard deviations of the predictions.
            age: float64 [n] plates measured since, 0 for the newest.
        """
        self._order = error.abs().argsort(stable=True)
        self._recent = (0.5 ** (age / HALF_LIFE))[self._order]
        self._grid = torch.linspace(NARROWEST, WIDEST, 341).double().to(error.device) * NORMAL_90
        self._count = torch.searchsorted(error.abs()[self._order], self._grid, right=True)
        self._own = PRIOR * torch.special.erf(self._grid / 2**0.5)

    def factors(self, likeness: Tensor) -> Tensor:
        """Return float64 [M], by which half widths change, for similarities float64 [M, n]."""
        weight = self._recent * (UNLIKE + (1 - UNLIKE) * likeness[:, self._order])
        below = torch.nn.functional.pad(weight.cumsum(dim=1), (1, 0))
        # One more compound, with a weight of 1: the molecule itself, whose error may be any.
        every = below[:, -1:] + PRIOR + 1
        reached = (below[:, self._count] + self._own + COVERAGE) / every >= COVERAGE
        reached[:, -1] = True
        return self._grid[reached.byte().argmax(dim=1)] / NORMAL_90
