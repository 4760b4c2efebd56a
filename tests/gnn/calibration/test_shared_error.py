"""Correlations of errors: those of drawn errors are found again."""

import numpy as np
import pytest

from gnn.calibration.shared_error import (
    LEAST_PAIRS,
    SharedError,
    correlations_among,
    fit_shared_error,
    similarities,
    standard_errors,
)

SERIES, EACH, TARGETS = 60, 12, 4


def drawn(
    series: float, targets: float, seed: int = 0
) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Return errors of 60 series of 12 like compounds on 4 targets, with known correlations."""
    generator = np.random.default_rng(seed)
    compounds = SERIES * EACH
    common = np.repeat(generator.normal(size=(SERIES, TARGETS)), EACH, axis=0)
    own = generator.normal(size=(compounds, 1))
    rest = generator.normal(size=(compounds, TARGETS))
    errors = np.sqrt(series) * common + np.sqrt(targets) * own
    errors += np.sqrt(1 - series - targets) * rest
    core = np.repeat(generator.random((SERIES, 1024)) < 0.04, EACH, axis=0)
    bits = np.packbits(core | (generator.random((compounds, 1024)) < 0.008), axis=1)
    every = np.arange(compounds)
    return [errors[:, target] for target in range(TARGETS)], [every] * TARGETS, bits


@pytest.mark.parametrize(("series", "targets"), [(0.5, 0.3), (0.2, 0.6), (0.0, 0.0)])
def test_known_correlations_are_found(series: float, targets: float) -> None:
    found = fit_shared_error(*drawn(series, targets))
    assert found.targets == pytest.approx(targets, abs=0.06)
    near = np.interp(0.7, found.similarities, found.series)
    assert near == pytest.approx(series, abs=0.1)
    assert found.series[0] == pytest.approx(0, abs=0.03)
    assert list(found.series) == sorted(found.series)
    assert min(found.series_pairs) >= LEAST_PAIRS


def test_few_pairs_tell_nothing() -> None:
    errors, rows, bits = drawn(0.5, 0.3)
    found = fit_shared_error([errors[0][:5]], [rows[0][:5]], bits)
    assert found == SharedError(None, 0, (), (), ())


def test_similarity_is_tanimoto() -> None:
    bits = np.zeros((3, 128), np.uint8)
    bits[0, 0], bits[1, 0], bits[2, 1] = 0b11, 0b110, 0b1
    expected = np.array([[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 1]])
    assert similarities(bits) == pytest.approx(expected)


def test_correlations_are_interpolated() -> None:
    likeness = np.array([[1.0, 0.5], [0.5, 1.0]])
    found = correlations_among(likeness, (0.4, 0.6), (0.2, 0.4))
    np.testing.assert_allclose(found, [[1.0, 0.3], [0.3, 1.0]])


def test_an_error_of_half_the_interval_is_164_deviations() -> None:
    one = np.ones(1)
    assert standard_errors(one, 0 * one, -one, one)[0] == pytest.approx(1.645, abs=1e-3)
