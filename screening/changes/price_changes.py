"""Finds the hits whose price in the library changed between two runs."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from screening.changes.standings import Pair, View
from screening.objective.screen_settings import Screen
from screening.select.prices import read_price


class PriceChanges(NamedTuple):
    """How many hits of the newer run have another price than in the older run's library."""

    column: str
    changed: int
    hits: int
    """The number of all hits of the newer run."""

    @property
    def told(self) -> str:
        """The sentence for people; empty if no price changed."""
        if not self.changed:
            return ""
        return f"price changed for {self.changed:,} of {self.hits:,} hits (column {self.column})"


def find_price_column(screens: Sequence[Screen], libraries: Sequence[Collection[str]]) -> str:
    """Return the column of all libraries that holds the prices; empty if that is not clear.

    It is the price column of a screen's selection, or else the only column of the libraries with
    "price" in its name.

    screens: The newer one first.
    """
    common = set(libraries[0]).intersection(*libraries[1:])
    for screen in screens:
        if screen.selection is not None and screen.selection.price_column is not None:
            named = screen.selection.price_column
            return named if named in common else ""
    found = [name for name in libraries[0] if "price" in name.casefold()]
    return found[0] if len(found) == 1 and found[0] in common else ""


def price_of(view: View, column: str) -> str:
    """Return the price of a compound as its library has it; empty if it is not known."""
    return view.record.extra.get(column, "") if column and view.record is not None else ""


def is_same_price(one: str, other: str) -> bool:
    """Tell whether two cells hold one price, perhaps written in two ways.

    >>> is_same_price("10", "10.00"), is_same_price("1250", "1,250"), is_same_price("", "5")
    (True, True, False)
    """
    known = read_price(one)
    return one == other or (known is not None and read_price(other) == known)


def is_repriced(pair: Pair, column: str) -> bool:
    """Tell whether both libraries have the compound, with different prices."""
    if pair.before.record is None or pair.now.record is None:
        return False
    return not is_same_price(price_of(pair.before, column), price_of(pair.now, column))


def count_prices(pairs: Collection[Pair], column: str) -> PriceChanges | None:
    """Count the hits with a changed price; None without a price column."""
    if not column:
        return None
    hits = [pair for pair in pairs if pair.now.hit is not None]
    return PriceChanges(column, sum(is_repriced(pair, column) for pair in hits), len(hits))
