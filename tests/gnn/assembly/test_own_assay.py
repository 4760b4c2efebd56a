"""An own assay of several tasks, holes, bounds and a split of its own, from table to bundle; its
networks are the same with and without a folder, and one that diverges is left out."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from chem.features.graphs import featurizer_spec, state_factors
from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly.assemble import Assembled
from gnn.assembly.build import BundlePlan, build_assay
from gnn.assembly.own_assay import Wanted, assemble_assay, fit_assay, fit_networks
from gnn.bundle.bundle import load_bundle
from gnn.bundle.predict import Predictor
from gnn.errors import ModelError
from gnn.features.graph_arrays import collect, take
from gnn.features.substructure_keys import alike
from gnn.models.encoder import load_pretrained
from gnn.models.network import network_config
from gnn.training.loop import TrainingConfig, TrainingRun
from gnn.training.training_set import TrainingSet
from tests.graphs import graph_of

FILE = Path(__file__).parents[2] / "files/my_assay.csv"
PRETRAINED = load_pretrained()
SIZES = network_config(1, {"hidden": 16, "environments": 64}, PRETRAINED)
QUICK = TrainingConfig(epochs=2, batch=16, encoder_rate=0.0)
ISOMERS = ["C[C@H](N)C(=O)Nc1ccccc1", "C[C@@H](N)C(=O)Nc1ccccc1"]


def table(split: bool) -> ActivityTable:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:70]
    column = next(name for name in rows[0] if name.lower() == "smiles")
    smiles = [row[column] for row in rows] + ISOMERS
    first = np.array([9 - np.log10(float(row["Ki nM"].lstrip("<>~="))) for row in rows] + [5, 6])
    values = np.stack([first, first > np.median(first)], axis=1).astype(np.float32)
    values[::4, 1] = np.nan
    bounds = np.zeros(values.shape, np.int8)
    bounds[:5, 0] = -1
    return ActivityTable(
        smiles=object_array(smiles),
        ids=object_array([str(at) for at in range(len(smiles))]),
        tasks=(Task("pKi", "regression", "pActivity"), Task("hit", "classification", "1 = active")),
        values=values,
        bounds=bounds,
        split=np.where(np.arange(len(smiles)) % 6 == 5, "test", "train") if split else None,
    )


@pytest.fixture(scope="module")
def crossed() -> Assembled:
    return assemble_assay(table(split=False), {"name": "mine"}, 3, 0)


def test_stereoisomers_are_held_out_together(crossed: Assembled) -> None:
    groups = alike(crossed.data.graphs)
    pair = [
        at for at, smiles in enumerate(crossed.smiles) if "[C@" in smiles and "Nc1ccccc1" in smiles
    ]
    assert len(pair) == 2
    assert groups[pair[0]] == groups[pair[1]]
    held = crossed.data.roles == "valid"
    measured = crossed.data.is_measured.any(axis=1)
    assert (held.sum(axis=0) == measured).all()
    assert (held[:, pair[0]] == held[:, pair[1]]).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "networks", "kernel"), [("blend", 3, True), ("network", 3, False), ("gp", 0, True)]
)
def test_what_is_shipped_predicts_what_was_fitted(
    crossed: Assembled, tmp_path: Path, model: Wanted, networks: int, kernel: bool
) -> None:
    fitted = fit_assay(crossed.data, PRETRAINED, model)
    card = build_assay(tmp_path, crossed, fitted, BundlePlan("mine", "mine", forest=False))
    assert (card.members, card.kernel) == (networks, kernel)
    assert card.comparison == fitted.comparison
    bundle = load_bundle(tmp_path, featurizer_spec()["hash"])
    predictor = Predictor([bundle], bfloat16=False)
    columns = predictor.predict(crossed.data.graphs)
    assert all(np.isfinite(values).all() for values in columns.values())
    assert (np.abs(columns["mine_hit"] - 0.5) <= 0.5).all()
    raw, found = fitted.outputs(crossed.data.graphs), predictor.outputs(crossed.data.graphs)[0]
    np.testing.assert_allclose(found.networks, raw.networks, atol=1e-4)
    if kernel:
        np.testing.assert_array_equal(found.kernel, raw.kernel)
    few = predictor.predict(take(crossed.data.graphs, np.array([40, 3])))
    for name, values in few.items():
        np.testing.assert_array_equal(values, columns[name][[40, 3]])


@pytest.mark.slow
def test_no_row_held_out_was_seen_by_what_predicts_it(crossed: Assembled) -> None:
    rows = np.flatnonzero((crossed.data.roles == "valid")[0])
    values = crossed.data.values.copy()
    values[rows, 0] += 3.0
    before = fit_assay(crossed.data, PRETRAINED, "network").cross.networks
    after = fit_assay(replace(crossed.data, values=values), PRETRAINED, "network").cross.networks
    np.testing.assert_array_equal(before[0, rows], after[0, rows])
    assert np.isnan(before[1:, rows]).all()


@pytest.mark.slow
def test_a_split_of_its_own_is_kept(tmp_path: Path) -> None:
    made = assemble_assay(table(split=True), {"name": "mine"}, 3, 0)
    tested = (made.data.roles == "test").all(axis=0)
    assert 10 <= tested.sum() <= 12
    fitted = fit_assay(made.data, PRETRAINED)
    assert fitted.kernel is not None
    assert fitted.kernel.support.molecules == (~tested).sum()
    presumed = ~made.data.is_measured.any(axis=1)
    assert fitted.cross.kernel is not None
    assert np.isnan(fitted.cross.kernel[tested | presumed]).all()
    assert np.isfinite(fitted.cross.kernel[~tested & ~presumed, 0]).all()
    card = build_assay(tmp_path, made, fitted, BundlePlan("mine", "t", forest=False))
    assert "test rows" in card.split
    assert card.tasks[0].validated_on == tested.sum()
    assert card.comparison is not None
    assert {each.name for each in card.comparison.candidates} == {"gp", "network", "blend"}


@pytest.fixture(scope="module")
def wild() -> TrainingSet:
    """Three members; only the second holds out a value that no training survives."""
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:30]
    smiles = next(name for name in rows[0] if name.lower() == "smiles")
    parts = np.full((3, 30), "fit", dtype="<U5")
    parts[np.arange(30) % 3, np.arange(30)] = "valid"
    values = np.arange(30, dtype=np.float32)[:, None] / np.float32(10)
    values[1] = 3e38
    return TrainingSet(
        graphs=collect([graph_of(row[smiles]) for row in rows]),
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
    run = TrainingRun(wild, SIZES, QUICK, PRETRAINED)
    here = fit_networks(run)
    for _ in range(2):  # and when the folder is gone on with
        there = fit_networks(replace(run, device="cpu"), tmp_path)
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
    run = TrainingRun(wild, SIZES, QUICK, PRETRAINED)
    fit_networks(run, tmp_path)
    with pytest.raises(ModelError, match="another recipe or other data"):
        fit_networks(replace(run, config=replace(QUICK, epochs=3)), tmp_path)


@pytest.mark.parametrize(("device", "expected"), [("cuda", ["cuda"]), ("cpu", [])])
def test_a_device_is_used_without_a_folder_too(
    wild: TrainingSet, monkeypatch: pytest.MonkeyPatch, device: str, expected: list[str]
) -> None:
    asked = []

    def fit(run: TrainingRun, work: Path) -> tuple[list[dict[str, torch.Tensor]], list[str]]:
        asked.append(run.device)
        return [], []

    monkeypatch.setattr("gnn.assembly.own_assay.fit_members", fit)
    fit_networks(TrainingRun(wild, SIZES, QUICK, PRETRAINED, device=device))
    assert asked == expected
