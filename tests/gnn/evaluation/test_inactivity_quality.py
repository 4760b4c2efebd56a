"""Cards tell how good the probabilities of inactivity are, on rows that did not fit them."""

import numpy as np
import pytest

from gnn.calibration.calibration import Outputs
from gnn.card.card import TaskCard
from gnn.evaluation.assess import Assessment, assess
from gnn.features.graph_arrays import collect
from gnn.training.training_set import TrainingSet
from tests.graphs import graph_of

ROWS, TRAINED = 3000, 300


def judge(
    unit: str = "pActivity", floors: tuple[float | None, ...] = (5.0, 6.0), seed: int = 0
) -> Assessment:
    """Tasks whose compounds are inactive, or have a value about that of their prediction."""
    generator = np.random.default_rng(seed)
    count = ROWS + TRAINED
    signal = generator.normal(6.5, 1.2, (count, len(floors)))
    truth = signal + generator.normal(0, 0.6, signal.shape)
    bounds = np.zeros(truth.shape, np.int8)
    for at, floor in enumerate(floors):
        if floor is not None:
            low = truth[:, at] < floor
            truth[low, at], bounds[low, at] = floor, -1
    roles = np.full((1, count), "valid", dtype="<U5")
    roles[:, ROWS:] = "fit"
    data = TrainingSet(
        collect([graph_of("C")] * count),
        np.zeros((1, 5), np.int64),
        truth.astype(np.float32),
        bounds,
        roles,
        tuple(
            {"name": f"t{at}", "kind": "regression", "unit": unit, "direction": "up"}
            for at in range(len(floors))
        ),
        {},
    )
    networks = signal[None].copy()
    networks[:, ROWS:] = np.nan
    distance = np.where(roles[0] == "valid", 0.3, np.nan).astype(np.float32)
    return assess(data, Outputs(networks, None), None, np.arange(len(floors)), distance)


@pytest.fixture(scope="module")
def judged() -> Assessment:
    return judge()


def test_every_task_with_a_floor_has_numbers_and_their_quality(judged: Assessment) -> None:
    for card, level in zip(judged.tasks, (5.0, 6.0), strict=True):
        found = card.inactivity
        assert found is not None
        assert (found.level, found.mean, found.rows) == (level, level, ROWS)
        assert 0.05 < found.inactive / found.rows < 0.5
        assert found.log_loss is not None
        assert found.log_loss < 0.35
        assert found.auroc is not None
        assert found.auroc > 0.9
        assert min(found.near, found.far) > 0


def test_the_summary_is_over_all_tasks(judged: Assessment) -> None:
    found = judged.inactivity
    assert found is not None
    assert (found.tasks, found.rows) == (2, 2 * ROWS)
    each = [one.inactivity for one in judged.tasks]
    losses = [one.log_loss or 0 for one in each if one is not None]
    assert found.log_loss == pytest.approx(np.mean(losses), abs=1e-3)
    assert found.log_loss < 0.6 * found.log_loss_of_share
    assert found.calibration_error < 0.02


def test_what_is_measured_was_fitted_on_other_molecules() -> None:
    """Inactivity at random: no better than the share, and not much worse."""
    generator = np.random.default_rng(3)
    count = 400
    inactive = generator.random(count) < 0.4
    roles = np.full((1, count), "valid", dtype="<U5")
    roles[:, :100] = "fit"
    values = np.where(inactive, 5.0, generator.normal(7, 0.5, count)).astype(np.float32)
    data = TrainingSet(
        collect([graph_of("C")] * count),
        np.zeros((1, 5), np.int64),
        values[:, None],
        np.where(inactive, -1, 0).astype(np.int8)[:, None],
        roles,
        ({"name": "t", "kind": "regression", "unit": "pActivity", "direction": "up"},),
        {},
    )
    networks = generator.normal(6, 1, (1, count, 1))
    networks[:, :100] = np.nan
    found = assess(data, Outputs(networks, None), None, np.arange(1)).inactivity
    assert found is not None
    assert -0.002 < found.log_loss - found.log_loss_of_share < 0.05


@pytest.mark.parametrize(("unit", "floors"), [("h", (5.0,)), ("pActivity", (None,))])
def test_a_task_without_a_floor_has_none(unit: str, floors: tuple[float | None, ...]) -> None:
    found = judge(unit, floors)
    assert found.inactivity is None
    assert [one.inactivity for one in found.tasks] == [None]


def test_a_damaged_card_is_refused(judged: Assessment) -> None:
    card = judged.tasks[0].model_dump(mode="json")
    assert TaskCard.model_validate(card) == judged.tasks[0]
    for change in ({"near": -1.0}, {"level": float("inf")}, {"more": 1}):
        with pytest.raises(ValueError, match=next(iter(change))):
            TaskCard.model_validate(card | {"inactivity": card["inactivity"] | change})
