"""The error model finds what made the errors, and its growth never falls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.calibration.error_model import Errors, fit_error_model


def draw(n: int, seed: int, tasks: int = 4, spread: float = 0.0) -> tuple[Errors, np.ndarray]:
    """Errors whose variance is known: by task, by level, by distance and by spread."""
    generator = np.random.default_rng(seed)
    task = generator.integers(0, tasks, n)
    level, distance = generator.normal(size=n), generator.uniform(0, 0.7, n)
    disagreement = generator.uniform(0, 0.5, n)
    noise = np.linspace(0.4, 1.2, tasks)[task]
    variance = noise**2 * np.where(level < 0, 0.5, 1.5) * (1 + 2 * distance)
    std = np.sqrt(variance + np.square(spread * disagreement))
    error = std * generator.normal(size=n)
    return Errors(error, level, disagreement, distance, task), std


@pytest.mark.parametrize("spread", [0.0, 3.0])
def test_known_standard_deviations_are_found(spread: float) -> None:
    errors, std = draw(20_000, 1, spread=spread)
    model = fit_error_model(errors, 4)
    ratio = model.std(errors) / std
    assert ratio.mean() == pytest.approx(1, abs=0.1)
    assert np.quantile(ratio, [0.05, 0.95]) == pytest.approx([1, 1], abs=0.35)
    for known in (errors.level, errors.spread, errors.distance, errors.task):
        for group in np.array_split(np.argsort(known), 4):
            share = errors.error[group] / model.std(errors)[group]
            assert np.sqrt(np.square(share).mean()) == pytest.approx(1, abs=0.12)
    assert (model.spread >= 2) == (spread > 0)
    assert (np.diff(model.noise) > 0).all()
    assert model.level(np.array([-1.0]))[0] < 0.7 * model.level(np.array([1.0]))[0]
    assert model.growth(np.array([0.6]))[0] > 1.4


@settings(max_examples=25)
@given(rows=st.integers(1, 900), seed=st.integers(0, 99), falling=st.booleans())
def test_growth_never_falls(rows: int, seed: int, falling: bool) -> None:
    errors, _ = draw(rows, seed)
    if falling:
        errors = errors._replace(error=errors.error * (1 - errors.distance) ** 4)
    model = fit_error_model(errors, 4)
    assert model.growth.factor[0] == 1
    assert (np.diff(model.growth.factor) >= 0).all()
    assert (np.diff(model.growth.at) >= 0).all()
    assert np.isfinite(model.std(errors)).all()
    assert (model.std(errors) > 0).all()


def test_the_fewer_rows_the_more_a_task_is_like_the_others() -> None:
    generator = np.random.default_rng(0)
    sizes = [3, 3000, 3000]
    task = np.repeat([0, 1, 2], sizes)
    error = generator.normal(size=sum(sizes)) * np.array([3.0, 1.0, 1.0])[task]
    same = np.zeros(len(task))
    model = fit_error_model(Errors(error, same, same, same, task), 4)
    assert 1 < model.noise[0] < 2
    assert model.noise[1:] == pytest.approx([1, 1, 1], abs=0.1)


def test_members_that_were_held_out_one_by_one_still_count() -> None:
    """In a cross-validation no row has a spread; disagreement must widen an interval later."""
    errors, _ = draw(500, 3)
    model = fit_error_model(errors._replace(spread=np.zeros(500)), 4)
    assert model.spread == 1.0


def test_perfect_predictions_leave_a_little_noise() -> None:
    zeros = np.zeros(50)
    model = fit_error_model(Errors(zeros, zeros, zeros, zeros, np.zeros(50, int)), 1)
    assert 0 < model.noise[0] < 0.01


def test_without_errors_a_tasks_scale_is_its_noise() -> None:
    none = np.zeros(0)
    model = fit_error_model(Errors(none, none, none, none, np.zeros(0, int)), 3)
    assert model.noise.tolist() == [1, 1, 1]
