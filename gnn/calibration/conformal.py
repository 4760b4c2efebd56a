"""Finds the number of roots of the variance that hold 90 % of the values: conformal prediction.

The method follows Angelopoulos and Bates 2021 (arXiv 2107.07511). The values of all of a bundle's
regressions are pooled, each error over the root of its variance, and grouped by thirds of the
distance to training. A farther group never gets a smaller quantile than a nearer one; groups that
would are joined. A bound that a prediction respects is no value to cover: it does not show how
wrong the prediction is.
"""

from typing import NamedTuple

import numpy as np

from gnn.features.array_types import Floats

LEVEL = 0.9
"""The share of values that an interval is meant to cover."""
NORMAL_90 = 1.6448536269514722
"""Standard deviations on each side that hold 90 % of a normal distribution."""
INTERVAL_STDS = 2 * NORMAL_90
"""Standard deviations between the ends of the 90 % interval of a normal distribution."""
_GROUP_ROWS = 100
"""Values that each group needs; with fewer there is only one group."""
_LEAST = 1.0
"""Smallest quantile: if predictions were perfect, the variance is only a floor."""


class Quantiles(NamedTuple):
    """Roots of the variance on each side, by distance."""

    quantile: float
    """Quantile of the nearest group."""
    edges: tuple[float, ...]
    """Distance at which each farther group begins."""
    factors: tuple[float, ...]
    """Ratio of each farther group's quantile to the nearest group's, ascending from 1."""


def conformal_quantile(ratios: Floats) -> float:
    """Return the smallest number that bounds 90 % of new ratios; ``ratios`` [n], n > 0."""
    rank = min(int(np.ceil((len(ratios) + 1) * LEVEL)), len(ratios))
    return max(float(np.sort(ratios)[rank - 1]), _LEAST)


def fit_quantiles(ratios: Floats, distance: Floats, thirds: tuple[float, float]) -> Quantiles:
    """Fit quantiles of ratios |error| / std [n] in the thirds of distance [n]."""
    group = np.searchsorted(thirds, distance, side="right")
    pools = [ratios[group == third] for third in range(3)]
    starts = [0.0, *thirds]
    if min(len(pool) for pool in pools) < _GROUP_ROWS:
        return Quantiles(conformal_quantile(ratios), (), ())
    at = 1
    while at < len(pools):
        if conformal_quantile(pools[at]) > conformal_quantile(pools[at - 1]):
            at += 1
            continue
        pools[at - 1 : at + 1] = [np.concatenate(pools[at - 1 : at + 1])]
        del starts[at]
        at = max(at - 1, 1)
    found = [conformal_quantile(pool) for pool in pools]
    factors = tuple(quantile / found[0] for quantile in found[1:])
    return Quantiles(found[0], tuple(starts[1:]), factors)
