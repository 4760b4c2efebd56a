"""Reads units of assay values: molar and mass concentrations, pActivity, and their spellings."""

import math
import re
import unicodedata
from typing import Literal

MOLAR = {"M": 1.0, "mM": 1e-3, "µM": 1e-6, "nM": 1e-9, "pM": 1e-12, "fM": 1e-15}
"""Factor from each unit to mol/L."""
MASS = {"g/L": 1.0, "mg/mL": 1.0, "µg/mL": 1e-3, "ng/mL": 1e-6, "pg/mL": 1e-9}
"""Factor from each unit to g/L; with a molecular weight it gives mol/L."""


def _by_spelling(spellings: dict[str, str]) -> dict[str, str]:
    return {word: unit for unit, words in spellings.items() for word in words.split()}


_MOLAR_SPELLINGS = _by_spelling(
    {
        "M": "mol/l molar",
        "mM": "mm mmol/l millimolar mmolar umol/ml",
        "µM": "um umol/l micromolar microm umolar nmol/ml",
        "nM": "nm nmol/l nanomolar nanom nmolar pmol/ml",
        "pM": "pm pmol/l picomolar pmolar",
        "fM": "fm fmol/l femtomolar",
    }
)
_MASS_SPELLINGS = _by_spelling(
    {
        "g/L": "g/l",
        "mg/mL": "mg/ml ug/ul",
        "µg/mL": "ug/ml mcg/ml mg/l ng/ul",
        "ng/mL": "ng/ml ug/l mcg/l",
        "pg/mL": "pg/ml ng/l",
    }
)
_OTHER = {
    *("kcal/mol", "kj/mol", "mg/kg", "ug/kg", "g/kg", "mg", "ug", "ng", "g", "kg", "mmol", "umol"),
    *("nmol", "pmol", "mol", "da", "kda", "g/mol", "s", "sec", "h", "hr", "hours", "min", "/s"),
    *("1/s", "/min", "1/min", "ml/min/kg", "ul/min/mg", "ml/min/g", "cm/s", "nm/s", "iu/ml"),
    *("u/ml", "ppm", "ppb", "mv", "rfu", "rlu", "cpm", "dpm", "mm/h", "1/m", "/m/s", "1/m/s"),
    *("mmhg", "bpm"),
}
"""Known units that no potency has, in lower case."""
PACTIVITY_RANGE = (0.0, 15.0)
"""1 M to 1 fM: the possible values of a −log10(molar) in an assay."""

Bound = Literal[-1, 0, 1]
"""As in ``data.activities.activity``: the true value is at most, equal to, or at least the stored
value."""


_LOST = re.compile(
    r"(?<![A-Za-z0-9])[?\ufffd\u0080-\u00b4\u00b6-\u036f]{1,2}(?:M|mol|g)(?![A-Za-z])[^\s)\]},;]*"
)


def mend_micro(text: str) -> str:
    """Return a text with every ``µ`` restored that was UTF-8 but read as Windows-1252.

    >>> mend_micro("IC50 (\u00c2\u00b5M)") == "IC50 (\u00b5M)"
    True
    """
    return text.replace("\u00c2\u00b5", "\u00b5").replace("\u00ce\u00bc", "\u00b5")


def find_lost_sign(text: str) -> str:
    """Return the unit of a text whose first character was lost (``?M``), or an empty text.

    A file saved in an encoding without ``µ`` has another character there.
    """
    match = _LOST.search(mend_micro(text))
    return match[0] if match else ""


def fold_unit(text: str) -> str:
    """Fold the spellings of a unit: ``µg mL⁻¹`` gives ``ug/ml``, ``nmol·L-1`` gives ``nmol/l``."""
    plain = unicodedata.normalize("NFKC", mend_micro(text)).replace("μ", "u").replace("−", "-")
    plain = plain.strip(" []()")
    plain = re.sub(r"\s*(?:/|\bper\b)\s*", "/", plain)
    plain = re.sub(r"[\s.·*_]*(?<![A-Za-z])(m?l|u?l|dm3)\s*\^?\(?-1\)?$", r"/\1", plain, flags=re.I)
    plain = re.sub(r"^([munpf]?mol|[munp]?g)[\s.·*_]+(m?l)-1$", r"\1/\2", plain, flags=re.I)
    plain = re.sub(r"/dm\^?3$", "/l", plain)
    return re.sub(r"^(micro|nano|pico)[-\s]?(?=mol|g)", lambda m: m[1][0].replace("m", "u"), plain)


def find_molar_unit(text: str) -> str | None:
    """Return the key of ``MOLAR`` that a spelling means, or None.

    ``M`` and ``m`` differ (molar, metre), so a single letter must be upper case; the two-letter
    units are understood in any case (``nm`` and ``NM`` are nanomolar in an assay).

    >>> find_molar_unit("uM"), find_molar_unit("nmol/L"), find_molar_unit("kg")
    ('µM', 'nM', None)
    """
    words = unicodedata.normalize("NFKC", mend_micro(text)).replace("μ", "u").strip()
    if words.lower() in _MOLAR_SPELLINGS:
        return _MOLAR_SPELLINGS[words.lower()]
    plain = fold_unit(text)
    return "M" if plain == "M" else _MOLAR_SPELLINGS.get(plain.lower())


def find_mass_unit(text: str) -> str | None:
    """Return the key of ``MASS`` that a spelling means, or None.

    >>> find_mass_unit("ug/ml"), find_mass_unit("mg L-1"), find_mass_unit("mg/kg")
    ('µg/mL', 'µg/mL', None)
    """
    return _MASS_SPELLINGS.get(fold_unit(text).lower())


def find_unit(text: str) -> str | None:
    """Return the key of ``MOLAR`` or ``MASS``, ``%``, or None."""
    if fold_unit(text).lower() in ("%", "percent", "per cent", "pct"):
        return "%"
    return find_molar_unit(text) or find_mass_unit(text)


def is_other_unit(text: str) -> bool:
    """Tell whether a text is a unit that no potency has: ``kcal/mol``, ``mg/kg``, ``1/s``."""
    return fold_unit(text).lower() in _OTHER


def to_pactivity(concentration: float, unit: str) -> float:
    """Return −log10 of a concentration in mol/L; raise ValueError unless it is above zero.

    >>> to_pactivity(10.0, "nM")
    8.0
    """
    # Adding logarithms keeps round numbers round: log10(10 * 1e-9) is not exactly -8.
    return -math.log10(concentration) - power_of_ten(unit)


def power_of_ten(unit: str) -> int:
    """Return log10 of a unit's factor to mol/L or g/L: −9 for nM."""
    return round(math.log10(MOLAR[unit] if unit in MOLAR else MASS[unit]))


def from_pactivity(pactivity: float, unit: str) -> float:
    """Return the concentration in ``unit`` for a −log10(molar)."""
    return float(10.0 ** (-pactivity - power_of_ten(unit)))
