"""Intervals on values of another source, before and after they were widened."""

import numpy as np
import pytest

from gnn.calibration.calibrate import HeldTask, Trained
from gnn.calibration.calibration import Calibration
from gnn.calibration.source_shift import SourceShift, fit_source_shift
from gnn.evaluation.shift import measure_shift

COUNT = 4000
KNOWN = np.arange(COUNT) < COUNT // 2
"""The first half of the molecules was trained on; the others are 0.3 away."""
CALIBRATION = Calibration(noise=1.0, spread=0.0, quantile=1.0, rows=100)


def task(error: np.ndarray, scale: float = 2.0, bounds: int = 0, binary: bool = False) -> HeldTask:
    """Values of 6 that were predicted with an error [COUNT]."""
    return HeldTask(
        binary=binary,
        trained=Trained(6.0, scale, 50, 6.0, 1.0),
        truth=np.full(COUNT, 6.0),
        bounds=np.full(COUNT, bounds, np.int8),
        networks=(6.0 + error)[None],
        kernel=None,
        distance=np.where(KNOWN, 0.0, 0.3),
        rows=np.arange(COUNT),
    )


def test_coverage_before_and_after() -> None:
    generator = np.random.default_rng(0)
    error = generator.normal(np.where(KNOWN, 1.5, 1.2), 0.4)
    found = measure_shift([task(error)], [CALIBRATION], KNOWN, mixed=False)
    assert found.shift == fit_source_shift(error[~KNOWN], np.full(COUNT // 2, 0.3))
    new, known = found.cards
    assert (new.kind, known.kind) == ("new compounds", "known compounds")
    assert (new.values, known.values) == (COUNT // 2, COUNT // 2)
    assert (new.distance, known.distance) == (0.3, 0.0)
    assert new.bias == pytest.approx(1.2, abs=0.05)
    assert known.bias == pytest.approx(1.5, abs=0.05)
    assert new.rmse == pytest.approx(1.265, abs=0.03)
    assert new.coverage_before == pytest.approx(0.31, abs=0.04)  # an error below 1
    assert new.coverage == pytest.approx(0.925, abs=0.03)
    assert known.coverage_before < known.coverage < new.coverage


def test_errors_of_tasks_in_different_units_count_in_their_deviations() -> None:
    error = np.random.default_rng(1).normal(0, 1, COUNT)
    (plain, _), (mixed, _) = (
        measure_shift([task(error)], [CALIBRATION], KNOWN, mixed).cards for mixed in (False, True)
    )
    assert mixed.rmse == pytest.approx(plain.rmse / 2, abs=1e-3)


def test_classes_and_respected_bounds_show_no_error() -> None:
    none = [task(np.full(COUNT, 3.0), binary=True), task(np.full(COUNT, -3.0), bounds=-1)]
    found = measure_shift(none, [CALIBRATION] * 2, KNOWN, mixed=False)
    assert found.shift == SourceShift()
    assert found.cards == ()
