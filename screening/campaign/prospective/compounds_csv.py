"""Writes one row per prediction of a campaign: all that was registered, and all that was found."""

import math
from pathlib import Path

from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.report import Report
from screening.campaign.tables import cell_texts
from screening.hits.hit_files import write_csv

COLUMNS = (
    *("event", "time", "run", "run_name", "screen", "task", "target", "kind", "compound_id", "key"),
    *("smiles", "unit", "qualifier", "agreement", "active", "problem", "replicates", "wells"),
    "measured_before",
    *("rank", "series", "predicted", "predicted_lo", "predicted_hi", "active_from"),
    *("p_active", "value", "sd", "standard_error", "n", "error", "standardized_error"),
    "mean_of_earlier_events",
)
"""The columns. ``error`` is the value less the prediction; ``standardized_error`` is that in half
widths of the 90 % interval over 1.645. ``measured_before`` is ``yes`` if an earlier event of
another run had measured the compound on the target, so that the prediction is in no figure."""
_TEXTS = 19


def write_compounds(path: Path, report: Report) -> int:
    """Write the table, and return the number of rows.

    Predictions that may have known their result come after the others. Those without a value are
    the last rows; ``problem`` says why.
    """
    known = {id(one) for one in report.known_before}
    all_rows = (*report.rows, *report.known_before, *report.without_value)
    rows = [_row(one, report, id(one) in known) for one in all_rows]
    return write_csv(path, COLUMNS, rows, _TEXTS)


def _row(one: Comparison, report: Report, is_known: bool) -> list[str]:
    event, row = one.event, one.row
    active = {True: "yes", False: "no", None: ""}[one.is_active]
    texts = (
        event.number, event.time, event.run, event.run_name, event.screen, event.task, one.target,
        event.kind, row.compound_id, row.key, row.smiles, row.unit, row.qualifier, one.agreement,
        active, row.problem, row.replicates, row.wells, "yes" if is_known else "",
    )  # fmt: skip
    series = report.series_numbers[row.smiles]
    mean = report.means.get((event.number, one.target), math.nan)
    numbers = (
        row.rank, series or math.nan, row.predicted, row.predicted_lo, row.predicted_hi, one.level,
        one.chance, row.value, row.sd, row.standard_error, row.n, one.error, one.standardized, mean,
    )  # fmt: skip
    return [*texts, *cell_texts(numbers)]
