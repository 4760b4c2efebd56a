"""Predictions are those of the command; models are loaded by name or folder."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hitlist
from flows.cli import main
from hitlist.models import _load
from tests.conftest import MakeBundle


@pytest.mark.usefixtures("here")
def test_predictions_are_those_of_the_command(folder: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["predict", "my_library.csv", "--out", "told.csv", "--task", "EGFR", "--task", "herg"])
    assert not ended.value.code
    with open("told.csv", newline="") as file:
        told = list(csv.DictReader(file))
    frame = pd.read_csv("my_library.csv")
    frame.index += 100
    found = hitlist.predict(frame, task=["EGFR", "herg"])
    assert found.index.tolist() == frame.index.tolist()
    numbers = [
        name for name in found.columns if name.startswith(("activity_", "toxicity_", "admet_"))
    ]
    assert len(numbers) > 8
    assert numbers == [name for name in told[0] if name in numbers]
    for row, (_, one) in zip(told, found.iterrows(), strict=True):
        for name in ("compound_id", "smiles", "changes", "stereo", "key"):
            assert row[name] == one[name]
        assert row["reason"] == one["problem"]
        assert (row["status"] == "accepted") == (one["problem"] == "")
        for name in numbers:
            assert row[name] == ("" if np.isnan(one[name]) else f"{one[name]:.5g}")


def test_models_of_ones_own_predict(tmp_path: Path, make_bundle: MakeBundle) -> None:
    make_bundle(tmp_path / "small")
    model = hitlist.load_bundle(tmp_path / "small")
    assert hitlist.load_bundle(model) is model
    assert model.folder == tmp_path / "small"
    assert model.tasks.index.tolist() == ["small_EGFR", "small_herg"]
    assert "small" in repr(model)
    found = model.predict(["CCO", None], task="EGFR")
    assert found["small_EGFR"].isna().tolist() == [False, True]
    assert model.predict([]).empty
    said = hitlist.explain(["C1CC", "CCO"], "small_EGFR", bundle=model)
    assert said["small_EGFR"].isna().tolist() == [True, False]
    assert np.isclose(said["small_EGFR"][1], found["small_EGFR"][0], atol=1e-3)
    assert len(said["small_EGFR_atoms"][1]) == 3
    none = hitlist.explain(["C1CC"], "small_EGFR", bundle=model)
    assert none.columns.tolist() == said.columns.tolist()
    assert {"alerts", "small_EGFR_base", "small_EGFR_nearest_value"} <= set(none)


def test_a_model_that_was_trained_again_is_loaded_again(
    tmp_path: Path, make_bundle: MakeBundle
) -> None:
    make_bundle(tmp_path / "small", seed=0)
    before = hitlist.predict(["CCO"], bundle=tmp_path / "small", task="EGFR")
    make_bundle(tmp_path / "small", seed=1)
    after = hitlist.predict(["CCO"], bundle=tmp_path / "small", task="EGFR")
    assert before["small_EGFR"][0] != after["small_EGFR"][0]


def test_models_are_refused_by_name(tmp_path: Path, make_bundle: MakeBundle) -> None:
    make_bundle(tmp_path / "a")
    make_bundle(tmp_path / "b")
    with pytest.raises(hitlist.InputError, match="two bundles are called 'small'"):
        _load([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(hitlist.InputError, match="a model is named twice"):
        _load([tmp_path / "a", tmp_path / "a"])
    with pytest.raises(hitlist.ModelError, match="did you mean toxicity"):
        hitlist.load_bundle("toxicty")
    with pytest.raises(hitlist.InputError, match="no bundle predicts 'EGFRR'"):
        hitlist.predict(["CCO"], bundle=tmp_path / "a", task="EGFRR")
