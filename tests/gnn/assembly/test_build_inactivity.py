"""A small recipe is trained: its bundle ends with inactivity and with mutants of its targets."""

import csv
from pathlib import Path

import numpy as np
import pytest

from chem.features.graphs import featurizer_spec, state_factors
from gnn.assembly.assemble import Assembled
from gnn.assembly.build import BundlePlan, build_bundle
from gnn.bundle.bundle import Bundle, load_bundle
from gnn.bundle.inactivity_columns import inactivity_columns, inactivity_of
from gnn.bundle.mutant_values import mutants_of
from gnn.bundle.predict import Predictor
from gnn.card.card import Protocol
from gnn.card.sets_card import Overlap
from gnn.features.graph_arrays import collect
from gnn.models.encoder import load_pretrained
from gnn.models.network import network_config
from gnn.training.loop import TrainingConfig, TrainingRun
from gnn.training.training_set import TrainingSet
from tests.gnn.assembly.test_mutants import mutant_set
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
LEVEL = 8.5
SIZES = {"hidden": 32, "environments": 256, "pairs": 256, "paths": 256}


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    """150 pKi twice: as they are, and of an assay that ends at 3 nM; a third is held out."""
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:150]
    smiles = next(name for name in rows[0] if name.lower() == "smiles")
    values = np.array([9 - np.log10(float(row["Ki nM"].lstrip("<>~="))) for row in rows])
    ended = np.maximum(values, LEVEL)
    about = {"kind": "regression", "unit": "pActivity", "direction": "up"}
    return TrainingSet(
        graphs=collect([graph_of(row[smiles]) for row in rows]),
        factors=state_factors(),
        values=np.stack([values, ended], axis=1).astype(np.float32),
        bounds=np.stack([0 * values, -1 * (values < LEVEL)], axis=1).astype(np.int8),
        roles=np.where(np.arange(150) % 3 == 0, "valid", "fit").astype("<U5")[None],
        tasks=({"name": "free", "uniprot": "P00533", **about}, {"name": "ended", **about}),
        meta={
            "featurizer": featurizer_spec()["hash"],
            "data": [],
            "split": "given",
            "overlaps": [{"first": "a", "second": "b", "molecules": 7}],
            "held_back": [{"set": "a", "molecules": 50, "trained_on": 0, "other_drawings": 1}],
        },
    )


OTHER = Protocol(
    name="other",
    trained_on="100 values",
    measured_on="50 values",
    validated_on=50,
    summary={},
    main_summary={},
    coverage=0.9,
)


@pytest.fixture(scope="module")
def bundle(data: TrainingSet, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("bundle")
    pretrained = load_pretrained()
    config = TrainingConfig(epochs=20, batch=16, encoder_rate=0, learning_rate=3e-3)
    sizes = network_config(2, SIZES, pretrained)
    run = TrainingRun(data, sizes, config, pretrained, 0, "cpu", None)
    plan = BundlePlan("small", "Small", forest=False, protocols=(OTHER,), mutants=mutant_set())
    build_bundle(folder, Assembled(data, [""] * 150, []), run, plan)
    return load_bundle(folder, featurizer_spec()["hash"])


def test_its_card_has_the_numbers_of_the_task_with_a_floor(bundle: Bundle) -> None:
    free, ended = bundle.card.tasks
    assert free.inactivity is None
    assert ended.inactivity is not None
    assert ended.inactivity.level == LEVEL
    assert ended.inactivity.rows == 50
    assert bundle.card.inactivity is not None
    assert bundle.card.inactivity.tasks == 1
    assert bundle.card.inactivity.log_loss < bundle.card.inactivity.log_loss_of_share


def test_its_card_tells_of_its_sets_and_of_another_training(bundle: Bundle) -> None:
    assert bundle.card.overlaps == (Overlap(first="a", second="b", molecules=7),)
    (held_back,) = bundle.card.held_back
    assert (held_back.set, held_back.molecules, held_back.other_drawings) == ("a", 50, 1)
    assert bundle.card.protocols == (OTHER,)


def test_its_card_has_the_mutants_of_a_target(bundle: Bundle) -> None:
    assert bundle.card.mutants is not None
    assert [one.name for one in bundle.card.mutants.mutants] == ["free T790M"]
    assert [source["name"] for source in bundle.card.data] == ["kinase_mutants"]
    (mutant,) = mutants_of(bundle)
    assert mutant.task == "small_free"
    assert mutant.shift is not None


def test_its_predictions_say_who_is_inactive(bundle: Bundle, data: TrainingSet) -> None:
    predicted = Predictor([bundle], bfloat16=False).predict(data.graphs)
    found = inactivity_columns(inactivity_of([bundle]), predicted)
    assert list(found) == ["small_ended_p_inactive", "small_ended_if_active"]
    chance, active = found.values()
    inactive = data.bounds[:, 1] < 0
    held = data.roles[0] == "valid"
    assert chance[held & inactive].mean() > chance[held & ~inactive].mean() + 0.2
    assert chance[held].mean() == pytest.approx(inactive[held].mean(), abs=0.08)
    assert (active >= np.maximum(predicted["small_ended"], LEVEL)).all()
