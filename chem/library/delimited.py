"""Reads tables of text: ``.csv``, ``.tsv`` and ``.txt``.

Blank cells beyond the header are ignored. Missing cells at a row's end count as blank, unless the
structure or the id is among them. A row with other cells beyond the header is a record with a
problem; a wholly blank line is no record. ``chem.library.table_layout`` finds the header,
``chem.library.rows`` interprets quotation marks. A column of CXSMILES extensions (``|…|``) beside
the SMILES is joined to it, as in a SMILES file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from chem.disk.text_lines import peek, read_lines
from chem.library.columns.column_names import looks_like_smiles
from chem.library.columns.columns import Columns, NamedColumns, record_builder
from chem.library.columns.find_columns import PEEKED, find_columns
from chem.library.rows import RowReader
from chem.library.table_layout import Layout, find_layout, place_of_smiles, unwrap
from chem.records.message_text import counted, one_line
from chem.records.records import Failure, Record

SHORT = "rows that lack cells"
"""Count of rows with fewer cells than the header; the missing ones are read as blank."""
JOINED = "extensions put together"
"""Count of SMILES whose extension ``|…|`` held the delimiter outside quotes."""
BESIDE = "extensions beside their SMILES"
"""Count of SMILES whose extension was in a column of its own."""

_FIELD = r"[($]|r,|(?:[&o]\d*|\^\d|[acCfHmtw]|ctu|w[UD]|lp|LN|LO|RG|Sg\w*|atomProp):"
_EXTENSION = re.compile(rf"\s*\|(?:r|(?:{_FIELD})[^|]*)\|\s*")
"""A cell ``|…|`` that begins with a field of a CXSMILES."""


def open_delimited(path: Path, wanted: NamedColumns) -> tuple[Columns, Layout]:
    """Read the header and the first rows: return the columns, and the layout for reading on.

    Raises InputError for a file without a header or without a column of SMILES.
    """
    layout = find_layout(path, wanted)
    width = len(layout.header)
    smiles_at = place_of_smiles(layout.header, wanted)
    reader = RowReader(
        _lines(path, layout, Counter()), layout.delimiter, width, smiles_at, Counter(), layout.skip
    )
    first = [cells for _, cells in peek(iter(reader), PEEKED, _size) if isinstance(cells, list)]
    header = _fit_header(layout.header, first, smiles_at)
    rows = [(cells + [""] * len(header))[: len(header)] for cells in first]
    extensions = _places_of_extensions(rows)
    # Extensions are no compound's id or name.
    plain = [["" if at in extensions else cell for at, cell in enumerate(cells)] for cells in rows]
    columns = find_columns(path, header, wanted, plain)
    columns = columns._replace(notes=(*layout.notes, *columns.notes))
    return columns, layout._replace(header=tuple(header), extensions=extensions)


def read_delimited(
    path: Path, columns: Columns, layout: Layout, counts: Counter[str]
) -> Iterator[Record]:
    """Yield every data row as a record. counts: receives the findings to report."""
    width = len(columns.names)
    smiles_at = columns.names.index(columns.smiles) if columns.smiles is not None else None
    needed = [smiles_at if smiles_at is not None else -1]
    if columns.id is not None:
        needed.append(columns.names.index(columns.id))
    least = max(needed) + 1
    rows = RowReader(
        _lines(path, layout, counts), layout.delimiter, width, smiles_at, counts, layout.skip
    )
    build = record_builder(columns, counts)
    beside = _Beside(columns, smiles_at, layout.extensions, counts)
    row = 0
    for row, (line, cells) in enumerate(rows, start=1):
        if isinstance(cells, Failure):
            yield Record(row, f"row{row}", "", "", "smiles", {}, cells)
        elif len(cells) == width:
            yield build(row, beside.join(cells) if beside.places else cells)
        elif (fitted := _fit(cells, width, least, smiles_at, layout.delimiter, counts)) is not None:
            yield build(row, beside.join(fitted) if beside.places else fitted)
        else:
            padded = (cells + [""] * width)[:width]
            problem = _describe_ragged(line, cells, columns, smiles_at, layout.delimiter)
            yield build(row, padded)._replace(problem=problem)
    rows.check(row)


def _places_of_extensions(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the places of the columns whose cells are extensions of a SMILES or blank."""
    found = []
    for at, cells in enumerate(zip(*rows, strict=True)):
        filled = [cell for cell in cells if cell.strip()]
        if filled and all(map(_EXTENSION.fullmatch, filled)):
            found.append(at)
    return tuple(found)


