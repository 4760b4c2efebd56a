"""Turns a bundle's raw outputs into values with honest error bars.

A :class:`Calibration` was fitted on rows that no model saw (:mod:`gnn.calibration.calibrate`).

A regression is a blend of the networks and a kernel machine. It is drawn towards the task's mean,
the more the fewer its training values; moved by the common bias of all tasks' predictions; and
drawn towards the task's value for strange compounds if nothing like the molecule was trained on
(:mod:`gnn.calibration.shrinkage`). Its variance is that of the task's errors, times a factor of the
predicted value and one of the distance to training, plus the networks' disagreement
(:mod:`gnn.calibration.error_model`). The 90 % interval is the value with, on each side, as many
roots of the variance as covered 90 % of the held-out values at that distance
(:mod:`gnn.calibration.conformal`). Each side may be wider, so that values of another source are
covered, too (:mod:`gnn.calibration.source_shift`). The standard deviation follows from the
interval.

A probability is the logistic function of a weighted sum of both outputs
(:mod:`gnn.calibration.blend`). Its interval is that of the share of positives among compounds with
such a prediction, with 90 % confidence. Three parts are combined as log odds: the uncertainty of a
share that is known from as many rows as were near it (Wilson 1927), the networks' disagreement, and
a doubt that grows with distance.

A task that is learned as logarithms is calibrated as logarithms. Its value is the median and its
interval is not symmetric (:func:`apply_logarithm`).

All else equal, no standard deviation and no interval gets narrower with distance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.calibration.shrinkage import ood_weight
from gnn.features.array_types import Floats, Floats64
from gnn.models.losses import logistic

Calibrated = tuple[Floats, Floats, Floats, Floats]
LIKE_IT, MOST_LIKE_IT = 0.2, 40.0
"""Share of the held-out rows whose predictions count as near any one of them, and most such rows.

On three sets of classes (Ames, CYP2D6, blood-brain barrier), calibrated on 100 to 1,500 rows, the
share of positives in sixths of the other rows was inside the interval in 0.87 to 1.00 of the cases.
Without the limit it was inside in 0.61 to 0.89 at 800 rows: two numbers do not calibrate better
than that, however many rows there are.
"""
DOUBT = 1.0
"""Standard deviation of the log odds at a distance of 1, which no data show: a choice."""


class Outputs(NamedTuple):
    """The outputs of one bundle's models for M molecules and T tasks before calibration."""

    networks: Floats64
    """[K, M, T] outputs of the K networks: values on the task's scale, or logits of a class; NaN if
    the network may not be measured on the row (it was trained on it). K may be 0."""
    kernel: Floats64 | None
    """[M, T] outputs of the kernel machine: values on the task's scale, or for a class a score that
    was fitted to targets 0 and 1 (and may leave that range); None without one."""


