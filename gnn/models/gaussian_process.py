"""Fits Gaussian processes in closed form: their noise, their bounds, their weights.

Targets are standardized, the kernel has unit size, and the noise is a share of the targets'
variance (Rasmussen and Williams 2006, chapter 2; held-out predictions from one inverse, chapter 5).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from gnn.errors import ModelError
from gnn.features.array_types import Bools, Floats, Floats64, Ints

NOISES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Shares of the targets' variance that are tried as noise."""
PRESUMED_NOISE = 64.0
"""Factor from a measurement's noise to that of a presumed value, which tells less. It was chosen by
cross-validation on the training rows of nine assays."""
_TUNING_ROWS = 2_000
"""Most rows on which the noise is chosen."""
_FOLDS = 5
_PIECE = 1024


class Process(NamedTuple):
    """A fitted process: it predicts centre + k @ alpha for a row with the kernel k [n]."""

    alpha: Floats64
    """[n] in the values' unit."""
    centre: float
    noise: float


def fit_process(
    gram: Floats,
    values: Floats64,
    bounds: npt.NDArray[np.int8],
    groups: Ints,
    generator: np.random.Generator,
    presumed: Bools | None = None,
) -> Process:
    """Fit n values in any unit, using nothing but the arguments.

    Args:
        gram: [n, n] kernel among the rows.
        values: [n] values.
        bounds: [n] 0 measured, -1 the true value is at most the value, +1 at least.
        groups: [n] numbers; rows with equal numbers are in the same fold when the noise is chosen.
        generator: Source of random numbers.
        presumed: [n] rows with presumed values, which do not count in choosing the noise.
    """
    presumed = np.zeros(len(values), bool) if presumed is None else presumed
    targets = (values - values.mean()) / max(float(values.std()), 1e-6)
    some = generator.permutation(len(values))[:_TUNING_ROWS]
    folds = group_folds(groups[some], _FOLDS, generator)
    noise = choose_noise(gram[np.ix_(some, some)], targets[some], folds, NOISES, presumed[some])
    noises = noise * np.where(presumed, PRESUMED_NOISE, 1.0)
    return Process(*solve(gram, values, bounds, noises), noise)


def solve(
    gram: Floats, values: Floats64, bounds: npt.NDArray[np.int8], noise: float | Floats64
) -> tuple[Floats64, float]:
    """Return the weights [n] and the centre of a process with known noise."""
    return weigh(invert(gram, noise), values, bounds)


def weigh(
    inverse: Floats64, values: Floats64, bounds: npt.NDArray[np.int8]
) -> tuple[Floats64, float]:
    """Return the weights [n] and the centre of a process.

    Args:
        inverse: [n, n] inverse of the kernel with its noise.
        values: [n] values in any unit.
        bounds: [n] 0 measured, -1 the true value is at most the value, +1 at least.
    """
    centre, scale = float(values.mean()), max(float(values.std()), 1e-6)
    targets = draw_to_bounds(inverse, (values - centre) / scale, bounds)
    return scale * (inverse @ targets), centre


def group_folds(groups: Ints, folds: int, generator: np.random.Generator) -> Ints:
    """Return [M], the random fold of each row; rows of one group [M] share theirs."""
    names, at = np.unique(groups, return_inverse=True)
    drawn: Ints = generator.permutation(np.arange(len(names)) % folds)[at]
    return drawn


def invert(gram: Floats, noise: float | Floats64) -> Floats64:
    """Return the inverse [n, n] of a kernel matrix with ``noise`` added to its diagonal.

    ``noise`` is one number for all rows, or one for each [n].
    """
    work = np.array(gram, dtype=np.float64, order="F")
    work[np.diag_indices_from(work)] += noise
    lower, failed = lapack.dpotrf(work, lower=1, overwrite_a=1)
    if not failed:
        lower, failed = lapack.dpotri(lower, lower=1, overwrite_c=1)
    if failed:
        raise ModelError(f"the kernel of {len(work)} compounds cannot be inverted; raise the noise")
    inverse: Floats64 = lower
    for start in range(0, len(inverse), _PIECE):  # mirrored in place, as the matrix may be large
        stop = min(start + _PIECE, len(inverse))
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        corner = np.tril(inverse[start:stop, start:stop])
        inverse[start:stop, start:stop] = corner + np.tril(corner, -1).T
    return inverse


def held_out(inverse: Floats64, targets: Floats64, folds: Ints) -> Floats64:
    """Return [n] predictions, each by a process that did not see the row's fold.

    Args:
        inverse: [n, n] inverse of the kernel with its noise, over all n rows.
        targets: [n] targets, whose mean the process takes as zero.
        folds: [n] number of each row's fold.
    """
    weights = inverse @ targets
    found = np.empty(len(targets))
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        block = inverse[np.ix_(rows, rows)]
        found[rows] = targets[rows] - np.linalg.solve(block, weights[rows])
    return found


def draw_to_bounds(inverse: Floats64, targets: Floats64, bounds: npt.NDArray[np.int8]) -> Floats64:
    """Return targets [n] in which a bound is replaced by its own prediction if that respects it.

    A value of ``<5`` says no more than that: if the process, without the row, expects 4, the target
    is 4. There are two rounds.

    Args:
        inverse: [n, n] inverse of the kernel with its noise.
        targets: [n] targets.
        bounds: [n] 0 measured, -1 the true value is at most the target, +1 at least.
    """
    drawn = targets
    for _ in range(2 if bounds.any() else 0):
        alone = drawn - (inverse @ drawn) / np.diag(inverse)
        low, high = (bounds < 0) & (alone < targets), (bounds > 0) & (alone > targets)
        drawn = np.where(low | high, alone, targets)
    return drawn


def choose_noise(
    gram: Floats,
    targets: Floats64,
    folds: Ints,
    choices: Sequence[float],
    presumed: Bools | None = None,
) -> float:
    """Return the noise with the least squared error on rows held out.

    Rows with ``presumed`` values [n] have more noise, and their errors do not count.
    """
    if presumed is None:
        presumed = np.zeros(len(targets), bool)

    def error(noise: float) -> float:
        noises = noise * np.where(presumed, PRESUMED_NOISE, 1.0)
        predicted = held_out(invert(gram, noises), targets, folds)
        return float(np.square(predicted - targets)[~presumed].mean())

    return min(choices, key=error)
