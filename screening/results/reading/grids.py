"""Finds grids in the export of a plate reader: column numbers above, row letters beside.

A grid is a line of rising column numbers, followed by lines whose cell before the first number is a
row letter. The name of the plate is the corner cell, or stands in the lines since the grid before.
Other lines are free text of the instrument.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.records.message_text import one_line
from data.assay.cells.cells import is_missing
from screening.objective.wells import Well
from screening.results.reading.plate_names import PlateNames, find_label
from screening.results.reading.signals import RawWell, are_numbers
from screening.results.reading.text_table import TextTable
from screening.results.reading.well_names import MOST_COLUMNS, read_letters, row_letters

FEWEST_COLUMNS = 3
"""Column numbers that make a line the head of a grid."""
_COLUMN = re.compile(r"0?([1-9]\d?)")


class Grid(NamedTuple):
    """One grid of a file."""

    plate: str
    """The name of the plate as in the plan, or the title if it names none; empty without one."""
    named_by: str
    """What named the plate, for the user; without a name, a text that may be one."""
    line: int
    """The line of the column numbers, from 1."""
    rows: int
    columns: tuple[int, ...]
    """Column numbers, from 1."""
    wells: tuple[RawWell, ...]

    @property
    def is_of_numbers(self) -> bool:
        """False for a grid of texts, such as the layout that an instrument shows."""
        return are_numbers([well.text for well in self.wells])


def find_grids(table: TextTable, plates: PlateNames) -> list[Grid]:
    """Return all grids of a file, in order, also those of texts.

    plates: those of the plan.

    Raises:
        InputError: A grid has several lines of numbers for a row, a row twice, or another grid
            beside it; or a number above it and the name of the file mean two plates.
    """
    grids: list[Grid] = []
    at = title_from = 0
    while at < len(table.lines):
        head = _find_head(table.lines[at])
        if head is None or not _begins_rows(table.lines, at + 1, head[0]):
            at += 1
            continue
        start, columns = head
        _check_no_second_grid(table, at, start + len(columns))
        texts = _texts_above(table.lines[title_from:at], _corner(table, at, start))
        plate, named_by = _find_plate(table.path, texts, plates)
        end, found = _read_rows(table, at + 1, start, columns, plate)
        letters = len({well.place.row for well in found if well.place})
        grid = Grid(plate, named_by, at + 1, letters, columns, tuple(found))
        grids.append(grid)
        at = end
        if grid.is_of_numbers:
            title_from = end  # the title of a layout is that of its results, too
    return grids


def _corner(table: TextTable, at: int, start: int) -> str:
    return table.lines[at][start - 1] if start else ""


def _find_head(cells: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """Return the place of the first column number and all numbers; None for another line."""
    numbers = [int(found[1]) if (found := _COLUMN.fullmatch(cell)) else 0 for cell in cells]
    for start, first in enumerate(numbers):
        if not first or not start:
            continue
        columns = [first]
        for number in numbers[start + 1 :]:
            if number <= columns[-1] or number > MOST_COLUMNS:
                break
            columns.append(number)
        if len(columns) >= FEWEST_COLUMNS:
            return start, tuple(columns)
    return None


def _check_no_second_grid(table: TextTable, at: int, end: int) -> None:
    """Refuse a line of column numbers that has others behind those of the grid."""
    run, last = 0, 0
    for cell in table.lines[at][end:]:
        found = _COLUMN.fullmatch(cell)
        number = int(found[1]) if found else 0
        run = (run + 1 if number > last else 1) if number else 0
        last = number
        if run >= FEWEST_COLUMNS:
            raise InputError(
                f"{table.path}, line {at + 1}: found two grids side by side, expected one; export "
                "one below the other"
            )


def _begins_rows(lines: Sequence[Sequence[str]], at: int, start: int) -> bool:
    """Tell whether the next line that is not blank begins with a row letter."""
    below = next((line for line in lines[at : at + 3] if line), ())
    return len(below) > start and read_letters(below[start - 1]) is not None


def _read_rows(
    table: TextTable, at: int, start: int, columns: Sequence[int], plate: str
) -> tuple[int, list[RawWell]]:
    """Read the rows of a grid; return the number of the line after it, and its wells."""
    wells: list[RawWell] = []
    last = -1
    while at < len(table.lines):
        cells = table.lines[at]
        if not cells:
            if last >= 0 and not _begins_rows(table.lines, at, start):
                break
            at += 1
            continue
        letters = cells[start - 1] if len(cells) >= start else ""
        row = read_letters(letters)
        if row is None:
            if are_numbers([well.text for well in wells]):
                _check_no_second_line(table, at, start, len(columns), last)
            break
        if row <= last:
            raise InputError(
                f"{table.path}, line {at + 1}: found row {letters} after row {row_letters(last)}, "
                "expected rows in their order; export one reading per grid"
            )
        last = row
        values = [*cells[start:], *([""] * len(columns))]
        for column, text in zip(columns, values, strict=False):
            place = Well(row, column - 1)
            wells.append(RawWell(plate, f"{letters}{column}", place, text, at + 1))
        at += 1
    return at, wells


def _check_no_second_line(table: TextTable, at: int, start: int, width: int, last: int) -> None:
    """Refuse a line of numbers without a letter: a second reading of the row before it."""
    cells = table.lines[at]
    inside = [cell for cell in cells[start : start + width] if not is_missing(cell)]
    numbers = len(inside) >= width / 2 and all(re.match(r"[+-]?[\d.,]", one) for one in inside)
    if last >= 0 and numbers and _find_head(cells) is None and not cells[start - 1]:
        raise InputError(
            f"{table.path}, line {at + 1}: found a second line of numbers for row "
            f"{row_letters(last)}, expected one value per well; export one reading per grid"
        )


def _texts_above(above: Sequence[Sequence[str]], corner: str) -> list[str]:
    """Return the corner cell and the lines of text above a grid, the nearest first."""
    texts = [corner, *(" ".join(cell for cell in line if cell) for line in reversed(above))]
    return [one_line(text, 200) for text in texts if text and text not in ("<>", "\\", "/")]


def _find_plate(path: Path, texts: Sequence[str], plates: PlateNames) -> tuple[str, str]:
    """Return the plate that the texts of a grid name, and what named it.

    A name counts before a number, also that of another run's plate. In a run of one plate a grid
    without a name is left to the name of the file; what may be another name is returned with it.
    """
    for text in texts:
        plate, told = plates.within(text)
        if plate:
            return plate, told
    for text in texts:
        if other := plates.other_run(text):
            return other, repr(text[:60])
    for text in texts:
        plate, told = plates.numbered(text, path)
        if plate:
            return plate, told
    if len(plates.names) == 1:
        return "", find_label(texts)
    return (one_line(texts[0], 60), "") if texts else ("", "")
