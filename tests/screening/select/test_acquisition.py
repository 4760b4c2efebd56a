"""Acquisition: what picks are worth, against exact formulas and small cases."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from screening.select.acquisition import Acquisition, Target, _top_sum

RULES = ("probability", "improvement", "knowledge")


def kernel(count: int, seed: int) -> np.ndarray:
    """Return a covariance of errors, as of ``count`` compounds in two dimensions."""
    places = np.random.default_rng(seed).normal(size=(count, 2))
    squares = np.square(places[:, None] - places[None]).sum(axis=-1)
    found: np.ndarray = np.exp(-squares) * 0.9 + 0.1 * np.eye(count)
    return found


def picks(acquisition: Acquisition, count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count and (at := acquisition.best()) is not None:
        acquisition.take(at)
        found.append(at)
    return found


def series(sizes: Sequence[int], correlation: float) -> np.ndarray:
    """Return the correlations of compounds in series of these sizes."""
    name = np.repeat(np.arange(len(sizes)), sizes)
    found = np.where(name[:, None] == name[None], correlation, 0.0)
    np.fill_diagonal(found, 1.0)
    return found


def test_known_compounds_narrow_the_others_as_in_a_gaussian_process() -> None:
    covariance = kernel(12, 0)
    target = Target(np.zeros(12), np.ones(12), 1.0, covariance.copy())
    known = [3, 7, 5]
    for at in known:
        target.measure(at)
    cross = covariance[:, known]
    exact = np.diag(covariance - cross @ np.linalg.inv(covariance[np.ix_(known, known)]) @ cross.T)
    others = np.setdiff1d(np.arange(12), known)
    assert np.allclose(target.deviation[others] ** 2, np.maximum(exact, 0.05)[others])


def test_a_result_moves_the_probabilities_as_in_a_gaussian_process() -> None:
    covariance, mean = kernel(6, 1), np.linspace(-1, 1, 6)
    target = Target(mean, np.ones(6), 0.5, covariance.copy())
    (found,) = target.probability_after(np.array([2]), 1.5)
    result = mean[2] + 1.5 * np.sqrt(covariance[2, 2])
    moved = mean + covariance[:, 2] / covariance[2, 2] * (result - mean[2])
    left = 1.0 - covariance[:, 2] ** 2 / covariance[2, 2]
    others = np.arange(6) != 2
    exact = norm.sf(0.5, moved, np.sqrt(np.maximum(left, 0.05)))
    assert np.allclose(found[others], exact[others])


def test_the_excess_is_the_mean_of_what_lies_above_the_level() -> None:
    target = Target(np.array([4.0, 7.5]), np.array([1.5, 0.3]), 6.0)
    exact = [
        quad(lambda x, m=mean, s=std: (x - 6) * norm.pdf(x, m, s), 6, 12)[0]
        for mean, std in ((4.0, 1.5), (7.5, 0.3))
    ]
    assert np.allclose(target.excess(), exact, atol=1e-6)


def test_picks_by_probability_are_those_of_the_highest_yield() -> None:
    draw = np.random.default_rng(2)
    mean, std, worth = draw.normal(6, 1, 50), draw.uniform(0.2, 1.5, 50), draw.uniform(0.1, 1, 50)
    found = picks(Acquisition("probability", [Target(mean, std, 7.0)], worth), 50)
    assert found == np.argsort(-worth * norm.sf(7.0, mean, std), kind="stable").tolist()


def test_every_primary_target_counts() -> None:
    """The first compound is a hit on one target only, the second probably on both."""
    one = Target(np.array([9.0, 7.5]), np.ones(2), 7.0)
    other = Target(np.array([4.0, 7.5]), np.ones(2), 7.0)
    for rule in RULES:
        assert picks(Acquisition(rule, [one, other], np.ones(2), 5), 1) == [1]


@pytest.mark.parametrize("rule", RULES)
def test_each_compound_is_picked_once_and_a_refused_one_never(rule: str) -> None:
    acquisition = Acquisition(
        rule, [Target(np.zeros(20), np.ones(20), 1.0, kernel(20, 3))], np.ones(20), 30
    )
    acquisition.refuse(4)
    assert sorted(picks(acquisition, 50)) == [at for at in range(20) if at != 4]
    assert acquisition.best() is None


def test_knowledge_asks_the_larger_series_first_and_then_the_next() -> None:
    """All predictions are equal, so only what a result teaches decides."""
    sizes = (1, 4, 12, 2)
    covariance = series(sizes, 0.8)
    target = Target(np.full(19, 5.5), np.ones(19), 7.0, covariance)
    acquisition = Acquisition("knowledge", [target], np.ones(19), 8)
    name = np.repeat(np.arange(4), sizes)
    assert [int(name[at]) for at in picks(acquisition, 2)] == [2, 1]


def test_a_result_of_a_series_is_worth_more_if_its_others_can_be_picked_later() -> None:
    gains = []
    for later in (1, 4, 9):
        target = Target(np.full(12, 5.5), np.ones(12), 7.0, series((10, 2), 0.8))
        acquisition = Acquisition("knowledge", [target], np.ones(12), later)
        (first,) = picks(acquisition, 1)
        gains.append(acquisition.gains[first])
    assert 0 < gains[0] < gains[1] < gains[2]


def test_unrelated_results_teach_nothing() -> None:
    draw = np.random.default_rng(5)
    mean = draw.normal(6, 1, 30)
    target = Target(mean, np.ones(30), 7.0, np.eye(30))
    acquisition = Acquisition("knowledge", [target], np.ones(30), 10)
    assert picks(acquisition, 30) == np.argsort(-mean, kind="stable").tolist()
    assert max(map(abs, acquisition.gains.values())) < 1e-9


def test_what_a_control_will_tell_is_not_asked_again() -> None:
    target = Target(np.full(8, 5.5), np.ones(8), 7.0, series((5, 3), 0.9))
    acquisition = Acquisition("knowledge", [target], np.ones(8), 6)
    acquisition.take(0)
    assert picks(acquisition, 1)[0] >= 5


def test_top_sums_are_those_of_sorted_rows() -> None:
    values = np.random.default_rng(6).random((5, 9))
    for size in range(1, 11):
        exact = np.sort(values, axis=1)[:, ::-1][:, :size].sum(axis=1)
        assert np.allclose(_top_sum(values, size), exact)


def test_a_compound_that_a_cap_refuses_may_be_a_later_pick() -> None:
    """The whole series is refused but for one: its result still tells whether to pick it later."""
    gains = []
    for refused in ((), (0, 1, 2, 3)):
        target = Target(np.full(8, 5.5), np.ones(8), 7.0, series((5, 3), 0.9))
        acquisition = Acquisition("knowledge", [target], np.ones(8), 3)
        for at in refused:
            acquisition.refuse(at)
        while (best := acquisition.best()) is not None and best != 4:
            acquisition.refuse(best)
        gains.append(acquisition.gains[4])
    assert gains[1] == pytest.approx(gains[0])


def test_knowledge_does_not_vanish_if_many_plates_follow() -> None:
    gains = []
    for later in (5, 10, 20, 1000):
        target = Target(np.full(20, 5.5), np.ones(20), 7.0, series((10, 5, 5), 0.8))
        acquisition = Acquisition("knowledge", [target], np.ones(20), later)
        (first,) = picks(acquisition, 1)
        gains.append(acquisition.gains[first])
    assert gains[1] == gains[2] == gains[3] > 0
