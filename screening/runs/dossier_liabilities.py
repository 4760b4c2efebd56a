"""Formats the liabilities of a compound for its dossier: beside drugs, and by their lines."""

from collections.abc import Iterator, Mapping

from screening.reason.risk_lines import is_above_line, risk_lines
from screening.runs.past_run import PastRun
from screening.score.card_facts import drug_quantiles, operating_points
from screening.score.predicted_columns import bundle_of
from screening.text.applicability import NOT_RELIED_ON, outside_of
from screening.text.cells import format_number
from screening.text.digits import digits_of
from screening.text.drug_percentile import among_drugs, percent_below
from screening.text.words import spoken

LIABILITY_HEADER = ["liability", "value", "among approved drugs", "result", "line"]
_SIDES = {True: "above its line", False: "below its line"}


def liability_rows(said: Mapping[str, float], past: PastRun) -> Iterator[list[str]]:
    """Yield the cells of each liability of the screen.

    Outside the domain of its model a liability is not compared with anything.

    Args:
        said: The predictions of the compound, by column.
        past: The run.
    """
    points = operating_points(past.bundles)
    lines = {one.term.task: one for one in risk_lines(past.screen, past.units, points)}
    drugs, outsides = drug_quantiles(past.bundles), outside_of(said, past.limits)
    for term in past.screen.objective.liabilities:
        value, line = said[term.task], lines.get(term.task)
        number = format_number(value, digits_of(term.task, past.screen, past.units))
        told = "" if line is None else line.described
        if bundle_of(term.task, past.limits) in outsides:
            yield [spoken(term.name), number, "", NOT_RELIED_ON, told]
            continue
        among = among_drugs([percent_below(value, drugs[term.task])]) if term.task in drugs else ""
        side = "" if line is None else _SIDES[is_above_line(term, value)]
        yield [spoken(term.name), number, among, side, told]
