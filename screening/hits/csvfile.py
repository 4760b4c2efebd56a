"""CSV files that every reader agrees on: UTF-8, ``\\n`` line ends, escaped text, stable bytes."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from chem.disk.files import open_atomic
from screening.hits.table import HitTable
from screening.text.cells import escape_cell


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
