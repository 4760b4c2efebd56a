"""The tables of a prospective validation, as a terminal and the page show them."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.report import Report
from screening.campaign.prospective.statistics import Share
from screening.results.reading.plate_plan import PACTIVITY
from screening.text.cells import format_number

MOST_ERRORS = 10
"""The number of compounds with the largest errors that are shown."""


class SummaryTable(NamedTuple):
    """One table."""

    title: str
    header: list[str]
    rows: list[list[str]]
    numbers: int
    """How many of the last columns are numbers."""


def summary_tables(report: Report) -> Iterator[SummaryTable]:
    """Yield the tables that have rows, in reading order."""
    for table in (
        _events(report),
        _errors(report),
        _actives(report),
        _series(report),
        _largest_errors(report),
    ):
        if table.rows:
            yield table


def _events(report: Report) -> SummaryTable:
    rows = [
        [
            one.number,
            one.time[:10],
            one.run_name,
            ", ".join(one.plates) or "final values",
            one.target,
            str(len([row for row in report.rows if row.event is one])),
            f"{len(one.ranks)}",
        ]
        for one in report.campaign.events
    ]
    header = ["event", "kept", "run", "plates", "target", "values that count", "values"]
    return SummaryTable("Events", header, rows, 2)


def _errors(report: Report) -> SummaryTable:
    rows = []
    for group in report.groups:
        found = group.found
        inside = f"{found.coverage.k} of {found.coverage.n}"
        rows.append(
            [
                group.event,
                group.target,
                str(found.with_value),
                inside if found.coverage.n else "",
                share_text(found.coverage),
                f"{found.bounds.k} of {found.bounds.n}" if found.bounds.n else "",
                plus_minus(found.bias, found.bias_error),
                *(number(one) for one in (found.rms_error, found.rms_registered)),
                _beside(found.rms_of_mean, found.rms_beside_mean),
                number(found.spearman),
            ]
        )
    header = [
        *("event", "target", "values", "inside 90 %", "share (95 % interval)", "bounds that allow"),
        *("bias", "RMS error", "promised", "mean of earlier (model)", "Spearman"),
    ]
    return SummaryTable("Intervals and errors, in pActivity", header, rows, 9)


def _actives(report: Report) -> SummaryTable:
    rows = []
    for group in report.groups:
        found = group.found.actives
        if found is not None:
            rows.append(
                [
                    group.event,
                    group.target,
                    number(found.level),
                    f"{found.found.k} of {found.found.n}",
                    format_number(found.expected, 1),
                    f"{found.low:.0f} to {found.high:.0f}",
                    f"{found.first_half.k} of {found.first_half.n}",
                    f"{found.second_half.k} of {found.second_half.n}",
                    str(found.undecided),
                ]
            )
    header = [
        *("event", "target", "active from", "active", "expected", "90 % interval"),
        *("better half of picks", "other half", "undecided"),
    ]
    return SummaryTable("Actives", header, rows, 7)


def _series(report: Report) -> SummaryTable:
    rows = [
        [
            str(one.number),
            one.target,
            one.best.row.compound_id,
            value_text(one.best),
            str(one.n),
            plus_minus(one.bias, one.bias_error),
            f"{one.coverage.k} of {one.coverage.n}" if one.coverage.n else "",
        ]
        for one in report.series
    ]
    header = ["series", "target", "best compound", "its value", "values", "bias", "inside 90 %"]
    return SummaryTable("Series of 3 or more compounds with a value", header, rows, 3)


def _largest_errors(report: Report) -> SummaryTable:
    outside = [one for one in report.rows if one.is_exact and one.agreement == "outside"]
    outside.sort(key=lambda one: (-abs(one.standardized), one.order, one.row.rank))
    rows = [
        [
            one.row.compound_id,
            one.event.number,
            one.target,
            value_text(one),
            number(one.row.predicted),
            f"{number(one.row.predicted_lo)} to {number(one.row.predicted_hi)}",
            str(report.series_numbers[one.row.smiles] or ""),
        ]
        for one in outside[:MOST_ERRORS]
    ]
    header = ["compound_id", "event", "target", "value", "predicted", "90 % interval", "series"]
    return SummaryTable("Largest errors outside of their intervals", header, rows, 4)


def share_text(share: Share) -> str:
    """Return a share with its 95 % interval; empty for none."""
    if not share.n:
        return ""
    low, high = format_number(share.low, 2), format_number(share.high, 2)
    return f"{format_number(share.value, 2)} ({low} to {high})"


def value_text(one: Comparison) -> str:
    """Return a value with its sign; an inhibition has its unit, too."""
    sign = one.row.qualifier.replace("=", "")
    if one.row.unit == PACTIVITY:
        return f"{sign}{number(one.row.value)}"
    return f"{sign}{format_number(one.row.value, 0)} %"


def plus_minus(value: float, error: float) -> str:
    """Return a value with its sign and its standard error, where they are known."""
    if math.isnan(value):
        return ""
    sign = "+" if value > 0 else ""
    return f"{sign}{number(value)}" + ("" if math.isnan(error) else f" ± {number(error)}")


def number(value: float) -> str:
    """Return a number with two decimals; empty if it is not known."""
    return "" if math.isnan(value) else format_number(value, 2)


def _beside(of_mean: float, of_model: float) -> str:
    return "" if math.isnan(of_mean) else f"{number(of_mean)} ({number(of_model)})"
