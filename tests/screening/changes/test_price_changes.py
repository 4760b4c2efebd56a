"""The column of a library that holds the prices, and hits whose price changed."""

import pytest

from screening.changes.price_changes import PriceChanges, find_price_column, is_same_price
from tests.screening.changes.test_cause import screen

BUDGET = {"selection": {"budget": 10.0, "price_column": "Cost"}}


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
    assert find_price_column([screen(2, **edits), screen(2)], [now, before]) == found


def test_no_changed_price_is_no_sentence() -> None:
    assert PriceChanges("price", 0, 40).told == ""
    told = "price changed for 3 of 40 hits (column price)"
    assert PriceChanges("price", 3, 40).told == told


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
    ],
)
def test_a_price_that_is_written_anew_is_not_changed(one: str, other: str, same: bool) -> None:
    assert is_same_price(one, other) == is_same_price(other, one) == same
