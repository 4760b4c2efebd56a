"""Which model of an own assay is taken, on held-out predictions of known quality."""

import numpy as np
import pytest

from gnn.calibration.blend import Votes, fit_platt
from gnn.calibration.calibration import Outputs, log_odds
from gnn.errors import ModelError
from gnn.evaluation.compare import compare
from gnn.features.graph_arrays import collect
from gnn.models.losses import logistic
from gnn.training.training_set import TrainingSet

ROWS = 300
GENERATOR = np.random.default_rng(0)
TRUTH = GENERATOR.normal(6, 1, ROWS)
ATOM = (
    np.ones(1, np.uint16),
    np.zeros(0, np.uint16),
    np.zeros(0, np.uint16),
    np.zeros(0, np.uint8),
)


def table(
    values: np.ndarray, kind: str = "regression", bounds: np.ndarray | None = None
) -> TrainingSet:
    values = values.reshape(ROWS, -1)
    return TrainingSet(
        graphs=collect([ATOM] * ROWS),
        factors=np.zeros((2, 5), np.int64),
        values=values.astype(np.float32),
        bounds=np.zeros(values.shape, np.int8) if bounds is None else bounds[:, None],
        roles=np.full((1, ROWS), "valid"),
        tasks=tuple({"name": f"t{at}", "kind": kind} for at in range(values.shape[1])),
        meta={},
    )


def said(error_of_networks: np.ndarray, error_of_kernel: np.ndarray) -> Outputs:
    networks = np.full((2, ROWS, 1), np.nan)  # each row is held out by one network
    at = np.arange(ROWS)
    networks[at % 2, at, 0] = TRUTH + error_of_networks
    return Outputs(networks, (TRUTH + error_of_kernel)[:, None])


def noise(size: float) -> np.ndarray:
    return GENERATOR.normal(0, size, ROWS)


SAME = noise(0.5)
CASES = [
    ("gp", 2 * SAME, SAME),
    ("network", SAME, 2 * SAME),
    ("blend", noise(0.5), noise(0.5)),  # errors that cancel out
    ("gp", SAME, SAME),  # nothing is gained by the networks
]


@pytest.mark.parametrize(("chosen", "networks", "kernel"), CASES)
def test_the_model_that_is_better_is_taken_and_the_simplest_of_equals(
    chosen: str, networks: np.ndarray, kernel: np.ndarray
) -> None:
    found = compare(table(TRUTH), said(networks, kernel), ["gp", "network", "blend"])
    assert found.chosen == chosen
    errors = {each.name: each.error for each in found.candidates}
    assert errors["gp"] == pytest.approx(np.sqrt(np.square(kernel).mean()), abs=1e-3)
    assert errors["network"] == pytest.approx(np.sqrt(np.square(networks).mean()), abs=1e-3)
    for each in found.candidates:
        assert each.interval[0] < each.error < each.interval[1]
        assert f"{each.name} {each.error:.3f}" in found.why
    assert sum(each.better for each in found.candidates) == pytest.approx(1, abs=0.01)


def test_a_model_that_was_asked_for_is_taken_without_a_comparison() -> None:
    outputs = said(noise(2.0), noise(0.1))
    found = compare(table(TRUTH), outputs, ["network"])
    assert found.chosen == "network"
    assert "no other model was asked for" in found.why


def test_a_prediction_on_the_permitted_side_of_a_bound_is_no_error() -> None:
    above = np.ones(ROWS, np.int8)
    error = np.abs(noise(0.5))
    found = compare(table(TRUTH, bounds=above), said(error, -error), ["gp", "network", "blend"])
    errors = {each.name: each.error for each in found.candidates}
    assert errors["network"] == 0
    assert errors["gp"] > 0.3


def test_classes_are_compared_by_their_probabilities() -> None:
    classes = (TRUTH > 6).astype(float)
    logits = np.where(classes == 1, 4.0, -4.0)[None, :, None]
    score = GENERATOR.uniform(-0.5, 1.5, (ROWS, 1))  # a score may leave 0..1
    found = compare(
        table(classes, "classification"), Outputs(logits, score), ["gp", "network", "blend"]
    )
    assert found.chosen == "network"
    errors = {each.name: each.error for each in found.candidates}
    assert errors["network"] < 1 / (1 + np.exp(4.0))  # calibrated: it may be surer of itself
    assert errors["gp"] == pytest.approx(0.5, abs=0.02)  # it knows nothing, and says so


def test_both_models_of_a_class_are_put_together_as_they_are_shipped() -> None:
    """Log odds of the truth plus noise: half of each would throw away what the better one says."""
    odds = GENERATOR.normal(0, 2, ROWS)
    classes = (GENERATOR.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)
    said = Outputs(odds[None, :, None], GENERATOR.uniform(-0.5, 1.5, (ROWS, 1)))
    found = compare(table(classes, "classification"), said, ["gp", "network", "blend"])
    errors = {each.name: each.error for each in found.candidates}
    assert said.kernel is not None
    votes = Votes(classes, odds, kernel := said.kernel[:, 0])
    fitted = fit_platt([votes])[0]  # what the card says and the bundle does
    shipped = logistic(log_odds(odds, kernel, *fitted))
    assert errors["blend"] == pytest.approx(np.sqrt(np.square(shipped - classes).mean()), rel=0.03)
    assert errors["blend"] == pytest.approx(errors["network"], rel=0.03)


def test_without_a_row_held_out_there_is_no_choice() -> None:
    nothing = Outputs(np.full((1, ROWS, 1), np.nan), np.full((ROWS, 1), np.nan))
    with pytest.raises(ModelError, match="no row was held out"):
        compare(table(TRUTH), nothing, ["gp", "network", "blend"])
