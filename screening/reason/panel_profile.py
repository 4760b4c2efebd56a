"""The predictions of a hit on a panel of targets, and what they say about its selectivity.

The share of targets with a pActivity of 6 (1 uM) or more is the S-score of Karaman et al. 2008 (doi
10.1038/nbt1358), here of predictions. The errors of one compound's predictions are correlated:
a compound that is less potent than predicted on one kinase mostly is so on others. With errors that
are independent, an interval of 90 % held the measured share of only 18 of 80 held-out compounds
with 20 or more measured kinases. So half of each variance is taken to be the compound's own, common
to all targets; that interval held the share of 76 of the 80.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from gnn.bundle.column_names import COLUMN_ENDINGS
from gnn.calibration.conformal import NORMAL_90
from screening.score.target_panel import TargetPanel

Floats = npt.NDArray[np.float64]
POTENT = 6.0
"""The pActivity from which a target counts as hit: 1 uM."""
COMMON = 0.5
"""The share of an error's variance that all targets of a compound have in common."""
CLOSE = 1.0
"""A target from ``POTENT`` on is named if it is at most this below the best primary prediction,
which is less than tenfold selectivity."""
STRONG = 6.5
"""A target with this pActivity or more is named however potent the compound is."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The predictions of a hit on the T targets of a panel, in its order, as pActivities."""

    mean: Floats
    """[T]"""
    std: Floats
    """[T]"""
    low: Floats
    """[T] lower ends of the 90 % intervals."""
    high: Floats
    """[T]"""

    @property
    def share(self) -> float:
        """The share of targets with a prediction of ``POTENT`` or more, 0 to 1."""
        return float((self.mean >= POTENT).mean())

    @cached_property
    def share_interval(self) -> tuple[float, float]:
        """The 90 % interval of the share, 0 to 1; it holds ``share``.

        Its ends are the expected shares if the common half of the errors is at the 5th and at the
        95th percentile of a normal distribution.
        """
        pairs = list(zip(self.mean.tolist(), self.std.tolist(), strict=True))
        own = [
            math.fsum(_chance(mean, std, shift) for mean, std in pairs)
            for shift in (-NORMAL_90, NORMAL_90)
        ]
        low, high = (total / len(self.mean) for total in own)
        return min(low, self.share), max(high, self.share)

    @property
    def entropy(self) -> float:
        """The selectivity entropy of Uitdehaag & Zaman 2011, from 0 to the logarithm of T.

        It is that of the distribution of a compound over all targets at equilibrium, if each has
        the same concentration. 0: all of it is on one target.
        """
        weights = [10.0**value for value in (self.mean - self.mean.max()).tolist()]
        total = math.fsum(weights)
        return math.fsum(-w / total * math.log(w / total) for w in weights if w > 0)


class Profiles(Sequence[Profile]):
    """The profiles of many hits, in one array; each profile is made when it is read."""

    def __init__(self, values: npt.NDArray[np.floating[Any]]) -> None:
        """Hold predictions [hits, T, 4]: mean, std, low, high."""
        self.values = values

    @overload
    def __getitem__(self, at: int) -> Profile: ...
    @overload
    def __getitem__(self, at: slice) -> "Profiles": ...
    def __getitem__(self, at: int | slice) -> "Profile | Profiles":
        """Return the profile of one hit, or the profiles of some."""
        if isinstance(at, slice):
            return Profiles(self.values[at])
        return Profile(*self.values[at].T.astype(np.float64))

    def __len__(self) -> int:
        """Return the number of hits."""
        return len(self.values)


def profiles_of(hits: pd.DataFrame, panel: TargetPanel) -> Profiles:
    """Take the predictions of hits from the ranked frame, which has all columns of the panel."""
    values = hits[list(panel.columns)].to_numpy()
    if values.dtype != np.float32:  # the type of stored scores, half the size
        values = values.astype(np.float64)
    return Profiles(values.reshape(len(hits), len(panel.targets), len(COLUMN_ENDINGS)))


def close_targets(
    profile: Profile,
    primaries: Collection[int],
    measured: Mapping[int, float] | None = None,
) -> list[int]:
    """Return the targets that are no primary targets and may be hit as well, strongest first.

    A target is named if its prediction, or its measured value, is ``STRONG`` or more, or is
    ``POTENT`` or more and at most ``CLOSE`` below the best primary prediction. So the targets of a
    hit that is weak itself are named only if they are hit.

    Args:
        profile: the predictions of a hit.
        primaries: the positions of the primary targets in the panel, at least one.
        measured: the hit's own highest measured value by position.
    """
    best = max(float(profile.mean[at]) for at in primaries)
    least = max(POTENT, min(STRONG, best - CLOSE))
    known = measured or {}
    strength = {
        at: max(value, known.get(at, -math.inf))
        for at, value in enumerate(profile.mean.tolist())
        if at not in primaries
    }
    return sorted((at for at in strength if strength[at] >= least), key=lambda at: -strength[at])


def primary_places(panel: TargetPanel, tasks: Sequence[str]) -> tuple[int, ...]:
    """Return the positions in a panel of the targets that are among these tasks."""
    return tuple(at for at, one in enumerate(panel.targets) if one.task in tasks)


def _chance(mean: float, std: float, shift: float) -> float:
    """Return the probability of ``POTENT`` or more if the common error is at ``shift`` deviations.

    >>> _chance(6.0, 0.5, 0.0), _chance(7.0, 0.0, -1.0)
    (0.5, 1.0)
    """
    above = mean + shift * math.sqrt(COMMON) * std - POTENT
    own = math.sqrt(1 - COMMON) * std
    return 0.5 * math.erfc(-above / own / math.sqrt(2)) if own > 1e-9 else float(above >= 0)
