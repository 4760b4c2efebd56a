"""Reads numbers as different countries write them: ``1,250.00``, ``1.250,00``, ``1 250,00``.

One cell rarely shows which of its marks is the decimal one; the whole column usually does. So look
at the column first (:func:`find_style`), then read each cell in the style that was found
(:func:`parse_number`). Cells may hold more than a number (``>1.250 nM``, ``98,50 EUR``, ``n.d.``):
:func:`split_number` takes the number out.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

Decimal = Literal["point", "comma"]
_Says = Literal["point", "comma", "open", "whole", "nothing"]

_GROUPED = r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?"
_MARKED = r"\d+(?:[.,]\d+)*[.,]?"
_NUMBER = re.compile(
    rf"(?<![\w.,])[+-]?(?:{_GROUPED}(?![\d.,])|{_MARKED}|[.,]\d+)(?:[eE][+-]?\d+)?(?![.,]?\d)"
)
_POWER_OF_TEN = re.compile(r"(?<=\d)\s*[x×*·]\s*10\s*\^?\s*\(?([+-]?\d+)\)?", re.IGNORECASE)
_NO_CENTS = re.compile(r"(?<=\d)[.,]-+(?!\d)")
_QUALIFIED = re.compile(r"[<>=~≈≤≥]\s*$")
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "ʼ": "'"})
_SHOWN = 3


class NumberStyle(NamedTuple):
    """The way a column writes numbers. Blanks and apostrophes always separate thousands."""

    decimal: Decimal = "point"
    """The decimal mark; the other one, comma or point, separates thousands."""


class NumberReading(NamedTuple):
    """The number style that a column's texts show."""

    style: NumberStyle
    told: str = ""
    """The decision, to report; empty if every number is written like 1234.5."""
    doubt: str = ""
    """The reason why the column cannot be read without asking, or empty: then refuse it, or ask."""
    odd: tuple[int, ...] = ()
    """Places of texts whose number has another style than most; ``style`` must not read them."""


def find_style(
    texts: Sequence[str],
    *,
    decimal: Decimal | None = None,
    limits: tuple[float, float] | None = None,
    delimiter: str = "",
) -> NumberReading:
    """Decide from all texts of a column which mark is the decimal one.

    ``98,50``, ``0.457`` and ``1.250,00`` decide by themselves; ``1.250`` and ``1,250`` are read
    like the others. If nothing decides between a thousand and three decimals, ``doubt`` says so.

    Args:
        texts: Cells of one column, including any text around the numbers.
        decimal: The user's decision; then nothing is doubtful.
        limits: Smallest and largest number that the column can hold, such as (0, 15) for a pIC50.
        delimiter: That of the file. If it is a comma, numbers that all have three decimals are
            taken as decimals: spreadsheets with decimal commas write semicolons.
    """
    found = [_Written(at, *one) for at, text in enumerate(texts) for one in _numbers(text)]
    if decimal is not None:
        return _decided(found, NumberStyle(decimal), decimal == "comma")
    points = [one for one in found if one.says == "point"]
    commas = [one for one in found if one.says == "comma"]
    open_ones = [one for one in found if one.says == "open"]
    if points and commas:
        return _by_majority(points, commas, open_ones)
    if points or commas:
        return _decided(found, NumberStyle("point" if points else "comma"), bool(commas))
    if not open_ones:
        return _decided(found, NumberStyle(), False)
    marks = {mark for one in open_ones for mark in ".," if mark in one.text}
    if len(marks) == 1 and any(re.search(r"\d[ ']\d", one.text) for one in found):
        return _decided(found, NumberStyle("point" if marks == {"."} else "comma"), True)
    if len(marks) == 1 and _are_top_doses(open_ones, found):
        return _decided(found, NumberStyle("comma" if marks == {"."} else "point"), True)
    possible = [style for style in _STYLES if _fits(open_ones, style, limits)]
    if len(possible) == 1:
        return _decided(found, possible[0], True)
    plain = [one.text for one in found if one.says == "whole"]
    if marks == {"."} and (
        any(len(text.lstrip("+-")) > 3 for text in plain) or (delimiter == "," and not plain)
    ):
        return _decided(found, NumberStyle(), True)
    shown = ", ".join(repr(text) for text in dict.fromkeys(one.text for one in open_ones[:_SHOWN]))
    names = " and ".join({".": "point", ",": "comma"}[mark] for mark in sorted(marks))
    return NumberReading(
        NumberStyle(),
        doubt=f"three digits follow every {names} ({shown}), so it may separate thousands or "
        "begin the decimals",
    )


def parse_number(text: str, style: NumberStyle | None = None) -> float | None:
    """Return the number that a text is, or None if it is not a number in this style.

    >>> parse_number("1.250,5", NumberStyle("comma")), parse_number("1.250,5")
    (1250.5, None)
    >>> parse_number("1'250.5"), parse_number("1 250"), parse_number("1.2×10⁻⁶")
    (1250.5, 1250.0, 1.2e-06)
    """
    plain = _plain(text).strip()
    mark, other = (",", ".") if style and style.decimal == "comma" else (".", ",")
    whole, _, rest = plain.partition(mark)
    if other in rest:
        return None
    for part in (other, " ", "'"):
        if part in whole:
            if not _is_grouped(whole, part):
                return None
            whole = whole.replace(part, "")
            break
    joined = f"{whole}.{rest}" if mark in plain else whole
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", joined):
        return None
    number = float(joined)
    return number if math.isfinite(number) else None


