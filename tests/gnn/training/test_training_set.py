"""Sets as arrays: a file that is missing, labels that fit a byte."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chem.features.graphs import state_factors
from gnn.errors import ModelError
from gnn.features.graph_arrays import GraphArrays
from gnn.training.training_set import (
    TrainingSet,
    load_pretext_set,
    load_training_set,
    save_training_set,
    standardize_labels,
)


def test_a_missing_set_of_arrays_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no training set at"):
        load_training_set(tmp_path / "none.npz")


@pytest.fixture
def data(drug_arrays: GraphArrays) -> TrainingSet:
    size = drug_arrays.molecules
    return TrainingSet(
        graphs=drug_arrays,
        factors=state_factors(),
        values=np.ones((size, 1), np.float32),
        bounds=np.zeros((size, 1), np.int8),
        roles=np.full((1, size), "fit"),
        tasks=({"name": "a", "kind": "regression"},),
        meta={},
    )


def test_descriptors_are_kept_and_hashed(data: TrainingSet, tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    save_training_set(path, data)
    again = load_training_set(path)
    assert again.descriptors is None
    assert again.sha256 == data.sha256
    table = np.arange(2 * data.graphs.molecules, dtype=np.float32).reshape(-1, 2)
    table[0, 1] = np.nan
    described = replace(data, descriptors=table)
    assert described.sha256 != data.sha256
    assert replace(data, descriptors=table + 1).sha256 != described.sha256
    save_training_set(path, described)
    again = load_training_set(path)
    assert again.sha256 == described.sha256
    np.testing.assert_array_equal(again.descriptors, table)
    np.testing.assert_array_equal(again.everything().descriptors, table)


def test_an_older_file_is_told(data: TrainingSet, tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    save_training_set(path, data)
    with np.load(path) as stored:
        arrays = dict(stored)
    note = json.loads(str(arrays["note"])) | {"format": 3}
    np.savez(path, **{**arrays, "note": np.array(json.dumps(note))})
    with pytest.raises(ModelError, match="has format 3, expected 4; make it again"):
        load_training_set(path)


def test_labels_are_standardized_to_a_twenty_fifth() -> None:
    values = np.random.default_rng(0).normal(7, 3, (500, 4)).astype(np.float32)
    values[:, 3] = 2.0
    values[3, 1] = np.nan
    labels, mean, std = standardize_labels(values)
    found = labels.astype(np.float32) / 25
    expected = np.nan_to_num((values - mean) / std)
    assert np.abs(found - expected).max() <= 0.5 / 25 + 1e-5
    assert (found[:, 3] == 0).all()
    assert found[3, 1] == 0


def test_a_wild_descriptor_is_cut_not_wrapped() -> None:
    values = np.zeros((1000, 1), np.float32)
    values[0], values[1] = 1e6, -1e6
    labels, _, _ = standardize_labels(values)
    assert labels[0, 0] == 125
    assert labels[1, 0] == -125


def test_a_missing_set_for_pretraining_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no pretraining set at .*`hitlist pretrain --arrays`"):
        load_pretext_set(tmp_path / "none.npz")
