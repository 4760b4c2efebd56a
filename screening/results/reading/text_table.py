"""Reads the text file of an instrument or a notebook into lines of cells, whatever separates them.

Such files have free text around their tables, so the separator cannot be read from a header. The
right one leaves most cells that are a number or a well as a whole: a decimal comma is no separator.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chem.disk.text_lines import read_lines
from chem.errors import InputError
from screening.text.cells import unescape_cell

SEPARATORS = ("\t", ";", ",", "|")
"""The first of equal ones is taken."""
MOST_LINES = 400_000
"""Lines of a file; a hundred plates of 1536 wells have fewer."""
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
        InputError: It cannot be read, is empty, too long, or no text (an Excel workbook).
    """
    counts: Counter[str] = Counter()
    lines = []
    for line in read_lines(path, counts):
        lines.append(line.rstrip("\r\n"))
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
    return TextTable(path, _cells(lines, separator), separator, notes)


def _find_separator(lines: Sequence[str]) -> str:
    merits = {}
    for separator in SEPARATORS:
        cells = [cell for line in _cells(lines[:3000], separator) for cell in line]
        whole = sum(_WHOLE.fullmatch(cell) is not None for cell in cells)
        merits[separator] = (whole, sum(line.count(separator) for line in lines[:3000]))
    return max(SEPARATORS, key=lambda one: merits[one])


def _cells(lines: Sequence[str], separator: str) -> list[list[str]]:
    """Split lines one by one: a stray quotation mark in free text must not swallow the next."""
    found = []
    for line in lines:
        try:
            cells = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            cells = line.split(separator)
        cells = [unescape_cell(cell.strip()) for cell in cells]
        found.append(cells if any(cells) else [])
    return found
