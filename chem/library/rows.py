"""Splits a text table into rows of cells, whatever its quotation marks mean.

A quotation mark at the start of a cell opens it. The cell may then hold delimiters and line breaks,
if a mark before a delimiter or a line's end closes it. If that does not make a row as wide as the
header, or would swallow lines that are rows themselves, the mark is text (``5" tube``), and every
line is read on its own. So no line is lost: each is a part of exactly one row, or blank.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from chem.library.columns.column_names import looks_like_smiles
from chem.records.message_text import one_line
from chem.records.records import Failure

QUOTE_IS_TEXT = "lines with a quotation mark that is text"
"""Count of lines read as unquoted although a cell begins with a quotation mark."""

_MOST_LINES = 20_000
"""Most lines of one quoted cell."""
_MOST_CHARACTERS = 10_000_000
_LINE_COST = 1_000
"""Cost of a line, in characters, in addition to its own."""
_FREE, _MORE = 200_000_000, 20_000
"""Characters that may be read in vain: a fixed number, plus a number for each line of the file.
Without a limit, a file in which every line opens a quotation mark that none closes takes hours."""


class RowReader:
    """A reader that splits lines into rows of cells.

    Attributes:
        delimiter: One character.
        width: Number of cells in the header; a row may have more or fewer.
        smiles_at: Place of the SMILES, by which a line is recognized as a row.
    """

    def __init__(
        self,
        lines: Iterator[str],
        delimiter: str,
        width: int,
        smiles_at: int | None,
        counts: Counter[str],
        skip: int = 0,
    ) -> None:
        """Start after ``skip`` lines; ``counts`` receives the findings to report."""
        csv.field_size_limit(1 << 30)  # an InChI or a sequence may be longer than 131,072
        self.delimiter = delimiter
        self.width = width
        self.smiles_at = smiles_at
        self._counts = counts
        self._lines = lines
        self._number = self._skipped = sum(1 for _ in islice(lines, skip))
        self._again: list[tuple[int, str]] = []
        self._blank = self._inside = self._parts = 0
        self._wasted = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | Failure]]:
        """Yield the line, counted from 1, and the cells of every row that is not blank."""
        delimiter, again, width = self.delimiter, self._again, self.width
        # One reader serves all lines: it gets one line at a time, and the end of the list shows
        # that a quotation mark is still open.
        waiting: list[str] = []
        quoted = csv.reader(iter(waiting.pop, None), delimiter=delimiter, strict=True)
        while True:
            if again:
                number, text = again.pop()
            else:
                found = next(self._lines, None)
                if found is None:
                    return
                text = found
                self._number = number = self._number + 1
            plain = text.rstrip("\r\n")
            if '"' not in plain and "\r" not in plain:
                cells = plain.split(delimiter)
                if len(cells) > 1 or (plain and not plain.isspace()):
                    yield number, cells
                else:
                    self._blank += 1
                continue
            if "\r" not in plain:
                waiting.append(plain)
                try:
                    cells = next(quoted)
                except (csv.Error, IndexError):
                    cells = []
                if len(cells) == width:
                    yield number, cells
                    continue
            row = self._read_marked(number, text, plain)
            if row is not None:
                yield number, row

    def check(self, rows: int) -> None:
        """Raise RuntimeError unless every line begins a row, is inside one, or is blank.

        rows: number of rows read up to the end of the file.
        """
        lines = self._number - self._skipped + self._parts
        told = rows + self._blank + self._inside
        if lines != told:
            raise RuntimeError(f"{lines - told} lines of a table were lost: a fault of the program")

    def _take(self) -> tuple[int, str] | None:
        if self._again:
            return self._again.pop()
        text = next(self._lines, None)
        if text is None:
            return None
        self._number += 1
        return self._number, text

    def _read_marked(self, number: int, text: str, plain: str) -> list[str] | Failure | None:
        """Read a line with quotation marks or lone carriage returns; None: its parts come next."""
        if '"' not in plain:
            cells = plain.split(self.delimiter)
            if self.width > 1 and self._is_full(cells):
                return cells
            self._part(number, text)
            return None
        cells_or_fault, _ = _parse([text], self.delimiter)
        if isinstance(cells_or_fault, list) and "\r" in plain:
            parts = plain.split("\r")
            if 2 * sum(map(self._is_row, parts)) > len(parts):
                return self._read_one(number, text, "a quotation mark encloses other rows")
        if isinstance(cells_or_fault, list):
            if len(cells_or_fault) < self.width and self.delimiter == "\t":
                literal = self._literal(plain)
                if self._is_full(literal):
                    return self._as_text(literal)
            if len(cells_or_fault) > self.width and not self._is_full(cells_or_fault):
                spaced = _parse_spaced(plain, self.delimiter)
                return spaced if spaced and self._is_full(spaced) else cells_or_fault
            return cells_or_fault
        if cells_or_fault is None:
            return self._read_open(number, text)
        return self._read_one(number, text, cells_or_fault)

    def _part(self, number: int, text: str) -> None:
        """Take every lone carriage return of a line as a line's end, and read its parts next."""
        parts = re.findall(r"[^\r]*\r\n\Z|[^\r]*\r|[^\r]+", text)
        self._again += [(number, part) for part in reversed(parts)]
        self._parts += len(parts) - 1

    def _read_one(self, number: int, text: str, fault: str) -> list[str] | Failure | None:
        """Read a line with faulty quotation marks on its own."""
        plain = text.rstrip("\r\n")
        literal = self._literal(plain)
        if self._is_full(literal):
            return self._as_text(literal)
        if "\r" in plain:
            self._part(number, text)
            return None
        for cells in (_parse_spaced(plain, self.delimiter), _forgive(plain, self.delimiter)):
            if cells is not None and self._is_full(cells):
                return self._as_text(cells)
        return Failure("read", "bad_quotes", one_line(f"line {number}: {fault}"))

    def _read_open(self, number: int, text: str) -> list[str] | Failure | None:
        """Read a row whose last quotation mark is still open at the line's end."""
        if self._wasted > _FREE + _MORE * (self._number - self._skipped):
            return self._read_one(number, text, "a quotation mark is not closed")
        cells, inside = self._gather(text)
        if cells is not None:
            rows = sum(self._is_row(line) for _, line in inside)
            # If the quoted cell is in the first column, its last line looks like a row; no other.
            if self._is_full(cells):
                is_quoted = 2 * (rows + self._is_row(text)) <= len(inside) + 1
            else:
                is_quoted = rows == 0 and not self._is_full(self._literal(text.rstrip("\r\n")))
            if is_quoted:
                self._inside += len(inside)
                return cells
        self._wasted += sum(_cost(line) for _, line in inside)
        self._again += reversed(inside)
        return self._read_one(number, text, "a quotation mark is not closed")

    def _gather(self, text: str) -> tuple[list[str] | None, list[tuple[int, str]]]:
        """Read on until the row is closed.

        Returns its cells (None if it is never closed), and the lines taken for it after the first.
        """
        taken = list[tuple[int, str]]()

        def lines() -> Iterator[str]:
            size = 0
            yield text
            while len(taken) < _MOST_LINES and size < _MOST_CHARACTERS:
                following = self._take()
                if following is None:
                    return
                taken.append(following)
                size += len(following[1])
                yield following[1]

        # One reader, one line at a time: parsing all lines again at each line is quadratic.
        try:
            return next(csv.reader(lines(), delimiter=self.delimiter, strict=True)), taken
        except csv.Error:
            return None, taken

    def _literal(self, plain: str) -> list[str]:
        """Split a line at every delimiter; a cell that is quoted as a whole loses its marks."""
        return [
            cell[1:-1]
            if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1]
            else cell
            for cell in plain.split(self.delimiter)
        ]

    def _is_full(self, cells: list[str]) -> bool:
        """Tell whether the cells are as many as the header has, blank ones beyond it left out."""
        width = self.width
        return len(cells) >= width and not any(cell.strip() for cell in cells[width:])

    def _as_text(self, cells: list[str]) -> list[str]:
        self._counts[QUOTE_IS_TEXT] += 1
        return cells

    def _is_row(self, text: str) -> bool:
        """Tell whether a line is a row of its own: as wide as the header, with a SMILES."""
        cells = self._literal(text.rstrip("\r\n"))
        if self.smiles_at is None or not self._is_full(cells):
            return False
        return looks_like_smiles(cells[self.smiles_at].strip('"'))


