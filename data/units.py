"""Units of assay values: molar concentrations, pActivity, per cent, and their spellings."""

import math
import re
import unicodedata
from typing import Literal, NamedTuple

MOLAR = {"M": 1.0, "mM": 1e-3, "µM": 1e-6, "nM": 1e-9, "pM": 1e-12, "fM": 1e-15}
"""Factor from each unit to mol/L."""

_SPELLINGS = {
    "um": "µM",
    "nm": "nM",
    "pm": "pM",
    "fm": "fM",
    "mm": "mM",
    "mol/l": "M",
    "mmol/l": "mM",
    "umol/l": "µM",
    "nmol/l": "nM",
    "pmol/l": "pM",
    "molar": "M",
    "millimolar": "mM",
    "micromolar": "µM",
    "nanomolar": "nM",
    "picomolar": "pM",
    "nmolar": "nM",
    "umolar": "µM",
}
PACTIVITY_RANGE = (0.0, 15.0)
"""1 M to 1 fM: what a −log10(molar) can be in an assay."""

Bound = Literal[-1, 0, 1]
"""As in ``data.activity``: the true value is at most, equal to, or at least the stored one."""
_QUALIFIERS: dict[str, Bound] = {
    "": 0,
    "=": 0,
    "~": 0,
    "≈": 0,
    "<": -1,
    "<=": -1,
    "≤": -1,
    "<<": -1,
    ">": 1,
    ">=": 1,
    "≥": 1,
    ">>": 1,
}
_CELL = re.compile(
    r"(?P<sign><=|>=|<<|>>|[<>=~≈≤≥])?\s*(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"\s*(?P<unit>%|[^\W\d_]+(?:/[^\W\d_]+)?)?"
)


class Reading(NamedTuple):
    """One cell of an assay table."""

    number: float
    bound: Bound
    """What the cell says of the true number: −1 it is at most this (``<5``), +1 at least."""
    unit: str
    """A key of ``MOLAR``, ``%``, or ``""`` where the cell names none."""


def find_molar_unit(text: str) -> str | None:
    """Return the key of ``MOLAR`` that a spelling means, or None.

    ``M`` and ``m`` differ (molar, metre), so a lone letter must be upper case; the two-letter
    units are understood in any case (``nm`` and ``NM`` are nanomolar in an assay).

    >>> find_molar_unit("uM"), find_molar_unit("nmol/L"), find_molar_unit("kg")
    ('µM', 'nM', None)
    """
    plain = unicodedata.normalize("NFKC", text).replace("μ", "u")
    return "M" if plain == "M" else _SPELLINGS.get(plain.lower())


def read_cell(text: str) -> Reading | None:
    """Read ``5``, ``<5``, ``>= 1e4``, ``~0.3 uM`` or ``45%``; None when it is nothing of the kind.

    A decimal or thousands comma is refused: ``1,000`` is 1 in some countries and 1000 in others.
    """
    match = _CELL.fullmatch(text.strip())
    if match is None:
        return None
    unit = match["unit"] or ""
    if unit not in ("", "%"):
        known = find_molar_unit(unit)
        if known is None:
            return None
        unit = known
    number = float(match["number"])
    if not math.isfinite(number):
        return None
    return Reading(number, _QUALIFIERS[match["sign"] or ""], unit)


def to_pactivity(concentration: float, unit: str) -> float:
    """Return −log10 of a concentration in mol/L. Raises ValueError unless it is above zero.

    >>> to_pactivity(10.0, "nM")
    8.0
    """
    # Adding logarithms keeps round numbers round: log10(10 * 1e-9) is not exactly -8.
    return -math.log10(concentration) - round(math.log10(MOLAR[unit]))


def from_pactivity(pactivity: float, unit: str) -> float:
    """Return the concentration in ``unit`` of a −log10(molar)."""
    return float(10.0 ** (-pactivity - round(math.log10(MOLAR[unit]))))
