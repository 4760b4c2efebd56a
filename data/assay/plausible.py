"""Tells whether a column of measurements can be what its header says, judged by all its values.

A single impossible cell is found where cells are read (:mod:`data.assay.cells.column_values`). The
mistakes found here only show in the whole column, such as nanomolar numbers under a header that
says pIC50, or relations of the concentrations beside their −log10.
"""

import numpy as np

from chem.errors import InputError
from data.activities.activity import EXACT
from data.assay.cells.cells import Reading, find_sign, is_missing, read_cell
from data.assay.cells.measure import Measure
from data.assay.cells.raw_rows import AssayRows
from data.assay.cells.values import Values
from data.assay.headers.units import MASS, MOLAR, from_pactivity

TYPICAL_MEDIAN = (2.0, 12.0)
"""Median pActivity of an assay: 10 mM (weak fragments) to 1 pM."""
_TYPICAL_OF_LOGS = (3.0, 12.0)
_LIKE_LOGS = (3.0, 12.0)
"""Range of pIC50 values; read as nanomolar, the assay would span a single decade."""
_ENOUGH = 20
_APART = 0.3
"""Log units between bounds and exact values that suffice to decide."""


def check_plausible(measure: Measure, cells: Values) -> list[str]:
    """Return notes on oddities of a column.

    Raises:
        InputError: No assay can have the column's median in this unit.
    """
    if measure.kind not in ("concentration", "pactivity"):
        return []
    values = cells.values[cells.measured].astype(np.float64)
    if not len(values):
        return []
    _check_median(measure, float(np.median(values)))
    return _find_logs(measure, cells)


def _check_median(measure: Measure, median: float) -> None:
    low, high = _TYPICAL_OF_LOGS if measure.transform else TYPICAL_MEDIAN
    if low <= median <= high:
        return
    if measure.kind == "pactivity" or measure.transform:
        raise InputError(
            f"column {measure.column!r}, read as {measure.written}, has a median of {median:.3g} "
            f"as −log10(molar), expected {low:g} to {high:g}; if the numbers are concentrations "
            "or logarithms of another unit, say so with --value-column and --units."
        )
    written = ""
    if measure.unit in MOLAR:
        written = f"{from_pactivity(median, measure.unit):.3g} {measure.unit}, "
    elif measure.unit in MASS:
        written = f"in {measure.unit} "
    raise InputError(
        f"column {measure.column!r} has a median of {written}a −log10(molar) "
        f"of {median:.3g}, expected {low:g} to {high:g}; correct the unit in the header."
    )


def _find_logs(measure: Measure, cells: Values) -> list[str]:
    """Notice pIC50 values under a header that says nM: all between 3 and 12, few of them whole."""
    if measure.kind != "concentration" or measure.transform or measure.unit not in ("nM", "µM"):
        return []
    exact = cells.values[cells.measured & (cells.bounds == EXACT)].astype(np.float64)
    if len(exact) < _ENOUGH:
        return []
    numbers = np.array([from_pactivity(value, measure.unit) for value in exact])
    low, high = _LIKE_LOGS
    whole = np.isclose(numbers, np.round(numbers), rtol=0, atol=1e-3).mean()
    if numbers.min() < low or numbers.max() > high or numbers.max() < 5 or whole > 0.5:
        return []
    return [
        f"column {measure.column!r} has only values from {numbers.min():.3g} to "
        f"{numbers.max():.3g} {measure.unit}; if these are −log10(molar), train again with the "
        "header 'pIC50'"
    ]


def find_flip(rows: AssayRows, measure: Measure) -> tuple[bool | None, str]:
    """Tell whether the relations beside −log10 values are those of the concentrations.

    ``>`` beside low values says that concentrations were above the highest dose; beside high ones,
    that the compounds are at least as potent. Returns None if the values do not decide it.
    """
    signs = [
        find_sign(text) if not is_missing(text) else 0 for text in rows.cells[measure.relation]
    ]
    told = [None if is_missing(cell) else read_cell(cell) for cell in rows.cells[measure.column]]
    pairs = [
        (sign, read.number)
        for sign, read in zip(signs, told, strict=True)
        if isinstance(read, Reading) and sign is not None
    ]
    exact = [number for sign, number in pairs if sign == 0]
    if not any(sign for sign, _ in pairs):
        return False, ""
    if not exact:
        return None, "every value has a relation"
    middle = float(np.median(exact))
    votes = set()
    for sign in (-1, 1):
        bounded = [number for each, number in pairs if each == sign]
        if bounded and abs(float(np.median(bounded)) - middle) >= _APART:
            low = float(np.median(bounded)) < middle
            votes.add(low == (sign == 1))
    if len(votes) != 1:
        return None, "the relations may be those of the concentrations or of their −log10"
    return votes.pop(), ""
