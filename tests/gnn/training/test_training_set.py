"""Sets as arrays: a file that is missing, labels that fit a byte."""

from pathlib import Path

import numpy as np
import pytest

from gnn.errors import ModelError
from gnn.training.training_set import load_pretext_set, load_training_set, standardize_labels


def test_a_missing_set_of_arrays_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no training set at"):
        load_training_set(tmp_path / "none.npz")


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
