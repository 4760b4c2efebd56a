"""Predicts from the results of a few plates alone: a Gaussian process that knows how sure it is.

A campaign on a new target starts without a model. Its first hundred results are too few for
networks, and which similarity matters is not known yet. So the process is averaged over powers of
the kernel (the higher, the more local) and over noises, each weighted by its marginal likelihood
(Rasmussen and Williams 2006, chapter 5; the scale of the values is integrated out at its maximum).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from gnn.features.array_types import Floats, Floats64

POWERS = (1, 2, 3, 4)
NOISES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Noise as a share of the values' own variance."""
_MOST_PARTS = 6
_LEAST_WEIGHT = 0.02
"""Processes with a smaller share of the weight are left out."""
_LEAST_VARIANCE = 1e-9


class _Part(NamedTuple):
    """One process of the average."""

    weight: float
    power: int
    noise: float
    """Variance of a measurement."""
    scale: float
    """Variance of the values."""
    lower: Floats64
    """[n, n] Cholesky factor of the kernel with its noise."""
    alpha: Floats64
    """[n] weights."""


class Foreseen(NamedTuple):
    """The predictions of M compounds."""

    mean: Floats64
    """[M] expected values."""
    deviation: Floats64
    """[M] standard deviation of a measured value."""


class FewResults:
    """A fitted average of Gaussian processes on n results."""

    def __init__(self, kernel: Floats, values: Floats64) -> None:
        """Fit.

        Args:
            kernel: [n, n] similarities of the measured compounds, 0 to 1.
            values: [n] results, at least two.
        """
        self._centre = float(values.mean())
        targets = values - self._centre
        evidence, parts = [], []
        for power in POWERS:
            gram = np.asarray(kernel, dtype=np.float64) ** power
            for noise in NOISES:
                noisy = gram + noise * np.eye(len(values))
                lower: Floats64 = np.linalg.cholesky(noisy).astype(np.float64)
                alpha = cho_solve((lower, True), targets)
                scale = max(float(targets @ alpha) / len(values), 1e-6)
                logarithms = float(np.log(np.diag(lower)).sum())
                evidence.append(-0.5 * len(values) * np.log(scale) - logarithms)
                parts.append(_Part(0.0, power, noise * scale, scale, lower, alpha))
        self._parts = _weighted(parts, evidence)

    def predict(self, to: Floats) -> Foreseen:
        """Return the predictions of M compounds.

        Args:
            to: [M, n] similarities to the measured compounds.
        """
        means, variances = self._each(to)
        weights = np.array([part.weight for part in self._parts])
        mean = weights @ means
        spread = weights @ (variances + (means - mean) ** 2)
        return Foreseen(mean, np.sqrt(np.maximum(spread, _LEAST_VARIANCE)))

    def covariance(self, among: Floats, to: Floats) -> Floats64:
        """Return [M, M], the covariance of the measured values of M compounds.

        Args:
            among: [M, M] similarities of these compounds.
            to: [M, n] similarities to the measured compounds.
        """
        means = self._each(to)[0]
        mean = np.array([part.weight for part in self._parts]) @ means
        found = np.zeros(among.shape)
        for part, its in zip(self._parts, means, strict=True):
            left = np.asarray(among, dtype=np.float64) ** part.power
            solved = solve_triangular(part.lower, (to**part.power).T, lower=True)
            shared = part.scale * (left - solved.T @ solved) + np.outer(its - mean, its - mean)
            shared[np.diag_indices_from(shared)] += part.noise
            found += part.weight * shared
        return found

    def _each(self, to: Floats) -> tuple[Floats64, Floats64]:
        """Return [parts, M] means and variances of measured values."""
        means, variances = [], []
        for part in self._parts:
            known = np.asarray(to, dtype=np.float64) ** part.power
            solved = solve_triangular(part.lower, known.T, lower=True)
            left = 1 - np.square(solved).sum(axis=0)
            means.append(self._centre + known @ part.alpha)
            variances.append(part.scale * np.maximum(left, 0) + part.noise)
        return np.array(means), np.array(variances)


def _weighted(parts: Sequence[_Part], evidence: Sequence[float]) -> list[_Part]:
    """Return the likeliest processes with their weights, which sum to 1."""
    share = np.exp(np.array(evidence) - max(evidence))
    share /= share.sum()
    best = [at for at in np.argsort(-share)[:_MOST_PARTS] if share[at] >= _LEAST_WEIGHT]
    total = float(share[best].sum())
    return [parts[at]._replace(weight=float(share[at]) / total) for at in best]