@dataclass(frozen=True)
class Calibration:
    """The numbers that turn one task's raw outputs into a value, its deviation and an interval.

    They are on the task's scale: in its unit, or log10 of that.
    """

    noise: float
    """Standard deviation that remains even if the members agree, before the interval's factors."""
    spread: float
    """Factor on the members' standard deviation."""
    quantile: float
    """Roots of the variance on each side of the value that hold 90 % of the values."""
    rows: int
    """Number of measurements on which it was fitted."""
    centre: float = 0.0
    """Mean of the training values; not used for a class."""
    slope: float = 1.0
    """Share of its distance from the centre that a prediction keeps; for a class, factor on the
    networks' log odds."""
    kernel: float = 0.0
    """Weight of the kernel machine: in a regression 0 to 1, in the log odds of a class from 0."""
    remote: float = 0.0
    """Value of a compound that shares nothing with those of training; for a class, log odds."""
    fade: float = 1.0
    """Distance from which values are drawn towards ``remote``."""
    gone: float = 1.0
    """Distance at which they arrive there."""
    far: float = 0.0
    """Least standard deviation from ``ood_end`` on, before the factors of the interval."""
    levels: Sequence[float] = (0.0,)
    """Predicted values, ascending, at which ``level_factors`` hold; linear between them."""
    level_factors: Sequence[float] = (1.0,)
    """Factors on noise^2."""
    distances: Sequence[float] = (0.0,)
    """Distances, ascending, at which ``distance_factors`` hold; linear between them."""
    distance_factors: Sequence[float] = (1.0,)
    """Factors on noise^2, ascending."""
    edges: Sequence[float] = ()
    """Distances, ascending, from which each of ``factors`` holds; below them it is 1."""
    factors: Sequence[float] = ()
    """Factors on ``quantile``, ascending from 1."""
    offset: float = 0.0
    """Added to a value, or to the log odds of a class."""
    shift_edges: Sequence[float] = ()
    """Distances, ascending, from which each further one of ``below`` and ``above`` holds."""
    below: Sequence[float] = (1.0,)
    """Factors, ascending from at least 1, on the reach of an interval below its value: what another
    source's values need (:mod:`gnn.calibration.source_shift`)."""
    above: Sequence[float] = (1.0,)
    """The same above the value."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as a plain dict."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Calibration":
        """Take the result of :meth:`to_dict`; ValueError if numbers are missing or out of order."""
        numbers: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        }
        found = cls(**numbers)
        lists = _list_names()
        for name, value in numbers.items():
            each = value if name in lists and isinstance(value, tuple) else [value]
            if (name in lists) != isinstance(value, tuple) or not all(map(_is_number, each)):
                raise ValueError(f"a calibration's {name} is no number, or no list of them")
        single = [value for value in numbers.values() if not isinstance(value, tuple)]
        if not np.isfinite([*single, *found.level_factors, *found.distance_factors]).all():
            raise ValueError("a calibration holds a number that is not finite")
        pairs = (
            (found.levels, found.level_factors),
            (found.distances, found.distance_factors),
            (found.edges, found.factors),
        )
        if any(len(at) != len(factor) for at, factor in pairs) or not (
            found.levels and found.distances
        ):
            raise ValueError("a calibration has distances or values without factors")
        if not len(found.below) == len(found.above) == len(found.shift_edges) + 1:
            raise ValueError("a calibration has distances or factors of a shift without the others")
        shifts = ((1.0, *found.below), (1.0, *found.above), found.shift_edges)
        others = (found.distance_factors, (1.0, *found.factors))
        for rising in (*(at for at, _ in pairs), *shifts, *others):
            if not np.isfinite(rising).all() or (np.diff(rising) < 0).any():
                raise ValueError("a calibration's numbers are not in ascending order")
        return found


@cache
def _list_names() -> frozenset[str]:
    """Return the names of the numbers of a calibration that are lists."""
    given = asdict(UNCALIBRATED)
    return frozenset(name for name, default in given.items() if type(default) is tuple)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


UNCALIBRATED = Calibration(noise=0.0, spread=1.0, quantile=NORMAL_90, rows=0)
"""A calibration that uses nothing but the members' own spread."""


