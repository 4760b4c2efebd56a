"""Finds the hits whose price or stock in the library changed between two runs.

If another record stands for a hit, such as the base in place of its salt, its cells differ although
the vendor changed nothing. That is told apart, and is no changed price.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from screening.changes.standings import Pair, View
from screening.objective.screen_settings import Screen
from screening.report.change_sentences import NAMED
from screening.report.last_run_facts import CellChanges
from screening.select.decided_changes import STOCK_WORDS
from screening.select.prices import read_price


class OfferColumns(NamedTuple):
    """The columns of both libraries with the prices and the stock; empty if that is not clear."""

    price: str = ""
    stock: str = ""


NO_COLUMNS = OfferColumns()


class OfferChange(NamedTuple):
    """What a vendor offers otherwise than before. Texts are empty for what stayed."""

    shown: str
    """The name of the compound, or its ID."""
    rank: str
    """Its rank now; empty if it is no hit."""
    was: str
    """The price before, if it changed."""
    price: str
    """The change of the price, such as ``150 → 1500 (10 x)``."""
    factor: float
    """The ratio of both prices, or its inverse if that is greater; 0 if it is not known."""
    stock: str
    """The change of the stock, such as ``12 → 0``."""
    record: str
    """The records if another one stands for the compound, with their prices."""

    @property
    def told(self) -> str:
        """What changed, in words."""
        parts = (("price", self.price), ("stock", self.stock), ("another record:", self.record))
        return "; ".join(f"{word} {text}" for word, text in parts if text)


def find_offer_columns(
    screens: Sequence[Screen], libraries: Sequence[Collection[str]]
) -> OfferColumns:
    """Return the columns of all libraries that hold the prices and the stock.

    The prices are in the price column of a screen's selection, or else in the only column of the
    libraries with "price" in its name. The stock is in the only other column with "stock" or
    "availability" in its name.

    screens: The newer one first.
    """
    common = set(libraries[0]).intersection(*libraries[1:])
    price = next(
        (
            screen.selection.price_column
            for screen in screens
            if screen.selection is not None and screen.selection.price_column is not None
        ),
        None,
    )
    if price is None:
        price = _only([name for name in libraries[0] if "price" in name.casefold()])
    stock = _only(
        [
            name
            for name in libraries[0]
            if name != price and any(word in name.casefold() for word in STOCK_WORDS)
        ]
    )
    return OfferColumns(*(name if name in common else "" for name in (price, stock)))


def _only(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ""


def cell_of(view: View, column: str) -> str:
    """Return a cell of a compound as its library has it; empty if it is not known."""
    return view.record.extra.get(column, "") if column and view.record is not None else ""


def is_same_cell(one: str, other: str) -> bool:
    """Tell whether two cells hold one price or one stock, perhaps written in two ways.

    >>> is_same_cell("10", "10.00"), is_same_cell("1250", "1,250"), is_same_cell("", "5")
    (True, True, False)
    >>> is_same_cell("In stock", " in stock")
    True
    """
    known = read_price(one)
    same = " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
    return same or (known is not None and read_price(other) == known)


def is_renamed(pair: Pair) -> bool:
    """Tell whether both libraries have the compound, under different IDs."""
    before, now = pair.before.record, pair.now.record
    return before is not None and now is not None and before.compound_id != now.compound_id


def find_offer(pair: Pair, columns: OfferColumns) -> OfferChange | None:
    """Return what is offered otherwise than before; None if that is nothing, or is not known."""
    before, now = pair.before.record, pair.now.record
    if before is None or now is None:
        return None
    prices, stocks = (
        [cell_of(view, column) for view in (pair.before, pair.now)] for column in columns
    )
    new_price, new_stock = (not is_same_cell(*cells) for cells in (prices, stocks))
    if not new_price and not new_stock:
        return None
    shown = now.name or now.compound_id
    rank = "" if pair.now.hit is None else str(pair.now.hit.rank)
    if is_renamed(pair):
        ids = (before.compound_id, now.compound_id)
        old, new = (
            name + (f" at {cell or 'no price'}" if new_price else f", stock {stock or 'none'}")
            for name, cell, stock in zip(ids, prices, stocks, strict=True)
        )
        return OfferChange(shown, rank, "", "", 0.0, "", f"{new} instead of {old}")
    ratio = _ratio(*prices) if new_price else None
    told = f" ({_short(ratio)} x)" if ratio else ""
    return OfferChange(
        shown=shown,
        rank=rank,
        was=(prices[0] or "none") if new_price else "",
        price=_arrow(prices) + told if new_price else "",
        factor=max(ratio, 1 / ratio) if ratio else 0.0,
        stock=_arrow(stocks) if new_stock else "",
        record="",
    )


def _arrow(cells: Sequence[str]) -> str:
    return " → ".join(cell or "none" for cell in cells)


def _ratio(before: str, now: str) -> float | None:
    """Return the new price divided by the old one; None if one is not known, or is zero."""
    old, new = read_price(before), read_price(now)
    if old is None or new is None or old.currency != new.currency:
        return None
    return float(new.amount / old.amount) if old.amount and new.amount else None


def _short(ratio: float) -> str:
    """Return a ratio in three figures.

    >>> _short(10.0), _short(1.254), _short(12500.4)
    ('10', '1.25', '12,500')
    """
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def repriced_hits(pairs: Mapping[bytes, Pair]) -> list[str]:
    """Return the hits of either run whose prices the selections read differ, in words, by rank."""
    ordered = sorted(pairs.values(), key=lambda x: (min(x.now.rank, x.before.rank), x.key))
    return [
        f"{pair.now.record.compound_id} {_arrow((pair.before.price, pair.now.price))}"
        for pair in ordered
        if pair.now.record is not None
        and pair.before.price is not None
        and pair.now.price is not None
        and pair.before.price != pair.now.price
        and not is_renamed(pair)
    ]


class ChangedOffers(NamedTuple):
    """The offers of the newer run's hits that changed."""

    hits: Mapping[str, OfferChange]
    """The changes by rank now."""
    prices: CellChanges | None
    """None if no column of both libraries is known to hold prices."""
    stocks: CellChanges | None
    records: tuple[str, ...]
    """The hits for which another record stands that is offered otherwise, by rank."""


def find_offers(pairs: Iterable[Pair], columns: OfferColumns) -> ChangedOffers:
    """Return the changed offers of all hits of the newer run."""
    hits = sorted((one for one in pairs if one.now.hit is not None), key=lambda x: x.now.rank)
    found = [offer for pair in hits if (offer := find_offer(pair, columns))]
    dearest = sorted((one for one in found if one.price), key=lambda x: -x.factor)
    prices = [f"{one.shown} {one.price}" for one in dearest]
    stocks = [f"{one.shown} {one.stock}" for one in found if one.stock]
    counted = (
        CellChanges(column=column, changed=len(told), hits=len(hits), first=told[:NAMED])
        if column
        else None
        for column, told in zip(columns, (prices, stocks), strict=True)
    )
    price_counts, stock_counts = counted
    records = tuple(one.record for one in found if one.record)
    return ChangedOffers({one.rank: one for one in found}, price_counts, stock_counts, records)
