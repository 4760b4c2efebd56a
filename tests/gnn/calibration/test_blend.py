"""Blends lean to the better model, and to the common one where a task says little; probabilities
after calibration are right where data is, and like the others where it is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.calibration.blend import Platt, Rivals, Votes, fit_blends, fit_platt, unchanged
from gnn.calibration.calibration import log_odds
from gnn.evaluation.reliability import calibration_error, log_losses
from gnn.models.losses import logistic


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


def classes(n: int, seed: int, slope: float, offset: float) -> Votes:
    """Truth drawn from log odds of slope * logit + offset."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 2, n)
    truth = (generator.random(n) < logistic(slope * logits + offset)).astype(float)
    return Votes(truth, logits, None)


def probabilities(votes: Votes, found: Platt) -> np.ndarray:
    mean = np.zeros(len(votes.truth)) if votes.networks is None else votes.networks
    return logistic(log_odds(mean, votes.kernel, found.slope, found.kernel, found.offset))


def test_the_numbers_behind_the_data_are_found() -> None:
    found = fit_platt([classes(30_000, 0, 0.5, -1.0)])[0]
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.offset == pytest.approx(-1, abs=0.05)
    assert found.kernel == 0


def test_new_rows_are_predicted_better() -> None:
    seen, new = classes(400, 1, 0.4, -1.0), classes(20_000, 2, 0.4, -1.0)
    found = fit_platt([seen])[0]
    before, after = probabilities(new, unchanged(new)), probabilities(new, found)
    assert log_losses(new.truth, after).mean() < log_losses(new.truth, before).mean() - 0.05
    assert calibration_error(new.truth, after) < 0.4 * calibration_error(new.truth, before)


def test_a_task_of_few_rows_is_like_all_tasks() -> None:
    many = [classes(3000, seed, 0.5, -1.0) for seed in range(4)]
    odd = Votes(np.ones(4), np.array([-1.0, 0.0, 1.0, 2.0]), None)
    found = fit_platt([*many, odd])
    assert found[-1].slope == pytest.approx(0.5, abs=0.1)
    assert -1.1 < found[-1].offset < 0


def test_one_class_only_is_no_certainty() -> None:
    votes = Votes(np.ones(12), np.linspace(-1, 1, 12), None)
    assert (probabilities(votes, fit_platt([votes])[0]) < 0.97).all()


@settings(max_examples=40)
@given(
    rows=st.integers(0, 80),
    seed=st.integers(0, 99),
    turned=st.booleans(),
    networks=st.booleans(),
    scale=st.sampled_from([1e-3, 1.0, 300.0]),
)
def test_calibration_never_turns_an_order_around(
    rows: int, seed: int, turned: bool, networks: bool, scale: float
) -> None:
    generator = np.random.default_rng(seed)
    score = generator.uniform(-0.2, 1.2, rows)
    truth = ((score < 0.5) if turned else (score > 0.5)).astype(float)
    logits = scale * generator.normal(size=rows) if networks else None
    votes = Votes(truth, logits, score)
    found = fit_platt([votes, votes])[0]
    assert found.slope >= 0
    assert found.kernel >= 0
    assert np.isfinite(found).all()
    if turned and rows > 60 and not networks:
        assert found.kernel < 0.1
    if not turned and rows > 60:
        assert found.kernel > 1


def test_it_is_the_minimum_of_the_penalised_loss() -> None:
    """Against a plain grid search around the numbers found."""
    votes = classes(300, 5, 0.7, 0.3)
    found = fit_platt([votes])[0]
    x = votes.networks
    assert x is not None
    # Both priors pull: the shared fit is made of the same rows, so compare with the shared one.
    before = _loss(votes, found.slope, found.offset)
    for slope in np.linspace(-0.2, 0.2, 9):
        for offset in np.linspace(-0.2, 0.2, 9):
            assert _loss(votes, found.slope + slope, found.offset + offset) > before - 0.5


def _loss(votes: Votes, slope: float, offset: float) -> float:
    assert votes.networks is not None
    return float(log_losses(votes.truth, logistic(slope * votes.networks + offset)).sum())


def test_no_tasks_no_fits() -> None:
    assert fit_platt([]) == []
    none = np.zeros(0)
    assert fit_platt([Votes(none, none, None)]) == [Platt(1, 0, 0)]
    assert fit_platt([Votes(none, None, none)]) == [Platt(0, 1, 0)]