def mean_and_spread(networks: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation [M] of networks' outputs [K, M]; 0 without networks.

    NaN marks a network that does not count for a row; each row has at least one, or K is 0.
    """
    if not len(networks):
        return np.zeros(networks.shape[1]), np.zeros(networks.shape[1])
    return np.nanmean(networks, axis=0), np.nanstd(networks, axis=0)


def blend(networks: Floats, kernel: Floats | None, weight: float) -> Floats:
    """Return the weighted mean [M] of the networks' mean and the kernel machine's values."""
    mean, _ = mean_and_spread(networks)
    return mean if kernel is None else weight * kernel + (1 - weight) * mean


def near_value(networks: Floats, kernel: Floats | None, calibration: Calibration) -> Floats:
    """Return the values [M] of a regression before any drawing by distance."""
    found = calibration
    mean = blend(networks, kernel, found.kernel)
    return found.centre + found.slope * (mean - found.centre) + found.offset


def apply_regression(
    networks: Floats, kernel: Floats | None, distance: Floats | None, calibration: Calibration
) -> Calibrated:
    """Turn values of networks [K, M] and of a kernel machine [M] into mean, std, lo, hi, each [M].

    ``distance`` [M] is that to the training compounds; None treats every molecule as a near one.
    The deviation is that of a normal distribution with an interval of the same width: what widens
    the interval, as for another source, counts in probabilities and cautious values, too.
    """
    found = calibration
    near = near_value(networks, kernel, found)
    distance = np.zeros(len(near)) if distance is None else np.asarray(distance, np.float64)
    away = ood_weight(distance, found.fade, found.gone)
    value = near + away * (found.remote - near)
    root = np.sqrt(variance(near, found.slope * mean_and_spread(networks)[1], distance, found))
    steps = np.array([1.0, *found.factors])
    reach = found.quantile * steps[np.searchsorted(found.edges, distance, side="right")] * root
    part = np.searchsorted(found.shift_edges, distance, side="right")
    below, above = np.array(found.below)[part], np.array(found.above)[part]
    std = (below + above) * reach / INTERVAL_STDS
    return value, std, value - below * reach, value + above * reach


def apply_logarithm(
    networks: Floats, kernel: Floats | None, distance: Floats | None, calibration: Calibration
) -> Calibrated:
    """Turn log10 of values into median, std, lo, hi in the task's unit, each [M] and at least 0.

    The deviation follows from the interval, as in :func:`apply_regression`.
    """
    found = apply_regression(networks, kernel, distance, calibration)
    value, low, high = (np.power(10.0, found[at]) for at in (0, 2, 3))
    return value, (high - low) / INTERVAL_STDS, low, high


def variance(near: Floats, spread: Floats, distance: Floats, calibration: Calibration) -> Floats:
    """Return the variance [M] of a regression of values ``near`` before any drawing by distance.

    Neither the quantile nor the factors of the interval are in it.
    """
    found = calibration
    level = np.interp(near, found.levels, found.level_factors)
    growth = np.interp(distance, found.distances, found.distance_factors)
    noise = found.noise**2 * level * growth + np.square(found.spread * spread)
    total: Floats = noise + ood_weight(distance, found.fade, found.gone) * found.far**2
    return total


def mean_widening(calibration: Calibration) -> float:
    """Return the mean factor that turns the root of a :func:`variance` into a deviation.

    Of the factors for another source it takes the mean, and of those by distance the nearest one.

    >>> mean_widening(Calibration(noise=1.0, spread=0.0, quantile=2 * NORMAL_90, rows=9))
    2.0
    """
    found = calibration
    return found.quantile / NORMAL_90 * float(np.mean([*found.below, *found.above]))


def apply_classification(
    networks: Floats, kernel: Floats | None, distance: Floats | None, calibration: Calibration
) -> Calibrated:
    """Turn logits [K, M] and kernel scores [M] into probability, std, lo, hi, each [M] in 0..1.

    A score s counts as log odds of 4 (s - 1/2), which it is to first order. Far away, the
    probability is drawn towards that of compounds unlike any other; the interval holds both.
    """
    found = calibration
    mean, spread = mean_and_spread(networks)
    near = log_odds(mean, kernel, found.slope, found.kernel, found.offset)
    distance = np.zeros(len(near)) if distance is None else np.asarray(distance, np.float64)
    drawn = near + ood_weight(distance, found.fade, found.gone) * (found.remote - near)
    other = NORMAL_90 * np.hypot(found.slope * spread, DOUBT * distance)
    less, more = share_doubt(near, min(LIKE_IT * found.rows, MOST_LIKE_IT))
    value = logistic(drawn)
    low = logistic(np.minimum(near, drawn) - np.hypot(less, other))
    high = logistic(np.maximum(near, drawn) + np.hypot(more, other))
    return value, (high - low) / INTERVAL_STDS, low, high


def share_doubt(odds: Floats, rows: float) -> tuple[Floats, Floats]:
    """Return how far below and above log odds [M] a share may lie that so many rows have shown.

    These are the ends of Wilson's score interval of 90 %, for at least one row.
    """
    extra = NORMAL_90**2 / max(rows, 1.0)
    share = logistic(odds)
    reach = np.sqrt(extra * (share * (1 - share) + extra / 4))
    low = (share + extra / 2 - reach) / (1 + extra)
    high = (share + extra / 2 + reach) / (1 + extra)
    # The smaller end of each pair comes from the roots' product, which no rounding makes 0.
    small = -2 * np.logaddexp(0, -odds) - np.log1p(extra) - np.log(high)
    rest = -2 * np.logaddexp(0, odds) - np.log1p(extra) - np.log1p(-low)
    return odds - (small - np.log1p(-low)), np.log(high) - rest - odds


def log_odds(
    mean: Floats, kernel: Floats | None, slope: float, weight: float, offset: float
) -> Floats:
    """Return calibrated log odds [M] of networks' mean logits and kernel scores."""
    scores = 0.0 if kernel is None else weight * 4 * (kernel - 0.5)
    found: Floats = slope * mean + scores + offset
    return found
