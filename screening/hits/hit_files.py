"""The files of a hand-over beside workbook and report: CSV that every reader agrees on, and SDF.

``hits.csv`` and ``hits.sdf`` have the same fields. ``rejects.csv`` and ``duplicates.csv`` tell what
did not become a candidate. ``passed_over.csv`` tells what was considered for the hits and not
selected; of the compounds on a list of exclusion it has those that stand in the pool, the others
are counted in the manifest (``selection.not_listed``).
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

import pandas as pd

from chem.disk.files import atomic_path, open_atomic
from chem.output.write_sdf import write_sdf
from screening.hits.table import HitTable
from screening.rank.scored_frames import Duplicate, Reject
from screening.text.cells import escape_cell, format_number

HEADER = ("list_rank", "compound_id", "smiles", "score", "why")


class _LineFeeds:
    """Passes rows on with ``\\n``.

    The csv module quotes a cell with a lone carriage return only where that belongs to its own
    line end, so it is told to write ``\\r\\n``, and the row's end (only that) is shortened here.
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
    """Write rows as they come; texts are escaped, whole numbers are not. Returns their number.

    texts: how many columns may hold text; the others hold numbers already written out.
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
    """Write ``hits.csv``: numbers and measured values as they are, texts escaped."""
    with open_atomic(path) as file:
        writer = csv.writer(_LineFeeds(file), lineterminator="\r\n")
        writer.writerow([escape_cell(column.name) for column in table.columns])
        for row in table.rows:
            writer.writerow(
                escape_cell(cell) if column.decimals is None and not column.is_measurement else cell
                for column, cell in zip(table.columns, row, strict=True)
            )


def write_rejects(path: Path, rejects: Iterable[Reject]) -> int:
    """Write rejects as they come and return their number."""
    return write_csv(path, Reject._fields, rejects)


def write_duplicates(path: Path, duplicates: Iterable[Duplicate]) -> int:
    """Write duplicates as they come and return their number."""
    return write_csv(path, Duplicate._fields, duplicates)


def write_passed_over(path: Path, passed_over: pd.DataFrame) -> int:
    """Write ``Ranking.passed_over`` in the order of the list and return the number of compounds.

    ``list_rank`` is the place in the list of all that no filter takes; ``score`` has 4 decimals,
    as in ``hits.csv``.
    """
    columns = [passed_over[name].tolist() for name in HEADER]
    rows = (
        (str(place), str(name), str(smiles), format_number(score, 4), str(why))
        for place, name, smiles, score, why in zip(*columns, strict=True)
    )
    return write_csv(path, HEADER, rows)


def write_hits_sdf(path: Path, table: HitTable) -> None:
    """One record for each hit, titled with its compound id."""
    rows = [(cells["smiles"], cells["compound_id"], cells) for cells in table.records()]
    with atomic_path(path) as temporary:
        write_sdf(temporary, rows)
