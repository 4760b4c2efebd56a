"""Correlations that are left after results, against a Gaussian process."""

import numpy as np

from gnn.updating.left_correlations import left_correlations, shared_part

PLACES, SERIES = (0.0, 1.0), (0.0, 0.9)


def similar(count: int, seed: int) -> np.ndarray:
    """Return similarities that are a kernel."""
    places = np.random.default_rng(seed).normal(size=(count, 2))
    found: np.ndarray = np.exp(-np.square(places[:, None] - places[None]).sum(axis=-1))
    return found


def test_they_are_those_of_a_gaussian_process() -> None:
    every = similar(12, 0)
    prior = 0.9 * every
    np.fill_diagonal(prior, 1.0)
    known, rest = np.arange(5), np.arange(5, 12)
    exact = prior[np.ix_(rest, rest)] - prior[np.ix_(rest, known)] @ np.linalg.solve(
        prior[np.ix_(known, known)], prior[np.ix_(known, rest)]
    )
    size = np.sqrt(np.diag(exact))
    parts = (every[np.ix_(rest, rest)], every[np.ix_(rest, known)], every[np.ix_(known, known)])
    found = left_correlations(*parts, PLACES, SERIES)
    assert np.allclose(found, exact / size[:, None] / size, atol=1e-5)


def test_without_results_they_are_those_of_the_card() -> None:
    every = similar(6, 1)
    found = left_correlations(every, np.zeros((6, 0)), np.zeros((0, 0)), PLACES, SERIES)
    assert np.allclose(found[0, 1:], shared_part(every, PLACES, SERIES)[0, 1:])
    assert (np.diag(found) == 1).all()


def test_many_results_of_a_series_leave_hardly_any() -> None:
    to, known = np.ones((2, 20)), np.ones((20, 20))
    found = left_correlations(np.ones((2, 2)), to, known, (0.0, 1.0), (0.0, 0.6))
    assert 0 < found[0, 1] < 0.1
