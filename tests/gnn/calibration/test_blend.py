"""Blends lean to the better model, and to the common one where a task says little."""

import numpy as np
import pytest

from gnn.calibration.blend import Rivals, fit_blends


def rivals(n: int, seed: int, networks: float, kernel: float) -> Rivals:
    """Two models whose errors are independent and of these sizes."""
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=n)
    noise = generator.normal(size=(2, n))
    return Rivals(truth, truth + networks * noise[0], truth + kernel * noise[1])


@pytest.mark.parametrize(
    ("networks", "kernel", "weight"), [(1.0, 1.0, 0.5), (2.0, 1.0, 0.8), (1.0, 3.0, 0.1)]
)
def test_the_weight_is_that_of_least_squares(networks: float, kernel: float, weight: float) -> None:
    """For independent errors it is the inverse of their variances."""
    assert fit_blends([rivals(40_000, 0, networks, kernel)]) == pytest.approx([weight], abs=0.02)


def test_a_task_of_few_rows_takes_the_common_weight() -> None:
    many = [rivals(2000, seed, 2.0, 1.0) for seed in range(3)]
    few = rivals(4, 9, 0.01, 5.0)
    weights = fit_blends([*many, few])
    assert weights[:3] == pytest.approx([0.8] * 3, abs=0.06)
    alone = fit_blends([rivals(4000, 9, 0.01, 5.0)])[0]
    assert alone < 0.01 < weights[3]


def test_weights_stay_between_the_models() -> None:
    truth = np.linspace(-1, 1, 200)
    beyond = [Rivals(truth, 0.5 * truth, 0.4 * truth), Rivals(truth, 0.4 * truth, 0.5 * truth)]
    low, high = (fit_blends([task])[0] for task in beyond)
    assert (low, high) == (0, 1)


def test_models_that_agree_share_equally() -> None:
    truth = np.arange(5.0)
    assert fit_blends([Rivals(truth, truth, truth)]) == [0.5]
    assert fit_blends([]) == []