def split_number(text: str) -> tuple[str, str, str] | None:
    """Return the text before the only number of a text, that number, and the text after it.

    >>> split_number("EUR 1.250,00 / 5mg"), split_number("> 98,50 €")
    (None, ('> ', '98,50', ' €'))
    """
    plain = _plain(text)
    matches = list(_NUMBER.finditer(plain))
    if len(matches) != 1:
        return None
    start, end = matches[0].span()
    return plain[:start], plain[start:end], plain[end:]


class _Written(NamedTuple):
    """A number as it is written, with its place in the column."""

    at: int
    text: str
    says: _Says
    above: bool
    """True if it follows a ``>``."""


_STYLES = (NumberStyle("point"), NumberStyle("comma"))


def _plain(text: str) -> str:
    """Fold all kinds of blanks, digits and dashes, and powers of ten, into a plain number's."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_DASHES)
    plain = _POWER_OF_TEN.sub(r"e\1", plain) if "10" in plain else plain
    return _NO_CENTS.sub("", plain) if "-" in plain else plain


def _numbers(text: str) -> Iterator[tuple[str, _Says, bool]]:
    plain = _plain(text)
    for match in _NUMBER.finditer(plain):
        says, before = _says(match[0]), plain[: match.start()]
        if says == "whole" and _QUALIFIED.search(before):
            says = "nothing"  # typed as a text such as >10000, so it was not formatted
        yield match[0], says, before.rstrip().endswith((">", "≥", ">="))


def _says(text: str) -> _Says:
    """Tell which decimal mark a number by itself shows."""
    mantissa, *power = re.split("[eE]", text.lstrip("+-"))
    marks = [mark for mark in mantissa if mark in ".,"]
    if not marks:
        return "whole"
    decimal: dict[str, Decimal] = {".": "point", ",": "comma"}
    other: dict[str, Decimal] = {".": "comma", ",": "point"}
    if len(set(marks)) == 2:
        reads = parse_number(mantissa, NumberStyle(decimal[marks[-1]])) is not None
        return decimal[marks[-1]] if reads else "nothing"
    mark = marks[0]
    if len(marks) > 1:
        return other[mark] if _is_grouped(mantissa, mark) else "nothing"
    after = mantissa.split(mark)[1]
    thousand = len(after) == 3 and _is_grouped(mantissa, mark) and not power
    return "open" if thousand else decimal[mark]


def _is_grouped(whole: str, part: str) -> bool:
    """Tell whether a mark stands before every three digits (or as in ``1,00,000``)."""
    digits = whole.lstrip("+-")
    if digits.startswith("0") or not digits[:1].isdigit():
        return False
    mark = re.escape(part)
    pattern = rf"\d{{1,3}}(?:{mark}\d{{3}})+"
    if part == ",":
        pattern += rf"|\d{{1,2}}(?:{mark}\d{{2}})+{mark}\d{{3}}"
    return re.fullmatch(pattern, digits) is not None


def _are_top_doses(open_ones: list[_Written], found: list[_Written]) -> bool:
    """Tell whether all are like ``>10,000``, beside whole numbers that are larger than 10.

    Read as decimals they would say "above 10" in a column where larger numbers were measured.
    """
    whole = [parse_number(one.text) or 0.0 for one in found if one.says == "whole"]
    return bool(whole) and all(
        one.above and one.text.endswith("000") and float(re.split("[.,]", one.text)[0]) < max(whole)
        for one in open_ones
    )


def _fits(numbers: list[_Written], style: NumberStyle, limits: tuple[float, float] | None) -> bool:
    if limits is None:
        return True
    values = [parse_number(one.text, style) for one in numbers]
    return all(value is not None and limits[0] <= value <= limits[1] for value in values)


def _decided(found: list[_Written], style: NumberStyle, tell: bool) -> NumberReading:
    refused = [one for one in found if parse_number(one.text, style) is None]
    odd = {one.at for one in refused if one.says in ("point", "comma", "open")}
    unread = set(refused)
    read = [one for one in found if one.at not in odd and one not in unread]
    marked = [one for one in read if re.search(r"[., ']", one.text)]
    grouped = [one for one in marked if _has_thousands(one.text, style)]
    if not tell and not grouped:
        return NumberReading(style, odd=tuple(sorted(odd)))
    shown = [*grouped[:1], *(one for one in marked if one not in grouped)][:2] or marked[:1]
    examples = ", ".join(f"{one.text} = {parse_number(one.text, style):.10g}" for one in shown)
    told = f"decimal {style.decimal}" + (f" ({examples})" if examples else "")
    return NumberReading(style, told, odd=tuple(sorted(odd)))


def _has_thousands(text: str, style: NumberStyle) -> bool:
    other = "," if style.decimal == "point" else "."
    return any(mark in text for mark in (other, " ", "'"))


def _by_majority(
    points: list[_Written], commas: list[_Written], open_ones: list[_Written]
) -> NumberReading:
    """Return the majority's style; numbers of the other style, and open ones like them, are odd."""
    style = NumberStyle("point" if len(points) >= len(commas) else "comma")
    few = commas if style.decimal == "point" else points
    if len(points) == len(commas):
        return NumberReading(
            style,
            doubt=f"as many numbers have a decimal point ({points[0].text!r}) as a decimal comma "
            f"({commas[0].text!r})",
        )
    other = "," if style.decimal == "point" else "."
    unclear = [one for one in open_ones if other in one.text]
    many = max(len(points), len(commas))
    told = f"decimal {style.decimal} in {many} numbers, the other in {len(few)} ({few[0].text!r})"
    return NumberReading(style, told, odd=tuple(sorted({one.at for one in [*few, *unclear]})))


def is_plain_number(text: str) -> bool:
    """Tell whether a text is a number as programs write it: a decimal point, no units.

    >>> is_plain_number(" 1.5e3"), is_plain_number("1,5")
    (True, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True
