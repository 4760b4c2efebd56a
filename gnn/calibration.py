"""Turning an ensemble's outputs into values with honest error bars.

Fitted on ``valid`` rows, which no network saw. A regression is first drawn towards the
mean of what was trained on (:mod:`gnn.shrinkage`). Its standard deviation is
``sqrt(noise^2 + (spread * s)^2)`` with s the members' standard deviation, and the 90 % interval
``mean +- quantile * std`` with the quantile that covered 90 % of the rows (split conformal
prediction, Angelopoulos and Bates 2021, arXiv 2107.07511). For a classification the interval is of
the probability itself: the members' spread in log odds.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
LEVEL = 0.9
"""The share of values that an interval is meant to cover."""
_NORMAL_90 = 1.6448536269514722
_SPREADS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)


@dataclass(frozen=True)
class Calibration:
    """How one task's ensemble outputs become a value, a standard deviation and an interval."""

    noise: float
    """Standard deviation that is there even where the members agree, in the task's unit."""
    spread: float
    """Factor on the members' standard deviation."""
    quantile: float
    """Standard deviations on each side of the mean that hold 90 % of the values."""
    rows: int
    """Measurements it was fitted on."""
    centre: float = 0.0
    """Mean of the values trained on, in the task's unit."""
    slope: float = 1.0
    """How far a prediction may keep its distance from the centre: 1 is all the way."""

    def to_dict(self) -> dict[str, float | int]:
        """Return it as a plain dict."""
        return asdict(self)


def fit_regression(truth: Floats, mean: Floats, members_std: Floats) -> Calibration:
    """Choose noise and spread by Gaussian likelihood, then the conformal quantile.

    All [n], in the task's unit; n of at least 10.
    """
    squared = np.square(truth - mean)
    best = (np.inf, 0.0, 1.0)
    for spread in _SPREADS:
        extra = np.square(spread * members_std)
        noise = max(float(squared.mean() - extra.mean()), 0.05 * float(squared.mean()))
        variance = noise + extra
        likelihood = float((squared / variance + np.log(variance)).mean())
        best = min(best, (likelihood, spread, float(np.sqrt(noise))))
    _, spread, noise = best
    if not members_std.any():
        # Held out by one member each (cross-validation): the data cannot tell the factor, and
        # disagreement must still widen an interval.
        spread = 1.0
    ratio = np.sqrt(squared) / np.sqrt(noise**2 + np.square(spread * members_std))
    level = min(1.0, np.ceil((len(truth) + 1) * LEVEL) / len(truth))
    quantile = float(np.quantile(ratio, level, method="higher"))
    return Calibration(noise, spread, quantile, len(truth))


UNCALIBRATED = Calibration(noise=0.0, spread=1.0, quantile=_NORMAL_90, rows=0)
"""For classifications, and wherever there are too few rows to fit on."""


def apply_regression(
    members: Floats, calibration: Calibration
) -> tuple[Floats, Floats, Floats, Floats]:
    """Turn members' values [K, M] into mean, std, lo and hi, each [M]."""
    centre, slope = calibration.centre, calibration.slope
    mean = centre + slope * (members.mean(axis=0) - centre)
    std = np.hypot(calibration.noise, calibration.spread * slope * members.std(axis=0))
    reach = calibration.quantile * std
    return mean, std, mean - reach, mean + reach


def apply_classification(members: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Turn members' logits [K, M] into the probability, its std, lo and hi, each [M] in 0..1.

    The probability is the members' mean probability; with one member the interval is a point.
    """
    probabilities = 1 / (1 + np.exp(-members))
    centre, reach = members.mean(axis=0), _NORMAL_90 * members.std(axis=0)
    mean = probabilities.mean(axis=0)
    low = np.minimum(1 / (1 + np.exp(reach - centre)), mean)
    high = np.maximum(1 / (1 + np.exp(-reach - centre)), mean)
    return mean, probabilities.std(axis=0), low, high
