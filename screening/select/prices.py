"""Reads prices as vendors write them, but only if their meaning is clear.

The other prices of a column (``98,50``) show whether ``1.250`` is more than a thousand, so the
whole column is looked at before its cells are read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from chem.errors import InputError
from chem.records.message_text import counted
from chem.records.numbers import NumberReading, NumberStyle, find_style, parse_number, split_number

LOOKED_AT = 10_000
"""The number of first records of a library that decide how its prices are written."""

_CURRENCY = re.compile(r"[A-Za-z]{3}|[A-Za-z]{0,2}[$€£¥₹₩]", re.ASCII)
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW"}
_CODES = ("USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "KRW", "CAD", "AUD", "SEK", "DKK", "NOK")
_WORDS = {code: code for code in _CODES} | {"EURO": "EUR", "RMB": "CNY"}
_AMOUNT = re.compile(r"[\d.,' ]+", re.ASCII)


class Price(NamedTuple):
    """The price of one order of a compound."""

    amount: Decimal
    """The amount, 0 or more."""
    currency: str
    """The currency as written, in capitals; ``""`` if the vendor does not say."""


def find_price_style(
    texts: Sequence[str], column: str, decimal: Literal["point", "comma"] | None = None
) -> NumberReading:
    """Decide from the cells of a price column which mark is the decimal mark.

    Numbers with commas only (``1,250``) are read as thousands, because no price has three decimals
    after a comma.

    decimal: the decimal mark that the user gives.

    Raises InputError if the cells do not decide it.
    """
    reading = find_style(texts, decimal=decimal)
    if not reading.doubt:
        return reading
    decided = find_style(texts, decimal="point")
    if not any(re.search(r"\d\.\d", text) for text in texts):
        return decided
    raise InputError(
        f'the price column "{column}" may be read in two ways: {reading.doubt}; say '
        'price_decimal = "comma" or "point" in the table `selection`'
    )


def read_price(text: str, style: NumberStyle | None = None) -> Price | None:
    """Read a price such as ``120``, ``1,250.50``, ``$99.5``, ``EUR 40`` or ``40 EUR``.

    style: the style of its column; by default a decimal point. Returns None for text that may mean
    something else: no number, a number in another style, a negative number, a unit of mass, a
    range, ``on request``.

    >>> read_price("$1,250.50"), read_price("12,50")
    (Price(amount=Decimal('1250.50'), currency='$'), None)
    >>> read_price("1.250,50 €", NumberStyle("comma"))
    Price(amount=Decimal('1250.50'), currency='€')
    """
    pieces = split_number(text)
    if pieces is None:
        return None
    before, number, after = (piece.strip() for piece in pieces)
    if (before and after) or not _AMOUNT.fullmatch(number) or number[-1] in ".,":
        return None
    currency = before or after
    if currency and not _CURRENCY.fullmatch(currency):
        return None
    style = style or NumberStyle()
    if parse_number(number, style) is None:
        return None
    mark, other = (",", ".") if style.decimal == "comma" else (".", ",")
    plain = re.sub(f"[{other}' ]", "", number).replace(mark, ".")
    return Price(Decimal(plain), currency.upper())


def find_currency(column: str) -> str:
    """Return the currency that a column's name states; ``""`` for none or several.

    >>> find_currency("Preis (€)"), find_currency("Price 5mg, USD"), find_currency("Price")
    ('€', 'USD', '')
    """
    signs = re.findall(r"[$€£¥₹₩]", column)
    words = re.findall(r"(?<![^\W_])[A-Za-z]{3,4}(?![^\W_])", column)
    codes = [_WORDS[word.upper()] for word in words if word.upper() in _WORDS]
    named = [*signs, *codes]
    return named[0] if len({_same(one) for one in named}) == 1 else ""


def _same(currency: str) -> str:
    return _SIGNS.get(currency, currency)


def read_prices(
    own: Sequence[str],
    first: Sequence[str],
    column: str,
    decimal: Literal["point", "comma"] | None = None,
) -> tuple[list[Price | None], str]:
    """Read the price [n] of each cell, and tell how the column's numbers are written.

    The work is done by now, so nothing is refused: a price that is doubtful because of ``own``, or
    that is in another currency than most, counts as unknown, and the text says so.

    Args:
        own: The cells [n] of compounds that may be chosen.
        first: The cells of the library's first records, which were checked before any work, and
            which decide on the style together with ``own``.
        column: The name of the column.
        decimal: The decimal mark that the user gives.
    """
    try:
        reading = find_price_style([*first, *own], column, decimal)
    except InputError:
        prices = [read_alone(text) for text in own]
        told = "decimal mark as each price shows it" + _unknown(own, prices, "may be read in two")
    else:
        prices, told = [read_price(text, reading.style) for text in own], reading.told
    counts = Counter(
        price.currency
        for price in [*prices, *(read_price(text) for text in first)]
        if price is not None and price.currency
    )
    if len(counts) > 1:
        most = counts.most_common(1)[0][0]
        kept = [None if price and price.currency not in ("", most) else price for price in prices]
        gone = [text for text, a, b in zip(own, prices, kept, strict=True) if a and not b]
        if gone:
            told = told or "decimal point"
            told += f"; {counted(len(gone), 'price')} unknown, not in {most} ({gone[0]!r})"
        prices = kept
    return prices, told


def read_alone(text: str) -> Price | None:
    """Read a price that can be read in only one way, whatever the other prices are like."""
    read = {read_price(text, NumberStyle("point")), read_price(text, NumberStyle("comma"))} - {None}
    return read.pop() if len(read) == 1 else None


def _unknown(own: Sequence[str], prices: Sequence[Price | None], why: str) -> str:
    open_ones = [
        text
        for text, price in zip(own, prices, strict=True)
        if price is None and (read_price(text) or read_price(text, NumberStyle("comma")))
    ]
    if not open_ones:
        return ""
    return (
        f"; {counted(len(open_ones), 'price')} unknown, {why} ways ({open_ones[0]!r}: "
        'say price_decimal = "comma" or "point" in the table `selection`)'
    )


def check_currency(prices: Iterable[Price | None], column: str) -> str:
    """Return the one currency of all prices, ``""`` if none is named; raise InputError for two.

    If no price names a currency, that of the column's name is taken.
    """
    found = sorted({price.currency for price in prices if price is not None and price.currency})
    named = find_currency(column)
    if not found and named:
        return named
    if len(found) == 1 and named and _same(named) != _same(found[0]):
        found.append(named)
    if len(found) > 1:
        raise InputError(
            f'the price column "{column}" has several currencies ({", ".join(found)}), so a '
            "budget has no meaning; give prices in one of them"
        )
    return found[0] if found else ""
