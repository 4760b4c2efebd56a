"""Volumes are exact, and no number has an exponent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.objective.volumes import from_nl, from_ul, nl_text, number_text, ul_text

VOLUMES = st.integers(0, 10**12)


@given(VOLUMES)
def test_a_volume_comes_back_from_its_text(volume: int) -> None:
    assert Decimal(nl_text(volume)) * 1000 == volume == Decimal(ul_text(volume)) * 10**6
    assert from_nl(float(nl_text(volume))) == volume == from_ul(float(ul_text(volume)))
    assert set(nl_text(volume) + ul_text(volume)) <= set("0123456789.")


@given(st.floats(1e-9, 1e9))
def test_a_number_keeps_four_digits(value: float) -> None:
    assert float(number_text(value)) == pytest.approx(value, rel=5.1e-4)
    assert set(number_text(value)) <= set("0123456789.")


@pytest.mark.parametrize(
    ("value", "text"), [(100.0, "100"), (3.5, "3.5"), (1e-5, "0.00001"), (12345.6, "12350")]
)
def test_numbers(value: float, text: str) -> None:
    assert number_text(value) == text
