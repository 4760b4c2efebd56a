"""Intervals of a campaign: they follow its own errors, and stay as they were without any."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gnn.updating.own_intervals import NARROWEST, WIDEST, OwnIntervals


def factor(errors: NDArray[np.float64], likeness: float = 0.5, age: float = 0) -> float:
    """Return the factor of one molecule that is equally similar to all measured ones."""
    ages = torch.full((len(errors),), age).double()
    alike = torch.full((1, len(errors)), likeness).double()
    exact = torch.ones(len(errors)).double()
    return OwnIntervals(torch.from_numpy(errors), ages, exact).factors(alike).item()


def test_without_results_intervals_stay() -> None:
    assert factor(np.zeros(0)) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.5, 2.5])
def test_three_plates_bring_the_coverage_back(scale: float) -> None:
    generator = np.random.default_rng(1)
    covered = []
    for _ in range(60):
        found = factor(scale * generator.normal(size=120))
        new = scale * generator.normal(size=200)
        covered.append(np.mean(np.abs(new) <= 1.645 * found))
    assert 0.85 <= np.mean(covered) <= 0.95


def test_recent_and_similar_errors_count_more() -> None:
    wide = np.linspace(1.5, 5, 30)
    assert factor(wide, age=0) > factor(wide, age=6)
    assert factor(wide, likeness=0.9) > factor(wide, likeness=0.1)


def test_factors_have_limits() -> None:
    assert factor(np.full(2000, 50.0), likeness=1) == WIDEST
    assert factor(np.zeros(2000), likeness=1) == pytest.approx(NARROWEST)


def test_larger_errors_never_narrow_an_interval() -> None:
    generator = np.random.default_rng(2)
    for _ in range(50):
        errors = generator.normal(size=20)
        larger = errors * (1 + generator.random(20))
        assert factor(larger) >= factor(errors)


def test_bounds_do_not_count() -> None:
    errors, zeros = torch.full((40,), 5.0).double(), torch.zeros(40).double()
    found = OwnIntervals(errors, zeros, zeros).factors(torch.ones(1, 40).double())
    assert found.item() == pytest.approx(1, abs=0.02)
