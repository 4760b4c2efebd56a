"""Moves the predictions of a series by the errors that its measured compounds had.

The errors of similar compounds go together (:mod:`gnn.calibration.shared_error`). So once some
compounds of a series are measured, the error of the others is partly known: its mean, given the
known errors, is that of a Gaussian process whose kernel is the correlation of errors by similarity.
No model is trained.

A few errors may agree by chance. The offset is therefore kept in proportion to t² / (t² + 2), where
t is the mean error of the similar measured compounds over its standard error, with a variance
moderated by the one that the correlations promise (as in Smyth 2004, doi 10.2202/1544-6115.1027).
That costs some accuracy on average and spares more series a change for the worse:
``python -m benchmarks offsets`` measures both.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gnn.calibration.domain import Bits
from gnn.calibration.shared_error import correlations_among, similarities_between
from gnn.features.array_types import Floats, Floats64, pieces

LEAST_T2 = 2.0
"""The squared t at which half of an offset is kept."""
_PRIOR = 1.0
"""Errors that the promised variance counts for."""
_RIDGE = 1e-6
_PIECE = 4096
"""Molecules that are moved at a time."""


class KnownErrors(NamedTuple):
    """The errors of n measured compounds on one target, as predicted before the measurement."""

    bits: Bits
    """[n, 128] environments."""
    error: Floats
    """[n] measured less predicted, in standard deviations of the prediction."""


class Moved(NamedTuple):
    """The change of M predictions."""

    offset: Floats64
    """[M] to add, in standard deviations of the prediction."""
    deviation: Floats64
    """[M] the standard deviation afterwards, as a share of that before, 0 to 1."""
    nearest: Floats64
    """[M] similarity to the most similar measured compound, 0 to 1."""
    weight: Floats64
    """[M] number of measured compounds, at full correlation, that the offset comes from."""


def move_series(
    known: KnownErrors,
    bits: Bits,
    similarity: Sequence[float],
    series: Sequence[float],
) -> Moved:
    """Return how the errors of measured compounds move M predictions.

    A molecule's numbers depend on itself and the measured compounds only, not on the others.

    Args:
        known: The n measured compounds; without any nothing is moved.
        bits: The environments [M, 128] of the molecules.
        similarity: The similarities at which correlations of errors are known, ascending.
        series: These correlations, as on the model's card.
    """
    found = Moved(*np.zeros((4, len(bits))))
    found.deviation[:] = 1
    if not len(known.bits) or not len(series):
        return found
    among = correlations_among(similarities_between(known.bits, known.bits), similarity, series)
    inverse = np.asarray(np.linalg.inv(_positive(among)), np.float64)
    for rows in pieces(len(bits), _PIECE):
        likeness = similarities_between(bits[rows], known.bits)
        shared = np.asarray(np.interp(likeness, similarity, series), np.float64)
        moved = _move(shared, inverse, np.asarray(known.error, np.float64))
        for whole, part in zip(found, moved._replace(nearest=likeness.max(axis=1)), strict=True):
            whole[rows] = part
    return found


def _move(shared: Floats64, inverse: Floats64, error: Floats64) -> Moved:
    """Return the change of m predictions whose errors are correlated [m, n] with known ones."""
    # Summed row by row: a matrix product could sum in another order in another batch.
    weights = np.stack([(row[:, None] * inverse).sum(axis=0) for row in shared])
    offset = (weights * error).sum(axis=1)
    explained = np.clip((weights * shared).sum(axis=1), 0, 1)
    parts = np.abs(weights) + 1e-12
    parts /= parts.sum(axis=1, keepdims=True)
    mean = (parts * error).sum(axis=1)
    count = 1 / (parts**2).sum(axis=1)
    squares = (parts * (error - mean[:, None]) ** 2).sum(axis=1) * count
    promised = 1 - (parts * shared).sum(axis=1)
    variance = (_PRIOR * promised + squares) / (_PRIOR + np.maximum(count - 1, 0))
    t2 = mean**2 * count / np.maximum(variance, 1e-12)
    kept = t2 / (t2 + LEAST_T2)
    left = 1 - explained * kept * (2 - kept)
    return Moved(kept * offset, np.sqrt(left), offset, shared.sum(axis=1))


def _positive(correlations: Floats64) -> Floats64:
    """Return correlations [n, n] without the negative parts that interpolation may leave."""
    values, vectors = np.linalg.eigh(correlations)
    positive: Floats64 = (vectors * np.clip(values, _RIDGE, None)) @ vectors.T
    return positive
