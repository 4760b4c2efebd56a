"""Whether relations beside −log10 values are those of the values or of the concentrations."""

import numpy as np

from data.assay.cells.cells import Reading, find_sign, is_missing, read_cell
from data.assay.cells.measure import Measure
from data.assay.cells.raw_rows import AssayRows

_APART = 0.3
"""Log units between bounds and exact values that decide it."""


def find_flip(rows: AssayRows, measure: Measure) -> tuple[bool | None, str]:
    """Tell whether the relations beside −log10 values are those of the concentrations.

    ``>`` beside low values says that concentrations were above the highest dose; beside high ones
    that the compounds are at least so potent. None where the values do not decide it.
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
        return None, "the relations may be of the concentrations or of their −log10"
    return votes.pop(), ""
