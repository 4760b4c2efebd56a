"""Writes two lists for the screen of the next plate: compounds with results, and which to repeat.

A screen excludes the first list and includes the second one. A plate measures one target, so both
lists are of one: a surprise on another target is no control of this plate. A result is worth
repeating if it lies outside of the registered 99 % interval, and the compound has no other potency
on that target: either the assay was wrong once, or the model is wrong about a series.
"""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from scipy.special import ndtri

from chem.disk.files import make_folder, scratch_beside
from chem.errors import InputError
from chem.records.message_text import did_you_mean
from screening.campaign.prospective.comparison import Comparison
from screening.campaign.prospective.report import Report
from screening.hits.hit_files import write_csv
from screening.text.cells import format_number

MEASURED, REPEAT = "measured.csv", "repeat.csv"
SURPRISING = float(ndtri(0.995))
"""The error, in standard deviations, that one result in a hundred has."""


class NextLists(NamedTuple):
    """The number of compounds of each list, and the files."""

    measured: int
    repeat: int
    files: tuple[Path, Path]


def choose_target(report: Report, task: str | None = None) -> str:
    """Return the short name of the target whose lists are written.

    task: The target, by its column or its short name; None: the only one with values.

    Raises InputError for several targets of which none is named, and for an unknown one.
    """
    rows = [*report.known_before, *report.rows]
    targets = {name: one.target for one in rows for name in (one.target, one.event.task)}
    columns = {one.target: one.event.task for one in rows}
    named = ", ".join(sorted(columns.values()))
    if task is None:
        if len(columns) == 1:
            return rows[0].target
        example = min(columns.values())
        raise InputError(
            f"found values on {len(columns)} targets ({named}), expected one for --lists, as a "
            f"plate measures one; name it with --task, such as --task {example}"
        )
    found = {target for name, target in targets.items() if name.lower() == task.lower()}
    if len(found) != 1:
        hint = did_you_mean(task, targets, "name one of these with --task")
        raise InputError(f"found no values on {task!r}, expected one of {named}; {hint}")
    return found.pop()


def write_next_lists(folder: Path, report: Report, target: str) -> NextLists:
    """Write ``measured.csv`` and ``repeat.csv`` into a folder.

    Other files of these names are not replaced: a finished run may have used them, and cannot be
    verified without.

    ``measured.csv`` has every compound with a value on the target, in the order in which the first
    values came; ``repeat.csv`` has the surprising ones, the most surprising first, each with the
    run that picked it. Both have ``compound_id`` and ``smiles``, by which a screen finds them.

    target: Its short name, as :func:`choose_target` returns it.

    Raises InputError if the folder has other lists of these names.
    """
    make_folder(folder)
    every = {one.row.key: one for one in _values(report, target)}
    measured = [[one.row.compound_id, one.row.smiles] for one in every.values()]
    repeat = [
        [
            *(one.row.compound_id, one.row.smiles, one.target, one.event.run_name),
            *(format_number(n, 2) for n in (one.row.predicted, one.row.value, one.standardized)),
        ]
        for one in find_surprising(report, target)
    ]
    columns = ("compound_id", "smiles", "target", "run", "predicted", "value", "standardized_error")
    with scratch_beside(folder / MEASURED) as scratch:
        write_csv(scratch / MEASURED, columns[:2], measured, 2)
        write_csv(scratch / REPEAT, columns, repeat, 4)
        for name in (MEASURED, REPEAT):
            content = (scratch / name).read_bytes()
            if (folder / name).exists() and (folder / name).read_bytes() != content:
                raise InputError(
                    f"{folder / name} is another list, which the screen of a finished run may "
                    "need; name a new folder, one for each plate"
                )
        for name in (MEASURED, REPEAT):
            os.replace(scratch / name, folder / name)
    return NextLists(len(measured), len(repeat), (folder / MEASURED, folder / REPEAT))


def find_surprising(report: Report, target: str) -> list[Comparison]:
    """Return the results on a target that are to be repeated, the most surprising first."""
    rows = [one for one in _values(report, target) if one.is_exact]
    times = Counter(one.row.key for one in rows)
    surprising = [
        one for one in rows if times[one.row.key] == 1 and abs(one.standardized) > SURPRISING
    ]
    return sorted(surprising, key=lambda one: -abs(one.standardized))


def _values(report: Report, target: str) -> list[Comparison]:
    """Return all values on a target, in order of time, then by rank."""
    rows = [one for one in (*report.known_before, *report.rows) if one.target == target]
    return sorted(rows, key=lambda one: (one.order, one.row.rank))
