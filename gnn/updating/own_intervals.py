"""Widens or narrows 90 % intervals by the errors that a campaign's own results had.

The factor of a molecule is a weighted quantile of errors that predictions had before the
measurement: errors of recent results and of similar compounds count more. Until there are enough of
them, the model's own error distribution counts as well, as ``PRIOR`` errors would. So a few results
change little, and if errors are twice as large as promised, 0.73 of the intervals hold after 5
results, 0.83 after 20 and 0.87 after 60.
"""

import torch
from torch import Tensor

from gnn.calibration.conformal import NORMAL_90

COVERAGE = 0.9
PRIOR = 10.0
"""Errors that the model's own distribution counts for."""
HALF_LIFE = 2.0
"""Events of results after which an error counts half."""
UNLIKE = 0.3
"""Weight of the error of a compound that is not similar at all; a similar one has up to 1."""
NARROWEST, WIDEST = 0.6, 4.0
"""Limits of the factor."""


class OwnIntervals:
    """The errors of n measured compounds on one target, ready to change intervals."""

    def __init__(self, error: Tensor, age: Tensor, exact: Tensor) -> None:
        """Take errors, at least one.

        Args:
            error: float64 [n] errors, in standard deviations of the predictions.
            age: float64 [n] events of results since, 0 for the newest.
            exact: float64 [n] 1 for a measurement; 0 for a bound, which does not count.
        """
        self._order = error.abs().argsort(stable=True)
        self._recent = (exact * 0.5 ** (age / HALF_LIFE))[self._order]
        self._grid = torch.linspace(NARROWEST, WIDEST, 341).double().to(error.device) * NORMAL_90
        self._count = torch.searchsorted(error.abs()[self._order], self._grid, right=True)
        self._own = PRIOR * torch.special.erf(self._grid / 2**0.5)

    def factors(self, likeness: Tensor) -> Tensor:
        """Return float64 [M], by which half widths change, for similarities float64 [M, n]."""
        weight = self._recent * (UNLIKE + (1 - UNLIKE) * likeness[:, self._order])
        below = torch.nn.functional.pad(weight.cumsum(dim=1), (1, 0))
        every = below[:, -1:] + PRIOR
        reached = (below[:, self._count] + self._own) / every >= COVERAGE
        reached[:, -1] = True
        return self._grid[reached.byte().argmax(dim=1)] / NORMAL_90
