"""Tables of text: ``.csv``, ``.tsv`` and ``.txt``.

The first line that is not blank names the columns; before it may stand ``sep=;`` (which
spreadsheets write and obey), comments with ``#``, and a few lines of title. The delimiter is the
one of comma, semicolon, tab and ``|`` under which the header has a SMILES column, or that occurs
most in it. Cells beyond the header that are blank are no data, and so are missing cells at a row's
end, unless the structure or the id is among them. A row with other cells beyond the header is a
record with a problem; a wholly blank line is no record. ``chem.library.rows`` says what quotation
marks mean. A column of CXSMILES extensions (``|…|``) beside the SMILES is put to it, as in a SMILES
file.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chem.disk.text_lines import peek, read_lines
from chem.errors import InputError
from chem.library.columns.column_names import (
    SMILES_NAMES,
    fold,
    is_smiles_name,
    looks_like_smiles,
    normalize,
)
from chem.library.columns.columns import Columns, NamedColumns, record_builder
from chem.library.columns.find_columns import PEEKED, find_columns
from chem.library.rows import RowReader, parse_header
from chem.records.records import Failure, Record
from chem.records.text import counted, one_line

SHORT = "rows that lack cells"
"""Count of rows with fewer cells than the header, read with blank ones."""
JOINED = "extensions put together"
"""Count of SMILES whose extension ``|…|`` held the delimiter outside quotes."""
BESIDE = "extensions beside their SMILES"
"""Count of SMILES whose extension stood in a column of its own."""

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_SEPARATOR = re.compile(r'"?sep=(\\t|[^\r\n])"?[,;\t|]*', re.IGNORECASE)
_TITLE_LINES = 20
_HEADER_LINES = 50
_LINES_OF_SMI = 5
_FIELD = r"[($]|r,|(?:[&o]\d*|\^\d|[acCfHmtw]|ctu|w[UD]|lp|LN|LO|RG|Sg\w*|atomProp):"
_EXTENSION = re.compile(rf"\s*\|(?:r|(?:{_FIELD})[^|]*)\|\s*")
"""A cell ``|…|`` that begins with a field of a CXSMILES."""


class Layout(NamedTuple):
    """How a table's text is laid out."""

    delimiter: str
    header: tuple[str, ...]
    skip: int
    """Lines before the first row, the header's own among them."""
    is_wrapped: bool = False
    """Whether every line is quoted as a whole, as if it were one cell."""
    notes: tuple[str, ...] = ()
    extensions: tuple[int, ...] = ()
    """Places of columns that hold extensions of the SMILES, if anything."""


def open_delimited(path: Path, wanted: NamedColumns) -> tuple[Columns, Layout]:
    """Read the header and look at the first rows: the columns, and how to read on.

    Raises InputError for a file without a header or without a column of SMILES.
    """
    layout = _find_layout(path, wanted)
    width = len(layout.header)
    smiles_at = _place_of_smiles(layout.header, wanted)
    reader = RowReader(
        _lines(path, layout, Counter()), layout.delimiter, width, smiles_at, Counter(), layout.skip
    )
    first = [cells for _, cells in peek(iter(reader), PEEKED, _size) if isinstance(cells, list)]
    header = _fit_header(layout.header, first, smiles_at)
    rows = [(cells + [""] * len(header))[: len(header)] for cells in first]
    extensions = _places_of_extensions(rows)
    # They are nobody's id or name.
    plain = [["" if at in extensions else cell for at, cell in enumerate(cells)] for cells in rows]
    columns = find_columns(path, header, wanted, plain)
    columns = columns._replace(notes=(*layout.notes, *columns.notes))
    return columns, layout._replace(header=tuple(header), extensions=extensions)


def read_delimited(
    path: Path, columns: Columns, layout: Layout, counts: Counter[str]
) -> Iterator[Record]:
    """Yield every data row as a record. counts: what reading finds worth telling."""
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
    """Return the places of columns whose cells are extensions of a SMILES or blank."""
    found = []
    for at, cells in enumerate(zip(*rows, strict=True)):
        filled = [cell for cell in cells if cell.strip()]
        if filled and all(map(_EXTENSION.fullmatch, filled)):
            found.append(at)
    return tuple(found)


class _Beside:
    """Puts extensions that stand in columns of their own to their SMILES."""

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
        """Where an extension may stand; right behind the SMILES it may come late."""
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
    return _unwrap(lines) if layout.is_wrapped else lines


def read_header(path: Path) -> list[str]:
    """Return the names of a table's columns; raises InputError for a file that is no table."""
    return list(_find_layout(path, NamedColumns()).header)


def is_smi(path: Path, may_lack_header: bool) -> bool:
    """Tell whether a table is a SMILES file in truth: its columns are parted by blanks.

    may_lack_header: whether a first line that begins with a SMILES says so, too.
    """
    lines = (line for line in read_lines(path) if line.strip() and not line.startswith("#"))
    first = peek(lines, _LINES_OF_SMI, len)
    if not first:
        return False
    text = first[0].strip()
    if _has_smiles([text], None) and fold(text) in SMILES_NAMES:
        return False  # a table of one column
    words = text.split()
    if not any(mark in first[0] for mark in _DELIMITERS) and len(words) > 1:
        if is_smiles_name(words[0]):
            return True
        if fold(words[1]) in SMILES_NAMES and all(map(_has_smiles_second, first[1:])):
            return True
    elif any(is_smiles_name(cell) for cell in re.split(r"[,;|\t]", text)):
        return False
    return may_lack_header and all(looks_like_smiles(line.split()[0]) for line in first)


