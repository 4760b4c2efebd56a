"""Compares registered predictions with values: coverage, bias, errors, ranks, actives."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest, spearmanr

from gnn.calibration.domain import Bits
from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.shared_errors import correlate
from screening.hits.expected_actives import MOST, expect_actives
from screening.results.compounds import PERCENT
from screening.results.reading.plate_plan import PACTIVITY

PROMISED = 0.90
"""The share of values that the registered intervals are meant to hold."""
FEWEST, FEWEST_RANKED = 3, 8
"""Compounds from which something is said, and from which ranks are compared."""
_NAN = math.nan
Means = Mapping[tuple[str, str], float]
"""The mean of the exact values of earlier events, by event and target."""


class Share(NamedTuple):
    """A share, k of n, with Wilson's 95 % interval."""

    k: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share; NaN of none."""
        return self.k / self.n if self.n else _NAN


class Actives(NamedTuple):
    """Measured and expected compounds at or above the level, among those whose values decide."""

    found: Share
    expected: float
    """Sum of the registered probabilities."""
    low: float
    """The 90 % interval of the expected number."""
    high: float
    first_half: Share
    """Of the picks with the better ranks."""
    second_half: Share
    undecided: int
    """Bounds that leave open whether the compound is active."""
    level: float
    """NaN if the compounds have different ones."""


class Comparisons(NamedTuple):
    """What was registered for some compounds, and what was found. Unknown numbers are NaN."""

    with_value: int
    not_compared: int
    """Values without a registered interval of their unit, such as inhibitions."""
    coverage: Share
    """Exact values inside of their intervals."""
    bounds: Share
    """Bounds that allow a value inside of the interval."""
    bias: float
    """The mean of the values less the predictions, in pActivity."""
    bias_error: float
    """Its standard error."""
    bias_with_bounds: float
    """The same with the bounds, each at the value that it allows nearest to its prediction.

    NaN with fewer than ``FEWEST`` exact values or bounds."""
    rms_error: float
    rms_registered: float
    """The root mean square error that the intervals promised."""
    spearman: float
    ranked: int
    """The number of compounds that are ranked."""
    rms_of_mean: float
    """Of a prediction by the mean of the values of earlier events, on ``baseline_n`` values."""
    rms_beside_mean: float
    """Of the model on the same values."""
    baseline_n: int
    actives: Actives | None
    """None if no level was registered, or nothing is decided."""


def share_of(k: int, n: int) -> Share:
    """Return a share with Wilson's 95 % interval, which is 0 to 1 for none."""
    if not n:
        return Share(0, 0, 0.0, 1.0)
    found = binomtest(k, n).proportion_ci(0.95, method="wilson")
    return Share(k, n, float(found.low), float(found.high))


def means_so_far(rows: Sequence[Comparison]) -> dict[tuple[str, str], float]:
    """Return the mean of the exact values before each event on its target, NaN if there are none.

    It is what a chemist would predict who knows only the earlier plates. A correction takes the
    place in time of what it corrects.
    """
    exact: dict[str, list[Comparison]] = defaultdict(list)
    for one in rows:
        if one.is_exact:
            exact[one.target].append(one)
    found = {}
    for number, target, place in {(one.event.number, one.target, one.place) for one in rows}:
        before = [one.row.value for one in exact[target] if one.place < place]
        found[number, target] = float(np.mean(before)) if before else _NAN
    return found


def compare(rows: Sequence[Comparison], means: Means, bits: Mapping[str, Bits]) -> Comparisons:
    """Compare some compounds, of one target or of several.

    means: from :func:`means_so_far` of all compounds of the campaign.
    bits: the atom environments by SMILES.
    """
    exact = [one for one in rows if one.is_exact]
    bounds = [one for one in rows if one.agreement and not one.is_exact]
    errors = np.array([one.error for one in exact])
    stds = np.array([one.std for one in exact])
    earlier = np.array([means.get((one.event.number, one.target), _NAN) for one in exact])
    apart = np.array([one.row.value for one in exact]) - earlier
    beside = ~np.isnan(apart)
    n = len(errors)
    spearman, ranked = _rank_correlation(rows)
    return Comparisons(
        with_value=len(rows),
        not_compared=len(rows) - n - len(bounds),
        coverage=share_of(sum(one.agreement == "inside" for one in exact), n),
        bounds=share_of(sum(one.agreement == "possible" for one in bounds), len(bounds)),
        bias=float(errors.mean()) if n else _NAN,
        bias_error=float(errors.std(ddof=1) / math.sqrt(n)) if n > 1 else _NAN,
        bias_with_bounds=_bias_with_bounds(errors, bounds),
        rms_error=_rms(errors),
        rms_registered=_rms(stds),
        spearman=spearman,
        ranked=ranked,
        rms_of_mean=_rms(apart[beside]),
        rms_beside_mean=_rms(errors[beside]),
        baseline_n=int(beside.sum()),
        actives=_count_actives(rows, bits),
    )


