"""The process on a few results, against its formulas and scikit-learn's."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

import gnn.updating.few_results
from gnn.updating.few_results import FewResults


def similarities(places: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return similarities that are a kernel in every power."""
    found: np.ndarray = RBF(1.0)(places, others)
    return found


def compounds(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 30 measured compounds with their results, and 12 others."""
    draw = np.random.default_rng(seed)
    places, others = draw.normal(size=(30, 2)), draw.normal(size=(12, 2))
    values = 6 + np.sin(2 * places[:, 0]) + draw.normal(scale=0.2, size=30)
    return places, values, others


@pytest.mark.parametrize("power", [1, 3])
def test_one_process_is_that_of_scikit_learn(monkeypatch: pytest.MonkeyPatch, power: int) -> None:
    monkeypatch.setattr(gnn.updating.few_results, "POWERS", (power,))
    monkeypatch.setattr(gnn.updating.few_results, "NOISES", (0.1,))
    places, values, others = compounds(0)
    process = FewResults(similarities(places, places), values)
    found = process.predict(similarities(others, places))
    # A power of this kernel is the same kernel with a shorter length.
    kernel = RBF(1.0 / np.sqrt(power), "fixed")
    known = GaussianProcessRegressor(kernel, alpha=0.1, optimizer=None)
    known.fit(places, values - values.mean())
    mean, covariance = known.predict(others, return_cov=True)
    gram = similarities(places, places) ** power + 0.1 * np.eye(30)
    centred = values - values.mean()
    scale = centred @ np.linalg.solve(gram, centred) / 30
    assert np.allclose(found.mean, mean + values.mean())
    exact = scale * (covariance + 0.1 * np.eye(12))
    assert np.allclose(found.deviation, np.sqrt(np.diag(exact)))
    among = similarities(others, others)
    assert np.allclose(process.covariance(among, similarities(others, places)), exact)


def test_the_covariance_has_the_deviations_of_the_predictions() -> None:
    places, values, others = compounds(1)
    process = FewResults(similarities(places, places), values)
    to = similarities(others, places)
    covariance = process.covariance(similarities(others, others), to)
    assert np.allclose(np.sqrt(np.diag(covariance)), process.predict(to).deviation)
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_what_is_far_from_every_result_is_the_mean_and_uncertain() -> None:
    places, values, _ = compounds(2)
    process = FewResults(similarities(places, places), values)
    far = process.predict(similarities(np.array([[50.0, 50.0]]), places))
    assert far.mean == pytest.approx(values.mean())
    assert far.deviation[0] > process.predict(similarities(places, places)).deviation.max()


def test_equal_results_are_no_division_by_zero() -> None:
    places, values, others = compounds(3)
    process = FewResults(similarities(places, places), np.full_like(values, 5.0))
    found = process.predict(similarities(others, places))
    assert np.allclose(found.mean, 5.0)
    assert (found.deviation > 0).all()
