"""Moves the predictions of a series by the errors that its measured compounds had.

The errors of similar compounds go together (:mod:`gnn.calibration.shared_error`). So once some
compounds of a series are measured, the error of the others is partly known: its mean, given the
known errors, is that of a Gaussian process whose kernel is the correlation of errors by similarity.
No model is trained. Compounds that are no more similar than any two molecules of the held-out rows
count as unlike, and move nothing.

A few errors may agree by chance. The offset is therefore kept in proportion to t² / (t² + 2), where
t is the mean error of the similar measured compounds over its standard error, with a variance
moderated by the one that the correlations promise (as in Smyth 2004, doi 10.2202/1544-6115.1027).
That costs some accuracy on average and spares more series a change for the worse:
``python -m benchmarks offsets`` measures both.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gnn.models.runtime import one_thread

LEAST_T2 = 2.0
"""The squared t at which half of an offset is kept."""
_PRIOR = 1.0
"""Errors that the promised variance counts for."""
LEAST_OWN = 0.05
"""Least share of an error that is the compound's own. Interpolated correlations need not be those
of any errors: without such a share, many compounds could move a molecule without limit."""
_ROWS = 64
"""Molecules of one matrix product. The shape is fixed, so a molecule's bits are those of any
batch."""


class Moved(NamedTuple):
    """The change of M predictions, float64 [M] each."""

    offset: Tensor
    """To add, in standard deviations of the prediction."""
    deviation: Tensor
    """The standard deviation afterwards, as a share of that before, 0 to 1."""


class SeriesOffset:
    """The errors of n measured compounds on one target, ready to move predictions."""

    def __init__(
        self,
        error: Tensor,
        likeness: Tensor,
        similarity: Sequence[float],
        series: Sequence[float],
    ) -> None:
        """Take known errors; at least one, and at least one correlation.

        Args:
            error: float64 [n] measured less predicted, in standard deviations of the prediction.
            likeness: float64 [n, n] similarities of the measured compounds, 0 to 1.
            similarity: The similarities at which correlations of errors are known, ascending.
            series: These correlations, as on the model's card.
        """
        self._error = error
        self._places = torch.tensor(similarity, dtype=torch.float64, device=error.device)
        self._values = torch.tensor(series, dtype=torch.float64, device=error.device)
        among = self._shared(likeness.to(error.device)).cpu().fill_diagonal_(1.0)
        own = max(LEAST_OWN, 1 - float(self._values[-1]))
        with one_thread():  # its last bits would depend on the number of threads
            values, vectors = torch.linalg.eigh(among)
            inverse = (vectors / values.clamp(min=own)) @ vectors.T
        self._inverse = inverse.to(error.device)

    def move(self, likeness: Tensor) -> Moved:
        """Return the change for M molecules with similarities float64 [M, n] to the known ones.

        A molecule's numbers depend on itself and the measured compounds only, not on the others.
        """
        pieces = [self._move(piece) for piece in likeness.split(_ROWS)]
        return Moved(*(torch.cat(both) for both in zip(*pieces, strict=True)))

    def _shared(self, likeness: Tensor) -> Tensor:
        """Return the correlations of errors at similarities, 0 for compounds that are unlike."""
        found = interpolate(likeness, self._places, self._values)
        return (found - self._values[0]).clamp(min=0)

    def _move(self, likeness: Tensor) -> Moved:
        count, error = len(likeness), self._error
        shared = self._shared(likeness)
        padded = torch.nn.functional.pad(shared, (0, 0, 0, _ROWS - count))
        weights = (padded @ self._inverse)[:count]
        offset = (weights * error).sum(dim=1)
        explained = (weights * shared).sum(dim=1).clamp(0, 1)
        parts = weights.abs() + 1e-12
        parts = parts / parts.sum(dim=1, keepdim=True)
        mean = (parts * error).sum(dim=1)
        effective = 1 / parts.square().sum(dim=1)
        squares = (parts * (error - mean[:, None]).square()).sum(dim=1) * effective
        promised = 1 - (parts * shared).sum(dim=1)
        variance = (_PRIOR * promised + squares) / (_PRIOR + (effective - 1).clamp(min=0))
        t2 = mean.square() * effective / variance.clamp(min=1e-12)
        kept = t2 / (t2 + LEAST_T2)
        limit = float(error.abs().max())  # no prediction is moved by more than any was wrong
        return Moved(
            (kept * offset).clamp(-limit, limit), (1 - explained * kept * (2 - kept)).sqrt()
        )


def interpolate(at: Tensor, places: Tensor, values: Tensor) -> Tensor:
    """Return the values at any places: linear between known ones, constant beyond the ends."""
    if len(places) == 1:
        return values.expand(at.shape)
    right = torch.bucketize(at, places).clamp(1, len(places) - 1)
    low, high = places[right - 1], places[right]
    share = ((at - low) / (high - low)).clamp(0, 1)
    return values[right - 1] + share * (values[right] - values[right - 1])
