"""``hitlist train`` on a team's own file of 200 compounds, and predictions with what it makes."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows.planning.run_training import stop_advice
from flows.planning.training_plan import plan_training
from gnn.bundle.find_bundle import read_card
from tests.flows.conftest import Crew, Run

ASSAY = Path(__file__).parents[2] / "files/my_assay.csv"


def few_rows(folder: Path) -> Path:
    path = folder / "few.csv"
    path.write_text("".join(ASSAY.read_text().splitlines(keepends=True)[:61]))
    return path


@pytest.mark.slow
def test_an_assay_becomes_a_model_that_predicts_it(run: Run, crew: Crew, tmp_path: Path) -> None:
    bundle, out = tmp_path / "my_bundle", tmp_path / "preds.csv"
    answer = run("train", ASSAY, "--out", bundle, "--members", "2")
    assert answer.code == 0, answer.err
    assert f"next: hitlist predict LIBRARY --bundle {bundle}, or " in answer.err
    card = read_card(bundle)
    assert card.name == "my_assay"
    found = card.comparison
    assert found is not None
    assert {each.name for each in found.candidates} == {"gp", "network", "blend"}
    assert found.chosen in found.why or "Gaussian" in found.why
    assert found.why in card.notes[0]
    assert card.kernel is (found.chosen != "network")
    assert card.members == (0 if found.chosen == "gp" else 2)
    task = card.tasks[0]
    assert task.trained_on + task.bounded >= 190
    assert task.metrics["rmse"].forest is not None
    assert task.name in answer.out  # the table
    assert f"chosen: {found.why}" in answer.err
    answer = run("predict", ASSAY, "--bundle", bundle, "--out", out, *crew)
    assert answer.code == 0, answer.err
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with ASSAY.open(newline="") as file:
        measured = [
            9 - np.log10(float(row["Ki nM"].lstrip("<>~="))) for row in csv.DictReader(file)
        ]
    predicted = [float(row[f"my_assay_{task.name}"]) for row in rows]
    # It has seen these rows: this shows that units and rows are kept, not how good it is.
    assert np.corrcoef(measured, predicted)[0, 1] > 0.7
    assert np.mean(predicted) == pytest.approx(np.mean(measured), abs=0.4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "members", "kernel"), [("gp", 0, True), ("network", 2, False), ("blend", 2, True)]
)
def test_a_model_that_is_asked_for_is_what_is_shipped(
    run: Run, crew: Crew, tmp_path: Path, model: str, members: int, kernel: bool
) -> None:
    few = few_rows(tmp_path)
    bundle, out = tmp_path / "bundle", tmp_path / "preds.csv"
    answer = run("train", few, "--out", bundle, "--members", "2", "--model", model)
    assert answer.code == 0, answer.err
    card = read_card(bundle)
    assert (card.members, card.kernel) == (members, kernel)
    assert card.comparison is not None
    assert card.comparison.chosen == model
    answer = run("predict", few, "--bundle", bundle, "--out", out, *crew)
    assert answer.code == 0, answer.err
    with out.open(newline="") as file:
        assert all(np.isfinite(float(row["few_pKi"])) for row in csv.DictReader(file))


def test_a_model_of_another_name_is_refused(run: Run, tmp_path: Path) -> None:
    answer = run("train", ASSAY, "--out", tmp_path / "bundle", "--model", "forest")
    assert answer.code == 2
    assert "choose auto, network, gp or blend" in answer.err


def test_what_is_there_is_not_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert run("train", ASSAY, "--out", tmp_path).code == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"
    few, bundle = few_rows(tmp_path), tmp_path / "bundle"
    words = ("train", few, "--model", "gp", "--out", bundle)
    assert run(*words).code == 0
    (bundle / "surrogate.safetensors").write_bytes(b"an hour's work")
    before = {path: path.read_bytes() for path in bundle.iterdir()}
    answer = run(*words)
    assert answer.code == 2
    assert answer.err.splitlines()[-1] == (
        f"hitlist: {bundle} holds a bundle, which is never overwritten; name another "
        "folder with --out, or remove this one"
    )
    assert {path: path.read_bytes() for path in bundle.iterdir()} == before


@pytest.mark.slow
def test_a_training_that_was_stopped_while_it_wrote_goes_on(run: Run, tmp_path: Path) -> None:
    few, bundle = few_rows(tmp_path), tmp_path / "bundle"
    words = ("train", few, "--model", "gp", "--out", bundle)
    bundle.mkdir()
    (bundle / "weights.safetensors").write_bytes(b"before the card")
    assert run(*words).code == 0
    card = (bundle / "card.json").read_bytes()
    (bundle / "measured.parquet").unlink()  # what comes last
    answer = run("train", ASSAY, "--model", "gp", "--out", bundle)
    assert answer.code == 2  # another training's
    assert (bundle / "card.json").read_bytes() == card
    assert run(*words).code == 0
    assert (bundle / "measured.parquet").is_file()


def test_arrays_of_an_assay_can_be_trained_elsewhere(run: Run, tmp_path: Path) -> None:
    from gnn.models.network import NetworkConfig
    from gnn.training.loop import TrainingConfig
    from gnn.training.training_set import load_training_set

    arrays = tmp_path / "assay.npz"
    assert run("train", ASSAY, "--arrays", arrays).code == 0
    data = load_training_set(arrays)
    recipe = data.meta["recipe"]
    assert NetworkConfig(tasks=1, **recipe["network"])
    assert TrainingConfig(**recipe["training"])
    assert data.roles.shape[0] == 5


def test_ctrl_c_promises_no_more_than_is_kept(tmp_path: Path) -> None:
    assay = plan_training(str(ASSAY))
    recipe, process = replace(assay, model=None), replace(assay, model="gp")
    out, work = tmp_path / "bundle", tmp_path / "work"
    assert stop_advice(recipe, out, None).startswith("fitted networks are kept")
    assert stop_advice(assay, out, work).startswith("fitted networks are kept")
    for nothing in (
        stop_advice(assay, out, None),  # an assay's networks wait nowhere
        stop_advice(process, out, work),  # no network is fitted
        stop_advice(recipe, None, None),  # arrays alone
    ):
        assert nothing == "nothing was written: repeat the command"
