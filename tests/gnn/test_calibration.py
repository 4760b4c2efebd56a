import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gnn.calibration import (
    LEVEL,
    UNCALIBRATED,
    Calibration,
    apply_classification,
    apply_regression,
    fit_regression,
)

Draw = tuple[np.ndarray, np.ndarray]


def heteroscedastic(n: int, seed: int, noise: float, spread: float) -> Draw:
    """Truth [n] and members [4, n] whose disagreement tells where the errors are large."""
    generator = np.random.default_rng(seed)
    doubt = generator.uniform(0.05, 1.0, n)
    centre = generator.normal(6, 1, n)
    members = centre + doubt * generator.normal(0, 1, (4, n))
    members += centre - members.mean(axis=0)
    truth = centre + generator.normal(0, 1, n) * np.hypot(noise, spread * members.std(axis=0))
    return truth, members


def covered(truth: np.ndarray, members: np.ndarray, calibration: Calibration) -> np.ndarray:
    _, _, low, high = apply_regression(members, calibration)
    return (low <= truth) & (truth <= high)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 999), noise=st.floats(0.1, 1.5), spread=st.floats(0.0, 3.0))
def test_nine_in_ten_new_values_lie_inside(seed: int, noise: float, spread: float) -> None:
    truth, members = heteroscedastic(4000, seed, noise, spread)
    fitted, new = slice(0, 2000), slice(2000, 4000)
    found = fit_regression(
        truth[fitted], members[:, fitted].mean(axis=0), members[:, fitted].std(axis=0)
    )
    assert found.rows == 2000
    # Four deviations of the share's own noise (fit and look are each a draw of 2,000).
    assert abs(covered(truth[new], members[:, new], found).mean() - LEVEL) < 0.04


def test_few_rows_cover_at_least_as_often_as_promised() -> None:
    """Conformal coverage holds on average for any number of rows."""
    shares = []
    for seed in range(200):
        truth, members = heteroscedastic(120, seed, 0.5, 1.0)
        found = fit_regression(
            truth[:20], members[:, :20].mean(axis=0), members[:, :20].std(axis=0)
        )
        shares.append(covered(truth[20:], members[:, 20:], found).mean())
    assert np.mean(shares) == pytest.approx(LEVEL, abs=0.03)


def test_disagreement_widens_the_interval_only_where_it_tells_something() -> None:
    telling, members = heteroscedastic(3000, 1, 0.1, 2.0)
    found = fit_regression(telling, members.mean(axis=0), members.std(axis=0))
    assert found.spread >= 1.5
    generator = np.random.default_rng(2)
    alike = members.mean(axis=0) + generator.normal(0, 0.7, members.shape[1])
    mute = fit_regression(alike, members.mean(axis=0), members.std(axis=0))
    assert mute.spread == 0.0
    assert mute.noise == pytest.approx(0.7, rel=0.1)
    assert mute.quantile == pytest.approx(1.645, rel=0.1)


def test_every_row_is_inside_where_ten_rows_are_all_there_is() -> None:
    truth, members = heteroscedastic(10, 5, 0.5, 1.0)
    found = fit_regression(truth, members.mean(axis=0), members.std(axis=0))
    assert covered(truth, members, found).all()


LOGITS = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(0, 6)), elements=st.floats(-200, 200)
)


@given(members=LOGITS)
def test_a_probability_lies_in_its_interval_in_0_to_1(members: np.ndarray) -> None:
    value, std, low, high = apply_classification(members)
    for column in (value, std, low, high):
        assert column.shape == members.shape[1:]
        assert ((column >= 0) & (column <= 1)).all()
    assert (low <= value).all()
    assert (value <= high).all()


def test_members_that_agree_leave_no_doubt() -> None:
    value, std, low, high = apply_classification(np.full((3, 1), 2.0))
    assert value[0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert std[0] == pytest.approx(0)
    assert low[0] == pytest.approx(value[0])
    assert high[0] == pytest.approx(value[0])


@given(members=LOGITS, noise=st.floats(0, 3), spread=st.floats(0, 3), quantile=st.floats(0, 5))
def test_a_value_lies_in_its_interval(
    members: np.ndarray, noise: float, spread: float, quantile: float
) -> None:
    calibration = Calibration(noise, spread, quantile, 10)
    value, std, low, high = apply_regression(members, calibration)
    assert (std >= noise * (1 - 1e-9)).all()
    assert (low <= value).all()
    assert (value <= high).all()


def test_uncalibrated_is_the_members_own_spread() -> None:
    value, std, low, high = apply_regression(np.array([[5.0], [7.0]]), UNCALIBRATED)
    assert (value[0], std[0]) == (6.0, 1.0)
    assert (low[0], high[0]) == pytest.approx((6 - 1.644854, 6 + 1.644854))


def test_a_slope_draws_value_and_interval_towards_the_centre() -> None:
    members = np.array([[5.0, 8.0], [7.0, 8.0]])
    calibration = Calibration(0.3, 1.0, 2.0, 50, centre=6.0, slope=0.5)
    value, std, low, high = apply_regression(members, calibration)
    assert value.tolist() == [6.0, 7.0]
    assert std == pytest.approx([np.hypot(0.3, 0.5), 0.3])
    assert (high - low) == pytest.approx(4 * std)
    assert (low + high) == pytest.approx(2 * value)
