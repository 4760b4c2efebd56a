"""The signals of a file, well by well, before they are joined to the plan of the plates."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.records.numbers import Decimal, find_style
from data.assay.cells.cells import Reading, is_missing, read_cell
from screening.objective.wells import Well

MISSING = "no value"
"""The problem of a cell that says that nothing was measured."""


_NUMBER = re.compile(r"[<>]?\s*[+-]?[\d.,]+(?:[eE][+-]?\d+)?")


def are_numbers(cells: Sequence[str]) -> bool:
    """Tell whether more than half of the cells with a text are numbers."""
    told = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(_NUMBER.fullmatch(cell) is not None for cell in told) > len(told)


class SignalOptions(NamedTuple):
    """The user's statements about a file; None leaves a choice to the file."""

    value_column: str | None = None
    decimal: Decimal | None = None


class RawWell(NamedTuple):
    """A well as a file has it: texts."""

    plate: str
    """The name of the plate as in the plan, or as written if it has none of that name."""
    well: str
    """The name of the well as written."""
    place: Well | None
    """None if the name is that of no well."""
    text: str
    """The cell of the signal."""
    line: int
    """The line in the file, from 1."""
    compound_id: str = ""
    concentration: str = ""


class Signal(NamedTuple):
    """A well with its signal."""

    raw: RawWell
    value: float
    """NaN if the cell has no number."""
    problem: str
    """Why it has none: ``no value``, or what was found; empty otherwise."""


class SignalFile(NamedTuple):
    """A file of signals as it was read."""

    path: Path
    layout: str
    """``wells``: one row per well; ``grids``: grids of plates."""
    told: str
    """How it was read, for the user."""
    signals: tuple[Signal, ...]
    concentration_unit: str = ""
    """The unit of the concentrations as ``data.assay.headers.units`` names it; empty if the file
    has none or no unit."""
    concentration_column: str = ""
    notes: tuple[str, ...] = ()


def read_values(
    path: Path, raw: Sequence[RawWell], decimal: Decimal | None, separator: str
) -> tuple[tuple[Signal, ...], str]:
    """Read the cells of all signals in one style of numbers; return them, and the style in words.

    Raises:
        InputError: The numbers can be read in two ways.
    """
    cells = [one.text for one in raw if not is_missing(one.text)]
    style = find_style(cells, decimal=decimal, delimiter=separator)
    if style.doubt:
        raise InputError(
            f"{path}: {style.doubt}; say which it is with --decimal point or --decimal comma"
        )
    odd = {cells[at] for at in style.odd}
    signals = []
    for one in raw:
        value, problem = float("nan"), ""
        if is_missing(one.text):
            problem = MISSING
        elif one.text in odd:
            problem = f"{one.text} (another decimal mark than the other cells)"
        else:
            read = read_cell(one.text, style.style)
            if isinstance(read, Reading) and read == Reading(read.number):
                value = read.number
            else:
                problem = one.text
        signals.append(Signal(one, value, problem))
    return tuple(signals), style.told
