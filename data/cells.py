"""Turn the cells of one assay column into numbers; a cell that cannot be one is an error."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from data.headers import Measure
from data.units import PACTIVITY_RANGE, Bound, read_cell, to_pactivity

MISSING = {"", "-", "na", "n/a", "nan", "nd", "n.d.", "nt", "n.t.", "none", "null", "not tested"}
_ACTIVE = {"1", "1.0", "yes", "y", "true", "t", "active", "a", "positive", "pos", "hit", "toxic"}
_INACTIVE = {"0", "0.0", "no", "n", "false", "f", "inactive", "i", "negative", "neg"}
_INACTIVE |= {"non-toxic", "nontoxic", "not active"}


class Cells(NamedTuple):
    """One column, read."""

    values: npt.NDArray[np.float32]
    """[n] NaN = not measured."""
    bounds: npt.NDArray[np.int8]
    """[n] as in ``ActivityTable``."""


class CellError(ValueError):
    """A cell that cannot be read: what was found, and what to do."""


def are_classes(cells: Sequence[str]) -> bool:
    """Tell whether every cell that is not missing says active or inactive, and one does."""
    words = {cell.strip().lower() for cell in cells} - MISSING
    return bool(words) and words <= _ACTIVE | _INACTIVE


def name_units(cells: Sequence[str]) -> bool:
    """Tell whether every cell that is not missing carries its own molar unit (``5 nM``)."""
    readings = [read_cell(cell) for cell in cells if cell.strip().lower() not in MISSING]
    return bool(readings) and all(r is not None and r.unit not in ("", "%") for r in readings)


def read_column(cells: Sequence[str], rows: Sequence[int], measure: Measure) -> Cells:
    """Read a column's cells; ``rows`` are their record numbers, for the error.

    Concentrations become pActivity (−log10 molar), so ``>10000`` nM is an upper bound of 5.

    Raises:
        InputError: names the first bad cell's row and column, and how many more are bad.
    """
    values = np.full(len(cells), np.nan, np.float32)
    bounds = np.zeros(len(cells), np.int8)
    problems: list[str] = []
    for index, cell in enumerate(cells):
        if cell.strip().lower() in MISSING:
            continue
        try:
            values[index], bounds[index] = _read(cell, measure)
        except CellError as error:
            problems.append(f"row {rows[index]}, column {measure.column!r}: {error}")
    if problems:
        more = f" ({len(problems) - 1} more like it)" if len(problems) > 1 else ""
        raise InputError(problems[0] + more)
    return Cells(values, bounds)


def _read(cell: str, measure: Measure) -> tuple[float, Bound]:
    if measure.kind == "class":
        word = cell.strip().lower()
        if word not in _ACTIVE | _INACTIVE:
            raise CellError(f"{cell!r} is no class; write 1 or 0, active or inactive.")
        return float(word in _ACTIVE), 0
    reading = read_cell(cell)
    if reading is None:
        raise CellError(
            f"{cell!r} is not a number; write it like 12.5, 1e4, <5 or >10000 (a point for "
            "decimals, no thousands commas), or leave it empty if not measured."
        )
    if measure.kind == "concentration":
        return _concentration(cell, reading.number, reading.bound, reading.unit or measure.unit)
    expected = "%" if measure.kind == "percent" else ""
    if reading.unit not in ("", expected):
        raise CellError(f"{cell!r} has a unit that does not fit {measure.unit}; remove it.")
    if measure.kind == "pactivity":
        advice = "is the column a concentration? Then give its unit (--value-column and --units)."
        if reading.number < 0:
            advice = "is it −log10 of nM? Then add 9 (of µM: 6). If it is a logarithm, negate it."
        _check_range(cell, reading.number, advice)
    return reading.number, reading.bound


def _concentration(cell: str, number: float, bound: Bound, unit: str) -> tuple[float, Bound]:
    if unit not in ("M", "mM", "µM", "nM", "pM", "fM"):
        raise CellError(f"{cell!r} is not in a molar unit; write nM, uM, mM, M or pM.")
    if number <= 0:
        raise CellError(
            f"a concentration of {cell!r} is not above zero; leave the cell empty if not measured."
        )
    value = to_pactivity(number, unit)
    _check_range(f"{cell} {unit}", value, "is the unit right?")
    flipped: dict[Bound, Bound] = {-1: 1, 0: 0, 1: -1}
    return value, flipped[bound]  # more of it needed means less potent


def _check_range(cell: str, value: float, advice: str) -> None:
    low, high = PACTIVITY_RANGE
    if not low <= value <= high:
        raise CellError(
            f"{cell!r} is a −log10(molar) of {value:.4g}, expected {low:g} to {high:g}; {advice}"
        )
