"""How the numbers of a measure are written: one answer for all who read its cells."""

from collections.abc import Sequence

from chem.records.numbers import Decimal, NumberReading, find_style
from data.assay.cells.measure import Measure
from data.assay.headers.units import PACTIVITY_RANGE

_LIMITS = {"percent": (-1000.0, 1000.0), "pactivity": PACTIVITY_RANGE}
_LOGARITHMS = (-40.0, 40.0)
ADVICE = "say which with --decimal point or --decimal comma"


def style_of(
    measure: Measure, cells: Sequence[str], decimal: Decimal | None, delimiter: str
) -> NumberReading:
    """Return how the numbers of a measure's cells are written; see ``find_style``.

    decimal: what the user says. delimiter: of the file.
    """
    limits = _LIMITS.get(measure.kind)
    if measure.transform in ("log10", "ln"):
        limits = _LOGARITHMS
    return find_style(cells, decimal=decimal, limits=limits, delimiter=delimiter)