def _cost(line: str) -> int:
    """Return the cost of a line in characters, by which work is measured."""
    return len(line) + _LINE_COST


def parse_header(lines: list[str], delimiter: str) -> tuple[list[str], int]:
    """Read a header, which may hold quoted line breaks: its cells and its number of lines."""
    csv.field_size_limit(1 << 30)
    for end in range(1, len(lines) + 1):
        cells, used = _parse(lines[:end], delimiter)
        if isinstance(cells, list):
            return cells or [""], used  # a blank line has one cell
        if isinstance(cells, str):
            break
    return lines[0].rstrip("\r\n").split(delimiter), 1


def _parse(lines: list[str], delimiter: str) -> tuple[list[str] | str | None, int]:
    """Read the first row by the rules of quoting: its cells, a fault, or None if it is still open.

    Returns the row's number of lines, too.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        return (None if "unexpected end" in str(error) else str(error)), reader.line_num


def _parse_spaced(plain: str, delimiter: str) -> list[str] | None:
    """Read a line that has blanks after its delimiters."""
    reader = csv.reader([plain], delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        return next(reader)
    except csv.Error:
        return None


def _forgive(plain: str, delimiter: str) -> list[str] | None:
    """Read a line in which a quoted cell holds marks that are not doubled: ``"a 5" tube"``."""
    mark = re.escape(delimiter)
    cell = re.compile(rf'"((?:[^"]|"(?!{mark}|$))*)"(?={mark}|$)|([^{mark}"][^{mark}]*|)')
    cells, at = [], 0
    while True:
        match = cell.match(plain, at)
        if match is None:
            return None
        quoted = match[1]
        cells.append(match[0] if quoted is None else quoted.replace('""', '"'))
        at = match.end()
        if at == len(plain):
            return cells
        if plain[at] != delimiter:
            return None
        at += 1
