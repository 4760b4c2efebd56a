"""Judges the controls of a plate: direction of the signal, Z', signal to background, spread.

All figures are robust: medians, and the median absolute deviation (MAD) times 1.4826, which for a
normal distribution is the standard deviation. So a few exchanged or failed controls change them
little. Z' is Zhang, Chung and Oldenburg 1999 (J Biomol Screen 4, 67-73) with these.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from screening.lab.layout import NEGATIVE, POSITIVE
from screening.results.well_results import PlateResult, WellResult

Direction = Literal["falls", "rises"]
"""The change of the signal with inhibition."""
MAD_TO_STD = 1.4826
GOOD, USABLE = 0.5, 0.0
"""Limits of Z': below the first it is told, below the second the plate is refused."""
FEWEST = 3
"""Controls of a kind that a plate needs, unless fewer are planned."""
_OUTLYING = 5.0
"""Robust standard deviations beyond which a control counts as an outlier of its kind."""
_NOISE_OF_SPAN = 0.02
"""The least noise, as a share of the span between the controls: MADs of few wells may be zero."""


class Kind(NamedTuple):
    """The controls of one kind on a plate."""

    wells: int
    median: float
    std: float
    """1.4826 times the MAD."""
    mean: float
    """The mean of the wells within five robust standard deviations of the median."""

    @property
    def cv(self) -> float:
        """The coefficient of variation in percent."""
        return 100 * self.std / abs(self.median) if self.median else np.inf


class Controls(NamedTuple):
    """The controls of a plate."""

    negative: Kind
    positive: Kind | None
    """None if the plan has no positive controls: 100 % inhibition is then a signal of zero."""

    @property
    def full(self) -> float:
        """The signal of 100 % inhibition."""
        return 0.0 if self.positive is None else self.positive.mean

    @property
    def direction(self) -> Direction:
        """``falls`` if the positive controls have the lower signal."""
        low = 0.0 if self.positive is None else self.positive.median
        return "falls" if low < self.negative.median else "rises"

    @property
    def fewest(self) -> int:
        """The number of controls of the rarer kind."""
        kinds = [self.negative, *([self.positive] if self.positive else [])]
        return min(kind.wells for kind in kinds)

    @property
    def z_prime(self) -> float:
        """1 − 3 (sum of both deviations) / (distance of the medians); −inf for no distance."""
        if self.positive is None:
            return np.nan
        span = abs(self.positive.median - self.negative.median)
        spread = self.positive.std + self.negative.std
        return 1 - 3 * spread / span if span else -np.inf

    @property
    def signal_to_background(self) -> float:
        """The higher median divided by the lower one; NaN if one is not above zero."""
        if self.positive is None:
            return np.nan
        low, high = sorted((self.positive.median, self.negative.median))
        return high / low if low > 0 else np.nan

    @property
    def noise(self) -> float:
        """The noise of one control as a share of the span between both kinds."""
        span = abs(self.full - self.negative.mean) or 1.0
        stds = [self.negative.std, *([self.positive.std] if self.positive else [])]
        return max(max(stds) / span, _NOISE_OF_SPAN)

    def inhibition(self, signals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the inhibition in percent of signals [n]: 0 at the negative controls' mean."""
        span = self.full - self.negative.mean
        return 100 * (signals - self.negative.mean) / span if span else np.full(len(signals), 0.0)


def robust_std(values: npt.NDArray[np.float64]) -> float:
    """Return 1.4826 times the median absolute deviation; 0 for no values."""
    if not len(values):
        return 0.0
    return float(MAD_TO_STD * np.median(np.abs(values - np.median(values))))


def summarize(signals: Sequence[float]) -> Kind:
    """Return the robust figures of the controls of one kind; at least one signal."""
    values = np.asarray(signals, np.float64)
    median, std = float(np.median(values)), robust_std(values)
    near = np.abs(values - median) <= _OUTLYING * std
    return Kind(len(values), median, std, float(values[near].mean()) if near.any() else median)


def read_controls(plate: PlateResult) -> Controls | None:
    """Return the controls of a plate; None if it has too few that can be used."""
    negative = [well.signal for well in plate.controls(NEGATIVE)]
    positive = [well.signal for well in plate.controls(POSITIVE)]
    roles = [well.planned.role for well in plate.wells.values()]
    needed = [min(FEWEST, roles.count(role)) for role in (NEGATIVE, POSITIVE)]
    if not negative or len(negative) < needed[0] or len(positive) < needed[1]:
        return None
    return Controls(summarize(negative), summarize(positive) if positive else None)


def find_exchanged(
    plate: PlateResult, controls: Controls
) -> tuple[list[WellResult], list[WellResult]]:
    """Return controls that fit the other kind, and controls that fit neither.

    A control that fits the other kind is an outlier of its own and lies on the other's side.
    """
    if controls.positive is None:
        return [], []
    swapped: list[WellResult] = []
    outlying: list[WellResult] = []
    limit = _OUTLYING * controls.noise
    for role, own in ((NEGATIVE, 0.0), (POSITIVE, 1.0)):
        for well in plate.controls(role):
            share = float(controls.inhibition(np.array([well.signal]))[0]) / 100
            if abs(share - own) <= max(limit, 0.25):
                continue
            fits = abs(share - (1 - own)) <= max(min(limit, 0.4), 0.25)
            (swapped if fits else outlying).append(well)
    return swapped, outlying
