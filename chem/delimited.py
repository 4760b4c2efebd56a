"""Tables of text: ``.csv``, ``.tsv`` and ``.txt``.

The first line that is not blank names the columns. The delimiter is the one of comma, semicolon
and tab that occurs most in that line outside quotes (of equals, the one the file's extension says;
none: a single column). Fields may be quoted and then hold line breaks. A row with more or fewer
cells than columns is a record with a problem; a wholly blank line is no record.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from chem.columns import Columns, NamedColumns, build_record, find_columns, record_builder
from chem.diagnose import one_line
from chem.errors import InputError
from chem.records import Failure, Record
from chem.stream import read_lines


def open_delimited(path: Path, wanted: NamedColumns) -> tuple[Columns, str]:
    """Read the header: the columns and the delimiter."""
    for line in read_lines(path):
        if not line.text.strip():
            continue
        delimiter = _sniff(line.text, "," if ".csv" in path.name.lower() else "\t")
        for _, header in _read_rows(path, delimiter):
            if isinstance(header, Failure):
                raise InputError(f"{path}: the header cannot be read: {header.detail}")
            return find_columns(path, header, wanted), delimiter
    raise InputError(f"{path}: found an empty file, expected a header line and compounds")


def read_delimited(path: Path, columns: Columns, delimiter: str) -> Iterator[Record]:
    """Yield every data row as a record."""
    rows = _read_rows(path, delimiter)
    next(rows)
    build, width = record_builder(columns), len(columns.names)
    for row, (line, cells) in enumerate(rows, start=1):
        if isinstance(cells, Failure):
            yield Record(row, f"row{row}", "", "", "smiles", {}, cells)
        elif len(cells) == width:
            yield build(row, cells)
        else:
            yield _build_ragged(row, line, cells, columns)


def _sniff(header: str, preferred: str) -> str:
    unquoted = "".join(header.split('"')[::2])
    return max(",;\t", key=lambda mark: (unquoted.count(mark), mark == preferred))


def _read_rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str] | Failure]]:
    """Yield the line and the cells of every row that is not blank, the header included."""
    reader = csv.reader((line.text for line in read_lines(path)), delimiter=delimiter, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            text = str(error)
            if "unexpected end" in text or "field limit" in text:
                raise InputError(
                    f"{path}: a quoted field that begins in the row at line {first} is never "
                    "closed; close the quote or double it"
                ) from error
            if "new-line" in text:
                raise InputError(
                    f"{path}: line {first} holds a lone carriage return; "
                    "save the file with Unix or Windows line ends"
                ) from error
            yield first, Failure("read", "bad_quotes", one_line(f"line {first}: {text}"))
            continue
        if cells and not (len(cells) == 1 and cells[0].isspace()):
            yield first, cells


def _build_ragged(row: int, line: int, cells: list[str], columns: Columns) -> Record:
    width = len(columns.names)
    record = build_record(row, (cells + [""] * width)[:width], columns)
    detail = f"line {line} has {len(cells)} cells, the header has {width}"
    if len(cells) > width:
        detail += f"; beyond them: {' | '.join(cells[width:])}"
    return record._replace(problem=Failure("read", "ragged_row", one_line(detail)))
