"""What counts as a change since a decision."""

from typing import Any

import pandas as pd
import pytest

from screening.objective.screen_settings import Screen
from screening.select import decided_changes
from screening.select.decided import DecidedCompounds
from screening.select.decided_changes import Now, find_changes, has_stock
from tests.screening.select.test_hide_decided import ALL, CELLS, ONE, THEN

NOWHERE: Any = None
"""A prepared library of which only the first records are read, and these are given."""


def give_first_prices(monkeypatch: pytest.MonkeyPatch, *prices: str) -> None:
    """Give the first records of the library."""
    extra = [f'{{"Price": "{price}"}}' for price in prices]
    frame = pd.DataFrame({"extra": [*extra, None]})  # rows beyond the last record have none
    monkeypatch.setattr(decided_changes, "with_identity", lambda *_: frame)


@pytest.fixture(autouse=True)
def plain_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    give_first_prices(monkeypatch, "100", "99.50", "98.10", "12.40")


@pytest.fixture
def screen() -> Screen:
    return Screen.model_validate(
        {
            "name": "one",
            "title": "One",
            "library": "stock.csv",
            "bundles": ["small"],
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "selection": {"hide_decided": ["no"]},
        }
    )


def changes(
    screen: Screen,
    extra: dict[str, str] | None = None,
    value: float = 7.0,
    name: str = "A-1",
    decided: DecidedCompounds = ALL,
) -> list[str]:
    own = {"Price": "100", "stock": "0", **(extra or {})}
    now = Now(name, "CCO", own, {"small_EGFR": value})
    prices = decided_changes.read_both_prices(NOWHERE, {1: ONE}, {1: now}, decided, screen)
    both = prices.get(1, (None, None))
    return list(find_changes(ONE, THEN, now, decided, screen.objective.tasks, both))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (7.0, []),
        (7.8, []),
        (6.2, []),
        (7.81, ["small_EGFR 7.00 → 7.81, outside its 90 % interval"]),
        (6.0, ["small_EGFR 7.00 → 6.00, outside its 90 % interval"]),
        (float("nan"), []),
    ],
)
def test_a_prediction_has_to_leave_its_interval(
    screen: Screen, value: float, told: list[str]
) -> None:
    assert changes(screen, value=value) == told


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({}, []),
        ({"Price": "80"}, ["price 100 → 80"]),
        ({"Price": "80.01"}, []),
        ({"Price": "120"}, []),
        ({"Price": "on request"}, []),
        ({"Price": "EUR 50"}, []),  # the currency is not known to be the same
        ({"stock": "3"}, ["stock 0 → 3"]),
        ({"stock": "0.0"}, []),
        ({"stock": " Out of  stock"}, []),
        ({"stock": ""}, []),
        ({"stock": "on request"}, []),
        ({"Price": "10", "stock": "in stock"}, ["price 100 → 10", "stock 0 → in stock"]),
    ],
)
def test_a_price_has_to_fall_and_a_stock_to_come_back(
    screen: Screen, extra: dict[str, str], told: list[str]
) -> None:
    assert changes(screen, extra) == told
    # Another record, or another library, is no change by the vendor.
    assert changes(screen, extra, name="A-2") == []
    other = ALL.model_copy(update={"library": "other.csv"})
    assert changes(screen, extra, decided=other) == []


def cheaper(screen: Screen, before: str, now: str) -> bool:
    then = THEN.model_copy(update={"cells": {**CELLS, "Price": before}})
    one = ONE.model_copy(update={"then": then})
    after = Now("A-1", "CCO", {"Price": now}, {})
    prices = decided_changes.read_both_prices(NOWHERE, {1: one}, {1: after}, ALL, screen)
    told = find_changes(one, then, after, ALL, screen.objective.tasks, prices[1])
    return [*told] == [f"price {before} → {now}"]


def test_prices_are_read_as_the_first_records_of_the_library_are_written(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not cheaper(screen, "150,00", "90,00")  # most prices have a point
    give_first_prices(monkeypatch, "98,50", "1.250,00", "12,00")
    assert cheaper(screen, "150,00", "90,00")
    assert cheaper(screen, "1.250,50", "950")
    assert not cheaper(screen, "950", "1.000")
    assert cheaper(screen, "$ 150,00", "$ 90,00")
    assert not cheaper(screen, "$ 150,00", "EUR 90,00")
    give_first_prices(monkeypatch, "1.250", "12")  # nothing shows what the point means
    assert not cheaper(screen, "950", "1.000")
    assert cheaper(screen, "950", "300")


def test_prices_are_read_with_the_decimal_mark_of_the_screen(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_first_prices(monkeypatch, "1.250", "12")
    rules = {"hide_decided": ["no"], "budget": 100.0, "price_column": "Price"}
    for mark, is_fall in (("comma", False), ("point", True)):
        own = screen.changed(selection={**rules, "price_decimal": mark})
        assert cheaper(own, "950", "1.000") == is_fall


def test_a_column_that_the_run_did_not_have_is_no_empty_stock(screen: Screen) -> None:
    now = Now("A-1", "CCO", {"stock": "3"}, {})
    tasks = screen.objective.tasks
    for cells, told in (({}, []), ({"stock": ""}, ["stock none → 3"])):
        then = THEN.model_copy(update={"cells": cells})
        assert list(find_changes(ONE, then, now, ALL, tasks)) == told


@pytest.mark.parametrize(
    ("has", "texts"),
    [
        (False, ["", " ", "-", "–", "0", "0.00", "0,0", "0 mg", "0 in stock", "In stock: 0"]),
        (False, ["no", "No stock", "None", "out", "Out of  Stock", "sold out", "FALSE"]),
        (False, ["backorder", "Back-order", "on back order", "backordered", "not in stock"]),
        (False, ["unavailable", "temporarily out of stock", "Discontinued", "not available"]),
        (True, ["1", "12", "0.5 mg", "> 100", "12 mg", "in stock", "In stock: 3", "yes", "TRUE"]),
        (True, ["available", "1,250", "in-stock"]),
        (
            None,
            [
                "on request",
                "2-3 weeks",
                "ask",
                "?",
                "n/a",
                "2026-12-01",
                "-1",
                "available in 5 days",
            ],
        ),
    ],
)
def test_a_stock_is_there_or_not_or_cannot_be_read(has: bool | None, texts: list[str]) -> None:
    assert {text: has_stock(text) for text in texts} == dict.fromkeys(texts, has)
