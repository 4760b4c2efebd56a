"""Write the CSV and SDF files of a run, in forms that all readers parse alike.

``hits.csv`` and ``hits.sdf`` have the same fields. ``rejects.csv`` and ``duplicates.csv`` list the
records that did not become candidates. ``passed_over.csv`` lists the compounds that were considered
and not selected. Of the compounds on exclude lists it has those in the pool; the manifest counts
the others (``selection.not_listed``).
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

import pandas as pd

from chem.disk.files import atomic_path, open_atomic
from chem.output.write_sdf import write_sdf
from screening.hits.table import HitTable
from screening.rank.library_records import Duplicate, Reject
from screening.text.cells import escape_cell, format_number

HEADER = ("list_rank", "compound_id", "smiles", "score", "why")


class _LineFeeds:
    r"""A file that ends each row with ``\n``.

    The csv module quotes a cell with a lone carriage return only if its own line end contains
    one. So it writes ``\r\n``, and this class shortens the end of each row.
    """

    def __init__(self, file: TextIO):
        self.file = file

    def write(self, row: str) -> int:
        return self.file.write(row.removesuffix("\r\n") + "\n")


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    texts: int | None = None,
) -> int:
    """Write rows in order, with escaped text, and return their number.

    Args:
        path: the file to write.
        header: names of the columns.
        rows: texts and whole numbers.
        texts: how many of the first columns may hold text; the others hold formatted numbers.
            None: all.
    """
    count = 0
    with open_atomic(path) as file:
        writer = csv.writer(_LineFeeds(file), lineterminator="\r\n")
        writer.writerow([escape_cell(name) for name in header])
        for row in rows:
            cells = [escape_cell(v) if isinstance(v, str) else str(v) for v in row[:texts]]
            writer.writerow([*cells, *row[len(cells) :]])
            count += 1
    return count


def write_hits(path: Path, table: HitTable) -> None:
    """Write ``hits.csv`` with escaped text; numbers and measured values stay unchanged."""
    with open_atomic(path) as file:
        writer = csv.writer(_LineFeeds(file), lineterminator="\r\n")
        writer.writerow([escape_cell(column.name) for column in table.columns])
        for row in table.rows:
            writer.writerow(
                cell if column.is_number else escape_cell(cell)
                for column, cell in zip(table.columns, row, strict=True)
            )


def write_rejects(path: Path, rejects: Iterable[Reject]) -> int:
    """Write rejects in order and return their number."""
    return write_csv(path, Reject._fields, rejects)


def write_duplicates(path: Path, duplicates: Iterable[Duplicate]) -> int:
    """Write duplicates in order and return their number."""
    return write_csv(path, Duplicate._fields, duplicates)


def write_passed_over(path: Path, passed_over: pd.DataFrame) -> int:
    """Write ``Ranking.passed_over`` in the order of the list and return the number of compounds.

    ``list_rank`` is the rank among all compounds that pass the filters. ``score`` has 4 decimals,
    as in ``hits.csv``.
    """
    columns = [passed_over[name].tolist() for name in HEADER]
    rows = (
        (str(place), str(name), str(smiles), format_number(score, 4), str(why))
        for place, name, smiles, score, why in zip(*columns, strict=True)
    )
    return write_csv(path, HEADER, rows)


def write_hits_sdf(path: Path, table: HitTable) -> None:
    """Write one SDF record per hit, titled with its compound ID."""
    rows = [(cells["smiles"], cells["compound_id"], cells) for cells in table.records()]
    with atomic_path(path) as temporary:
        write_sdf(temporary, rows)
