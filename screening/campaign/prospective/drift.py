"""A control chart of the model's errors by event, and a CUSUM that tells whether they drifted.

Each event has the mean of its errors in registered standard deviations. Without drift its mean is
0, and its variance is (1 + (n - 1) r) / n, r the mean correlation of the errors of two compounds:
errors of like compounds go together, so a plate of one series may be off without any drift.

A series mostly returns on later plates, and its shared error with it. So the CUSUM does not add the
means themselves: it adds each mean less what the earlier means lead to expect, in standard
deviations of that difference. These are independent and standard normal without drift, whatever
errors are shared, as a tabular CUSUM demands (Montgomery, Introduction to Statistical Quality
Control, chapter 9). A bias that was there from the first event on, and that shared errors explain,
is no drift; the bias of a target tells it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibration.domain import Bits
from screening.campaign.event import Event
from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.shared_errors import covariance_of_means
from screening.campaign.prospective.statistics import FEWEST

Floats = npt.NDArray[np.float64]
SLACK, LIMIT = 0.5, 4.0
"""The k and h of the CUSUM, in standard deviations of a mean: shifts of one are found fast, and
without drift one of about 170 events sets it off."""
LIMITS = 3.0
"""The limits of the control chart, in standard deviations of a mean."""
_FEWEST_AFTER = 2
"""Events after a drift that tell that it has ended."""
_LEAST_EIGENVALUE = 1e-3
"""Of the covariance, as a share of the largest."""
_LEAST_SHARE = 0.2
"""The least variance that is left once earlier means are known, as a share of the whole."""


class Point(NamedTuple):
    """One event on the control chart."""

    event: Event
    n: int
    """Compounds whose error is known."""
    mean: float
    """Of the errors, in registered standard deviations."""
    std: float
    """Of the mean, if the intervals are right."""
    surprise: float
    """The mean less what earlier means lead to expect, in standard deviations."""
    high: float
    """The CUSUM of values that are higher than predicted."""
    low: float
    """The CUSUM of values that are lower than predicted."""
    is_independent: bool
    """True if correlations of errors are not known, so the limits take errors as independent."""


class Drift(NamedTuple):
    """A drift that the CUSUM found."""

    since: Event
    until: Event | None
    """The last event of the drift if it has ended; None if it lasts."""
    found: Event
    """The event at which the CUSUM passed its limit."""
    bias: float
    """The mean of the errors of these events, in pActivity."""
    n: int
    """The number of these errors."""


class Chart(NamedTuple):
    """The control chart of one target."""

    target: str
    points: list[Point]
    drift: Drift | None
    """The newest; None if there is none."""
    too_few: list[Event]
    """Events of fewer than ``FEWEST`` known errors, which the chart leaves out."""


def chart_target(rows: Sequence[Comparison], bits: dict[str, Bits]) -> Chart:
    """Return the control chart of all compounds of one target, which are at least one."""
    by_event: dict[str, list[Comparison]] = {}
    events: dict[str, Event] = {}
    for one in sorted(rows, key=lambda one: one.order):
        events[one.event.number] = one.event
        by_event.setdefault(one.event.number, [])
        if one.is_exact:
            by_event[one.event.number].append(one)
    numbers = list(by_event)
    kept = [number for number in numbers if len(by_event[number]) >= FEWEST]
    groups = [by_event[number] for number in kept]
    means = np.array([np.mean([one.standardized for one in group]) for group in groups])
    covariance = covariance_of_means(groups, bits)
    surprises = find_surprises(means, covariance)
    high, low = cusum(surprises)
    points = [
        Point(
            events[number],
            len(group),
            float(means[at]),
            math.sqrt(covariance[at, at]),
            float(surprises[at]),
            float(high[at]),
            float(low[at]),
            all(one.curve is None for one in group),
        )
        for at, (number, group) in enumerate(zip(kept, groups, strict=True))
    ]
    few = [events[number] for number in numbers if number not in kept]
    return Chart(rows[0].target, points, _find_drift(points, by_event), few)


def find_surprises(means: Floats, covariance: Floats) -> Floats:
    """Return each mean [n] less its expectation from the means before it, in its own deviations.

    covariance: of the means [n, n], if there is no drift.
    """
    found = np.empty(len(means))
    # Interpolated correlations need not be those of any errors: what no errors can have is cut off.
    values, vectors = np.linalg.eigh(covariance)
    least = _LEAST_EIGENVALUE * values.max(initial=0.0)
    covariance = vectors * np.maximum(values, least) @ vectors.T
    for at in range(len(means)):
        before = slice(0, at)
        own = covariance[at, at]
        weights = np.linalg.solve(covariance[before, before], covariance[before, at])
        left = own - float(weights @ covariance[before, at])
        expected = float(weights @ means[before])
        found[at] = (means[at] - expected) / math.sqrt(max(left, _LEAST_SHARE * own))
    return found


def cusum(values: Floats) -> tuple[Floats, Floats]:
    """Return the upper and the lower tabular CUSUM [n] of standard normal values [n].

    >>> cusum(np.array([1.5, 2.0, -3.0]))[0].tolist()
    [1.0, 2.5, 0.0]
    """
    high, low = np.zeros(len(values)), np.zeros(len(values))
    above = below = 0.0
    for at, value in enumerate(values.tolist()):
        above = high[at] = max(0.0, above + value - SLACK)
        below = low[at] = max(0.0, below - value - SLACK)
    return high, low


def _find_drift(
    points: Sequence[Point], by_event: Mapping[str, Sequence[Comparison]]
) -> Drift | None:
    """Return the newest drift in either direction."""
    runs = [
        *_find_runs([one.high for one in points]),
        *_find_runs([one.low for one in points]),
    ]
    if not runs:
        return None
    last, alarm, start = max(runs)
    first = _find_change([one.surprise for one in points[start : alarm + 1]]) + start
    own = float(np.mean([one.mean for one in points[first : last + 1]]))
    after = points[last + 1 :]
    # Later means are compared with the drifted ones before them, so the sum falls even if the
    # drift lasts. One event alone may be near to 0 by chance.
    if len(after) < _FEWEST_AFTER or np.mean([one.mean for one in after]) / own > 0.5:
        last, after = len(points) - 1, []
    errors = [one.error for at in points[first : last + 1] for one in by_event[at.event.number]]
    until = points[last].event if after else None
    bias = float(np.mean(errors))
    return Drift(points[first].event, until, points[alarm].event, bias, len(errors))


def _find_change(values: Sequence[float]) -> int:
    """Return where a shift began most likely, by the position in standard normal values [n].

    The sum itself often leaves 0 by chance, one or two events before the shift.
    """
    tails = np.cumsum(values[::-1])[::-1]
    likelihood = tails**2 / np.arange(len(values), 0, -1)
    return int(np.argmax(likelihood))


def _find_runs(sums: Sequence[float]) -> Iterator[tuple[int, int, int]]:
    """Yield the highest, the first beyond the limit, and the first of each run of sums above 0.

    Runs without a sum beyond the limit are left out.
    """
    start = alarm = -1
    for at, value in enumerate([*sums, 0.0]):
        if value > 0:
            start = at if start < 0 else start
            alarm = at if value > LIMIT and alarm < 0 else alarm
            continue
        if alarm >= 0:
            yield start + int(np.argmax(sums[start:at])), alarm, start
        start = alarm = -1
