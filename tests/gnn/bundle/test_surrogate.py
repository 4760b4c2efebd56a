from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.surrogate import (
    FILE,
    Surrogate,
    SurrogateCard,
    SurrogateSizes,
    load_surrogate,
    predictions_hash,
    round_weights,
    save_surrogate,
)
from gnn.bundle.surrogate_predict import SurrogatePredictor
from gnn.calibration.conformal import INTERVAL_STDS
from gnn.errors import ModelError
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import GraphArrays, take

MakeBundle = Callable[..., Bundle]


@pytest.fixture
def bundle(make_bundle: MakeBundle, give_surrogate: MakeBundle, tmp_path: Path) -> Bundle:
    return give_surrogate(make_bundle(tmp_path / "bundle"))


def test_a_surrogate_comes_back_as_it_was_kept(
    make_bundle: MakeBundle, tmp_path: Path, drug_arrays: GraphArrays
) -> None:
    bundle = make_bundle(tmp_path)
    assert bundle.surrogate is None
    sizes = SurrogateSizes(2, environments=1024, hidden=300)  # large enough to be kept as bytes
    network = Surrogate(sizes)
    card = SurrogateCard(
        predictions_hash(bundle.card), sizes, {"EGFR": 0.1}, {"EGFR": 0.9}, "drugs"
    )
    save_surrogate(tmp_path, network, card)
    assert (tmp_path / FILE).stat().st_size < 0.55 * 4 * 1024 * 300
    round_weights(network)
    found = load_bundle(tmp_path, bundle.card.featurizer).surrogate
    assert found is not None
    assert found.card == card
    batch = make_batch(take(drug_arrays, np.arange(20)))
    with torch.inference_mode():
        assert torch.equal(found.network(batch), network(batch))


def test_a_surrogate_of_other_weights_is_refused(
    make_bundle: MakeBundle, give_surrogate: MakeBundle, tmp_path: Path
) -> None:
    bundle = give_surrogate(make_bundle(tmp_path))
    other = make_bundle(tmp_path / "other", seed=5)
    (tmp_path / "other" / FILE).write_bytes((tmp_path / FILE).read_bytes())
    with pytest.raises(ModelError, match=r"^[^\n]*imitates a bundle other[^\n]*$"):
        load_bundle(tmp_path / "other", other.card.featurizer)
    task = bundle.card.tasks[0]
    moved = {**task.calibration, "noise": 9.0}
    tasks = (task.model_copy(update={"calibration": moved}), *bundle.card.tasks[1:])
    with pytest.raises(ModelError, match="imitates a bundle other"):
        load_surrogate(tmp_path, bundle.card.model_copy(update={"tasks": tasks}))


@pytest.mark.parametrize("harm", ["cut", "text", "empty"])
def test_a_damaged_surrogate_is_told_in_one_line(bundle: Bundle, harm: str) -> None:
    path = bundle.path / FILE
    content = path.read_bytes()
    path.write_bytes({"cut": content[:-9], "text": b"weights", "empty": b""}[harm])
    with pytest.raises(ModelError, match=r"^[^\n]*is damaged[^\n]*hitlist surrogate[^\n]*$"):
        load_bundle(bundle.path, bundle.card.featurizer)


@pytest.mark.parametrize("half", [False, True])
def test_no_company_and_no_order_changes_a_bit(
    bundle: Bundle, drug_arrays: GraphArrays, half: bool
) -> None:
    """Law 4."""
    columns = predicted_columns([bundle])
    predictor = SurrogatePredictor([bundle], columns, half)
    whole = predictor.predict(drug_arrays)
    order = np.random.default_rng(0).permutation(drug_arrays.molecules)
    shuffled = predictor.predict(take(drug_arrays, order))
    some = predictor.predict(take(drug_arrays, np.arange(7, 40)))
    narrowed = SurrogatePredictor([bundle], columns[::-2], half).predict(drug_arrays)
    assert list(whole) == columns
    assert list(narrowed) == columns[::-2]
    for name, values in whole.items():
        assert values.dtype == np.float32
        assert shuffled[name].tobytes() == values[order].tobytes()
        assert some[name].tobytes() == values[7:40].tobytes()
    for name, values in narrowed.items():
        np.testing.assert_allclose(values, whole[name], rtol=1e-5, atol=1e-6)


def test_columns_mean_what_the_bundles_own_do(bundle: Bundle, drug_arrays: GraphArrays) -> None:
    found = SurrogatePredictor([bundle], predicted_columns([bundle])).predict(drug_arrays)
    assert 4 < found["small_EGFR"].mean() < 8
    for task in ("EGFR", "herg"):
        value, low, high = (found[f"small_{task}{part}"] for part in ("", "_lo", "_hi"))
        assert (low <= value).all()
        assert (value <= high).all()
        assert (found[f"small_{task}_std"] > 0).all()
    width = found["small_EGFR_hi"] - found["small_EGFR_lo"]
    np.testing.assert_allclose(found["small_EGFR_std"], width / INTERVAL_STDS, rtol=1e-5)
    assert (found["small_herg_lo"] >= 0).all()
    assert (found["small_herg_hi"] <= 1).all()


def test_what_nobody_predicts_is_refused(bundle: Bundle, make_bundle: MakeBundle) -> None:
    with pytest.raises(ModelError, match="small_CDK2"):
        SurrogatePredictor([bundle], ["small_EGFR", "small_CDK2"])
    lacking = make_bundle(bundle.path.parent / "lacking", "lacking")
    with pytest.raises(ModelError, match="hitlist surrogate"):
        SurrogatePredictor([lacking], ["lacking_EGFR"])