def _has_smiles_second(line: str) -> bool:
    """Tell whether the second of the texts of a line, which blanks part, may be a SMILES."""
    words = line.split()
    return len(words) > 1 and looks_like_smiles(words[1])


def is_table(path: Path) -> bool:
    """Tell whether a SMILES file is a table in truth: its first line names columns with commas."""
    lines = (line for line in read_lines(path) if line.strip())
    text = next(lines, "")
    if "\t" in text or not any(mark in text for mark in ",;"):
        return False
    return any(fold(cell) in SMILES_NAMES for cell in re.split("[,;]", text.lstrip("#")))


def _find_layout(path: Path, wanted: NamedColumns) -> Layout:
    """Find the header among the first lines."""
    lines = peek(read_lines(path), _TITLE_LINES + _HEADER_LINES, len)
    header = next((line for line in lines if line.strip()), "")
    if _unquote(header) is not None and _has_smiles(re.split(r"[,;\t]", header[1:-2]), None):
        found = _find_header(path, list(_unwrap(lines)), wanted)
        return found._replace(is_wrapped=True)
    return _find_header(path, lines, wanted)


def _unwrap(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        inside = _unquote(line)
        yield line if inside is None else inside.replace('""', '"') + "\n"


def _unquote(line: str) -> str | None:
    """Return what a line holds that is one quoted cell with delimiters; None for another line."""
    match = _QUOTED.fullmatch(line.strip())
    return match[1] if match is not None and any(mark in match[1] for mark in ",;\t") else None


def _find_header(path: Path, lines: list[str], wanted: NamedColumns) -> Layout:
    at = next((n for n, line in enumerate(lines) if line.strip()), None)
    if at is None:
        raise InputError(f"{path}: found an empty file, expected a header line and compounds")
    given = _SEPARATOR.fullmatch(lines[at].rstrip("\r\n"))
    separator = None
    if given is not None:
        separator = "\t" if given[1] == "\\t" else given[1]
        at += 1
    preferred = separator or ("," if ".csv" in path.name.lower() else "\t")
    first: Layout | None = None
    for start in range(at, min(at + _TITLE_LINES, len(lines))):
        if not lines[start].strip():
            continue
        layout = _read_header(lines, start, separator, preferred, wanted.smiles)
        if _has_smiles(layout.header, wanted.smiles, only_known=first is not None):
            above = [line for line in lines[at:start] if line.strip()]
            if not above or not any(_may_be_row(line, layout.delimiter) for line in above):
                return layout if not above else layout._replace(notes=(_tell_above(start, above),))
            break
        first = first or layout
    if first is None:
        raise InputError(f"{path}: found an empty file, expected a header line and compounds")
    return first


def _read_header(
    lines: Sequence[str], start: int, separator: str | None, preferred: str, wanted: str | None
) -> Layout:
    text = [lines[start].lstrip("#"), *lines[start + 1 : start + _HEADER_LINES]]
    best: tuple[tuple[bool, bool, int, bool], Layout] | None = None
    for delimiter in separator or _DELIMITERS:
        header, used = parse_header(text, delimiter)
        if lines[start].startswith("#"):
            header[0] = header[0].strip()
        unquoted = "".join(lines[start].split('"')[::2])
        is_known = any(fold(name) in SMILES_NAMES for name in header)
        has_smiles, marks = _has_smiles(header, wanted), unquoted.count(delimiter)
        merit = (has_smiles, is_known, marks, delimiter == preferred)
        if best is None or merit > best[0]:
            best = merit, Layout(delimiter, tuple(header), start + used)
    assert best is not None
    return best[1]


def _has_smiles(header: Sequence[str], wanted: str | None, only_known: bool = False) -> bool:
    """Tell whether a column is named as one of SMILES.

    only_known: by a name that stands in no title and no remark.
    """
    if wanted is not None:
        return any(normalize(name) == normalize(wanted) for name in header)
    if only_known:
        return any(fold(name) in SMILES_NAMES and "smiles" in fold(name) for name in header)
    return any(is_smiles_name(name) for name in header)


def _may_be_row(line: str, delimiter: str) -> bool:
    """Tell whether a line above a header may be a compound rather than a title."""
    cells = line.rstrip("\r\n").split(delimiter)
    return any(looks_like_smiles(cell) and len(cell.strip()) > 4 for cell in cells)


def _tell_above(start: int, above: Sequence[str]) -> str:
    shown = one_line(above[0])[:40]
    return f"the columns are named in line {start + 1}; what stands above ({shown!r}) is no record"


def _place_of_smiles(header: Sequence[str], wanted: NamedColumns) -> int | None:
    """Return the first column that may hold the SMILES, by name."""
    places = [at for at, name in enumerate(header) if _has_smiles([name], wanted.smiles)]
    known = {fold(header[at]): at for at in reversed(places)}
    best = next((known[name] for name in SMILES_NAMES if name in known), None)
    return best if best is not None else next(iter(places), None)


def _fit_header(
    header: Sequence[str], rows: Sequence[list[str]], smiles_at: int | None
) -> list[str]:
    """Make the header as wide as its rows where it names one column too many or too few."""
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
    """Make a row as wide as the header where nothing is lost or guessed by it."""
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
        detail += f"; beyond them: {' | '.join(cells[width:])}"
        detail += f"; a cell that holds {delimiter!r} needs quotation marks"
    return Failure("read", "ragged_row", one_line(detail))
