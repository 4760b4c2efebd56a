"""Measures how errors of predictions go together: of like compounds, and of one compound's targets.

If a series is predicted too potent on a target, all its compounds mostly are. So the number of
actives among like hits is less certain than with independent errors. The errors of one compound on
two targets are correlated, too, so the error of their difference is smaller.

A correlation is the mean product of two errors over the mean square of one error. An error is
measured in standard deviations: half widths of the 90 % interval, divided by 1.64. Only held-out
rows are used. No correlation falls with similarity, because the data show none that does.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gnn.calibration.conformal import NORMAL_90
from gnn.calibration.domain import Bits
from gnn.features.array_types import Floats, Floats64, Ints

SIMILARITIES = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
"""Edges of the bins of similarity (Tanimoto, of the environments of the domain)."""
MOST_ROWS = 2000
"""Most values of one target whose pairs are compared; of more, so many are drawn."""
LEAST_PAIRS = 100
"""The fewest pairs of errors whose correlation is measured."""


class SharedError(NamedTuple):
    """The correlations of errors of one bundle's regressions."""

    targets: float | None
    """Of one compound's errors on two targets, 0 to 1; None if too few pairs were measured."""
    target_pairs: int
    """Number of these pairs."""
    similarities: tuple[float, ...]
    """The mean similarities of pairs of compounds, ascending; empty if too few were measured."""
    series: tuple[float, ...]
    """Of the errors of two compounds of these similarities on one target, 0 to 1, ascending."""
    series_pairs: tuple[int, ...]
    """Number of pairs at each similarity."""


def fit_shared_error(errors: Sequence[Floats], rows: Sequence[Ints], bits: Bits) -> SharedError:
    """Measure the correlations of errors on T targets.

    Args:
        errors: Of each target, the errors [n] of held-out values, in standard deviations.
        rows: Of each target, the molecules [n] of these values, as positions in ``bits``.
        bits: The environments [M, 128] of the molecules.
    """
    table = np.full((len(bits), len(errors)), np.nan)
    for target, (found, of) in enumerate(zip(errors, rows, strict=True)):
        table[of, target] = found
    targets, pairs = _between_targets(table)
    products, squares, similar, counts = np.zeros((4, len(SIMILARITIES) - 1))
    generator = np.random.default_rng(0)
    for every, of_every in zip(errors, rows, strict=True):
        drawn = np.arange(len(of_every))
        if len(drawn) > MOST_ROWS:
            drawn = generator.choice(drawn, MOST_ROWS, replace=False)
        found, of = every[drawn], of_every[drawn]
        likeness = similarities(bits[of])
        above = np.triu_indices(len(of), 1)
        which = np.digitize(likeness[above], SIMILARITIES[1:-1])
        size = {"minlength": len(counts)}
        products += np.bincount(which, np.outer(found, found)[above], **size)
        square = np.add.outer(found**2, found**2) / 2
        squares += np.bincount(which, square[above], **size)
        similar += np.bincount(which, likeness[above], **size)
        counts += np.bincount(which, **size)
    known = counts >= LEAST_PAIRS
    correlations = products[known] / np.maximum(squares[known], 1e-12)
    rising = np.maximum.accumulate(np.clip(correlations, 0, 1))
    return SharedError(
        targets,
        pairs,
        tuple(np.round(similar[known] / counts[known], 3).tolist()),
        tuple(np.round(rising, 3).tolist()),
        tuple(counts[known].astype(int).tolist()),
    )


def standard_errors(truth: Floats, value: Floats, low: Floats, high: Floats) -> Floats:
    """Return errors [n] in standard deviations, given predictions with their 90 % intervals."""
    found: Floats = (truth - value) * 2 * NORMAL_90 / np.maximum(high - low, 1e-9)
    return found


def similarities(bits: Bits) -> Floats64:
    """Return the Tanimoto similarities [n, n] of molecules given as packed bits [n, 128]."""
    return similarities_between(bits, bits)


def similarities_between(bits: Bits, others: Bits) -> Floats64:
    """Return the Tanimoto similarities [n, m] of molecules given as packed bits [.., 128]."""
    left = np.unpackbits(bits, axis=1).astype(np.float32)
    right = np.unpackbits(others, axis=1).astype(np.float32)
    shared = (left @ right.T).astype(np.float64)  # whole numbers: exact in any order
    every = left.sum(axis=1)[:, None] + right.sum(axis=1)[None] - shared
    found: Floats64 = shared / np.maximum(every, 1)
    return found


def correlations_among(
    likeness: Floats64, similarity: Sequence[float], series: Sequence[float]
) -> Floats64:
    """Return the correlations [n, n] of the errors of n compounds on one target.

    Args:
        likeness: The similarities [n, n] of the compounds.
        similarity: The similarities at which correlations are known, ascending.
        series: These correlations; they are interpolated linearly.
    """
    found = np.interp(likeness, similarity, series)
    np.fill_diagonal(found, 1)
    return found


def _between_targets(table: Floats64) -> tuple[float | None, int]:
    """Return the correlation of errors [M, T] of one molecule, and the number of pairs.

    A molecule with k values has weight k, not that of its pairs, which grow with the square.
    """
    count = np.isfinite(table).sum(axis=1)
    several = table[count > 1]
    count = count[count > 1]
    pairs = int((count * (count - 1) // 2).sum())
    if pairs < LEAST_PAIRS:
        return None, pairs
    squares = np.nansum(several**2, axis=1)
    products = (np.nansum(several, axis=1) ** 2 - squares) / (count - 1)
    return round(float(np.clip(products.sum() / squares.sum(), 0, 1)), 3), pairs
