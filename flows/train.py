"""The Prefect flow ``train``: what ``hitlist train`` does."""

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from flows.artifacts import artifact_key
from flows.screen import AGAIN, ONCE
from flows.stages import stage_progress
from flows.training import run_training
from flows.training_checks import check_bundle_folder, check_device
from flows.training_plan import Training, plan_training
from gnn.assemble import Assembled
from gnn.card import Card


@task(name="plan", **ONCE)
def plan(source: str, name: str | None, members: int | None, model: str | None) -> Training:
    """Read the recipe or the assay."""
    return plan_training(source, name, members, model=model)


@task(name="assemble", **ONCE)
def assemble(training: Training) -> Assembled:
    """Standardize the molecules and divide them."""
    with stage_progress("train-assemble", f"Assembling the data of {training.name}") as report:
        return training.assemble(report)


@task(name="fit", **AGAIN)
def fit(training: Training, assembled: Assembled, folder: Path, device: str) -> Card:
    """Fit the networks, assess them and write the bundle; checkpoints are gone on with."""
    with stage_progress("train-fit", f"Training {training.name}") as report:
        return run_training(training, assembled, folder, device=device, progress=report)


@flow(name="train", persist_result=False)
def train(
    source: str = "toxicity",
    out: str | None = None,
    name: str | None = None,
    members: int | None = None,
    device: str = "auto",
    model: str | None = None,
) -> dict[str, Any]:
    """Train a bundle and measure it beside a random forest.

    Args:
        source: a shipped recipe's name, a recipe's TOML file, or an assay file.
        out: folder of the bundle; by default ``runs/bundles/<name>``.
        name: name of the bundle; by default the recipe's or the file's.
        members: networks to train; by default the recipe's.
        device: auto, cpu or cuda.
        model: of an assay: auto, network, gp or blend.
    """
    check_device(device)
    training = plan(source, name, members, model)
    place = Path(out) if out else Path("runs", "bundles", training.name)
    about = (training.name, training.title, training.description)
    folder = check_bundle_folder(place, about)
    card = fit(training, assemble(training), folder, device)
    rows = [
        {"metric": key, "tasks": mean.tasks, "network": mean.network, "forest": mean.forest}
        for key, mean in card.summary.items()
    ]
    key = artifact_key(f"train-{card.name}")
    create_table_artifact(rows, key=key, description=f"{card.title}: means over the tasks")
    return {"folder": str(folder), "name": card.name, "tasks": len(card.tasks)}
