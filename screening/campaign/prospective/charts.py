"""The charts of a prospective validation: values by predictions, coverage, control chart, CUSUM.

Marks differ in shape and lines in dashes, so that the charts can be read in black and white.
"""

import math
from collections.abc import Sequence

from markupsafe import Markup

from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.drift import LIMIT, LIMITS, Chart, Point
from screening.campaign.prospective.report import ALL, Group
from screening.campaign.prospective.statistics import PROMISED
from screening.campaign.prospective.summary_tables import number, share_text, value_text
from screening.campaign.prospective.svg import Plot, ticks

SQUARE, WIDE = (520, 480), (520, 260)
"""Sizes of charts in pixels."""
_MOST_LABELS = 12
"""The most labels of events on an axis."""


def draw_scatter(rows: Sequence[Comparison], target: str) -> Markup | None:
    """Draw values against predictions with their intervals; None if none can be compared.

    A registered interval is a horizontal line. It crosses the diagonal exactly if the value is
    inside of it.
    """
    shown = [one for one in rows if one.agreement]
    if not shown:
        return None
    numbers = [
        value
        for one in shown
        for value in (one.row.value, one.row.predicted_lo, one.row.predicted_hi)
    ]
    low, high = math.floor(2 * min(numbers)) / 2 - 0.2, math.ceil(2 * max(numbers)) / 2 + 0.2
    plot = Plot(SQUARE, (low, high), (low, high), f"Measured against predicted values of {target}")
    for tick in ticks(low, high):
        plot.x_label(tick, f"{tick:g}")
        plot.y_label(tick, f"{tick:g}")
    plot.line((low, low), (high, high), "diagonal")
    levels = {one.level for one in shown if not math.isnan(one.level)}
    for level in sorted(levels):
        if low <= level <= high:
            plot.line((low, level), (high, level), "level")
    for one in shown:
        ends = ((one.row.predicted_lo, one.row.value), (one.row.predicted_hi, one.row.value))
        plot.line(*ends, "interval")
    for one in shown:
        plot.mark((one.row.predicted, one.row.value), _kind(one), _told(one))
    plot.names("predicted pActivity, with the registered 90 % interval", "measured pActivity")
    return plot.svg()


def _kind(one: Comparison) -> str:
    if not one.is_exact:
        return "down" if one.row.qualifier == "<" else "up"
    return one.agreement


def _told(one: Comparison) -> str:
    row = one.row
    interval = f"{number(row.predicted_lo)} to {number(row.predicted_hi)}"
    return (
        f"{row.compound_id}: measured {value_text(one)}, predicted {number(row.predicted)} "
        f"({interval}), event {one.event.number}"
    )


def draw_coverage(groups: Sequence[Group], target: str) -> Markup | None:
    """Draw the share of values inside their intervals by event; None without exact values."""
    own = [
        group
        for group in groups
        if group.target == target and group.event != ALL and group.found.coverage.n
    ]
    if not own:
        return None
    plot = _by_event([group.event for group in own], (0.0, 1.0), f"Coverage by event, {target}")
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        plot.y_label(tick, f"{tick:.2f}")
    plot.line((-0.5, PROMISED), (len(own) - 0.5, PROMISED), "level")
    for at, group in enumerate(own):
        share = group.found.coverage
        plot.line((at, share.low), (at, share.high), "range")
        kind = "inside" if share.low <= PROMISED <= share.high else "outside"
        told = f"event {group.event}: {share.k} of {share.n} inside, {share_text(share)}"
        plot.mark((at, share.value), kind, told)
    plot.names("event", "share inside, promised 0.90")
    return plot.svg()


def draw_control_chart(chart: Chart) -> Markup | None:
    """Draw the mean standardized error of each event with its limits; None without events."""
    points = chart.points
    if not points:
        return None
    most = max([1.0, *(max(abs(one.mean), LIMITS * one.std) for one in points)]) * 1.1
    plot = _by_event(_numbers(points), (-most, most), f"Control chart of {chart.target}")
    for tick in ticks(-most, most):
        plot.y_label(tick, f"{tick:g}")
    plot.line((-0.5, 0), (len(points) - 0.5, 0), "diagonal")
    for at, one in enumerate(points):
        for side in (-1, 1):
            limit = side * LIMITS * one.std
            plot.line((at - 0.4, limit), (at + 0.4, limit), "level")
    plot.path([(at, one.mean) for at, one in enumerate(points)], "range")
    for at, one in enumerate(points):
        kind = "inside" if abs(one.mean) <= LIMITS * one.std else "outside"
        limits = f"limits ±{number(LIMITS * one.std)}"
        told = f"event {one.event.number}: {number(one.mean)}, {one.n} compounds, {limits}"
        plot.mark((at, one.mean), kind, told)
    plot.names("event", "mean error, in promised SD")
    return plot.svg()


def draw_cusum(chart: Chart) -> Markup | None:
    """Draw both sums of the CUSUM, the one of too high predictions downwards; None without."""
    points = chart.points
    if not points:
        return None
    most = max([LIMIT, *(max(one.high, one.low) for one in points)]) * 1.15
    plot = _by_event(_numbers(points), (-most, most), f"CUSUM of {chart.target}")
    for tick in ticks(-most, most):
        plot.y_label(tick, f"{abs(tick):g}")
    for limit in (-LIMIT, LIMIT):
        plot.line((-0.5, limit), (len(points) - 0.5, limit), "level")
    for sign, sums in ((1, [one.high for one in points]), (-1, [one.low for one in points])):
        plot.path([(at, sign * value) for at, value in enumerate(sums)], "range")
        side = "values higher than predicted" if sign > 0 else "values lower than predicted"
        for at, value in enumerate(sums):
            kind = "outside" if value > LIMIT else "inside"
            told = f"event {points[at].event.number}: {number(value)}, {side}"
            plot.mark((at, sign * value), kind, told)
    plot.names("event", "too high  ←  predictions  →  too low")
    return plot.svg()


def _numbers(points: Sequence[Point]) -> list[str]:
    return [one.event.number for one in points]


def _by_event(numbers: Sequence[str], y: tuple[float, float], title: str) -> Plot:
    """Return a chart with the events on its x axis, at 0, 1 and so on."""
    plot = Plot(WIDE, (-0.5, len(numbers) - 0.5), y, title)
    step = -(-len(numbers) // _MOST_LABELS)
    for at, name in enumerate(numbers):
        if at % step == 0:
            plot.x_label(at, name)
    return plot
