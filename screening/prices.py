"""Prices as vendors write them, read only where there is no doubt."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from chem.errors import InputError

_CURRENCY = r"(?:[A-Za-z]{3}|[A-Za-z]{0,2}[$€£¥₹₩])"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_PRICE = re.compile(rf"({_CURRENCY})?\s*({_AMOUNT})\s*({_CURRENCY})?", re.ASCII)


class Price(NamedTuple):
    """What one order of a compound costs."""

    amount: Decimal
    """0 or more."""
    currency: str
    """As written, in capitals; ``""`` where the vendor does not say."""


def read_price(text: str) -> Price | None:
    """Read a price such as ``120``, ``1,250.50``, ``$99.5``, ``EUR 40`` or ``40 EUR``.

    Returns None for what may mean something else: no number, a decimal comma, a negative number, a
    unit of mass, a range, ``on request``. ``1,250`` is twelve hundred and fifty.

    >>> read_price("$1,250.50"), read_price("12,50")
    (Price(amount=Decimal('1250.50'), currency='$'), None)
    """
    match = _PRICE.fullmatch(text.strip())
    if match is None or (match[1] and match[3]):
        return None
    return Price(Decimal(match[2].replace(",", "")), (match[1] or match[3] or "").upper())


def check_currency(prices: Iterable[Price | None], column: str) -> str:
    """Return the one currency of all prices, ``""`` if none names one; refuse two of them."""
    found = sorted({price.currency for price in prices if price is not None and price.currency})
    if len(found) > 1:
        raise InputError(
            f'the price column "{column}" has several currencies ({", ".join(found)}), so a '
            "budget has no meaning; give prices in one of them"
        )
    return found[0] if found else ""
