"""Reads columns of flags that say which values are bounds: ``right_censored``, for example."""

import re
from collections.abc import Sequence

from data.assay.cells.cells import is_missing

CENSORED = "censored"
"""Stands for a relation that says that a value is a bound, but not on which side."""
_YES = {"1", "1.0", "yes", "y", "true", "t", "x"}
_CODES = {"-1", "-1.0", "2", "2.0"}
_NO = {"0", "0.0", "no", "n", "false", "f"}
_CENSORED = re.compile(
    r"censor(?:ed|ing)?|is[ _]?(?:bound|limit)"
    # "IC50 operator", but not any other name with such a word.
    r"|^(?:[^\W_]+[\W_]+)?(?:qualifier|relation|operator)s?$",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"^(?:[^\W_]+[\W_]+)?(?:limits?|bounds?|bound[ _]?type)$", re.IGNORECASE)
_SIDES = {
    **dict.fromkeys(("above", "over", "greater", "greater than", "more than", "at least"), ">"),
    **dict.fromkeys(("below", "under", "less", "less than", "at most"), "<"),
    # Limits of quantification, above and below.
    **dict.fromkeys(("uloq", "aloq", ">uloq", "above uloq", "alq", "aql"), ">"),
    **dict.fromkeys(("lloq", "bloq", "<lloq", "below lloq", "blq", "bql"), "<"),
    # A value at the upper limit of a curve may be at least that; an upper bound is at most that.
    **dict.fromkeys(("upper", "lower", "max", "min", "maximum", "minimum"), CENSORED),
    **dict.fromkeys(("upper limit", "lower limit", "upper bound", "lower bound"), CENSORED),
    **dict.fromkeys(("exact", "none", "no", "within", "in range", "equal", "ok"), ""),
}
"""Meanings of the words in a column named ``Limit`` or ``Bound``."""
_ABOVE = re.compile(
    r"(?<![^\W_])right(?![a-z])|(?<![^\W_])greater"
    r"|(?<![^\W_])(?:gt|ge|above|over|exceeds?|more[ _]than|higher[ _]than)(?![^\W_])",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?<![^\W_])left|(?<![^\W_])(?:lt|le|below|under|less[ _]than|lower[ _]than)(?![^\W_])",
    re.IGNORECASE,
)


def signs_of_flags(column: str, cells: Sequence[str]) -> list[str] | None:
    """Return the relation [n] that each flag of a column means, or None for any other column.

    >>> signs_of_flags("right_censored", ["1", "0", ""])
    ['>', '', '']

    If the flags do not say on which side, they become ``CENSORED``, beside which no value can be
    read.
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)
    side = ">" if _ABOVE.search(plain) else "<" if _BELOW.search(plain) else ""
    named = bool(_CENSORED.search(plain))
    words = ["" if is_missing(cell) else cell.strip().lower() for cell in cells]
    told = set(words) - {""}
    if _LIMIT.search(plain):
        if told <= set(_SIDES) and any(map(_SIDES.get, told)):
            return [_SIDES.get(word, "") for word in words]
        named = named or not any(word[0] in "-0123456789" for word in told)  # or it may be a number
    if not told or not told <= _YES | _NO | _CODES or not (named or _says_than(plain, side)):
        return None
    if not side or told & _CODES or (_ABOVE.search(plain) and _BELOW.search(plain)):
        side = CENSORED
    marked = _YES | _CODES
    return [side if word in marked else "" for word in words]


def _says_than(column: str, side: str) -> bool:
    """Tell whether a name with a side consists only of a comparison: ``is_greater_than``."""
    words = [word for word in re.split(r"[\W_]+", column.lower()) if word]
    known = {"is", "than", "flag", "value", "max", "top", "dose", "conc", "concentration", "tested"}
    known |= {"greater", "gt", "ge", "above", "over", "exceeds", "exceed", "more", "higher"}
    known |= {"lt", "le", "below", "under", "less", "lower", "the", "highest", "range", "limit"}
    return bool(side) and bool(words) and set(words) <= known
