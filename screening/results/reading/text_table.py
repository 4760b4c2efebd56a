"""Reads the text file of an instrument or a notebook into lines of cells, whatever separates them.

Such files have free text around their tables, so the separator cannot be read from a header. The
right one leaves most cells that are a number or a well as a whole: a decimal comma is no separator.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chem.disk.text_lines import read_lines
from chem.errors import InputError
from screening.text.cells import unescape_cell

SEPARATORS = ("\t", ";", ",", "|")
"""The first of equal ones is taken."""
MOST_LINES = 400_000
"""Lines of a file; a hundred plates of 1536 wells have fewer."""
MOST_CHARACTERS = 64_000_000
"""Of a file: its cells take many times the memory of its text."""
MOST_CELLS = 2_000
"""Of a line."""
_LOOKED_AT, _WIDTH = 200, 10_000
"""Lines with a text, and characters of each, from which the separator is found."""
_WHOLE = re.compile(
    r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?|[A-Za-z]{1,2}\d{1,2}|[A-Z]{1,2}"
)
_GIVEN = re.compile(r'"?sep=(\\t|[^\r\n])"?[,;\t|]*\s*', re.IGNORECASE)
_NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}


class TextTable(NamedTuple):
    """The cells of a text file."""

    path: Path
    lines: list[list[str]]
    """The cells of each line, without blanks around them. A line without text is empty."""
    separator: str
    notes: tuple[str, ...]
    """How bytes that are not UTF-8 were read."""

    @property
    def separator_name(self) -> str:
        """The separator in words, such as ``semicolons``."""
        return _NAMES.get(self.separator, repr(self.separator))


def read_table(path: Path) -> TextTable:
    """Read a file of lines with cells.

    Raises:
        InputError: It cannot be read, is empty, too long or too wide, or no text (an Excel
            workbook).
    """
    counts: Counter[str] = Counter()
    lines = []
    held = 0
    for line in read_lines(path, counts):
        lines.append(line.rstrip("\r\n"))
        held += len(line)
        if held > MOST_CHARACTERS:
            raise InputError(
                f"{path}: found more than {MOST_CHARACTERS:,} characters, expected the results of "
                "some plates; split the file by plate"
            )
        if len(lines) > MOST_LINES:
            raise InputError(
                f"{path}: found more than {MOST_LINES:,} lines, expected the results of some "
                "plates; split the file by plate"
            )
    if not any(line.strip() for line in lines):
        raise InputError(f"{path}: found an empty file, expected results of an assay")
    given = _GIVEN.fullmatch(lines[0])
    if given is not None:
        separator = "\t" if given[1] == "\\t" else given[1]
        lines[0] = ""
    else:
        separator = _find_separator(lines)
    notes = tuple(f"{count:,} {what}" for what, count in sorted(counts.items()))
    cells = [_cells(path, n, line, separator) for n, line in enumerate(lines, 1)]
    return TextTable(path, cells, separator, notes)


def _find_separator(lines: Sequence[str]) -> str:
    looked_at = [line[:_WIDTH] for line in islice((ln for ln in lines if ln.strip()), _LOOKED_AT)]
    merits = {}
    for separator in SEPARATORS:
        whole = sum(
            _WHOLE.fullmatch(cell) is not None
            for line in looked_at
            for cell in _split(line, separator)
        )
        merits[separator] = (whole, sum(line.count(separator) for line in looked_at))
    return max(SEPARATORS, key=lambda one: merits[one])


def _cells(path: Path, number: int, line: str, separator: str) -> list[str]:
    """Return the cells of a line, none for a line without text; ``number`` is from 1."""
    if line.count(separator) >= MOST_CELLS:
        raise InputError(
            f"{path}, line {number}: found more than {MOST_CELLS:,} cells, expected the columns of "
            "a table or a plate; check the export"
        )
    cells = _split(line, separator)
    return cells if any(cells) else []


def _split(line: str, separator: str) -> list[str]:
    """Split a line on its own: a stray quotation mark in free text must not swallow the next."""
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        cells = line.split(separator)
    return [unescape_cell(cell.strip()) for cell in cells]
