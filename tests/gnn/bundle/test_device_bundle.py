"""A task that is learned as logarithms is predicted and imitated in its unit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gnn.assembly.fit_surrogate import surrogate_targets
from gnn.bundle.bundle import Bundle, load_bundle, write_card
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate import predictions_hash
from gnn.bundle.surrogate_predict import SurrogatePredictor
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.explain.attribution import Attributor
from gnn.features.array_types import Floats32
from gnn.features.graph_arrays import GraphArrays, take

TASKS = (("half_life", "r"), ("EGFR", "r"), ("herg", "c"))
Columns = dict[str, Floats32]


@pytest.fixture(scope="module")
def few(drug_arrays: GraphArrays) -> GraphArrays:
    return take(drug_arrays, np.arange(25))


@pytest.fixture(scope="module")
def linear(make_bundle: Callable[..., Bundle], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("linear"), tasks=TASKS)


@pytest.fixture(scope="module")
def logs(
    make_bundle: Callable[..., Bundle],
    give_surrogate: Callable[..., Bundle],
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundle:
    """The same networks; the first task's values are logarithms of hours."""
    folder = tmp_path_factory.mktemp("logs")
    card = make_bundle(folder, tasks=TASKS).card
    first = card.tasks[0].model_copy(update={"scale": "log10", "unit": "h"})
    write_card(folder, card.model_copy(update={"tasks": (first, *card.tasks[1:])}))
    return give_surrogate(load_bundle(folder, card.featurizer))


def predict(bundle: Bundle, graphs: GraphArrays) -> Columns:
    return Predictor([bundle], bfloat16=False).predict(graphs)


def test_only_that_task_is_raised_to_its_unit(
    linear: Bundle, logs: Bundle, few: GraphArrays
) -> None:
    found, before = predict(logs, few), predict(linear, few)
    assert list(found) == list(before)
    for name in before:
        if "half_life" not in name:
            assert found[name].tobytes() == before[name].tobytes()
    value, low, high = (found[f"small_half_life{end}"] for end in ("", "_lo", "_hi"))
    for end, shown in (("", value), ("_lo", low), ("_hi", high)):
        np.testing.assert_allclose(np.log10(shown), before[f"small_half_life{end}"], rtol=1e-5)
    width = (high.astype(np.float64) - low) / INTERVAL_STDS
    np.testing.assert_allclose(found["small_half_life_std"], width, rtol=1e-5)
    assert (low > 0).all()
    assert (high - value > value - low).all()


def test_a_surrogate_learns_the_logarithm_and_shows_the_unit(
    linear: Bundle, logs: Bundle, few: GraphArrays
) -> None:
    targets, before = surrogate_targets(logs, few), surrogate_targets(linear, few)
    np.testing.assert_allclose(targets[:, :3], before[:, :3], rtol=2e-3)
    # Of the linear task the width of the interval is another number of deviations.
    own, shown = np.exp(targets[:, 3].astype(float)), np.exp(before[:, 3].astype(float))
    np.testing.assert_allclose(own, shown * 1.7 / NORMAL_90, rtol=5e-3)
    found = SurrogatePredictor([logs], predicted_columns([logs])).predict(few)
    value, std, low, high = (found[f"small_half_life{end}"] for end in ("", "_std", "_lo", "_hi"))
    assert (low > 0).all()
    assert (low <= value).all()
    assert (value <= high).all()
    np.testing.assert_allclose(std, (high - low) / INTERVAL_STDS, rtol=1e-5)
    np.testing.assert_allclose(high / value, value / low, rtol=1e-4)
    narrow = SurrogatePredictor([logs], ["small_half_life_std"]).predict(few)
    np.testing.assert_allclose(narrow["small_half_life_std"], std, rtol=1e-5)


def test_the_scale_is_part_of_what_a_surrogate_imitates(linear: Bundle, logs: Bundle) -> None:
    assert linear.card.weights == logs.card.weights
    assert predictions_hash(linear.card) != predictions_hash(logs.card)


def test_contributions_add_up_to_the_logarithm(logs: Bundle, few: GraphArrays) -> None:
    some = take(few, np.arange(3))
    found = Attributor([logs], ["small_half_life"], bfloat16=False).explain(some)
    owner = np.repeat(np.arange(3), np.diff(some.atom_offsets))
    total = found.base[:, 0] + np.bincount(owner, found.atoms[:, 0].astype(np.float64))
    shown = predict(logs, some)["small_half_life"]
    np.testing.assert_allclose(total, np.log10(shown), atol=1e-4)


def test_a_card_without_a_scale_is_linear(linear: Bundle, tmp_path: Path) -> None:
    text = (linear.path / "card.json").read_text(encoding="utf-8")
    old = "\n".join(
        line for line in text.splitlines() if '"scale"' not in line and '"main_metric"' not in line
    )
    assert len(old) < len(text) - 50
    (tmp_path / "card.json").write_text(old, encoding="utf-8")
    (tmp_path / "weights.safetensors").write_bytes(
        (linear.path / "weights.safetensors").read_bytes()
    )
    again = load_bundle(tmp_path, linear.card.featurizer)
    assert again.card == linear.card
