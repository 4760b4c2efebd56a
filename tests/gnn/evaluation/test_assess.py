"""From held-out outputs to cards: cross-fitted figures, and calibrations that hold on new rows."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from chem.features.graphs import MolGraph, state_factors
from gnn.bundle.bundle import Bundle, load_bundle, save_bundle
from gnn.bundle.predict import Predictor
from gnn.calibration.calibration import Calibration, Outputs, apply_classification, apply_regression
from gnn.calibration.domain import Domain, environment_bits
from gnn.card.card import TaskCard
from gnn.card.metric_card import Metric
from gnn.evaluation.assess import MIXED, Assessment, assess, summarize_main
from gnn.evaluation.held_tasks import Outside
from gnn.features.graph_arrays import GraphArrays, collect
from gnn.models.losses import logistic
from gnn.training.training_set import TrainingSet
from tests.conftest import MakeBundle


class World(NamedTuple):
    """Exchangeable molecules with models of them: half to fit on, half never shown."""

    data: TrainingSet
    outputs: Outputs
    distance: np.ndarray
    truth: np.ndarray
    """[M, T] of all molecules, the unseen ones too."""
    unseen: np.ndarray
    """[M]"""


def world(
    molecules: int = 6000,
    kinds: str = "rrrc",
    holes: float = 0.5,
    kernel: bool = True,
    units: tuple[str, ...] = ("pActivity",),
) -> World:
    """Errors grow with distance and disagreement; outputs of classes are too sure of themselves."""
    generator = np.random.default_rng(4)
    tasks = len(kinds)
    distance = generator.uniform(0, 0.7, molecules)
    binary = np.array([kind == "c" for kind in kinds])
    signal = generator.normal(0, 1, (molecules, tasks))
    doubt = (0.3 + distance)[:, None] * np.linspace(0.6, 1.2, tasks)
    networks = signal + doubt * generator.normal(0, 0.7, (3, molecules, tasks))
    scores = signal + doubt * generator.normal(0, 0.7, (molecules, tasks))
    truth = signal + generator.normal(0, 0.3, (molecules, tasks))
    drawn = generator.random((molecules, tasks)) < logistic(signal)
    truth = np.where(binary, drawn, 6 + truth).astype(np.float32)
    networks = np.where(binary, 3 * networks, 6 + networks)
    scores = np.where(binary, 0.5 + 0.2 * scores, 6 + scores)
    values = np.where(generator.random(truth.shape) < holes, np.nan, truth).astype(np.float32)
    unseen = generator.random(molecules) < 0.5
    values[unseen] = np.nan
    parts = np.full((3, molecules), "valid", dtype="<U5")
    trained = 200
    grown = np.concatenate([values, np.resize(truth, (trained, tasks))])
    parts = np.concatenate([parts, np.full((3, trained), "fit", dtype="<U5")], axis=1)
    no_end = np.zeros(0, np.uint16)
    atom = MolGraph(np.ones(1, np.uint16), no_end, no_end, np.zeros(0, np.uint8))
    about = tuple(
        {
            "name": f"t{at}",
            "kind": "classification" if kind == "c" else "regression",
            "unit": "class" if kind == "c" else units[at % len(units)],
            "direction": "up",
        }
        for at, kind in enumerate(kinds)
    )
    data = TrainingSet(
        collect([atom] * len(grown)),
        state_factors(),
        grown,
        np.zeros(grown.shape, np.int8),
        parts,
        about,
        {},
    )
    pad = np.full((3, trained, tasks), np.nan)
    outputs = Outputs(
        np.concatenate([networks, pad], axis=1),
        np.concatenate([scores, pad[0]]) if kernel else None,
    )
    far = np.concatenate([distance, np.full(trained, np.nan)]).astype(np.float32)
    return World(data, outputs, far, truth, unseen)


def shares_inside(found: World, cards: tuple[TaskCard, ...]) -> tuple[float, list[float]]:
    """Coverage of unseen values of the regressions: overall, and by third of the distance."""
    inside, away = [], []
    rows = np.flatnonzero(found.unseen)
    for task, card in enumerate(cards):
        if card.kind == "regression":
            kernel = None if found.outputs.kernel is None else found.outputs.kernel[rows, task]
            _, _, low, high = apply_regression(
                found.outputs.networks[:, rows, task],
                kernel,
                found.distance[rows],
                Calibration.from_dict(card.calibration),
            )
            truth = found.truth[rows, task]
            inside.append((low <= truth) & (truth <= high))
            away.append(found.distance[rows])
    covered, distance = np.concatenate(inside), np.concatenate(away)
    third = np.digitize(distance, np.quantile(distance, [1 / 3, 2 / 3]))
    return float(covered.mean()), [float(covered[third == at].mean()) for at in range(3)]


@pytest.fixture(scope="module")
def seen() -> World:
    return world()


@pytest.fixture(scope="module")
def judged(seen: World) -> Assessment:
    return assess(seen.data, seen.outputs, None, np.arange(4), seen.distance)


def assert_covered(found: World, result: Assessment) -> None:
    """Nine in ten of what was never shown, and the card says so."""
    overall, thirds = shares_inside(found, result.tasks)
    assert 0.87 <= overall <= 0.93
    assert min(thirds) >= 0.86
    assert result.coverage == pytest.approx(overall, abs=0.02)
    assert result.coverage_by_third == pytest.approx(thirds, abs=0.03)


def test_intervals_cover_new_values_in_every_third(seen: World, judged: Assessment) -> None:
    assert_covered(seen, judged)
    assert 0.1 < judged.tasks[0].calibration["kernel"] < 0.5


def test_a_class_has_its_errors_at_each_threshold(seen: World, judged: Assessment) -> None:
    assert [task.operating_points is None for task in judged.tasks] == [True, True, True, False]
    card = judged.tasks[3]
    found = card.operating_points
    assert found is not None
    assert found.positives + found.negatives == card.validated_on
    # They hold on molecules that were never shown, as far as these are like the others.
    rows, at = np.flatnonzero(seen.unseen), found.thresholds.index(0.3)
    assert seen.outputs.kernel is not None
    given = (seen.outputs.networks[:, rows, 3], seen.outputs.kernel[rows, 3], seen.distance[rows])
    value = apply_classification(*given, Calibration.from_dict(card.calibration))[0]
    truth = seen.truth[rows, 3] == 1
    assert (value[truth] >= 0.3).mean() == pytest.approx(found.sensitivity[at], abs=0.03)
    assert (value[~truth] < 0.3).mean() == pytest.approx(found.specificity[at], abs=0.03)


def test_another_source_widens_the_side_of_its_errors() -> None:
    found = world(kernel=False)
    rows = np.flatnonzero(found.unseen)
    values = np.full(found.data.values.shape, np.nan, np.float32)
    values[rows] = found.truth[rows] - 1.5
    data = replace(found.data, outside=values)
    outside = Outside(rows, found.outputs.networks[:, rows], found.distance[rows])
    plain = assess(found.data, found.outputs, None, np.arange(4), found.distance)
    wide = assess(data, found.outputs, None, np.arange(4), found.distance, outside)
    assert plain.shifts == ()
    (shift,) = wide.shifts
    assert shift.kind == "new compounds"
    assert shift.values == 3 * len(rows)
    assert shift.bias == pytest.approx(1.5, abs=0.1)
    assert shift.coverage_before < 0.6
    assert shift.coverage == pytest.approx(0.925, abs=0.03)
    for before, after in zip(plain.tasks, wide.tasks, strict=True):
        changed = {"shift_edges", "below"} if after.kind == "regression" else set()
        same = {
            name for name, value in after.calibration.items() if value == before.calibration[name]
        }
        assert before.calibration.keys() - same <= changed
        assert (max(after.calibration["below"]) > 1.3) == bool(changed)
    assert (wide.coverage or 0) > (plain.coverage or 0) + 0.02
    assert wide.errors[2].rmse == plain.errors[2].rmse


def test_intervals_of_networks_alone_cover_new_values() -> None:
    found = world(kinds="rr", kernel=False)
    result = assess(found.data, found.outputs, None, np.arange(2), found.distance)
    assert_covered(found, result)
    assert result.tasks[0].calibration["kernel"] == 0


def test_bounds_that_are_respected_do_not_narrow_an_interval() -> None:
    """A third of the rows become bounds at the prediction itself: errors of 0 that tell nothing."""
    found = world(molecules=3000, kinds="r", holes=0.0, kernel=False)
    values, bounds = found.data.values.copy(), found.data.bounds.copy()
    some = np.arange(len(values)) % 3 == 0
    some[3000:] = False
    bounds[some] = -1
    values[some, 0] = found.outputs.networks[:, some, 0].max(axis=0) + 0.01
    values[:3000][found.unseen] = np.nan
    result = assess(
        replace(found.data, values=values, bounds=bounds),
        found.outputs,
        None,
        np.arange(1),
        found.distance,
    )
    overall, _ = shares_inside(found, result.tasks)
    assert overall > 0.875, "measured values are covered as if there were no bounds"


def test_bounds_alone_give_a_card() -> None:
    found = world(molecules=60, kinds="r", holes=0.0)
    bounds = np.full(found.data.bounds.shape, -1, np.int8)
    values = found.data.values + np.float32(20)
    data = replace(found.data, values=values, bounds=bounds)
    card = assess(data, found.outputs, None, np.arange(1), found.distance).tasks[0]
    assert card.calibration["quantile"] >= 1


def test_probabilities_mean_what_they_say(seen: World, judged: Assessment) -> None:
    result = judged
    found = result.tasks[3].probabilities
    assert found is not None
    assert found == result.probabilities
    assert found.rows == result.tasks[3].validated_on
    assert found.calibration_error < 0.5 * found.calibration_error_before
    assert found.log_loss < found.log_loss_before - 0.05
    calibration = Calibration.from_dict(result.tasks[3].calibration)
    rows = np.flatnonzero(seen.unseen)
    assert seen.outputs.kernel is not None
    value, _, _, _ = apply_classification(
        seen.outputs.networks[:, rows, 3],
        seen.outputs.kernel[rows, 3],
        seen.distance[rows],
        calibration,
    )
    for low in (0.1, 0.3, 0.5, 0.7):
        some = (value >= low) & (value < low + 0.2)
        assert seen.truth[rows, 3][some].mean() == pytest.approx(value[some].mean(), abs=0.06)


def test_the_card_has_the_error_by_distance(seen: World, judged: Assessment) -> None:
    result = judged
    held = seen.data.values[:6000]
    assert sum(found.values for found in result.errors) == np.isfinite(held[:, :3]).sum()
    assert sum(found.classes for found in result.errors) == np.isfinite(held[:, 3]).sum()
    errors = [found.rmse for found in result.errors if found.rmse is not None]
    assert errors == sorted(errors), "made so that it grows"
    assert result.unit == "pActivity"
    assert result.limit == pytest.approx(0.665, abs=0.02)
    assert result.thirds == pytest.approx((0.233, 0.467), abs=0.02)


def test_errors_of_different_units_are_in_standard_deviations(judged: Assessment) -> None:
    found = world(units=("pActivity", "mV"))
    found.data.values[:, 1] *= 1000
    found.outputs.networks[:, :, 1] *= 1000
    assert found.outputs.kernel is not None
    found.outputs.kernel[:, 1] *= 1000
    result = assess(found.data, found.outputs, None, np.arange(4), found.distance)
    assert result.unit == MIXED
    assert all(each.rmse < 2 for each in result.errors if each.rmse is not None)
    assert result.coverage == judged.coverage, "no unit is favoured"


def test_what_is_measured_was_fitted_on_other_molecules() -> None:
    """Random truth: a fit on the same rows would find something, one on others cannot."""
    found = world(molecules=120, kinds="c", holes=0.0)
    generator = np.random.default_rng(0)
    values = found.data.values.copy()
    there = np.isfinite(values)
    values[there] = generator.integers(0, 2, there.sum())
    data = replace(found.data, values=values)
    card = assess(data, found.outputs, None, np.arange(1), found.distance).tasks[0]
    assert card.probabilities is not None
    assert card.probabilities.log_loss > np.log(2) - 0.02


@pytest.mark.parametrize("kinds", ["r", "c", "rc"])
@pytest.mark.parametrize("molecules", [0, 3, 30])
def test_few_rows_give_a_card_all_the_same(kinds: str, molecules: int) -> None:
    found = world(molecules=molecules, kinds=kinds, holes=0.0)
    result = assess(found.data, found.outputs, None, np.arange(len(kinds)), found.distance)
    for card in result.tasks:
        calibration = Calibration.from_dict(card.calibration)
        apply = apply_regression if card.kind == "regression" else apply_classification
        for part in apply(np.full((2, 3), 6.0), np.zeros(3), np.array([0, 0.5, 1]), calibration):
            assert np.isfinite(part).all()


def test_perfect_predictions_are_no_certainty() -> None:
    found = world(molecules=60, kinds="r", holes=0.0, kernel=False)
    outputs = Outputs(np.repeat(found.data.values[None].astype(float), 2, axis=0), None)
    result = assess(found.data, outputs, None, np.arange(1), found.distance)
    calibration = Calibration.from_dict(result.tasks[0].calibration)
    assert calibration.quantile >= 1
    _, std, low, high = apply_regression(np.full((2, 1), 6.0), None, np.zeros(1), calibration)
    assert 0 < std[0] < 0.5
    assert low[0] < high[0]


def test_a_task_that_is_all_alike_is_assessed() -> None:
    found = world(molecules=60, kinds="r", holes=0.0)
    values = np.where(np.isfinite(found.data.values), np.float32(5), np.nan).astype(np.float32)
    result = assess(
        replace(found.data, values=values), found.outputs, None, np.arange(1), found.distance
    )
    assert result.tasks[0].metrics == {}
    assert np.isfinite(result.tasks[0].calibration["noise"])


def test_presumed_values_are_where_strange_molecules_are() -> None:
    found = world(kinds="rr")
    presumed = np.zeros(found.data.graphs.molecules, bool)
    presumed[-50:] = True
    values = found.data.values.copy()
    values[-50:, 0] = 5.0
    values[-50:, 1] = np.nan
    data = replace(found.data, values=values, presumed=presumed)
    first, second = assess(data, found.outputs, None, np.arange(2), found.distance).tasks
    assert first.calibration["remote"] == 5.0
    assert second.calibration["remote"] == second.calibration["centre"]
    assert first.trained_on == 150


def test_a_bundle_measures_its_distance(
    make_bundle: MakeBundle, tmp_path: Path, drug_arrays: GraphArrays
) -> None:
    """The domain goes into the weights' file and comes back as a column."""
    plain: Bundle = make_bundle(tmp_path / "plain")
    bits = environment_bits(drug_arrays)
    states = [network.state_dict() for network in plain.networks]
    card = plain.card
    tasks = []
    for task in card.tasks:
        grown = {"distances": [0.0, 0.7], "distance_factors": [1.0, 4.0]}
        known = {"fade": 0.8, "far": 1.0, "remote": 5.0 if task.kind == "regression" else -2.0}
        tasks.append(task.model_copy(update={"calibration": task.calibration | grown | known}))
    card = card.model_copy(update={"tasks": tuple(tasks)})
    save_bundle(tmp_path / "known", card, states, Domain(bits[:40]))
    bundle = load_bundle(tmp_path / "known", card.featurizer)
    predictor = Predictor([bundle])
    assert predictor.columns[-1] == "small_distance"
    found = predictor.predict(drug_arrays)
    assert list(found) == predictor.columns
    np.testing.assert_array_equal(found["small_distance"], Domain(bits[:40]).distance_of(bits))
    assert (found["small_distance"][:40] == 0).all()
    near = Predictor([plain]).predict(drug_arrays)
    assert (found["small_EGFR_std"] >= near["small_EGFR_std"]).all()
    np.testing.assert_array_equal(found["small_EGFR"][:40], near["small_EGFR"][:40])
    assert "small_distance" not in near
    both = Predictor([bundle, plain]).predict(drug_arrays)
    np.testing.assert_array_equal(both["small_distance"], found["small_distance"])


def test_own_metrics_are_averaged_by_metric_and_errors_by_unit(judged: Assessment) -> None:
    def task(main: str, value: float, unit: str = "h") -> TaskCard:
        metrics = {
            name: Metric(network=value, network_interval=(0, 1)) for name in ("mae", "spearman")
        }
        changes = {"main_metric": main, "unit": unit, "scale": "linear", "metrics": metrics}
        return judged.tasks[0].model_copy(update=changes)

    ranks = [task("spearman", 0.2), task("spearman", 0.6, "L/kg"), task("", 9.0)]
    errors = [task("mae", 1.0), task("mae", 2.0)]
    found = summarize_main([*ranks, *errors])
    assert {name: (mean.tasks, mean.network) for name, mean in found.items()} == {
        "spearman": (2, 0.4),
        "mae": (2, 1.5),
    }
    assert list(summarize_main([*ranks, *errors, task("mae", 3.0, "%")])) == ["spearman"]
    assert summarize_main([task("rmse", 1.0)]) == {}  # its card lacks its own metric
