"""Numbers of other countries, decided by their whole column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chem.records.numbers import Decimal, NumberStyle, find_style, parse_number, split_number


@pytest.mark.parametrize(
    ("column", "numbers"),
    [
        (["1.250", "98,50"], [1250, 98.5]),
        (["1,250", "98.50"], [1250, 98.5]),
        (["1,250", "98,50"], [1.25, 98.5]),
        (["1.250", "98.50"], [1.25, 98.5]),
        (["1.234,5"], [1234.5]),
        (["1,234.5", "2,000"], [1234.5, 2000]),
        (["1'250.50", "3"], [1250.5, 3]),
        (["1’250", "3,5"], [1250, 3.5]),
        (["1 250", "1,250"], [1250, 1.25]),
        (["1 250,5", "1\u00a0250", "1\u202f250"], [1250.5, 1250, 1250]),
        (["1.250.000", "7.500"], [1_250_000, 7500]),
        (["1,00,000", "7,500"], [100_000, 7500]),
        (["1,250", "0,457"], [1.25, 0.457]),
        (["1.250", "0.457"], [1.25, 0.457]),
        (["1.250", "1234.567"], [1.25, 1234.567]),
        (["1.250", "12345"], [1.25, 12345]),
        (["−1,5", "－２,５"], [-1.5, -2.5]),
        (["1,2E-6", "3,0×10⁻⁹", "2 x 10^-3"], [1.2e-6, 3e-9, 2e-3]),
        (["98,-", "1.250,00"], [98, 1250]),
        (["12", "5", "1200"], [12, 5, 1200]),
    ],
)
def test_a_column_says_how_it_is_written(column: list[str], numbers: list[float]) -> None:
    reading = find_style(column)
    assert (reading.doubt, reading.odd) == ("", ())
    read = [parse_number(text, reading.style) for text in column]
    assert read == pytest.approx(numbers)


@pytest.mark.parametrize(
    "column",
    [
        ["1.250", "617"],
        ["1.250", ">10000"],
        [">10,000", "7", "2"],
        ["1,250", "2,500"],
        ["1.250", "2,500"],
        ["1.234", "2.345", "6.789"],
        ["1,5", "1.5"],
    ],
)
def test_a_column_that_does_not_say_it_is_asked_for(column: list[str]) -> None:
    assert find_style(column).doubt
    for decimal in ("point", "comma"):
        assert not find_style(column, decimal=decimal).doubt


def test_a_highest_dose_is_a_thousand_where_more_was_measured() -> None:
    for text, decimal in ((">10,000", "point"), ("> 10.000", "comma")):
        assert find_style([text, "12", "85"]).style.decimal == decimal
        assert not find_style([text, "12", "85"]).doubt


def test_limits_and_the_delimiter_decide() -> None:
    assert parse_number("6.250", find_style(["6.250"], limits=(0, 15)).style) == 6.25
    assert parse_number("6,250", find_style(["6,250"], limits=(0, 15)).style) == 6.25
    assert parse_number("6.250", find_style(["6.250"], limits=(100, 1e6)).style) == 6250
    assert not find_style(["6.250", "7.125"], delimiter=",").doubt
    assert find_style(["6.250", "7.125"], delimiter=";").doubt
    assert find_style(["6.250", "7"], delimiter=",").doubt


def test_numbers_of_the_other_style_are_named() -> None:
    reading = find_style(["0.6", "0,5", "0.7", "1,250", "12"])
    assert reading.style == NumberStyle("point")
    assert reading.odd == (1, 3)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("> 98,50 €", ("> ", "98,50", " €")),
        ("12", ("", "12", "")),
        ("EUR 1'250.00", ("EUR ", "1'250.00", "")),
        ("5 mg", ("", "5", " mg")),
        ("5-7", None),
        ("n.d.", None),
        ("0.8 ± 0.1", None),
    ],
)
def test_the_number_is_taken_out(text: str, parts: tuple[str, str, str] | None) -> None:
    assert split_number(text) == parts


@pytest.mark.parametrize("text", ["1.2.3", "1,2,3", "12.05.2024", "", "-", "1 25", "1e999", "1..2"])
def test_no_numbers(text: str) -> None:
    assert parse_number(text, NumberStyle("point")) is None
    assert parse_number(text, NumberStyle("comma")) is None


@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20),
    st.sampled_from(
        [("point", ","), ("point", "'"), ("point", ""), ("comma", "."), ("comma", " ")]
    ),
)
def test_what_is_written_is_read(cents: list[int], style: tuple[Decimal, str]) -> None:
    """Two decimals say the style, whatever parts the thousands."""
    decimal, part = style
    values = [cent / 100 for cent in cents]
    swap = str.maketrans({",": part, ".": "." if decimal == "point" else ","})
    texts = [f"{value:,.2f}".translate(swap) for value in values]
    reading = find_style(texts)
    assert not reading.doubt
    assert [parse_number(text, reading.style) for text in texts] == values
