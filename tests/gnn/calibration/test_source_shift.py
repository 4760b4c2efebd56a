"""Factors that make intervals hold the values of another source."""

from dataclasses import replace

import numpy as np
import pytest

from gnn.calibration.calibration import UNCALIBRATED, Calibration, apply_regression
from gnn.calibration.conformal import INTERVAL_STDS
from gnn.calibration.source_shift import (
    EDGE,
    LEAST,
    WORST_LEVEL,
    SourceShift,
    fit_source_shift,
    shows_error,
)


def covered(error: np.ndarray, distance: np.ndarray, shift: SourceShift) -> np.ndarray:
    low, high = shift.widen(error, error - 1, error + 1, distance)
    return (low <= 0) & (high >= 0)


def test_each_side_is_as_wide_as_its_errors_need() -> None:
    """Another source is less active than predicted, the more so the farther a compound is."""
    generator = np.random.default_rng(0)
    distance = np.repeat([0.2, 0.6], 3000)
    mean = np.repeat([0.5, 1.0], 3000)
    shift = fit_source_shift(generator.normal(mean, 0.6), distance)
    assert shift.edges == (EDGE,)
    assert 1.05 < shift.below[0] < shift.below[1]
    assert shift.above == (1.0, 1.0)  # nothing is more active than its interval
    new = generator.normal(mean, 0.6)
    inside = covered(new, distance, shift)
    for part in (0.2, 0.6):
        assert inside[distance == part].mean() > WORST_LEVEL - 0.02
    assert covered(new, distance, SourceShift())[distance == 0.6].mean() < 0.6


def test_no_interval_gets_narrower_with_distance() -> None:
    error = np.random.default_rng(0).normal(np.repeat([1.0, 0.0], 2000), 0.6)
    shift = fit_source_shift(error, np.repeat([0.2, 0.6], 2000))
    assert shift.edges == ()
    assert 1 < shift.below[0] < 1.9


def test_errors_that_are_covered_change_nothing() -> None:
    error = np.random.default_rng(1).normal(0, 0.3, 3000)
    shift = fit_source_shift(error, np.linspace(0, 1, 3000))
    assert set(shift.below) == set(shift.above) == {1.0}


@pytest.mark.parametrize("count", [0, 1, LEAST - 1])
def test_few_values_change_nothing(count: int) -> None:
    assert fit_source_shift(np.full(count, 9.0), np.zeros(count)) == SourceShift()


def test_a_part_with_few_values_joins_the_other() -> None:
    error = np.full(3 * LEAST, 2.0)
    distance = np.where(np.arange(3 * LEAST) < LEAST - 1, 0.2, 0.6)
    assert fit_source_shift(error, distance) == SourceShift((), (2.0,), (1.0,))


def test_a_bound_that_is_respected_shows_no_error() -> None:
    value = np.array([5.0, 5.0, 5.0, 5.0, 5.0])
    truth = np.array([6.0, 6.0, 4.0, 6.0, 4.0])
    bounds = np.array([0, -1, -1, 1, 1], np.int8)
    assert shows_error(value, truth, bounds).tolist() == [True, False, True, True, False]


def test_a_calibration_widens_its_interval_by_distance() -> None:
    plain = replace(UNCALIBRATED, noise=1.0, quantile=2.0)
    shifted = SourceShift((0.3,), (1.0, 3.0), (1.0, 1.5)).apply_to(plain)
    networks, distance = np.array([[6.0, 6.0]]), np.array([0.1, 0.5])
    value, std, low, high = apply_regression(networks, None, distance, shifted)
    np.testing.assert_array_equal(value, [6, 6])
    np.testing.assert_allclose(low, [4, 0])
    np.testing.assert_allclose(high, [8, 9])
    np.testing.assert_allclose(std, (high - low) / INTERVAL_STDS)
    assert Calibration.from_dict(shifted.to_dict()) == shifted


@pytest.mark.parametrize(
    "change",
    [
        {"below": [0.5]},
        {"above": [float("nan")]},
        {"below": [1.0, 2.0]},
        {"shift_edges": [0.3]},
        {"shift_edges": [0.3], "below": [2.0, 1.5], "above": [1.0, 1.0]},
        {"shift_edges": [0.4, 0.3], "below": [1.0] * 3, "above": [1.0] * 3},
    ],
)
def test_impossible_factors_are_refused(change: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="a calibration"):
        Calibration.from_dict(UNCALIBRATED.to_dict() | change)
