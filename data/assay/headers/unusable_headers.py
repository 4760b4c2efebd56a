"""Recognizes headers that are no value, whatever their quantity: statistics, ratios, odd units."""

import re
from itertools import pairwise

from data.assay.headers import words as W
from data.assay.headers.spelling import tokens_of, unit_of
from data.assay.headers.units import is_other_unit

_BETWEEN = re.compile(r"\s*(?:/|÷|:|\s-\s|\b(?:vs\b\.?|versus\b|over\b|divided by\b))\s*", re.I)
_RATE_RATIO = re.compile(
    r"(?<![^\W_])k[\s_]?(?:inact|cat)\w*\W*/\W*k[\s_]?[im](?![a-z])", re.IGNORECASE
)
_PAIRS = [
    (r"wt", r"mut\w*|mt|variant|[a-z]\d{2,4}[a-z]\w*|del\w*|resistant"),
    (r"parental|sensitive|susceptible", r"resistant|mut\w*"),
    (r"normal|healthy", r"tumou?r|cancer\w*|diseased?"),
]
"""Pairs that are compared, on the two sides of a stroke. ``MCF-7/WT`` is a cell line."""
_EXPOSURE = {"cmax", "auc", "css", "cavg", "cmin", "ctrough", "cu"}
_TOXIC = {"cc50", "tc50", "ld50", "lc50", "td50"}
"""A selectivity index has one of these over a potency, or the reverse."""

_RATE = re.compile(r"(?:M|s|min)\^?\s*-1\b")
_RECIPROCAL = re.compile(r"(?<![^\W_])1\s*/\s*[A-Za-z]|\^-1")
AMOUNT = re.compile(r"[munp]?mol", re.IGNORECASE)
"""An amount, where perhaps an amount per litre is meant."""
_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")


def find_no_value(text: str, words: set[str]) -> str:
    """Return why a cleaned header with these words is no value, or an empty text."""
    potency = any(map(_is_quantity, words))
    reason = _find_statistic(words, potency)
    if not reason and is_ratio(text, potency):
        reason = "a ratio, not a potency"
    if not reason and _RATE.search(text):
        reason = "a rate constant, no potency"
    if not reason and potency and _RECIPROCAL.search(text):
        reason = "a reciprocal, not a potency"
    return reason or _find_other_unit(text, words, potency)


def _find_statistic(words: set[str], potency: bool) -> str:
    odd = words - {"fit"}
    if words & W.LOSS and words & (W.PERCENT | {"at"}):
        odd -= {"ratio"}  # inhibition ratio (%)
    if {"95", "%", "ci"} <= words:
        return "a statistic, not the value"
    if "n" in words and words & W.REPLICATE - {"n"}:
        return ""
    if potency and words & {"low", "high", "min", "max", "lo", "hi"}:
        return "a limit of the value"
    return W.find_reason(odd, W.NO_VALUE)


def _find_other_unit(text: str, words: set[str], potency: bool) -> str:
    strange: list[str] = [one for one in _BRACKET.findall(text) if is_other_unit(one)]
    strange += [word for word in sorted(words) if "/" in word and is_other_unit(word)]
    if potency:
        strange += sorted(words & W.SIGNALS)
        strange = [
            one for one in strange if not AMOUNT.fullmatch(one.strip())
        ]  # IC50 (uMol): the user is asked
    return f"{strange[0].strip()} is no molar unit" if strange else ""


def is_ratio(text: str, potency: bool = True) -> bool:
    """Tell whether a cleaned header means a ratio or a difference of two potencies.

    potency: whether the header names a potency at all.

    >>> is_ratio("IC50 hERG / IC50 EGFR"), is_ratio("EGFR L858R/T790M IC50 (nM)")
    (True, False)
    """
    if _RATE_RATIO.search(text):
        return True
    if not potency:
        return False
    tokens = tokens_of(text)
    lowered = [token.lower() for token in tokens]
    if {"relative", "rel", "normalized", "normalised"} & set(lowered):
        to = pairwise(lowered)
        if any(behind in ("to", "by") for _, behind in to) or not any(map(unit_of, tokens)):
            return True
    pieces = [tokens_of(piece) for piece in _BETWEEN.split(text)]
    return any(_compare(a, b) for a, b in pairwise(pieces))


def _compare(before: list[str], behind: list[str]) -> bool:
    """Tell whether the words on the two sides of a stroke are compared."""
    if not before or not behind:
        return False
    left, right = before[-1].lower(), behind[0].lower()
    if any(_are(left, right, pair) or _are(right, left, pair) for pair in _PAIRS):
        return True
    if _EXPOSURE & {left, right} and (_quantity(before) or _quantity(behind)):
        return True  # Cmax/IC50
    mine, other = _quantity(before), _quantity(behind)
    if not mine or not other:
        return False
    if mine == other or (mine in _TOXIC) != (other in _TOXIC):
        return True
    return _names(before) and _names(behind)


def _are(one: str, other: str, pair: tuple[str, str]) -> bool:
    return bool(re.fullmatch(pair[0], one) and re.fullmatch(pair[1], other))


def _is_quantity(token: str) -> bool:
    return bool(W.QUANTITY.fullmatch(token) or W.PACTIVITY.fullmatch(token))


def _quantity(tokens: list[str]) -> str:
    return next((token.lower() for token in tokens if _is_quantity(token)), "")


def _names(tokens: list[str]) -> bool:
    return any(not _is_quantity(token) and not unit_of(token) for token in tokens)
