"""How a prediction compares with those for approved drugs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.text.drug_percentile import among_drugs, percent_below, percent_text

EVEN = [step / 20 for step in range(21)]
Values = st.lists(st.floats(-1e6, 1e6), min_size=21, max_size=200)


@pytest.mark.parametrize(
    ("value", "percent"),
    [(-1.0, 0), (0.0, 0), (0.05, 5), (0.831, 83.1), (0.95, 95), (1.0, 100), (2.0, 100)],
)
def test_it_is_the_share_of_lower_predictions(value: float, percent: int) -> None:
    assert percent_below(value, EVEN) == pytest.approx(percent)


def test_drugs_with_the_same_prediction_are_not_lower() -> None:
    equal = [0.1] * 15 + [0.2 + step / 100 for step in range(6)]
    assert percent_below(0.1, equal) == 0
    assert percent_below(0.15, equal) == 72.5
    assert percent_below(0.3, [0.3] * 21) == 0


@given(Values, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_it_rises_with_the_value_and_is_never_more_than_a_step_off(
    values: list[float], one: float, other: float
) -> None:
    quantiles = np.quantile(values, EVEN).tolist()
    low, high = sorted((one, other))
    assert 0 <= percent_below(low, quantiles) <= percent_below(high, quantiles) <= 100
    share = 100 * float(np.mean(np.array(values) < one))
    reach = 5 + 100 / (len(values) - 1) + 1
    assert percent_below(one, quantiles) <= share + reach


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        *[(0, "<1"), (1e-6, "<1"), (0.4, "<1"), (0.5, "1"), (1.49, "1"), (82.5, "83")],
        *[(99.4, "99"), (99.5, ">99"), (99.97, ">99"), (100, ">99")],
    ],
)
def test_percents_are_rounded_and_never_to_an_end(percent: float, text: str) -> None:
    assert percent_text(percent) == text


def test_several_are_told_in_their_order() -> None:
    assert among_drugs([7]) == "higher than 7 % of approved drugs"
    assert among_drugs([83, 90]) == "higher than 83 % and 90 % of approved drugs"
