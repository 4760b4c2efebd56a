"""Checks that a library file is whole: not still growing, and not cut short.

A copy that is not finished, or that broke off, is a shorter library without any error: its
compounds would be missing from a hit list, and nothing would say so. Two kinds of faults are found.

- Faults that no whole file has raise IncompleteLibraryError: no bytes, gzip data that breaks off, a
  Parquet file without its footer, zero bytes where a copy reserved space and did not fill it.
- Doubts are signs that a whole file may have too, because people write files by hand: no line break
  at the end, no ``$$$$`` after the last record, a last row with fewer cells than the header. A
  person at a terminal is told and decides. At night no one reads notes, and a missing half of
  a library costs more than a night, so a nightly run refuses them.

A cut exactly between two records leaves no sign in the file. Only the number of records shows it:
``min_rows`` and ``max_drop`` of a screen.

Only the end of a file is read. Gzip data has no end that can be checked alone, so it is unpacked as
a whole, which takes a small part of the time of preparing its compounds.
"""

import csv
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from chem.disk.bounded_read import open_regular, read_or_said
from chem.disk.text_lines import is_gzipped, open_bytes
from chem.errors import IncompleteLibraryError
from chem.library.read import Library, find_format
from chem.records.message_text import counted

YOUNG = 60.0
"""Seconds after its last change for which a file may still be growing."""
WATCHED = 5.0
"""Seconds for which a young file is watched."""
AGAIN = "wait until it is copied, or fetch it again"
_TAIL = 1 << 16
"""Bytes at the end of a file that are looked at."""
_BLOCK = 1 << 20
_MOST_LINES = 200
"""Most lines of a row at the end of a table."""
_FOOTER = b"PAR1"


class Doubt(NamedTuple):
    """A sign that a file may have been cut, which a whole file can have too."""

    text: str
    is_told_by_reader: bool
    """True: the reader of the file counts the record, or rejects it, and says so afterwards."""


def untold(doubts: Iterable[Doubt]) -> list[str]:
    """Return the texts of the doubts that the reader of the file will not tell."""
    return [one.text for one in doubts if not one.is_told_by_reader]


class _Stamp(NamedTuple):
    """The size of a file, and the times of its last changes in nanoseconds."""

    size: int
    modified: int
    changed: int
    """Unlike ``modified``, a copy that keeps the times of its source does not set it back."""


class _End(NamedTuple):
    """The last bytes of a file, of its unpacked content if it is gzipped."""

    tail: bytes
    start: int
    """Position of the first of them, which is even."""


def check_end(path: Path) -> None:
    """Check the end of a library file, before it is opened.

    Raises:
        InputError: The path is no file that can be read as a library.
        IncompleteLibraryError: The file is not whole; the message says by which sign.
    """
    format = find_format(path)
    stamp = _stamp(path)
    if not stamp.size:
        raise IncompleteLibraryError(f"{path}: found no bytes, expected a library; {AGAIN}")
    tail = _read_end(path, stamp).tail
    if format == "parquet" and not tail.endswith(_FOOTER):
        raise IncompleteLibraryError(
            f"{path}: found no footer at its end, expected a whole Parquet file; {AGAIN}"
        )
    if format != "parquet" and tail.endswith(bytes(8)):
        raise IncompleteLibraryError(
            f"{path}: found zero bytes at its end, expected text; its copy is not finished: {AGAIN}"
        )


def find_doubts(library: Library) -> tuple[Doubt, ...]:
    """Return the signs that an opened library was cut.

    Raises:
        IncompleteLibraryError: As :func:`check_end`, for a file that was changed since.
    """
    path = library.path
    if library.format == "parquet":
        return ()
    end = _read_end(path, _stamp(path))
    text = _decode(end)
    if library.format == "sdf":
        last = next((line for line in re.split("[\r\n]", text)[::-1] if line.strip()), "")
        if last.startswith("$$$$"):
            return ()
        return (Doubt("the last record ends without '$$$$', as in a file that was cut", True),)
    if text.rstrip(" \t")[-1:] not in ("\n", "\r"):
        remedy = "if it is whole, add one"
        text = f"the last line ends without a line break, as in a file that was cut; {remedy}"
        return (Doubt(text, False),)
    if not library.delimiter:
        return ()
    lines = _lines(text)[0 if end.start == 0 else 1 :]
    fault = _fault_of_last_row(lines, library.delimiter, len(library.columns))
    return (Doubt(f"{fault}, as in a file that was cut", True),) if fault else ()


