"""The fit finds the probabilities from which rows were drawn."""

import numpy as np
import pytest

from gnn.calibration.calibrate import HeldTask, Trained
from gnn.calibration.calibration import UNCALIBRATED
from gnn.calibration.fit_inactivity import fit_inactivity, known_sides
from gnn.calibration.inactivity import Floor, Inactivity

LEVEL = 5.0
FLOOR = Floor(LEVEL, 4.8)


def task(
    rows: int, truth: Inactivity, seed: int, floor: Floor | None = FLOOR
) -> tuple[HeldTask, np.ndarray]:
    """Held-out rows that are inactive with the probabilities of ``truth``, and these."""
    generator = np.random.default_rng(seed)
    value, distance = generator.uniform(4, 8, rows), generator.uniform(0, 0.7, rows)
    probability = truth.probability(value, distance)
    inactive = generator.random(rows) < probability
    held = HeldTask(
        binary=False,
        trained=Trained(6.0, 1.0, 500, 6.0, 1.0, floor),
        truth=np.where(inactive, LEVEL, 7.0),
        bounds=np.where(inactive, -1, 0).astype(np.int8),
        networks=value[None],
        kernel=None,
        distance=distance,
        rows=np.arange(rows),
    )
    return held, probability


def fit(*tasks: HeldTask) -> list[Inactivity | None]:
    return fit_inactivity(tasks, [UNCALIBRATED] * len(tasks))


def test_the_probabilities_are_recovered() -> None:
    truth = Inactivity(LEVEL, 4.8, near=3.5, far=1.0, offset=0.7)
    held, _ = task(8000, truth, 0)
    (found,) = fit(held)
    assert found is not None
    assert (found.level, found.mean) == (LEVEL, 4.8)
    new, expected = task(500, truth, 1)
    assert found.probability(new.networks[0], new.distance) == pytest.approx(expected, abs=0.05)


def test_tasks_differ_as_far_as_their_rows_show() -> None:
    usual = Inactivity(LEVEL, 4.8, 3.0, 1.5, 1.0)
    other = Inactivity(LEVEL, 4.8, 3.0, 1.5, -2.0)
    many = [task(2000, usual, seed)[0] for seed in range(3)]
    found = fit(*many, task(2000, other, 9)[0], task(6, other, 10)[0])
    offsets = [one.offset for one in found if one is not None]
    assert len(offsets) == 5
    assert offsets[:3] == pytest.approx([1.0] * 3, abs=0.25)
    assert offsets[3] == pytest.approx(-2.0, abs=0.35)
    assert offsets[3] < offsets[4] < offsets[0] + 0.2


def test_slopes_never_point_the_wrong_way() -> None:
    """Rows that are the more inactive the higher their prediction."""
    wrong = Inactivity(LEVEL, 4.8, near=-3.0, far=-3.0, offset=-3.0)
    (found,) = fit(task(2000, wrong, 0)[0])
    assert found is not None
    assert min(found.near, found.far) >= 0


def test_without_a_floor_or_rows_there_is_none() -> None:
    truth = Inactivity(LEVEL, 4.8, 3.0, 1.5, 1.0)
    assert fit(task(100, truth, 0, floor=None)[0]) == [None]
    assert fit(task(9, truth, 0)[0]) == [None]
    assert fit() == []
    nothing, _ = task(0, truth, 0)
    some, without, empty = fit(task(200, truth, 0)[0], task(50, truth, 1, None)[0], nothing)
    assert without is None
    assert some is not None
    assert empty is not None  # what all tasks together show
    assert empty.offset == pytest.approx(some.offset, abs=0.5)


def test_rows_whose_side_is_unknown_do_not_count() -> None:
    truth = Inactivity(LEVEL, 4.8, 3.0, 1.5, 1.0)
    held, _ = task(400, truth, 0)
    values, bounds = held.truth.copy(), held.bounds.copy()
    values[:100], bounds[:100] = 6.5, -1
    mixed = held._replace(truth=values, bounds=bounds)
    rows, _ = known_sides(mixed)
    assert rows.tolist() == list(range(100, 400))
    assert fit(mixed) == fit(held.among(np.arange(400) >= 100))
