"""An assay's networks are the same with and without a folder: one that diverges is left out."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem

from chem.features.graphs import featurize, state_factors
from gnn.assembly.assay_networks import fit_networks
from gnn.errors import ModelError
from gnn.features.batch import collect
from gnn.models.network import network_config
from gnn.models.pretrained import load_pretrained
from gnn.training.training import TrainingConfig
from gnn.training.training_set import TrainingSet

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
PRETRAINED = load_pretrained()
SIZES = network_config(1, {"hidden": 16, "environments": 64}, PRETRAINED)
QUICK = TrainingConfig(epochs=2, batch=16, encoder_rate=0.0)


@pytest.fixture(scope="module")
def wild() -> TrainingSet:
    """Three members; only the second holds out a value that no training survives."""
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:30]
    smiles = next(name for name in rows[0] if name.lower() == "smiles")
    parts = np.full((3, 30), "fit", dtype="<U5")
    parts[np.arange(30) % 3, np.arange(30)] = "valid"
    values = np.arange(30, dtype=np.float32)[:, None] / 10
    values[1] = 3e38
    return TrainingSet(
        graphs=collect([featurize(Chem.MolFromSmiles(row[smiles])) for row in rows]),
        factors=state_factors(),
        values=values,
        bounds=np.zeros((30, 1), np.int8),
        roles=parts,
        tasks=({"name": "y", "kind": "regression", "unit": "pActivity"},),
        meta={},
    )


def test_one_that_diverges_is_left_out_with_a_folder_and_without(
    wild: TrainingSet, tmp_path: Path
) -> None:
    here = fit_networks(wild, SIZES, QUICK, PRETRAINED)
    for _ in range(2):  # and when the folder is gone on with
        there = fit_networks(wild, SIZES, QUICK, PRETRAINED, work=tmp_path, device="cpu")
        assert [state is None for state in there[0]] == [True, False, True]
        assert there[1] == here[1]
        assert [note.split(":")[0] for note in there[1]] == [
            "network 1 of 3 left out",
            "network 3 of 3 left out",
        ]
    one, other = here[0][1], there[0][1]
    assert one is not None
    assert other is not None
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert [path.name for path in tmp_path.glob("member-*")] == ["member-1.safetensors"]


def test_a_folder_of_another_training_is_refused(wild: TrainingSet, tmp_path: Path) -> None:
    fit_networks(wild, SIZES, QUICK, PRETRAINED, work=tmp_path)
    with pytest.raises(ModelError, match="another recipe or other data"):
        fit_networks(wild, SIZES, replace(QUICK, epochs=3), PRETRAINED, work=tmp_path)


@pytest.mark.parametrize(("device", "expected"), [("cuda", ["cuda"]), ("cpu", [])])
def test_a_device_is_used_without_a_folder_too(
    wild: TrainingSet, monkeypatch: pytest.MonkeyPatch, device: str, expected: list[str]
) -> None:
    asked = []

    def fit(*given: object) -> tuple[list[dict[str, torch.Tensor]], list[str]]:
        asked.append(given[5])
        return [], []

    monkeypatch.setattr("gnn.assembly.assay_networks.fit_members", fit)
    fit_networks(wild, SIZES, QUICK, PRETRAINED, device=device)
    assert asked == expected