def _bias_with_bounds(errors: np.ndarray, bounds: Sequence[Comparison]) -> float:
    if len(errors) < FEWEST or len(bounds) < FEWEST:
        return _NAN
    nearest = list(errors)
    for one in bounds:
        end = one.row.value - one.row.predicted
        nearest.append(min(end, 0.0) if one.row.qualifier == "<" else max(end, 0.0))
    return float(np.mean(nearest))


def _rms(errors: np.ndarray) -> float:
    return float(np.sqrt(np.mean(errors**2))) if len(errors) else _NAN


def _rank_correlation(rows: Sequence[Comparison]) -> tuple[float, int]:
    """Return Spearman's correlation of exact values and predictions of one target, and n.

    Potencies are ranked; inhibitions only if there are no potencies.
    """
    for unit in (PACTIVITY, PERCENT):
        own = [one for one in rows if one.row.unit == unit and one.row.qualifier == "="]
        own = [one for one in own if not math.isnan(one.row.predicted)]
        if own:
            break
    doses = {one.row.concentration_uM for one in own if not math.isnan(one.row.concentration_uM)}
    if len({one.target for one in own}) != 1 or len(doses) > 1 or len(own) < FEWEST_RANKED:
        return _NAN, len(own)
    values, predicted = ([getattr(one.row, name) for one in own] for name in ("value", "predicted"))
    if len(set(values)) == 1 or len(set(predicted)) == 1:
        return _NAN, len(own)  # ranks of equal numbers correlate with nothing
    return float(spearmanr(values, predicted).statistic), len(own)


def _count_actives(rows: Sequence[Comparison], bits: Mapping[str, Bits]) -> Actives | None:
    leveled = [one for one in rows if one.agreement and not math.isnan(one.level)]
    decided = [one for one in leveled if one.is_active is not None]
    if not decided:
        return None
    chances = np.array([one.chance for one in decided])
    low, high = _interval(decided, bits)
    levels = {one.level for one in decided}
    first, second = _halves(decided)
    return Actives(
        found=_active_share(decided),
        expected=float(chances.sum()),
        low=low,
        high=high,
        first_half=_active_share(first),
        second_half=_active_share(second),
        undecided=len(leveled) - len(decided),
        level=levels.pop() if len(levels) == 1 else _NAN,
    )


def _interval(rows: Sequence[Comparison], bits: Mapping[str, Bits]) -> tuple[float, float]:
    """Return the 90 % interval of the number of actives, if errors go together as recorded.

    Of more than ``MOST`` compounds so many are drawn, and their interval is scaled up, which makes
    it a little too wide.
    """
    drawn = list(rows)
    if len(rows) > MOST:
        chosen = np.random.default_rng(0).choice(len(rows), MOST, replace=False)
        drawn = [rows[at] for at in np.sort(chosen).tolist()]
    # Each has its own level: only the distance from it counts.
    away = np.array([one.row.predicted - one.level for one in drawn])
    stds = np.array([one.std for one in drawn])
    correlations = correlate(drawn, dict(bits))
    targets = np.array([one.target for one in drawn])
    correlations[targets[:, None] != targets] = 0  # the curve is of errors on one target
    found = expect_actives(away, stds, 0.0, correlations)
    expected = sum(one.chance for one in rows)
    scale = len(rows) / len(drawn)
    low, high = (expected + (end - found.mean) * scale for end in (found.low, found.high))
    return max(float(low), 0.0), min(float(high), float(len(rows)))


def _halves(rows: Sequence[Comparison]) -> tuple[list[Comparison], list[Comparison]]:
    """Return the picks of the first and of the second half of each run's ranks."""
    by_run: dict[tuple[str, str], list[Comparison]] = defaultdict(list)
    for one in sorted(rows, key=lambda one: one.row.rank):
        by_run[one.event.run, one.event.task].append(one)
    first: list[Comparison] = []
    second: list[Comparison] = []
    for own in by_run.values():
        middle = (len(own) + 1) // 2
        first += own[:middle]
        second += own[middle:]
    return first, second


def _active_share(rows: Sequence[Comparison]) -> Share:
    return share_of(sum(one.is_active is True for one in rows), len(rows))
