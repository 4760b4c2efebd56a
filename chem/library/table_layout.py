"""Finds the layout of a text table: its delimiter and its header.

The first line that is not blank names the columns. It may follow ``sep=;`` (which spreadsheets
write and obey), comments with ``#``, and a few title lines. The delimiter is the one of comma,
semicolon, tab and ``|`` with which the header has a SMILES column, or else the most frequent one.
Tables and SMILES files are told apart here, too, whatever their extensions.
"""

import re
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
from chem.library.columns.columns import NamedColumns
from chem.library.rows import parse_header
from chem.records.message_text import one_line

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_SEPARATOR = re.compile(r'"?sep=(\\t|[^\r\n])"?[,;\t|]*', re.IGNORECASE)
_TITLE_LINES = 20
_HEADER_LINES = 50
_LINES_OF_SMI = 5


class Layout(NamedTuple):
    """The layout of a table's text."""

    delimiter: str
    header: tuple[str, ...]
    skip: int
    """Lines before the first row, including those of the header."""
    is_wrapped: bool = False
    """True if every line is quoted as a whole, as if it were one cell."""
    notes: tuple[str, ...] = ()
    extensions: tuple[int, ...] = ()
    """Places of the columns that hold nothing but extensions of the SMILES."""


def read_header(path: Path) -> list[str]:
    """Return the names of a table's columns; raise InputError for a file that is no table."""
    return list(find_layout(path, NamedColumns()).header)


def is_smi(path: Path, may_lack_header: bool) -> bool:
    """Tell whether a table is really a SMILES file: blanks separate its columns.

    may_lack_header: a first line that begins with a SMILES counts as a sign of that, too.
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
    """Tell whether the second of a line's texts, separated by blanks, may be a SMILES."""
    words = line.split()
    return len(words) > 1 and looks_like_smiles(words[1])


def is_table(path: Path) -> bool:
    """Tell whether a SMILES file is really a table: its first line names columns with commas."""
    lines = (line for line in read_lines(path) if line.strip())
    text = next(lines, "")
    if "\t" in text or not any(mark in text for mark in ",;"):
        return False
    return any(fold(cell) in SMILES_NAMES for cell in re.split("[,;]", text.lstrip("#")))


def find_layout(path: Path, wanted: NamedColumns) -> Layout:
    """Find the header among the first lines."""
    lines = peek(read_lines(path), _TITLE_LINES + _HEADER_LINES, len)
    header = next((line for line in lines if line.strip()), "")
    if _unquote(header) is not None and _has_smiles(re.split(r"[,;\t]", header[1:-2]), None):
        found = _find_header(path, list(unwrap(lines)), wanted)
        return found._replace(is_wrapped=True)
    return _find_header(path, lines, wanted)


def unwrap(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line, without its quotation marks if it is quoted as a whole."""
    for line in lines:
        inside = _unquote(line)
        yield line if inside is None else inside.replace('""', '"') + "\n"


def _unquote(line: str) -> str | None:
    """Return the content of a line that is one quoted cell with delimiters; None for others."""
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
    """Tell whether a column has a name of a SMILES column.

    only_known: accept only names that do not occur in titles and remarks.
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
    return f"the columns are named in line {start + 1}; the text above ({shown!r}) is no record"


def place_of_smiles(header: Sequence[str], wanted: NamedColumns) -> int | None:
    """Return the first column that may hold the SMILES, by name."""
    places = [at for at, name in enumerate(header) if _has_smiles([name], wanted.smiles)]
    known = {fold(header[at]): at for at in reversed(places)}
    best = next((known[name] for name in SMILES_NAMES if name in known), None)
    return best if best is not None else next(iter(places), None)
