"""Formats the predictions of a compound for mutants of its targets, for its dossier."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gnn.bundle.mutant_values import TaskMutant, mutants_of
from screening.runs.past_run import PastRun
from screening.score.predicted_columns import bundle_of
from screening.text.applicability import outside_of
from screening.text.cells import format_number

MUTANT_HEADER = [
    *("mutant", "value", "from", "to", "kind of range", "difference"),
    *("compounds", "error", "in interval %"),
]
_DIGITS = 2


def mutant_rows(
    said: Mapping[str, float], tasks: Sequence[str], past: PastRun
) -> Iterator[list[str]]:
    """Yield the cells of each mutant of the tasks; none if no bundle has mutants of them.

    Args:
        said: The predictions of the compound, by column.
        tasks: Predicted columns of the wild types.
        past: The run.
    """
    known = [one for bundle in past.bundles for one in mutants_of(bundle)]
    outsides = outside_of(said, past.limits)
    for task in tasks:
        bundle = bundle_of(task, past.limits)
        spans = f"not reliable: outside {bundle}'s domain" if bundle in outsides else ""
        yield from (_row(one, said, spans) for one in known if one.task == task)


def _row(one: TaskMutant, said: Mapping[str, float], spans: str) -> list[str]:
    wild, *ends = (np.array([said[f"{one.task}{end}"]]) for end in ("", "_lo", "_hi"))
    found, numbers = one.values(wild, *ends), one.card.numbers
    if found is None or numbers is None:
        return [one.card.name, "no data", "", "", "", "", f"{one.card.compounds}", "", ""]
    value, low, high = (format_number(float(end[0]), _DIGITS) for end in found)
    # The difference of the shown numbers, as the tables show both.
    change = float(value) - float(format_number(float(wild[0]), _DIGITS))
    return [
        *(one.card.name, value, low, high, spans or "90 % interval"),
        f"{'-' if change < 0 else '+'}{format_number(abs(change), _DIGITS)}",
        f"{one.card.compounds}",
        format_number(numbers.error, _DIGITS),
        format_number(100 * numbers.coverage, 0),
    ]
