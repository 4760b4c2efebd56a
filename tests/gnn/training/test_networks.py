from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rdkit import Chem

from chem.features.graphs import state_factors
from chem.features.properties import PROPERTIES, describe
from gnn.errors import ModelError, WorkFolderError
from gnn.evaluation.metrics import r2
from gnn.features.graph_arrays import GraphArrays
from gnn.models.network import NetworkConfig
from gnn.training.ensemble import fit_ensemble, fit_members, held_out_outputs
from gnn.training.loop import TrainingConfig, TrainingRun
from gnn.training.networks import Fitted, fit, target_scale, task_weights
from gnn.training.training_set import TrainingSet, load_training_set, save_training_set

SIZES = NetworkConfig(tasks=2, width=24, layers=2, environments=64, hidden=32, head_dropout=0.1)
FAST = TrainingConfig(epochs=30, patience=30, batch=16, learning_rate=4e-3, average=0.98)
SHORT = replace(FAST, epochs=3)


@pytest.fixture(scope="module")
def data(drugs: list[Chem.Mol], drug_arrays: GraphArrays) -> TrainingSet:
    """Two things that a graph can tell: how many heavy atoms there are, and whether a ring is."""
    table = np.array([describe(mol) for mol in drugs])
    names = list(PROPERTIES)
    values = np.stack([table[:, names.index("heavy_atoms")], table[:, names.index("rings")] > 0], 1)
    generator = np.random.default_rng(0)
    parts = generator.choice(["fit", "stop", "valid"], (2, len(drugs)), p=[0.7, 0.15, 0.15])
    values = values.astype(np.float32)
    values[generator.uniform(size=values.shape) < 0.1] = np.nan
    return TrainingSet(
        graphs=drug_arrays,
        factors=state_factors(),
        values=values,
        bounds=np.zeros(values.shape, np.int8),
        roles=parts,
        tasks=(
            {"name": "heavy_atoms", "kind": "regression", "unit": "count"},
            {"name": "ring", "kind": "classification", "unit": "has one"},
        ),
        meta={"featurizer": "abc"},
    )


def assert_same_weights(one: Fitted, other: Fitted) -> None:
    assert one.state.keys() == other.state.keys()
    for name, value in one.state.items():
        assert torch.equal(value, other.state[name]), name


def test_a_network_learns_what_the_graph_tells(data: TrainingSet) -> None:
    fitted = fit(TrainingRun(data, SIZES, FAST))
    (found,) = held_out_outputs([fitted.state], SIZES, data, "valid")
    held = data.rows(0, "valid")
    assert np.isfinite(found[held]).all()
    others = np.setdiff1d(np.arange(len(found)), held)
    assert np.isnan(found[others]).all()
    measured = held[np.isfinite(data.values[held, 0])]
    assert r2(data.values[measured, 0], found[measured, 0]) > 0.85
    measured = held[np.isfinite(data.values[held, 1])]
    right = (found[measured, 1] > 0) == (data.values[measured, 1] > 0)
    assert right.mean() > 0.9
    first, last = fitted.history[0], fitted.history[-1]
    assert last["fit"] < 0.3 * first["fit"]
    best = min(fitted.history, key=lambda epoch: epoch["stop"])
    assert fitted.best_epoch == best["epoch"]


def test_the_same_seed_gives_the_same_weights(data: TrainingSet) -> None:
    first = fit(TrainingRun(data, SIZES, SHORT, seed=3))
    torch.rand(7)  # what else draws random numbers does not matter
    assert_same_weights(fit(TrainingRun(data, SIZES, SHORT, seed=3)), first)
    other = fit(TrainingRun(data, SIZES, SHORT, seed=4))
    assert any(not torch.equal(value, other.state[name]) for name, value in first.state.items())


@pytest.mark.parametrize("killed_after", [1, 2])
def test_a_resumed_run_ends_in_the_same_bits(
    data: TrainingSet, tmp_path: Path, killed_after: int
) -> None:
    class KilledError(Exception):
        pass

    def kill(line: str, done: int, most: int) -> None:
        if done == killed_after:
            raise KilledError

    whole = fit(TrainingRun(data, SIZES, SHORT))
    checkpoint = tmp_path / "member.checkpoint"
    with pytest.raises(KilledError):
        fit(TrainingRun(data, SIZES, SHORT, report=kill), checkpoint=checkpoint)
    assert checkpoint.is_file()
    epochs = []
    torch.rand(5)
    run = TrainingRun(data, SIZES, SHORT, report=lambda line, done, most: epochs.append(done))
    resumed = fit(run, checkpoint=checkpoint)
    assert epochs == list(range(killed_after + 1, 4))
    assert_same_weights(resumed, whole)
    assert resumed.history == whole.history
    assert resumed.best_epoch == whole.best_epoch
    # A run that was over is not gone on with.
    assert_same_weights(fit(TrainingRun(data, SIZES, SHORT), checkpoint=checkpoint), whole)


def test_training_stops_when_nothing_gets_better(data: TrainingSet) -> None:
    """Nothing is learnt at a learning rate of (nearly) nothing after the first epochs."""
    config = replace(FAST, epochs=30, patience=2, learning_rate=1e-12, average=0.0)
    fitted = fit(TrainingRun(data, SIZES, config))
    assert len(fitted.history) == fitted.best_epoch + 2
    assert len(fitted.history) < 30


def test_the_best_epoch_is_kept_not_the_last(data: TrainingSet) -> None:
    """With all stop rows' values turned upside down every epoch of learning makes them worse."""
    stop = data.rows(0, "stop")
    values = data.values.copy()
    values[stop, 0] = 2 * np.nanmean(values[data.rows(0, "fit"), 0]) - values[stop, 0]
    values[stop, 1] = 1 - values[stop, 1]
    fitted = fit(
        TrainingRun(replace(data, values=values), SIZES, replace(FAST, epochs=12, patience=3))
    )
    assert fitted.best_epoch <= 3
    assert len(fitted.history) == fitted.best_epoch + 3


