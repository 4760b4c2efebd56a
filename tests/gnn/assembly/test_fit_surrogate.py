from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gnn.assembly.fit_surrogate import SurrogateTraining, fit_surrogate, surrogate_targets
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate import SurrogateSizes, save_surrogate
from gnn.bundle.surrogate_predict import SurrogatePredictor
from gnn.calibration.calibration import Calibration, mean_widening
from gnn.errors import ModelError
from gnn.features.graph_arrays import GraphArrays, take


@pytest.fixture
def bundle(make_bundle: Callable[..., Bundle], tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path, width=32, environments=256, hidden=32)


def test_a_surrogate_learns_what_its_bundle_predicts(
    bundle: Bundle, drug_arrays: GraphArrays
) -> None:
    many = take(drug_arrays, np.arange(1500) % drug_arrays.molecules)
    lesson = surrogate_targets(bundle, many)
    sizes = SurrogateSizes(2, environments=1024, hidden=64)
    config = SurrogateTraining(epochs=15, batch=64, warmup=20)
    network, card = fit_surrogate(bundle, many, lesson, "drugs", sizes, config)
    assert min(card.r2.values()) > 0.9, card
    save_surrogate(bundle.path, network, card)
    loaded = load_bundle(bundle.path, bundle.card.featurizer)
    columns = ["small_EGFR", "small_herg", "small_EGFR_std"]
    said = SurrogatePredictor([loaded], columns).predict(drug_arrays)
    right = Predictor([bundle]).predict(drug_arrays)
    for column in columns[:2]:
        assert np.corrcoef(said[column], right[column])[0, 1] > 0.95, column
    error = np.sqrt(np.square(said["small_EGFR"] - right["small_EGFR"]).mean())
    assert max(error, card.errors["EGFR"]) < 0.4 * right["small_EGFR"].std()
    np.testing.assert_allclose(said["small_EGFR_std"], right["small_EGFR_std"], rtol=0.05)


def test_lessons_are_what_the_bundle_predicts(bundle: Bundle, drug_arrays: GraphArrays) -> None:
    found = surrogate_targets(bundle, drug_arrays).astype(np.float64)
    right = Predictor([bundle]).predict(drug_arrays)
    np.testing.assert_allclose(found[:, 0], right["small_EGFR"], rtol=1e-3)
    np.testing.assert_allclose(1 / (1 + np.exp(-found[:, 1])), right["small_herg"], atol=1e-3)
    widened = mean_widening(Calibration.from_dict(bundle.card.tasks[0].calibration))
    np.testing.assert_allclose(widened * np.exp(found[:, 2]), right["small_EGFR_std"], rtol=3e-3)


def test_too_few_molecules_are_refused(bundle: Bundle, drug_arrays: GraphArrays) -> None:
    with pytest.raises(ModelError, match="expected at least 1000"):
        fit_surrogate(bundle, drug_arrays, surrogate_targets(bundle, drug_arrays), "drugs")
