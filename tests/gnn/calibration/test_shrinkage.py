"""Shrinkage: modest where little was seen, never bolder than the network."""

import numpy as np
import pytest

from gnn.calibration.shrinkage import CHOICES, HeldOut, fit_offset, fit_shrinkage, shrinkage_factor


@pytest.mark.parametrize(
    ("count", "k", "share"),
    [(200, 0.0, 1.0), (200, 200.0, 0.5), (600, 200.0, 0.75), (0, 50.0, 0.0)],
)
def test_the_share_kept_grows_with_the_values_trained_on(
    count: int, k: float, share: float
) -> None:
    assert shrinkage_factor(count, k) == pytest.approx(share)


@pytest.mark.parametrize("true_k", [0.0, 100.0, 400.0])
def test_the_number_behind_the_data_is_found(true_k: float) -> None:
    generator = np.random.default_rng(0)
    tasks = []
    for count in (50, 150, 400, 1000):
        predicted = generator.normal(size=400)
        noise = generator.normal(scale=0.05, size=400)
        tasks.append(
            HeldOut(shrinkage_factor(count, true_k) * predicted + noise, predicted, count, 1.0)
        )
    assert fit_shrinkage(tasks) == true_k


def test_predictions_that_are_too_modest_are_left_alone() -> None:
    predicted = np.linspace(-1, 1, 20)
    assert fit_shrinkage([HeldOut(2 * predicted, predicted, 100, 1.0)]) == min(CHOICES)


def test_tasks_that_say_nothing_leave_predictions_as_they_are() -> None:
    assert fit_shrinkage([]) == 0.0
    assert fit_shrinkage([HeldOut(np.ones(2), np.ones(2), 5, 1.0)]) == 0.0
    assert fit_shrinkage([HeldOut(np.ones(9), np.ones(9), 5, 0.0)]) == 0.0


def test_what_all_tasks_are_too_low_by_is_found_and_rounded_down() -> None:
    generator = np.random.default_rng(0)
    predicted = generator.normal(size=(3, 500))
    noise = generator.normal(scale=0.5, size=(3, 500))
    # One task is measured on a scale of 10: its errors count in that unit.
    scales = (1.0, 10.0, 1.0)
    tasks = [
        HeldOut(scale * (one + noisy + 0.3), scale * one, 100, scale)
        for one, noisy, scale in zip(predicted, noise, scales, strict=True)
    ]
    apart = [np.arange(500) + 500 * task for task in range(3)]
    found = fit_offset(tasks, apart)
    assert 0.25 < found < 0.3
    assert fit_offset([task._replace(truth=task.predicted) for task in tasks], apart) == 0


def test_errors_of_one_molecule_are_not_as_many_reasons() -> None:
    molecule = np.repeat(np.arange(10), 50)
    truth = 0.3 + np.random.default_rng(0).normal(scale=0.3, size=10)[molecule]
    task = HeldOut(truth, np.zeros(500), 100, 1.0)
    few, many = fit_offset([task], [molecule]), fit_offset([task], [np.arange(500)])
    assert 0 < few < many - 0.03


def test_an_offset_within_its_own_doubt_is_none() -> None:
    noise = np.random.default_rng(0).normal(size=40)
    task = HeldOut(noise - noise.mean() + 0.01, np.zeros(40), 100, 1.0)
    assert fit_offset([task], [np.arange(40)]) == 0
    assert fit_offset([], []) == 0
    assert fit_offset([HeldOut(np.ones(3), np.zeros(3), 5, 0.0)], [np.arange(3)]) == 0
