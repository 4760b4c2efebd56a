"""Settles by the numbers what a header leaves open, or asks the user.

``log IC50`` without a unit is log10(molar) if all values lie far below zero. ``pIC50 (nM)`` is
usually a −log10(molar) of values that were once nanomolar. ``Inhibition`` may be per cent or a
fraction of 1. If the numbers allow two readings, the answer is a question.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.records.numbers import Decimal
from data.assay.cells.cells import Reading, is_code, is_missing, read_cell
from data.assay.cells.measure import ADVICE, Measure, style_of

_P_RANGE = (3.0, 12.5)
"""Medians of −log10(molar) in assays: 1 mM to below 1 pM."""
_LOW_P = 2.0
_SURELY_MOLAR = 4.0
"""A pIC50 (nM) between these two may be −log10 of molar or of nM."""
_LOG_MOLAR = -3.5
"""A median of log10 below this means molar values: as µM it would be below 0.3 nM."""
_WILD = 1000.0
_FRACTION = 1.5


def settle(
    measure: Measure, cells: Sequence[str], decimal: Decimal | None = None, delimiter: str = ""
) -> tuple[Measure, str]:
    """Return the measure with nothing left open, and a question if it cannot be decided.

    decimal: the decimal mark that the user names. delimiter: that of the file.
    """
    of_no_unit = measure.transform and not measure.unit and not measure.units
    if measure.kind not in ("percent", "pactivity") and not (
        measure.kind == "concentration" and of_no_unit
    ):
        return measure, ""
    told = [cell for cell in cells if not is_missing(cell)]
    reading = style_of(measure, told, decimal, delimiter)
    if reading.doubt:
        return measure, f"{reading.doubt}; {ADVICE}"
    odd = set(reading.odd)
    read = [read_cell(cell, reading.style) for at, cell in enumerate(told) if at not in odd]
    known = [one.number for one in read if isinstance(one, Reading) and not is_code(one.number)]
    numbers = np.array(known, dtype=np.float64)
    if not len(numbers):
        return measure, ""
    if measure.kind == "percent":
        return _settle_percent(measure, numbers)
    if measure.kind == "pactivity":
        return _settle_minus_log(measure, float(np.median(numbers)))
    return _settle_log(measure, numbers)


def _settle_percent(measure: Measure, numbers: npt.NDArray[np.float64]) -> tuple[Measure, str]:
    largest = float(np.abs(numbers).max())
    sized = measure._replace(unit="%")
    if measure.transform == "fraction":
        if largest > 20:
            return sized, f"its header says fraction, its values reach {largest:g}"
        return sized, ""
    if largest <= _FRACTION and len(numbers) >= 10 and largest > 0:
        if measure.unit == "%":
            return sized, (
                f"no value is beyond {largest:g}, so they may be fractions of 1; say which with "
                "--units fraction or --units '% up' ('% down' for what is left)"
            )
        return sized._replace(transform="fraction"), ""
    if measure.unit != "%" and largest > _WILD:
        return sized, f"its values reach {largest:g}, which is no percentage"
    return sized, ""


def _settle_minus_log(measure: Measure, median: float) -> tuple[Measure, str]:
    low, high = _P_RANGE
    molar = measure._replace(transform="", unit="pActivity")
    if measure.unit == "pActivity":
        return molar, ""
    if not measure.unit:  # −log10 of a unit that is not named
        if low <= median <= high:
            return molar, ""
        return measure, f"−log10 of which unit? The median is {median:.3g}"
    plain = measure.quantity.lower().startswith("p")
    if plain and _SURELY_MOLAR <= median <= high:
        return molar, ""
    if plain and median >= _LOW_P:
        return measure, f"the median of {median:.3g} may be −log10 of molar or of {measure.unit}"
    if not plain and median > low:
        return measure, (
            f"its header says −log10 of {measure.unit}, its median of {median:.3g} suggests molar"
        )
    return measure, ""


def _settle_log(measure: Measure, numbers: npt.NDArray[np.float64]) -> tuple[Measure, str]:
    base = numbers / np.log(10) if measure.transform == "ln" else numbers
    if float(np.median(base)) <= _LOG_MOLAR and float(base.max()) <= 0:
        return measure._replace(unit="M"), ""
    span = f"{numbers.min():.3g} to {numbers.max():.3g}"
    return measure, f"{measure.transform} of which unit? The values go from {span}"
