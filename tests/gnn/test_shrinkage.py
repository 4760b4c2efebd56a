"""Shrinkage: modest where little was seen, never bolder than the network."""

import numpy as np
import pytest

from gnn.shrinkage import CHOICES, HeldOut, fit_shrinkage, keep


@pytest.mark.parametrize(
    ("count", "k", "share"),
    [(200, 0.0, 1.0), (200, 200.0, 0.5), (600, 200.0, 0.75), (0, 50.0, 0.0)],
)
def test_the_share_kept_grows_with_the_values_trained_on(
    count: int, k: float, share: float
) -> None:
    assert keep(count, k) == pytest.approx(share)


@pytest.mark.parametrize("true_k", [0.0, 100.0, 400.0])
def test_the_number_behind_the_data_is_found(true_k: float) -> None:
    generator = np.random.default_rng(0)
    tasks = []
    for count in (50, 150, 400, 1000):
        predicted = generator.normal(size=400)
        noise = generator.normal(scale=0.05, size=400)
        tasks.append(HeldOut(keep(count, true_k) * predicted + noise, predicted, count, 1.0))
    assert fit_shrinkage(tasks) == true_k


def test_predictions_that_are_too_modest_are_left_alone() -> None:
    predicted = np.linspace(-1, 1, 20)
    assert fit_shrinkage([HeldOut(2 * predicted, predicted, 100, 1.0)]) == min(CHOICES)


def test_tasks_that_say_nothing_leave_predictions_as_they_are() -> None:
    assert fit_shrinkage([]) == 0.0
    assert fit_shrinkage([HeldOut(np.ones(2), np.ones(2), 5, 1.0)]) == 0.0
    assert fit_shrinkage([HeldOut(np.ones(9), np.ones(9), 5, 0.0)]) == 0.0
