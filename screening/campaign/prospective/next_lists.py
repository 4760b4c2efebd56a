"""Writes two lists for the screen of the next plate: compounds with results, and which to repeat.

A screen excludes the first list and includes the second one. A result is worth repeating if it lies
outside of the registered 99 % interval, and the compound has no other potency on that target:
either the assay was wrong once, or the model is wrong about a series.
"""

from pathlib import Path
from typing import NamedTuple

from scipy.special import ndtri

from chem.disk.files import make_folder
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


def write_next_lists(folder: Path, report: Report) -> NextLists:
    """Write ``measured.csv`` and ``repeat.csv`` into a folder; earlier ones are replaced.

    ``measured.csv`` has every compound with a value, in the order in which the values came;
    ``repeat.csv`` has the surprising ones, the most surprising first. Both have ``compound_id``
    and ``smiles``, by which a screen finds them.
    """
    make_folder(folder)
    every = {one.row.key: one for one in (*report.known_before, *report.rows)}
    measured = [[one.row.compound_id, one.row.smiles] for one in every.values()]
    repeat = [
        [
            *(one.row.compound_id, one.row.smiles, one.target),
            *(format_number(n, 2) for n in (one.row.predicted, one.row.value, one.standardized)),
        ]
        for one in find_surprising(report)
    ]
    files = (folder / MEASURED, folder / REPEAT)
    write_csv(files[0], ("compound_id", "smiles"), measured, 2)
    columns = ("compound_id", "smiles", "target", "predicted", "value", "standardized_error")
    write_csv(files[1], columns, repeat, 3)
    return NextLists(len(measured), len(repeat), files)


def find_surprising(report: Report) -> list[Comparison]:
    """Return the results to repeat, the most surprising first; of two targets, the larger error."""
    rows = [one for one in (*report.known_before, *report.rows) if one.is_exact]
    times: dict[tuple[str, str], int] = {}
    for one in rows:
        pair = (one.row.key, one.target)
        times[pair] = times.get(pair, 0) + 1
    found: dict[str, Comparison] = {}
    for one in sorted(rows, key=lambda one: (-abs(one.standardized), one.order, one.row.rank)):
        is_single = times[one.row.key, one.target] == 1
        if is_single and abs(one.standardized) > SURPRISING:
            found.setdefault(one.row.key, one)
    return list(found.values())
