"""Nine in ten, overall and in every third of the distance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.calibration.conformal import LEVEL, Quantiles, conformal_quantile, fit_quantiles

THIRDS = (0.3, 0.5)


def test_few_rows_cover_as_often_as_promised() -> None:
    """Conformal coverage holds on average for any number of rows."""
    generator = np.random.default_rng(0)
    shares = []
    for _ in range(400):
        ratios = np.abs(generator.standard_t(3, 320)) + 0.5
        shares.append((ratios[20:] <= conformal_quantile(ratios[:20])).mean())
    assert np.mean(shares) == pytest.approx(LEVEL, abs=0.02)


def test_ten_rows_take_the_largest() -> None:
    assert conformal_quantile(np.arange(1.0, 11.0)) == 10
    assert conformal_quantile(np.array([7.0])) == 7


def test_perfect_predictions_are_not_certain() -> None:
    assert conformal_quantile(np.zeros(30)) == 1


def quantiles_at(found: Quantiles, distance: np.ndarray) -> np.ndarray:
    steps = np.array([1.0, *found.factors])
    return found.quantile * steps[np.searchsorted(found.edges, distance, side="right")]


@pytest.mark.parametrize("trend", [-0.8, 0.0, 2.0])
def test_every_third_is_covered(trend: float) -> None:
    generator = np.random.default_rng(2)
    distance = generator.uniform(0.1, 0.7, 40_000)
    ratios = np.abs(generator.normal(size=40_000)) * (2 + trend * distance)
    fitted, new = slice(0, 20_000), slice(20_000, 40_000)
    found = fit_quantiles(ratios[fitted], distance[fitted], THIRDS)
    inside = ratios[new] <= quantiles_at(found, distance[new])
    group = np.searchsorted(THIRDS, distance[new])
    shares = [inside[group == third].mean() for third in range(3)]
    assert inside.mean() == pytest.approx(LEVEL, abs=0.015)
    if trend >= 0:
        assert shares == pytest.approx([LEVEL] * 3, abs=0.02)
    else:
        assert found.edges == ()
        assert shares[0] < shares[2], "joined, for a farther third never gets less"


@given(
    rows=st.integers(1, 600),
    seed=st.integers(0, 50),
    trend=st.floats(-2, 5),
)
def test_quantiles_never_fall_with_distance(rows: int, seed: int, trend: float) -> None:
    generator = np.random.default_rng(seed)
    distance = generator.uniform(0, 1, rows)
    ratios = np.abs(generator.normal(size=rows)) * (2 + trend * distance)
    found = fit_quantiles(ratios, distance, THIRDS)
    along = quantiles_at(found, np.linspace(0, 1, 50))
    assert (np.diff(along) >= 0).all()
    assert found.quantile >= 1
    assert list(found.edges) == sorted(found.edges)
