"""The prospective validation of a campaign: all comparisons, and what they say in sentences."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from chem.records.message_text import counted
from screening.campaign.campaign import Campaign
from screening.campaign.prospective.comparison import (
    Comparison,
    part_known,
    read_comparisons,
    read_without_value,
)
from screening.campaign.prospective.drift import Chart, chart_target
from screening.campaign.prospective.series import Series, compare_series, number_series
from screening.campaign.prospective.shared_errors import compute_bits
from screening.campaign.prospective.statistics import (
    FEWEST,
    PROMISED,
    Comparisons,
    Means,
    compare,
    means_so_far,
)
from screening.errors import AlteredError
from screening.text.cells import format_number

ALL = "all"
"""The name of the group of all events, and of all targets."""


@dataclass(frozen=True)
class Group:
    """The comparisons of one event, or of all."""

    event: str
    """Its number, or ``all``."""
    target: str
    """Or ``all``."""
    found: Comparisons


@dataclass(frozen=True)
class Report:
    """The prospective validation of a campaign."""

    campaign: Campaign
    rows: list[Comparison]
    """The current value of every prediction that cannot know it, in order of time and rank."""
    known_before: list[Comparison]
    """Those of predictions that may have known the result, which are in no figure."""
    without_value: list[Comparison]
    groups: list[Group]
    """By target, events first, then all of them; last all targets if there are several."""
    series: list[Series]
    series_numbers: dict[str, int]
    """By SMILES."""
    charts: list[Chart]
    means: Means
    """The mean of the values of earlier events, by event and target."""
    replaced: list[str]
    """Numbers of events of which no value counts any more."""

    @property
    def targets(self) -> list[str]:
        """The targets, in the order of their first events."""
        return list(dict.fromkeys(one.target for one in self.rows))


def make_report(campaign: Campaign) -> Report:
    """Compare all predictions of a campaign with what was found.

    Raises AlteredError if any file of the campaign was changed.
    """
    if faults := campaign.check_files():
        more = f" (and {counted(len(faults) - 1, 'more fault')})" if faults[1:] else ""
        raise AlteredError(f"{faults[0]}{more}")
    values = read_comparisons(campaign)
    without = read_without_value(campaign, values)
    rows, known = part_known(campaign, values)
    bits, means = compute_bits(rows), means_so_far(rows)
    numbers = number_series([*rows, *known, *without])
    groups, charts = [], []
    targets = list(dict.fromkeys(one.target for one in rows))
    for target in targets:
        own = [one for one in rows if one.target == target]
        events = list(dict.fromkeys(one.event.number for one in own))
        for number in events:
            of_event = [one for one in own if one.event.number == number]
            groups.append(Group(number, target, compare(of_event, means, bits)))
        groups.append(Group(ALL, target, compare(own, means, bits)))
        charts.append(chart_target(own, bits))
    if len(targets) > 1:
        groups.append(Group(ALL, ALL, compare(rows, means, bits)))
    counting = {one.event.number for one in values}
    replaced = [one.number for one in campaign.events if one.ranks and one.number not in counting]
    series = compare_series(rows, numbers)
    return Report(campaign, rows, known, without, groups, series, numbers, charts, means, replaced)


def tell_known_before(report: Report) -> str:
    """Return how many predictions may have known their result; empty for none."""
    count = len(report.known_before)
    if not count:
        return ""
    return (
        f"{counted(count, 'value')} left out of all figures and charts: an earlier event of "
        "another run had measured the compound on the target, so the prediction may have known "
        "the result"
    )


def tell_target(report: Report, target: str) -> Iterator[str]:
    """Yield what the comparisons say about the predictions of a target, in reading order.

    A drift comes first, as it changes the sense of all other figures. Nothing is said about fewer
    than ``FEWEST`` compounds.
    """
    found = next(g.found for g in report.groups if (g.event, g.target) == (ALL, target))
    chart = next(one for one in report.charts if one.target == target)
    if chart.drift is not None:
        yield tell_drift(chart)
    if found.coverage.n >= FEWEST:
        yield _tell_coverage(found)
        yield _tell_bias(found)
    elif found.not_compared >= FEWEST:
        yield (
            f"no interval can be checked: {counted(found.not_compared, 'value')} cannot be "
            "compared with a registered pActivity, such as inhibitions at one dose"
        )
    if found.bounds.n >= FEWEST:
        yield (
            f"{found.bounds.k:,} of {counted(found.bounds.n, 'bound')} (< or >) allow a value "
            "inside of the interval; no other figure but the second bias has them"
        )
    if not math.isnan(found.spearman):
        yield (
            f"the ranks of predictions and values have a correlation of {_two(found.spearman)} "
            f"(Spearman, {found.ranked:,} compounds)"
        )
    if found.baseline_n >= FEWEST:
        yield _tell_baseline(found)
    if found.actives is not None and found.actives.found.n >= FEWEST:
        yield from _tell_actives(found)
    if chart.points and chart.drift is None:
        yield tell_drift(chart)


def _tell_coverage(found: Comparisons) -> str:
    share = found.coverage
    if share.high < PROMISED:
        sense = "the intervals are too narrow here: trust them less than they say"
    elif share.low > PROMISED:
        sense = "the intervals are wider than they had to be"
    else:
        sense = "which agrees with the 0.90 that was promised"
    return (
        f"{share.k:,} of {counted(share.n, 'exact value')} are inside of their 90 % interval: "
        f"{_two(share.value)} (95 % interval {_two(share.low)} to {_two(share.high)}); {sense}"
    )


def _tell_bias(found: Comparisons) -> str:
    size = f"{_two(abs(found.bias))} ± {_two(found.bias_error)}"
    if abs(found.bias) <= 1.96 * found.bias_error:
        sense = f"predictions show no bias ({_two(found.bias)} ± {_two(found.bias_error)})"
    else:
        sense = f"predictions are too {_direction(found.bias)}, by {size} on average"
    told = (
        f"{sense}; the root mean square error is {_two(found.rms_error)}, and the intervals "
        f"promised {_two(found.rms_registered)}"
    )
    mean = found.bias_with_bounds
    if math.isnan(mean):
        return told
    size = _two(abs(mean))
    way = f"are too {_direction(mean)}, by {size} on average" if float(size) else "show no bias"
    return (
        f"{told}; that is of exact values: with the {counted(found.bounds.n, 'bound')}, each at "
        f"the value that it allows nearest to its prediction, predictions {way}"
    )


def _tell_baseline(found: Comparisons) -> str:
    is_better = found.rms_beside_mean < found.rms_of_mean
    sense = "the model is better than" if is_better else "the model is no better than"
    return (
        f"{sense} the mean of the earlier events: root mean square errors of "
        f"{_two(found.rms_beside_mean)} and {_two(found.rms_of_mean)} on the same "
        f"{counted(found.baseline_n, 'value')}"
    )


def _tell_actives(found: Comparisons) -> Iterator[str]:
    actives = found.actives
    assert actives is not None
    first, second = actives.first_half, actives.second_half
    of_level = "" if math.isnan(actives.level) else f" (pActivity {actives.level:g} or more)"
    count = actives.found.k
    if count < actives.low:
        sense = "fewer than expected"
    elif count > actives.high:
        sense = "more than expected"
    else:
        sense = "as expected"
    yield (
        f"{counted(count, 'active')}{of_level} of {counted(actives.found.n, 'compound')}, "
        f"{sense}: the predictions promised {format_number(actives.expected, 1)} (90 % interval "
        f"{actives.low:.0f} to {actives.high:.0f})"
    )
    if second.n >= FEWEST:
        yield (
            f"of the better half of the picks {_two(first.value)} are active "
            f"({first.k:,} of {first.n:,}), of the other half {_two(second.value)} "
            f"({second.k:,} of {second.n:,})"
        )


def tell_drift(chart: Chart) -> str:
    """Return what the control chart of a target says, in one sentence."""
    drift = chart.drift
    independent = any(one.is_independent for one in chart.points)
    basis = "; limits are as if errors were independent" if independent else ""
    if drift is None:
        many = counted(len(chart.points), "event")
        return f"no drift over {many}{basis}"
    events = f"since event {drift.since.number}"
    verb = "are"
    if drift.until is not None:
        events = f"from event {drift.since.number} to {drift.until.number}"
        verb = "were"
    said = (
        f"{events} predictions of {chart.target} {verb} too {_direction(drift.bias)}, by "
        f"{_two(abs(drift.bias))} on average of {counted(drift.n, 'compound')}"
    )
    if drift.until is not None:
        return f"{said}; the events after that show no such error{basis}"
    return (
        f"{said}: first compare the reference compound of these plates with earlier ones, and if "
        "the assay has not changed, train a model with the values of this campaign and screen "
        f"again{basis}"
    )


def _direction(bias: float) -> str:
    """Return how predictions are, given the mean of the values less the predictions."""
    return "low" if bias > 0 else "high"


def _two(value: float) -> str:
    return format_number(value, 2)
