"""Reads one cell of an assay: a number with a sign and a unit, no value, or something else."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from chem.records.numbers import NumberStyle, parse_number, split_number
from data.assay.headers.units import Bound, find_unit

MISSING = {"", "-", "--", ".", "?", "/", "na", "n/a", "nan", "nd", "n.d.", "n.d", "n/d", "nt"}
MISSING |= {"n.t.", "n/t", "none", "null", "nil", "not tested", "not determined", "not measured"}
MISSING |= {"not available", "not reported", "nr", "n.r.", "no data", "tbd", "pending", "#n/a"}
MISSING |= {"<na>", "missing", "not done", "untested", "—", "–"}
NO_VERDICT = {"inconclusive", "unspecified", "undetermined", "ambiguous", "equivocal", "unknown"}
"""Words for a verdict of neither class: not measured, but counted."""
INACTIVE = {"inactive", "not active", "no activity", "no inhibition", "ni", "n.i.", "no effect"}
INACTIVE |= {"none detected", "no fit", "nonactive", "non-active", "no binding", "nb", "n.b."}
INACTIVE |= {"no response", "not inhibitory", "weak/inactive", "inaktiv", "i.a.", "n.a. (inactive)"}
SIGNS: dict[str, Bound] = {
    "": 0, "=": 0, "==": 0, "~": 0, "≈": 0, "ca": 0, "ca.": 0, "approx": 0, "approx.": 0, "c.": 0,
    "about": 0, "circa": 0, "eq": 0, "<": -1, "<=": -1, "≤": -1, "<<": -1, "<<<": -1, "=<": -1,
    "lt": -1, "le": -1, "less than": -1, "below": -1, "up to": -1, ">": 1, ">=": 1, "≥": 1,
    ">>": 1, ">>>": 1, "=>": 1, "gt": 1, "ge": 1, "greater than": 1, "more than": 1, "above": 1,
    "at least": 1, "≧": 1, "≦": -1, ">/=": 1, "</=": -1, ">~": 1, "<~": -1, "> ~": 1, "< ~": -1,
    "~>": 1, "~<": -1, ">ca.": 1, "<ca.": -1, "> ca.": 1, "< ca.": -1, "ca. >": 1, "ca. <": -1,
    "over": 1, "under": -1, "equal": 0, "equal to": 0, "greater": 1, "less": -1, "larger than": 1,
    "higher than": 1, "lower than": -1, "smaller than": -1, "greater or equal": 1,
    "less or equal": -1, "right": 1, "left": -1, "⩽": -1, "⩾": 1, "equals": 0, "exact": 0,
}  # fmt: skip
"""Meaning of a relation for the true number: −1 it is at most this, +1 at least."""
ABOUT = {"~", "≈", "ca", "ca.", "approx", "approx.", "c.", "about", "circa"}
_WORDS = sorted(SIGNS, key=len, reverse=True)
_SIGN = re.compile(
    rf"\s*({'|'.join(re.escape(word) for word in _WORDS if word)})\s*", re.IGNORECASE
)
_SPREAD = re.compile(r"\s*(?:±|\+/-|\+-|\+/−)\s*([\d.,eE+-]+)\s*(%|[^\W\d_]+(?:/[^\W\d_]+)?)?")
_COUNT = re.compile(r"\s*[(\[]\s*n\s*=\s*\d+\s*[)\]]|\s*,?\s*n\s*=\s*\d+$", re.IGNORECASE)
_INTERVAL = re.compile(r"(?<=\d)\s*[(\[]\s*[\d.,]+\s*(?:-|–|—|to|;|,\s)\s*[\d.,]+\s*[)\]]")
_BRACKET = re.compile(r"(?<=\d)\s+[(\[]\s*[\d.,]+\s*[)\]]$")
_FOOTNOTE = re.compile(r"(?<=[\w%)])\s*(?:\*+|[†‡§#^]+)$")
_RANGE = re.compile(r"[\d.,]+\s*[^\W\d_]{0,4}\s*(?:-|to|\.\.)\s*[\d.,]+\s*[^\W\d_]{0,4}")
_SEVERAL = re.compile(r"[<>~=]?\s*[\d.,]+\s*(?:[;|/&]|,\s|and|\s)\s*[<>~=]?\s*[\d.,]+.*")
_CODE = re.compile(r"-?999+")
_NINES = re.compile(r"(9999+(?:\.0+)?)(?:\s*[^\W\d_]{1,8}(?:/[^\W\d_]{1,4})?)?")

_UNSEEN = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_ASIDE_INACTIVE = re.compile(
    r"^([<>≥≤].*\d.*?)\s*\((?:inactive|not active|n\.?i\.?|no inhibition)\)$", re.I
)
_SAID_INACTIVE = re.compile(
    r"(?:inactive|not active|no (?:inhib\w*|activity|effect))\b|.*\((?:inactive|not active)\)$",
    re.I,
)
"""``inactive at 100 µM`` counts as inactive, so that no user empties the cell."""

Note = Literal["about", "spread", "count", "interval", "bracket", "footnote", "own unit"]


class Reading(NamedTuple):
    """One cell of an assay table."""

    number: float
    bound: Bound = 0
    """Meaning of the cell for the true number: −1 it is at most this (``<5``), +1 at least."""
    unit: str = ""
    """A key of ``MOLAR`` or ``MASS``, ``%``, or ``""`` if the cell names none."""
    notes: tuple[Note, ...] = ()
    """Parts of the cell that were ignored."""


class Unreadable(NamedTuple):
    """A cell that is no number, with its kind."""

    kind: str


def is_missing(cell: str) -> bool:
    """Tell whether a cell says that nothing was measured."""
    return cell.strip().lower() in MISSING or (
        (not cell.isascii() or "&" in cell) and _fold(cell).lower() in MISSING
    )


def is_code(number: float) -> bool:
    """Tell whether a number is −999, 9999 or a similar code of programs for "not measured"."""
    return _CODE.fullmatch(f"{number:.10g}") is not None


def repeated_codes(cells: Sequence[str]) -> set[float]:
    """Return 9999, 99999 and similar numbers that a column has more than once.

    A single one may have been measured. ``9999``, ``9999.0`` and ``9999 nM`` are the same number.
    """
    nines = (_NINES.fullmatch(cell.strip()) for cell in cells)
    counts = Counter(float(found[1]) for found in nines if found)
    return {number for number, count in counts.items() if count > 1}


def is_inactive(cell: str) -> bool:
    """Tell whether a cell says in words that the compound had no effect."""
    return cell.strip(" *.()").lower() in INACTIVE


def find_sign(text: str) -> Bound | None:
    """Return the meaning of a relation, or None if it is none. ``'='`` may have quotes."""
    return SIGNS.get(_fold(text).strip(" '\"").lower())


def read_cell(text: str, style: NumberStyle | None = None) -> Reading | Unreadable:
    """Read ``5``, ``<5``, ``>= 1e4``, ``~0.3 uM``, ``0.8 ± 0.1``, ``12 (n=3)`` or ``45%``.

    >>> read_cell("> 0.3 uM"), read_cell("5-7")
    (Reading(number=0.3, bound=1, unit='µM', notes=()), Unreadable(kind='range'))
    """
    plain = _fold(text)
    notes: list[Note] = []
    sign = _SIGN.match(plain)
    word = sign[1].lower() if sign else ""
    rest = plain[sign.end() :] if sign else plain
    if word in ABOUT:
        notes.append("about")
    aside: list[tuple[Note, re.Pattern[str]]] = [
        ("footnote", _FOOTNOTE), ("count", _COUNT), ("spread", _SPREAD), ("interval", _INTERVAL),
        ("bracket", _BRACKET),
    ]  # fmt: skip
    spread_unit = ""
    for name, pattern in aside:
        found = pattern.search(rest)
        if found and found.start() > 0:
            notes.append(name)
            spread_unit = (found[2] or "") if name == "spread" else spread_unit
            rest = (rest[: found.start()] + rest[found.end() :]).strip(" ()")
    parts = split_number(rest)
    if parts is None or parts[0].strip():
        return Unreadable(_kind(plain, rest))
    number = parse_number(parts[1], style)
    if number is None:
        marked = "," in parts[1] or "." in parts[1]
        return Unreadable("number of another style" if marked else "text")
    named = parts[2].strip() or spread_unit
    unit = find_unit(named) if named else ""
    if unit is None:
        return Unreadable(_kind(plain, rest))
    return Reading(number, SIGNS[word], unit, tuple(notes))


def _fold(text: str) -> str:
    """Fold quotes, HTML entities, invisible characters, and an ``(inactive)`` at the end."""
    if not text.isascii() or "&" in text:
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", html.unescape(text)))
    plain = text.strip().strip("'\"").strip()
    return _ASIDE_INACTIVE.sub(r"\1", plain) if plain.endswith(")") else plain


def _kind(plain: str, rest: str) -> str:
    if is_inactive(plain) or _SAID_INACTIVE.match(plain):
        return "inactive"
    if _RANGE.fullmatch(rest.replace("–", "-").replace("—", "-").strip()):
        return "range"
    if _SEVERAL.fullmatch(rest.strip()):
        return "several values"
    if re.search(r"[^\W\d_]{2}", plain) is None or not re.search(r"\d", plain):
        return "text"
    return "number with text"


_ACTIVE = {"1", "1.0", "yes", "y", "true", "t", "active", "a", "positive", "pos", "hit", "toxic"}
_ACTIVE |= {"probe", "aktiv", "binder"}
_NOT_ACTIVE = {"0", "0.0", "no", "n", "false", "f", "inactive", "i", "negative", "neg"}
_NOT_ACTIVE |= {"non-toxic", "nontoxic", "not active", "non-active", "inaktiv", "non-binder"}

_BARE = {"1", "1.0", "0", "0.0", "yes", "y", "no", "n", "true", "t", "false", "f"}
_BARE |= {"positive", "pos", "negative", "neg"}


def read_class(cell: str) -> Reading | Unreadable | None:
    """Read ``active`` as 1 and ``inactive`` as 0; None for a verdict of neither."""
    word = cell.strip().lower()
    if word in NO_VERDICT:
        return None
    if word in _ACTIVE | _NOT_ACTIVE:
        return Reading(float(word in _ACTIVE))
    return Unreadable("no class")


def are_classes(cells: Sequence[str]) -> bool:
    """Tell whether every cell says active, inactive or undecided, and one is not undecided."""
    words = {cell.strip().lower() for cell in cells} - MISSING - NO_VERDICT
    return bool(words) and words <= _ACTIVE | _NOT_ACTIVE


def say_activity(cells: Sequence[str]) -> bool:
    """Tell whether classes say active or inactive in words, unlike 1, yes and true."""
    words = {cell.strip().lower() for cell in cells}
    return bool(words & (_ACTIVE | _NOT_ACTIVE) - _BARE)
