from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from chem.features.fingerprints import count_fingerprints
from chem.features.graphs import state_factors
from chem.features.properties import PROPERTIES, describe
from gnn.evaluation.metrics import auroc, r2
from gnn.features.graph_arrays import GraphArrays
from gnn.training import baselines
from gnn.training.baselines import forest_outputs, regress, regress_with_spread
from gnn.training.training_set import TrainingSet


@pytest.fixture(scope="module")
def fingerprints(drugs: list[Chem.Mol]) -> np.ndarray:
    return count_fingerprints([Chem.MolToSmiles(mol) for mol in drugs])


@pytest.fixture
def data(drugs: list[Chem.Mol], drug_arrays: GraphArrays) -> TrainingSet:
    names = list(PROPERTIES)
    table = np.array([describe(mol) for mol in drugs])
    logp, mass = table[:, names.index("logp")], table[:, names.index("mw")]
    values = np.stack([mass, logp > np.median(logp)], axis=1).astype(np.float32)
    values[::17] = np.nan
    parts = np.where(np.arange(len(drugs)) % 5 == 0, "valid", "fit")
    parts[1::5] = "stop"
    return TrainingSet(
        drug_arrays,
        state_factors(),
        values,
        np.zeros(values.shape, np.int8),
        np.stack([parts, parts]),
        ({"name": "mw", "kind": "regression"}, {"name": "greasy", "kind": "classification"}),
        {},
    )


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "_TREES", 30)


@pytest.mark.parametrize("task", [0, 1])
def test_it_learns_and_predicts_the_held_out_rows_alone(
    data: TrainingSet, fingerprints: np.ndarray, task: int
) -> None:
    pooled = np.full(len(data.values), np.nan)
    for fold in range(5):  # thirty drugs a fold are too few to judge by
        parts = np.where(np.arange(len(pooled)) % 5 == fold, "valid", "fit")
        parts[(fold + 1) % 5 :: 5] = "stop"
        turned = replace(data, roles=np.stack([parts, parts]))
        found = forest_outputs(turned, fingerprints, task, "valid")
        held = parts == "valid"
        np.testing.assert_array_equal(np.isfinite(found), held)
        pooled[held] = found[held]
    rows = np.isfinite(data.values[:, task])
    assert (r2, auroc)[task](data.values[rows, task], pooled[rows]) > (0.5, 0.65)[task]
    if task == 1:
        assert ((pooled >= 0) & (pooled <= 1)).all()
    found = forest_outputs(data, fingerprints, task, "valid")
    np.testing.assert_array_equal(found, forest_outputs(data, fingerprints, task, "valid"))


def test_it_does_not_see_what_it_predicts(data: TrainingSet, fingerprints: np.ndarray) -> None:
    expected = forest_outputs(data, fingerprints, 0, "valid")
    values = data.values.copy()
    values[data.roles[0] == "valid"] *= 100
    found = forest_outputs(replace(data, values=values), fingerprints, 0, "valid")
    np.testing.assert_array_equal(found, expected)


def test_folds_are_predicted_by_forests_without_them(
    data: TrainingSet, fingerprints: np.ndarray
) -> None:
    parts = np.full(data.roles.shape, "fit", dtype="<U5")
    parts[0, ::2] = parts[1, 1::2] = "valid"
    found = forest_outputs(replace(data, roles=parts), fingerprints, 0, "valid")
    assert np.isfinite(found).all()


def test_one_class_is_nothing_to_learn(data: TrainingSet, fingerprints: np.ndarray) -> None:
    values = data.values.copy()
    values[data.roles[0] != "valid", 1] = 1
    found = forest_outputs(replace(data, values=values), fingerprints, 1, "valid")
    assert np.isnan(found).all()


def test_the_spread_of_a_forest_is_that_of_its_trees() -> None:
    draw = np.random.default_rng(0)
    counts, values = draw.integers(0, 3, (80, 12)), draw.normal(6, 1, 80)
    mean, spread = regress_with_spread(counts, values, counts[:20])
    assert np.allclose(mean, regress(counts, values, counts[:20]))
    assert (spread > 0).all()
    same, none = regress_with_spread(counts, np.full(80, 5.0), counts[:20])
    assert np.allclose(same, 5.0)
    assert not none.any()
