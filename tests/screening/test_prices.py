"""Prices are read where there is no doubt, and nowhere else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.errors import InputError
from screening.prices import Price, check_currency, read_price


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
    ],
)
def test_reads(text: str, amount: str, currency: str) -> None:
    assert read_price(text) == Price(Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        *("", "on request", "12,50", "1.250,00", "-3", "5 mg", "10-20", "1e5", "1,2345", "٣"),
        *("$40 USD", "nan", "inf", "1 200", "12.", "=1+1", "120 per mg", "4\n5"),
    ],
)
def test_refuses_what_may_mean_something_else(text: str) -> None:
    assert read_price(text) is None


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