def test_training_that_diverges_says_so(data: TrainingSet) -> None:
    config = replace(SHORT, learning_rate=1e30, warmup=0.0)
    with pytest.raises(ModelError, match=r"^training diverged in epoch \d; lower the learning"):
        fit(TrainingRun(data, SIZES, config))


def test_a_task_without_values_is_named(data: TrainingSet) -> None:
    values = data.values.copy()
    values[data.rows(0, "fit"), 1] = np.nan
    with pytest.raises(ModelError, match=r"no value to train on for ring;"):
        fit(TrainingRun(replace(data, values=values), SIZES, SHORT))


def test_bounds_and_held_back_rows_shape_the_weights(data: TrainingSet) -> None:
    """Rows to measure on change nothing; a bound instead of a measurement does."""
    whole = fit(TrainingRun(data, SIZES, SHORT))
    values = data.values.copy()
    values[data.rows(0, "valid")] = np.nan
    assert_same_weights(fit(TrainingRun(replace(data, values=values), SIZES, SHORT)), whole)
    bounds = data.bounds.copy()
    bounds[data.rows(0, "fit"), 0] = 1
    bounds[~np.isfinite(data.values)] = 0
    bounded = fit(TrainingRun(replace(data, bounds=bounds), SIZES, SHORT))
    assert any(not torch.equal(value, whole.state[name]) for name, value in bounded.state.items())


def test_scale_and_weights_are_those_of_the_fit_rows(data: TrainingSet) -> None:
    fit_rows = data.values[data.rows(1, "fit")]
    shift, scale = target_scale(data, data.rows(1, "fit"))
    assert shift.tolist() == pytest.approx([np.nanmean(fit_rows[:, 0]), 0.0])
    assert scale.tolist() == pytest.approx([np.nanstd(fit_rows[:, 0]), 1.0])
    counts = np.isfinite(fit_rows).sum(axis=0)
    assert task_weights(data, 1, 0.0).tolist() == [1.0, 1.0]
    balanced = task_weights(data, 1, 1.0).numpy()
    assert (balanced * counts)[0] == pytest.approx((balanced * counts)[1])
    assert balanced.mean() == pytest.approx(1.0)


def test_an_ensemble_remembers_its_members(data: TrainingSet, tmp_path: Path) -> None:
    config = replace(FAST, epochs=2)
    lines: list[str] = []

    def report(line: str, done: int, most: int) -> None:
        lines.append(line)

    run = TrainingRun(data, SIZES, config, device="cpu", report=report)
    states = fit_ensemble(run, tmp_path)
    assert len(states) == 2
    assert len(lines) == 4
    assert not torch.equal(states[0]["first.weight"], states[1]["first.weight"])
    again = fit_ensemble(run, tmp_path)
    assert len(lines) == 4  # nothing was fitted again
    for one, other in zip(states, again, strict=True):
        for name, value in one.items():
            assert torch.equal(value, other[name])
    found = held_out_outputs(states, SIZES, data, "valid")
    assert found.shape == (2, data.graphs.molecules, 2)
    np.testing.assert_array_equal(np.isfinite(found[:, :, 0]), data.roles == "valid")


@pytest.mark.parametrize("what", ["sizes", "settings", "data", "seed"])
def test_a_folder_of_other_members_is_refused(data: TrainingSet, tmp_path: Path, what: str) -> None:
    config = replace(FAST, epochs=1)
    given: dict[str, Any] = {"data": data, "sizes": SIZES, "config": config, "seed": 0}
    given["device"] = "cpu"
    fit_ensemble(TrainingRun(**given), tmp_path)
    changes: dict[str, dict[str, Any]] = {
        "sizes": {"sizes": replace(SIZES, width=8)},
        "settings": {"config": replace(config, epochs=2)},
        "data": {"data": replace(data, meta={"featurizer": "other"})},
        "seed": {"seed": 1},
    }
    given |= changes[what]
    with pytest.raises(ModelError, match="name another folder"):
        fit_ensemble(TrainingRun(**given), tmp_path)


def test_arrays_come_back_from_a_file(data: TrainingSet, tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    save_training_set(path, data)
    again = load_training_set(path)
    for one, other in zip(again.graphs, data.graphs, strict=True):
        np.testing.assert_array_equal(one, other)
    for name in ("factors", "values", "bounds", "roles"):
        one, other = getattr(again, name), getattr(data, name)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert again.tasks == data.tasks
    assert again.meta == data.meta


def test_a_member_that_diverges_is_named(data: TrainingSet, tmp_path: Path) -> None:
    wild = replace(SHORT, learning_rate=1e30, warmup=0.0)
    with pytest.raises(ModelError, match=r"member 1 of 2 \(seed 7\): training diverged in epoch"):
        fit_ensemble(TrainingRun(data, SIZES, wild, seed=7), tmp_path)
    assert not (tmp_path / "member-0.safetensors").exists()


def test_a_disk_that_fails_leaves_no_member_out(
    data: TrainingSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that diverges may be; one that cannot be kept is no reason for another model."""

    def fail(path: Path, content: object) -> None:
        if path.suffix == ".safetensors":
            raise WorkFolderError("the disk is full")

    monkeypatch.setattr("gnn.training.ensemble.keep_file", fail)
    with pytest.raises(WorkFolderError, match="the disk is full"):
        fit_members(TrainingRun(data, SIZES, replace(FAST, epochs=1)), tmp_path)
