"""The floor of an assay, the probability of inactivity, and the value of an active compound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.calibration.inactivity import LEAST, Floor, Inactivity, find_floor

KNOWN = Inactivity(level=5.0, mean=4.9, near=3.0, far=1.0, offset=0.8)
NUMBER = st.floats(-20, 30)
SHARE = st.floats(0, 1)


def values_of(*parts: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Values and bounds of parts: value, bound, count; in single precision, as they are stored."""
    values = np.repeat([one[0] for one in parts], [one[2] for one in parts])
    bounds = np.repeat([one[1] for one in parts], [one[2] for one in parts]).astype(np.int8)
    return values.astype(np.float32).astype(np.float64), bounds


def test_the_level_is_the_bound_that_most_values_share() -> None:
    floor = find_floor(*values_of((5.7, -1, 30), (4.0, -1, 20), (5.2, 0, 10), (7.0, 0, 40)))
    assert floor is not None
    assert floor.level == 5.7
    assert floor.mean == pytest.approx((30 * 5.7 + 20 * 4.0 + 10 * 5.2) / 60, abs=1e-4)


def test_values_on_the_level_count_as_inactive_in_single_precision() -> None:
    values, _ = values_of((5.7, 0, 1), (5.71, 0, 1))
    assert Floor(5.7, 5.7).holds(values).tolist() == [True, False]


@pytest.mark.parametrize(
    "parts",
    [
        [(7.0, 0, 50)],
        [(5.0, -1, LEAST - 1), (7.0, 0, 50)],
        [(5.0, -1, 50), (7.0, 0, LEAST - 1), (4.0, 1, 50), (9.0, -1, 40)],
        [],
    ],
)
def test_without_both_kinds_of_values_there_is_no_floor(
    parts: list[tuple[float, int, int]],
) -> None:
    assert find_floor(*values_of(*parts)) is None


def test_bounds_that_reach_over_the_level_tell_nothing() -> None:
    values, bounds = values_of(
        (4.0, -1, 1), (4.0, 0, 1), (4.0, 1, 1), (6.0, -1, 1), (6.0, 0, 1), (6.0, 1, 1)
    )
    known = Floor(5.0, 5.0).is_known(values, bounds)
    assert known.tolist() == [True, True, False, False, True, True]


@given(value=NUMBER, step=st.floats(0, 10), distance=SHARE)
def test_it_never_rises_with_the_value(value: float, step: float, distance: float) -> None:
    away = np.array([distance, distance])
    low, high = KNOWN.probability(np.array([value + step, value]), away)
    assert 0 <= low <= high <= 1


def test_a_distance_that_is_not_known_counts_as_near() -> None:
    value = np.array([4.0, 6.0])
    near = KNOWN.probability(value, np.zeros(2))
    np.testing.assert_array_equal(KNOWN.probability(value, None), near)
    assert (abs(KNOWN.probability(value, np.ones(2)) - 0.5) < abs(near - 0.5)).all()


@given(p=st.floats(0.01, 0.9), active=st.floats(5, 9))
def test_the_value_is_the_mean_of_both_cases(p: float, active: float) -> None:
    mean = p * KNOWN.mean + (1 - p) * active
    found = KNOWN.value_if_active(np.array([mean]), np.array([20.0]), np.array([p]))
    assert found[0] == pytest.approx(max(active, mean), abs=1e-6)


@given(value=NUMBER, reach=st.floats(0, 5), p=SHARE)
def test_an_active_compound_is_in_bounds(value: float, reach: float, p: float) -> None:
    high = value + reach
    found = KNOWN.value_if_active(np.array([value]), np.array([high]), np.array([p]))[0]
    assert max(value, KNOWN.level) <= found <= max(high, KNOWN.level)
