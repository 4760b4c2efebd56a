"""Curves of known parameters are found again, and what is no curve gives no value."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.results.dose_response import FEWEST_DOSES, fit_curve

DOSES = [10 / 3**n for n in range(8)] * 2


def curve(p: float, hill: float, top: float = 100.0, bottom: float = 0.0) -> np.ndarray:
    logs = 6 - np.log10(DOSES)
    return np.asarray(bottom + (top - bottom) / (1 + 10 ** (hill * (logs - p))))


@settings(max_examples=60)
@given(st.floats(5.6, 7.6), st.floats(0.7, 2.0), st.floats(0.5, 6.0), st.integers(0, 2**31 - 1))
@example(5.625, 0.703125, 5.0, 10124255)
def test_the_ic50_is_recovered_within_its_error(
    p: float, hill: float, noise: float, seed: int
) -> None:
    """Doses reach from 4.6 nM (8.3) to 10 µM (5.0), on both sides of the IC50."""
    values = curve(p, hill) + np.random.default_rng(seed).normal(0, noise, len(DOSES))
    found = fit_curve(DOSES, values)
    assert found.qualifier == "="
    assert not found.problem
    # 5 standard errors of 12 degrees of freedom; the limits of the parameters add a little.
    assert abs(found.value - p) <= 5 * found.error + 0.1
    assert found.error < 2  # 1.06 for a flat curve near the top dose with a noise of 5


def test_the_standard_error_is_the_spread_of_repeated_fits() -> None:
    draw = np.random.default_rng(3)
    fits = [fit_curve(DOSES, curve(6.6, 1.0) + draw.normal(0, 4, 16)) for _ in range(60)]
    spread = np.std([one.value for one in fits])
    assert spread == pytest.approx(np.median([one.error for one in fits]), rel=0.35)


def test_without_noise_all_parameters_come_back() -> None:
    found = fit_curve(DOSES, curve(6.4, 1.4, 92.0, 5.0))
    assert [found.value, found.hill, found.top, found.bottom] == pytest.approx(
        [6.4, 1.4, 92, 5], abs=1e-3
    )
    assert found.r2 == pytest.approx(1)


@pytest.mark.parametrize(("p", "sign", "bound"), [(4.0, "<", 5.0), (9.5, ">", 8.34)])
def test_an_ic50_beyond_the_doses_is_a_bound(p: float, sign: str, bound: float) -> None:
    found = fit_curve(DOSES, curve(p, 1.0))
    assert found.qualifier == sign
    assert found.value == pytest.approx(bound, abs=0.01)
    assert np.isnan(found.error)


def test_an_inactive_compound_has_the_bound_of_the_highest_dose() -> None:
    noise = np.random.default_rng(1).normal(0, 5, len(DOSES))
    found = fit_curve(DOSES, noise)
    assert (found.value, found.qualifier) == (5.0, "<")


def test_noise_and_a_bell_are_no_curves() -> None:
    scattered = [0, 90, 10, 80, 5, 95, 0, 70] * 2
    assert "does not describe the data" in fit_curve(DOSES, scattered).problem
    bell = [5, 20, 60, 95, 60, 20, 5, 0] * 2
    found = fit_curve(DOSES, bell)
    assert (found.qualifier, np.isnan(found.value)) == ("", True)
    assert "does not describe the data" in found.problem


def test_too_few_doses_give_no_value() -> None:
    found = fit_curve([10, 1, 0.1], [90, 50, 10])
    assert found.problem == f"3 doses with values, {FEWEST_DOSES} are needed"


def test_values_that_hardly_span_give_none() -> None:
    values = [52.0, 51, 49, 50, 48, 47, 53, 46] * 2
    assert "span 7 % only" in fit_curve(DOSES, values).problem


@pytest.mark.parametrize(
    "means",
    [[52, 53, 55, 54, 58, 95], [52, 58, 55, 54, 53, 57], [60.0] * 6, [75, 78, 70, 82, 79, 90]],
)
def test_more_than_half_at_every_dose_without_a_rise_is_no_potency(means: list[float]) -> None:
    found = fit_curve([30, 10, 3, 1, 0.3, 0.1], means)
    assert (found.qualifier, np.isnan(found.value)) == ("", True)
    assert "more than half of the effect at every dose, without a rise" in found.problem


@pytest.mark.parametrize(
    "means",
    [[99, 101, 98, 97, 90, 79], [99, 90, 82, 75, 64, 55], [101, 99, 98, 100, 97, 99], [100.0] * 6],
)
def test_near_full_effect_or_a_rise_is_a_bound_of_the_lowest_dose(means: list[float]) -> None:
    found = fit_curve([30, 10, 3, 1, 0.3, 0.1], means)
    assert found.value == pytest.approx(7.0)
    assert (found.qualifier, found.problem) == (">", "")