class _Beside:
    """A joiner of SMILES with their extensions in columns of their own."""

    def __init__(
        self,
        columns: Columns,
        smiles_at: int | None,
        extensions: Sequence[int],
        counts: Counter[str],
    ) -> None:
        self._smiles_at = smiles_at
        self._counts = counts
        names = (columns.id, columns.name)
        self._blanked = {at for at, name in enumerate(columns.names) if name in names}
        self.places: list[int] = []
        """Places of possible extensions; one right behind the SMILES may appear late."""
        if smiles_at is not None:
            places = {*extensions, smiles_at + 1} - {smiles_at, len(columns.names)}
            self.places = sorted(places)

    def join(self, cells: list[str]) -> list[str]:
        for at in self.places:
            if "|" in cells[at] and _EXTENSION.fullmatch(cells[at]):
                return self._join(cells, at)
        return cells

    def _join(self, cells: list[str], at: int) -> list[str]:
        smiles = cells[self._smiles_at or 0].strip()
        if not smiles or "|" in smiles:
            return cells
        joined = list(cells)
        joined[self._smiles_at or 0] = f"{smiles} {cells[at].strip()}"
        if at in self._blanked:
            joined[at] = ""
        self._counts[BESIDE] += 1
        return joined


def _size(row: tuple[int, list[str] | Failure]) -> int:
    return sum(map(len, row[1]))


def _lines(path: Path, layout: Layout, counts: Counter[str]) -> Iterator[str]:
    lines = read_lines(path, counts)
    return unwrap(lines) if layout.is_wrapped else lines


def _fit_header(
    header: Sequence[str], rows: Sequence[list[str]], smiles_at: int | None
) -> list[str]:
    """Make the header as wide as its rows if it names one column too many or too few."""
    names = list(header)
    while len(names) > 1 and not names[-1].strip():
        at = len(names) - 1
        if any(len(row) > at and row[at].strip() for row in rows):
            break
        names.pop()
    wider = [row for row in rows if len(row) == len(names) + 1 and row[-1].strip()]
    if smiles_at is not None and rows and len(wider) == len(rows):
        here = sum(looks_like_smiles(row[smiles_at]) for row in rows)
        if here == 0 and all(looks_like_smiles(row[smiles_at + 1]) for row in rows):
            return ["", *names]  # rows begin with a name that has no column, as R writes them
    return names


def _fit(
    cells: list[str],
    width: int,
    least: int,
    smiles_at: int | None,
    delimiter: str,
    counts: Counter[str],
) -> list[str] | None:
    """Make a row as wide as the header, if nothing is lost or guessed; None otherwise."""
    if len(cells) < width:
        if len(cells) < least:
            return None
        counts[SHORT] += 1
        return cells + [""] * (width - len(cells))
    if not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    if smiles_at is None or "|" not in cells[smiles_at]:
        return None
    end = smiles_at
    while end < len(cells) and sum(c.count("|") for c in cells[smiles_at : end + 1]) < 2:
        end += 1
    joined = delimiter.join(cells[smiles_at : end + 1])
    fitted = [*cells[:smiles_at], joined, *cells[end + 1 :]]
    if len(fitted) != width or end == len(cells):
        return None
    counts[JOINED] += 1
    return fitted


def _describe_ragged(
    line: int, cells: list[str], columns: Columns, smiles_at: int | None, delimiter: str
) -> Failure:
    width = len(columns.names)
    detail = f"line {line} has {counted(len(cells), 'cell')}, the header has {width}"
    if len(cells) > width:
        if smiles_at is not None and cells[smiles_at].count("|") == 1:
            detail += "; an extension |… of the SMILES is not closed; close it, and quote the cell"
        detail += f"; the further cells: {' | '.join(cells[width:])}"
        detail += f"; a cell that holds {delimiter!r} needs quotation marks"
    return Failure("read", "ragged_row", one_line(detail))