def watch(path: Path) -> None:
    """Watch a file that was changed a short time ago, and return at once for any other.

    Raises:
        IncompleteLibraryError: The file changes while it is watched.
    """
    before = _stamp(path)
    age = time.time() - max(before.modified, before.changed) / 1e9
    if age > YOUNG:
        return
    time.sleep(WATCHED)
    after = _stamp(path)
    if after != before:
        raise IncompleteLibraryError(
            f"{path}: found {before.size:,} bytes, and {after.size:,} bytes {WATCHED:g} seconds "
            f"later, expected a file that no longer changes; {AGAIN}"
        )


def _stamp(path: Path) -> _Stamp:
    with read_or_said(path):
        found = path.stat()
    return _Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(maxsize=16)
def _read_end(path: Path, stamp: _Stamp) -> _End:
    """Return the end of a file; ``stamp`` makes the cache read a file again that was changed."""
    tail, total = b"", 0
    if is_gzipped(path):
        with open_bytes(path) as stream:
            while block := stream.read(_BLOCK):
                tail = (tail + block)[-_TAIL:]
                total += len(block)
    else:
        with read_or_said(path), open_regular(path) as file:
            file.seek(max(0, stamp.size - _TAIL))
            tail = file.read(_TAIL)
            total = file.tell()
    start = total - len(tail)
    return _End(tail[start % 2 :], start + start % 2)


def _decode(end: _End) -> str:
    """Decode the end of a text; a lone byte at the end of UTF-16 becomes a character."""
    even, odd = end.tail[::2].count(0), end.tail[1::2].count(0)
    few = len(end.tail) / 10
    encoding = "utf-8" if max(even, odd) < few else "utf-16-le" if odd > even else "utf-16-be"
    return end.tail.decode(encoding, errors="replace").replace("\0", "")


def _lines(text: str) -> list[str]:
    r"""Return the lines of a table up to the last one that is not blank, each with a ``\n``."""
    lines = text.split("\n" if "\n" in text else "\r")
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.rstrip("\r").replace("\r", " ") + "\n" for line in lines]


def _fault_of_last_row(lines: list[str], delimiter: str, width: int) -> str:
    """Return what the last row lacks; ``""`` if it is as wide as the header, or as wide as usual.

    A row can have line breaks between quotation marks, so it is sought from the end: the fewest
    lines that are one row of the header's width. Some programs write no blank cells at the end of
    a row, so a row that is as short as the one before is no sign of a cut.
    """
    for count in range(1, min(_MOST_LINES, len(lines)) + 1):
        cells = _cells(lines[-count:], delimiter)
        if cells is not None and len(cells) >= width:
            return ""
    if not lines or any('"' in line for line in lines[-_MOST_LINES:]):
        return "the last row is not complete, or a quotation mark in it is not closed"
    before, found = (line.count(delimiter) + 1 for line in (lines[-2:][0], lines[-1]))
    if len(lines) > 2 and before <= found:
        return ""
    return f"the last row has {counted(found, 'cell')}, the header has {width}"


def _cells(lines: list[str], delimiter: str) -> list[str] | None:
    """Return the cells of lines that are exactly one row, with its quotation marks closed."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
        if len(rows) == 1 and len(rows[0]) == 1 and delimiter in rows[0][0]:
            rows = list(csv.reader(rows[0], delimiter=delimiter))  # a row wrapped in quotes
    except csv.Error:
        return None
    is_one = len(rows) == 1 and bool(rows[0]) and not rows[0][-1].endswith("\n")
    return rows[0] if is_one else None
