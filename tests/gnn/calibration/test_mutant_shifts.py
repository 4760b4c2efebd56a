"""Differences to the wild type: shrunk, nothing below the floor, intervals that hold."""

import numpy as np
import pytest

from gnn.calibration.mutant_shifts import (
    FEWEST,
    MutantShift,
    fit_shifts,
    held_out_shifts,
    informative,
)
from gnn.features.array_types import Floats

FLOOR = 5.0
SLOPES, STDS = np.array([-0.5, 0.0, 0.1, -0.2]), np.array([1.0, 0.2, 0.3, 0.5])


def drawn(compounds: int, seed: int = 0) -> tuple[Floats, Floats]:
    """Draw values on wild types and mutants, both cut at the floor."""
    draw = np.random.default_rng(seed)
    wild = np.maximum(draw.uniform(3, 9, (compounds, 1)), FLOOR) * np.ones(len(SLOPES))
    error = draw.standard_normal(wild.shape) * STDS
    mutant = np.where(wild > FLOOR, wild + SLOPES * (wild - FLOOR) + error, FLOOR)
    return wild, np.maximum(mutant, FLOOR)


def test_many_compounds_give_the_slopes_and_the_errors() -> None:
    found = fit_shifts(*drawn(3_000), FLOOR)
    for one, slope, std in zip(found, SLOPES, STDS, strict=True):
        assert one is not None
        assert one.slope == pytest.approx(slope, abs=0.06)  # the cut at the floor changes it
        assert one.std == pytest.approx(std, abs=0.15)


def test_few_compounds_are_shrunk_to_the_wild_type() -> None:
    wild, mutant = drawn(3_000)
    few = [one for one in fit_shifts(wild[:24], mutant[:24], FLOOR) if one is not None]
    assert abs(few[0].slope) < abs((mutant[:24, 0] - wild[:24, 0]).sum() / (wild[:24, 0] - 5).sum())
    assert few[0].slope_std > 0.03


def test_compounds_that_bind_neither_say_nothing() -> None:
    wild, mutant = drawn(200)
    neither = np.full((50, len(SLOPES)), FLOOR)
    more = fit_shifts(np.vstack([wild, neither]), np.vstack([mutant, neither]), FLOOR)
    assert more == fit_shifts(wild, mutant, FLOOR)
    assert not informative(neither, neither, FLOOR).any()


def test_too_few_compounds_give_no_numbers() -> None:
    wild, mutant = drawn(60)
    mutant[:, 0] = np.nan
    rows = np.flatnonzero(wild[:, 0] > FLOOR)[: FEWEST - 1]
    mutant[rows, 0] = 6.0
    first, *others = fit_shifts(wild, mutant, FLOOR)
    assert first is None
    assert None not in others
    nothing = np.full((3, 2), np.nan)
    assert fit_shifts(nothing, nothing, FLOOR) == [None, None]


def test_a_weak_compound_has_no_difference_and_an_interval_as_wide_as_the_wild_types() -> None:
    shift = MutantShift(FLOOR, slope=-0.5, slope_std=0.1, std=0.8, compounds=12)
    wild = np.array([4.0, 5.0, 8.0])
    value, low, high = shift.apply(wild, wild - 1, wild + 2)
    np.testing.assert_allclose(value, [4.0, 5.0, 6.5])
    assert (value - low > 1).all()
    assert (high - value > 2).all()
    assert np.all(np.diff(high - low)[1:] > 0)  # the slope's own error grows with the potency


def test_intervals_hold_nine_of_ten_values_of_other_series() -> None:
    wild, mutant = drawn(400, seed=3)
    series = np.arange(400) // 10
    held = held_out_shifts(wild, mutant, FLOOR, series)
    known = np.isfinite(held.error)
    np.testing.assert_array_equal(known, informative(wild, mutant, FLOOR))
    assert np.nanmean(held.is_inside) == pytest.approx(0.9, abs=0.05)
    assert np.nanmean(held.error[:, 0] ** 2) < np.nanmean(held.wild_error[:, 0] ** 2)


def test_a_series_is_predicted_without_its_values() -> None:
    wild, mutant = drawn(60)
    series = np.arange(60) // 20
    changed = mutant.copy()
    changed[:20] = np.maximum(changed[:20] - 2, FLOOR)
    before, after = (held_out_shifts(wild, one, FLOOR, series) for one in (mutant, changed))
    moved = (before.error + mutant - after.error - changed)[:20]  # of the predictions
    inside = (mutant > FLOOR)[:20] & (changed > FLOOR)[:20]
    np.testing.assert_allclose(moved[inside], 0, atol=1e-9)
