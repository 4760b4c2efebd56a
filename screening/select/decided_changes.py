"""Tells what changed about a compound since somebody decided about it.

A change of a prediction is a value outside the 90 % interval that it had. A price has to fall by
``PRICE_FALL``, and a stock to come back, in the same library and record. Prices are read as the
budget reads them, in the style that the library's first records show. What cannot be read changes
nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from chem.errors import InputError
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import Prepared
from screening.rank.library_records import with_identity
from screening.select.decided import DecidedCompound, DecidedCompounds, ShownThen
from screening.select.prices import LOOKED_AT, Price, find_price_style, read_alone, read_price

PRICE_FALL = 0.2
"""The share by which a price has to fall so that a compound is shown again."""

_NOTHING = ("", "-", "–", "—", "n")
_NONE_LEFT = re.compile(
    r"(no|none|nil|zero|out|sold out|false)\b"
    r"|(.*\b)?(out of stock|not (in|on) stock|not (stocked|available)|no longer available"
    r"|unavailable|discontinued|back-? ?order(ed)?)\b"
)
"""The texts, in lower case, that say that there is nothing."""
_SOME_LEFT = re.compile(r"(in[ -]?stock|on stock|stocked|available|yes|y|true)\b")
_AMOUNT = re.compile(r"(?:[>≥~+] ?|(?:in[ -]?stock|stock|available) ?[:=(]? ?)?(\d[\d.,' ]*)")
"""A leading amount, such as ``12`` in ``12 mg``, ``> 12`` or ``in stock: 12``."""
_TIME = re.compile(r"\b(hours?|days?|weeks?|wks?|months?)\b|\d{4}-\d\d|\d\d?[./]\d\d?[./]\d\d")
"""A time of delivery or a date, which is no amount."""


class Now(NamedTuple):
    """A compound in the library and the scores of this run."""

    compound_id: str
    smiles: str
    extra: Mapping[str, str]
    predictions: Mapping[str, float]
    """Empty if it was not scored."""


Prices = tuple[Price | None, Price | None]
"""The price before and now; None where it cannot be read."""


def find_changes(
    one: DecidedCompound,
    then: ShownThen,
    now: Now,
    decided: DecidedCompounds,
    tasks: Sequence[str],
    prices: Prices = (None, None),
) -> Iterator[str]:
    """Yield what changed about a compound, in words.

    tasks: The tasks of the screen's objective.
    prices: As :func:`read_both_prices` reads them.
    """
    if one.measured:
        yield one.measured
    for task in tasks:
        yield from _moved_prediction(task, then, now)
    if not _is_same_record(then, now, decided):
        return
    if _is_cheaper(*prices):
        column = decided.price_column
        yield f"price {then.cells[column]} → {now.extra.get(column, '')}"
    column = decided.stock_column
    if column and column in then.cells:
        before, after = then.cells[column], now.extra.get(column, "")
        if has_stock(before) is False and has_stock(after):
            yield f"stock {before.strip() or 'none'} → {after}"


def read_both_prices(
    prepared: Prepared,
    compounds: Mapping[int, DecidedCompound],
    now: Mapping[int, Now],
    decided: DecidedCompounds,
    screen: Screen,
) -> dict[int, Prices]:
    """Read the prices of compounds before and now, by row, where the same record has both.

    The library's first records and these prices together decide how they are written, as for the
    budget. A price in another currency than most is read, too: only the same currency is compared.
    """
    column = decided.price_column
    if not column:
        return {}
    texts = {
        row: (one.then.cells[column], now[row].extra.get(column, ""))
        for row, one in compounds.items()
        if one.then is not None
        and column in one.then.cells
        and _is_same_record(one.then, now[row], decided)
    }
    if not texts:
        return {}
    records = with_identity(prepared, pd.DataFrame({"row": range(1, LOOKED_AT + 1)}))["extra"]
    first = [str(json.loads(x).get(column, "")) for x in records if isinstance(x, str)]
    decimal = None if screen.selection is None else screen.selection.price_decimal
    own = [text for both in texts.values() for text in both]
    try:
        style = find_price_style([*first, *own], column, decimal).style
    except InputError:
        read = [read_alone(text) for text in own]
    else:
        read = [read_price(text, style) for text in own]
    return dict(zip(texts, zip(read[::2], read[1::2], strict=True), strict=True))


STOCK_WORDS = ("stock", "availability")
"""One of these is in the name of a library's column of the stock."""


def has_stock(text: str) -> bool | None:
    """Tell whether a stock says that there is something; None if it cannot be told.

    >>> has_stock("0 mg"), has_stock("Backorder"), has_stock(""), has_stock("12 mg")
    (False, False, False, True)
    >>> has_stock("on request"), has_stock("2-3 weeks")
    (None, None)
    """
    plain = " ".join(text.split()).casefold()
    if plain in _NOTHING or _NONE_LEFT.match(plain):
        return False
    if _TIME.search(plain):
        return None
    if amount := _AMOUNT.match(plain):
        return any(digit in "123456789" for digit in amount[1])
    return True if _SOME_LEFT.match(plain) else None


def _is_same_record(then: ShownThen, now: Now, decided: DecidedCompounds) -> bool:
    return then.library == decided.library and then.compound_id == now.compound_id


def _moved_prediction(task: str, then: ShownThen, now: Now) -> Iterator[str]:
    """Yield the prediction if it left the 90 % interval that it had."""
    texts = [then.cells.get(task + end, "") for end in ("", "_lo", "_hi")]
    try:
        value, low, high = map(float, texts)
    except ValueError:
        return
    new = now.predictions.get(task, float("nan"))
    if new < min(low, value) or new > max(high, value):
        digits = len(texts[0].partition(".")[2])
        yield f"{task} {texts[0]} → {new:.{digits}f}, outside its 90 % interval"


def _is_cheaper(old: Price | None, new: Price | None) -> bool:
    if old is None or new is None or old.currency != new.currency or not old.amount:
        return False
    return float(new.amount / old.amount) <= 1 - PRICE_FALL
