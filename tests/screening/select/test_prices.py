"""Prices are read where their column leaves no doubt, and nowhere else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.errors import InputError
from chem.records.message_text import counted
from chem.records.numbers import NumberStyle
from screening.select.prices import (
    Price,
    check_currency,
    find_price_style,
    read_price,
    read_prices,
)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("120", "120", ""),
        (" 0 ", "0", ""),
        ("99.50", "99.50", ""),
        (".5", "0.5", ""),
        ("1,250", "1250", ""),
        ("1,234,567.89", "1234567.89", ""),
        ("$99.5", "99.5", "$"),
        ("US$ 5", "5", "US$"),
        ("€ 40", "40", "€"),
        ("40€", "40", "€"),
        ("40 eur", "40", "EUR"),
        ("EUR 40", "40", "EUR"),
        ("1 200", "1200", ""),
        ("CHF 1'250.50", "1250.50", "CHF"),
        ("98.--", "98", ""),
    ],
)
def test_reads(text: str, amount: str, currency: str) -> None:
    assert read_price(text) == Price(Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        *("", "on request", "12,50", "1.250,00", "-3", "5 mg", "10-20", "1e5", "1,2345", "٣"),
        *("$40 USD", "nan", "inf", "1 20", "12.", "=1+1", "120 per mg", "4\n5"),
    ],
)
def test_refuses_what_may_mean_something_else(text: str) -> None:
    assert read_price(text) is None


@pytest.mark.parametrize(
    ("column", "amounts"),
    [
        (["1.250", "98,50"], ["1250", "98.50"]),
        (["1.250,00 €", "98,5 €", "7"], ["1250", "98.5", "7"]),
        (["EUR 12,50", "EUR 1.250", "on request"], ["12.50", "1250", None]),
        (["1,250", "950"], ["1250", "950"]),
        (["1,250", "98.50"], ["1250", "98.50"]),
        (["$1,250.00", "$0.99"], ["1250", "0.99"]),
        (["1 250,00", "98,50"], ["1250", "98.50"]),
        (["1'250.00", "98.50"], ["1250", "98.50"]),
        (["12,50", "13,75", "9.99"], ["12.50", "13.75", None]),
        (["120", "", "45"], ["120", None, "45"]),
        (["1.234.567", "9"], ["1234567", "9"]),
    ],
)
def test_a_column_says_how_its_numbers_are_written(
    column: list[str], amounts: list[str | None]
) -> None:
    style = find_price_style(column, "Price").style
    prices = [read_price(text, style) for text in column]
    expected = [None if amount is None else Decimal(amount) for amount in amounts]
    assert [None if price is None else price.amount for price in prices] == expected


@pytest.mark.parametrize(
    "column", [["1.250", "950"], ["€1.250", "€2.300"], ["12,50", "13.50"], ["1.125", "2.250"]]
)
def test_an_open_column_is_refused_unless_the_screen_decides(column: list[str]) -> None:
    with pytest.raises(InputError, match=r'^[^\n]*"Price"[^\n]*price_decimal = "comma"'):
        find_price_style(column, "Price")
    assert find_price_style(column, "Price", "comma").style == NumberStyle("comma")
    assert find_price_style(column, "Price", "point").style == NumberStyle("point")


@given(st.text())
def test_any_text_is_a_price_or_none(text: str) -> None:
    price = read_price(text)
    assert price is None or price.amount >= 0


def test_one_currency() -> None:
    prices = [read_price(text) for text in ("12", "$5", "", "$7")]
    assert check_currency(prices, "Price") == "$"
    assert check_currency([None], "Price") == ""
    with pytest.raises(InputError, match=r'^[^\n]*"Price" has several currencies \(\$, EUR\)'):
        check_currency([*prices, read_price("3 EUR")], "Price")
    assert check_currency(prices, "Price (USD)") == "$"
    with pytest.raises(InputError, match="several currencies"):
        check_currency(prices, "Preis (€)")


@pytest.mark.parametrize(
    ("column", "currency"),
    [
        ("Preis (€)", "€"),
        ("Price 1mg, USD", "USD"),
        ("Price_EUR", "EUR"),
        ("Price $/g", "$"),
        ("Preis in Euro", "EUR"),
        ("CHF 5 mg", "CHF"),
        ("USD ($)", "$"),
        ("Price USD or EUR", ""),
        ("Euroscreen price", ""),
        ("Price", ""),
    ],
)
def test_a_currency_that_stands_only_in_the_header(column: str, currency: str) -> None:
    assert check_currency([read_price("12"), None], column) == currency


@pytest.mark.parametrize(
    ("first", "own", "amounts"),
    [
        (["", ""], ["1.250", "2.300"], [None, None]),  # no price among the first
        (["95", "120"], ["1.250", "98"], [None, "98"]),
        (["95"], ["1.250", "€1.250", "n.a."], [None, None, None]),
        (["12,50"], ["13.50", "12"], ["13.50", "12"]),  # as many commas as points
        (["12,50"], ["13.50", "1.250", "1,250"], ["13.50", None, None]),
        (["12,50", "9,99"], ["1.250", "13,50"], ["1250", "13.50"]),  # the first decide
        (["$5"], ["$7", "EUR 8", "9"], ["7", None, "9"]),
        (["", ""], ["$7", "EUR 8", "$9"], ["7", None, "9"]),
    ],
)
def test_a_price_that_is_open_late_is_unknown_and_no_run_is_lost(
    first: list[str], own: list[str], amounts: list[str | None]
) -> None:
    prices, told = read_prices(own, first, "Price")
    expected = [None if amount is None else Decimal(amount) for amount in amounts]
    assert [None if price is None else price.amount for price in prices] == expected
    check_currency(prices, "Price")
    readable = [text for text in own if any(mark.isdigit() for mark in text)]
    lost = len(readable) - sum(price is not None for price in prices)
    assert (f"{counted(lost, 'price')} unknown" in told) == bool(lost)


def test_a_screen_that_decides_the_mark_has_no_unknown_prices() -> None:
    assert read_prices(["1.250"], ["95"], "Price", "comma")[0] == [Price(Decimal(1250), "")]
    assert read_prices(["1.250"], ["95"], "Price", "point")[0] == [Price(Decimal("1.250"), "")]


@given(st.lists(st.text(alphabet="0159., €$", max_size=7)), st.lists(st.text("0159., €$")))
def test_prices_are_never_refused_late(own: list[str], first: list[str]) -> None:
    prices, _ = read_prices(own, first, "Price")
    assert len(prices) == len(own)
    check_currency(prices, "Price")
