"""The columns of a library with prices and stock, and hits that are offered otherwise."""

import pytest

from screening.changes.compared_run import Hit, LibraryRecord
from screening.changes.price_changes import (
    OfferColumns,
    find_offer,
    find_offer_columns,
    find_offers,
    is_same_cell,
    repriced_hits,
)
from screening.changes.standings import Pair, View
from screening.report.change_sentences import tell_offers
from tests.screening.changes.test_cause import key_of, screen

BUDGET = {"selection": {"budget": 10.0, "price_column": "Cost"}}
COLUMNS = OfferColumns("price", "stock")


@pytest.mark.parametrize(
    ("edits", "now", "before", "found"),
    [
        ({}, ["Stock", "Price (EUR)"], ["Price (EUR)"], "Price (EUR)"),
        ({}, ["price 1 mg", "price 5 mg"], ["price 1 mg", "price 5 mg"], ""),
        ({}, ["price_eur"], ["price_usd"], ""),
        ({}, ["Stock"], ["Stock"], ""),
        (BUDGET, ["Cost", "price"], ["Cost", "price"], "Cost"),
        (BUDGET, ["Cost", "price"], ["price"], ""),
    ],
)
def test_the_column_is_the_one_of_the_screen_or_the_only_one(
    edits: dict[str, object], now: list[str], before: list[str], found: str
) -> None:
    assert find_offer_columns([screen(2, **edits), screen(2)], [now, before]).price == found


@pytest.mark.parametrize(
    ("now", "before", "found"),
    [
        (["in_stock", "price"], ["price", "in_stock"], "in_stock"),
        (["Availability"], ["Availability"], "Availability"),
        (["Stock EU", "Stock US"], ["Stock EU", "Stock US"], ""),
        (["stock"], ["price"], ""),
        (["price in stock"], ["price in stock"], ""),
    ],
)
def test_the_stock_is_in_the_only_column_of_that_name(
    now: list[str], before: list[str], found: str
) -> None:
    assert find_offer_columns([screen(2), screen(2)], [now, before]).stock == found


def pair_of(rank: int, before: str, now: str, ids: tuple[str, str] = ("A", "A")) -> Pair:
    """Return a hit of both runs; its cells are written as price|stock."""
    views = []
    for name, text in zip(ids, (before, now), strict=True):
        cells = dict(zip(COLUMNS, text.split("|"), strict=True))
        record = LibraryRecord(rank, name, "", "C", cells, "", "C", key_of(f"c{rank}"), rank)
        hit = Hit(rank, rank, "0.5000", "rank")
        views.append(View(record, hit, None, None, {}, "", cells["price"]))
    return Pair(key_of(f"c{rank}"), *views)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("150|9", "1500|9", "price 150 → 1500 (10 x)"),
        ("20.00|9", "5.00|0", "price 20.00 → 5.00 (0.25 x); stock 9 → 0"),
        ("20|9", "on request|9", "price 20 → on request"),
        ("20 EUR|9", "22 USD|9", "price 20 EUR → 22 USD"),
        ("0|9", "5|", "price 0 → 5; stock 9 → none"),
        ("20|yes", "20.00|No", "stock yes → No"),
    ],
)
def test_what_changed_is_told_with_both_cells(before: str, now: str, told: str) -> None:
    found = find_offer(pair_of(1, before, now), COLUMNS)
    assert found is not None
    assert found.told == told
    assert find_offer(pair_of(1, before, before), COLUMNS) is None
    assert find_offer(pair_of(1, before, now), OfferColumns()) is None


def test_the_largest_ratios_come_first_and_five_are_named() -> None:
    prices = [("10", "11"), ("10", "ask"), ("40", "10"), ("10", "30"), ("8", "9"), ("1", "10")]
    pairs = [
        pair_of(at, f"{old}|1", f"{new}|1", (f"Z{at}", f"Z{at}"))
        for at, (old, new) in enumerate(prices, 1)
    ]
    found = find_offers([*pairs, pair_of(7, "5|1", "5|0")], COLUMNS)
    assert list(tell_offers(found.prices, found.stocks)) == [
        "price changed for 6 of 7 hits (column price): Z6 1 → 10 (10 x); Z3 40 → 10 (0.25 x); "
        "Z4 10 → 30 (3 x); Z5 8 → 9 (1.12 x); Z1 10 → 11 (1.1 x) and 1 more",
        "stock changed for 1 of 7 hits (column stock): A 1 → 0",
    ]
    same = find_offers([pair_of(1, "5|1", "5|1")], COLUMNS)
    assert list(tell_offers(same.prices, same.stocks)) == []


def test_another_record_is_no_changed_price() -> None:
    pair = pair_of(3, "240.00|9", "12.50|9", ("SALT", "BASE"))
    found = find_offers([pair], COLUMNS)
    assert found.records == ("BASE at 12.50 instead of SALT at 240.00",)
    assert found.prices is not None
    assert (found.prices.changed, found.hits["3"].price, found.hits["3"].was) == (0, "", "")
    assert repriced_hits({pair.key: pair}) == []
    renamed = pair_of(3, "240.00|9", "240.00|9", ("SALT", "BASE"))
    assert find_offers([renamed], COLUMNS).records == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10", "10.00", True),
        ("1250", "1,250", True),
        ("on request", "on request", True),
        ("10", "11", False),
        ("", "5", False),
        ("10 EUR", "10 USD", False),
        ("a", "b", False),
        ("In stock", " in  stock", True),
    ],
)
def test_a_cell_that_is_written_anew_is_not_changed(one: str, other: str, same: bool) -> None:
    assert is_same_cell(one, other) == is_same_cell(other, one) == same
