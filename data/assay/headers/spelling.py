"""Normalizes the spelling of assay headers: blanks, dashes, glued words, logarithms, tokens."""

import re
import unicodedata
from typing import Literal

from data.assay.headers import words as W
from data.assay.headers.units import find_mass_unit, find_molar_unit, is_other_unit, mend_micro

Transform = Literal["", "log10", "ln", "-log10", "fraction"]

_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "μ": "u", "µ": "u"})
_PER_LITRE = re.compile(r"(mol|g)[\s.·*_]*(m?l|dm3)\s*\^?\(?-1\)?", re.IGNORECASE)
_PER = re.compile(r"(?<=[a-z])\s*(?:/|\bper\b)\s*(?=(?:m|u)?l\b)", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z])|(?<=\d)(?=[A-Z][a-z]{2})")
_DIGIT_AFTER_EFFECT = re.compile(
    r"(?<![^\W_])(inhibition|inhib|inh|pi|growth|viability|poc|act|activity)(?=\d)", re.IGNORECASE
)
_LOG = re.compile(
    r"(?<![^\W_])(?P<neg>-\s*|neg(?:ative)?[\s_-]*|minus[\s_-]*|n(?=log))?"
    r"(?P<log>log[\s_]?10|log[\s_]?2|log[\s_]?e|log|lg|ln)"
    r"(?=$|[\W_]|(?:abs|rel)?(?:ic|ec|xc|ac|cc|gi|lc)\d0|k[id](?![^\W_])|mic(?![^\W_]))",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?<![^\W_])(values?|results?|units?|op|operator|relation|qualifier|modifier|mod|prefix|param"
    r"eter|type|endpoint)(\d{1,2})(?![^\W_])",
    re.IGNORECASE,
)
"""Numbered columns: ``Value2`` beside ``Unit2``."""
_TOKEN = re.compile(r"%|[^\W_]+(?:/[^\W_]+)*|1/s|/s")


def clean(column: str) -> str:
    """Fold the spellings of a header: dashes, blanks, units, written-out names, CamelCase."""
    text = unicodedata.normalize("NFKC", mend_micro(column)).translate(_DASHES)
    text = re.sub(r"[\u200b-\u200f\ufeff\u00ad]|</?(?:sub|sup|i|b)>", "", text, flags=re.I)
    text = re.sub(r"(?<=[a-z])_per_(?=m?l(?![^\W_]))", "/", text, flags=re.I)
    text = re.sub(r"(?<![^\W_])K_([id])(?![^\W_])", r"K\1", text)
    text = re.sub(r"(?<![^\W_])(micro|nano|pico|milli)M(?![^\W_])", r"\1molar", text)
    text = re.sub(
        r"(?<![^\W_])([munp]?g|mcg|[munp]?mol)_(m?l)(?![^\W_])", r"\1/\2", text, flags=re.I
    )
    text = _PER_LITRE.sub(r"\1/\2", text)
    text = _PER.sub("/", text)
    text = W.SPACED_50.sub(r"\1\2", text)
    text = re.sub(r"(?:±|\+/?-)\s*\(?(?:s\.?d\.?|s\.?e\.?m?\.?|std|error)\b", " ", text, flags=re.I)
    text = re.sub(r"(?<![^\W_])p\s*[(\[]\s*([A-Za-z]+\d*)\s*[)\]]", r"p\1", text)
    text = re.sub(r"(?<![^\W_])wild[\s_-]?type(?![^\W_])", "WT", text, flags=re.I)  # no type
    text = _NUMBERED.sub(r"\1 \2", text)
    for phrase, quantity in W.PHRASES:
        text = phrase.sub(quantity, text)
    text = re.sub(r"(\S)\s*\(?(?<![^\W_])n\s*=\s*\d+\)?", r"\1 ", text)
    text = _DIGIT_AFTER_EFFECT.sub(r"\1 ", _CAMEL.sub(" ", text))
    return re.sub(r"(?<![^\W_])([acmsx]?)log (?=[PDS](?![A-Za-z]))", r"\1log", text, flags=re.I)


def take_transform(text: str) -> tuple[Transform, str, str]:
    """Return the transform, the text without it, and what is odd about it."""
    match = _LOG.search(text)
    if match is None:
        return "", text, ""
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    log = re.sub(r"[\s_]", "", match["log"].lower())
    if log == "log2":
        return "log10", rest, "it is a logarithm to base 2"
    natural = log in ("ln", "loge")
    if match["neg"]:
        return "-log10", rest, "it is a negative natural logarithm" if natural else ""
    before = text[: match.start()].rstrip(" (")
    odd = "the sign of its logarithm is not clear" if before.endswith("-") else ""
    if re.match(r"[\s(]*1\s*/", text[match.end() :]):  # log(1/IC50)
        return "-log10", rest.replace("1/", " ", 1), "it is a natural logarithm" if natural else odd
    return ("ln" if natural else "log10"), rest, odd


def tokens_of(text: str) -> list[str]:
    """Return the words of a cleaned header: ``IC50nM`` gives IC50 and nM."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        glued = W.GLUED.fullmatch(token)
        if glued and unit_of(glued[2].lstrip("/")):  # IC50nM, IC50/nM
            tokens += [glued[1], glued[2].lstrip("/")]
        elif "/" in token and not unit_of(token) and token.lower() not in ("t/c", "t1/2"):
            tokens += [token] if is_other_unit(token) else token.split("/")
        else:
            tokens.append(token)
    return tokens


def unit_of(token: str) -> str | None:
    """Return the key of ``MOLAR`` or ``MASS`` that a word of a header means, or None."""
    return find_molar_unit(token) or find_mass_unit(token)


def task_name(column: str) -> str:
    """Return a column's name as a task: letters, digits, ``_``, ``-``, and a point in a number."""
    text = unicodedata.normalize("NFKC", column).translate(_DASHES).replace("%", " ")
    text = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", text)
    plain = "".join(c if c.isalnum() or c in "-." else "_" for c in text)
    parts = (part.strip("-.") for part in plain.split("_"))
    return "_".join(part for part in parts if part) or "value"
