"""The apostrophe rule: nothing executes, everything comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.handover.cells import escape_cell, format_number, unescape_cell

STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1", "'+1"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("5'-AMP", "5'-AMP"),
        ("CC(=O)O", "CC(=O)O"),
        ("[O-]", "[O-]"),
        ("007", "007"),
        (" plain", " plain"),
        ("", ""),
    ],
)
def test_rule(text: str, cell: str) -> None:
    assert escape_cell(text) == cell
    assert unescape_cell(cell) == text


TEXTS = st.text(st.sampled_from("'=+-@\t\r\n ＝a1\"<")) | st.text()


@given(TEXTS)
def test_every_text_comes_back_and_none_executes(text: str) -> None:
    cell = escape_cell(text)
    assert unescape_cell(cell) == text
    assert not cell.startswith(tuple(STARTS))
    assert not cell.strip().startswith(tuple(STARTS))


@given(TEXTS, TEXTS)
def test_different_texts_stay_different(left: str, right: str) -> None:
    assert (escape_cell(left) == escape_cell(right)) == (left == right)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (8.125, 2, "8.12"),
        (-0.004, 2, "0.00"),
        (-1.5, 1, "-1.5"),
        (1e-9, 3, "0.000"),
        (2628, 0, "2628"),
        (-0.4, 0, "0"),
    ],
)
def test_numbers(value: float, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text
