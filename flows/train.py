"""The Prefect flow ``train``: what ``hitlist train`` does."""

from pathlib import Path
from typing import Any, Literal

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from chem.disk.allowed_roots import named_path
from data.assay.read import AssayOptions
from flows.planning.run_training import run_training
from flows.planning.training_checks import check_bundle_folder, check_device
from flows.planning.training_plan import Training, plan_training
from flows.prefect_support.artifacts import artifact_key, as_written
from flows.prefect_support.stages import AGAIN, ONCE, hold_to_roots, log_if, stage_progress
from gnn.assembly.assemble import Assembled
from gnn.evaluation.card import Card


@task(name="plan", **ONCE)
def plan(
    source: str,
    name: str | None,
    members: int | None,
    model: str | None,
    options: AssayOptions | None = None,
) -> Training:
    """Read the recipe or the assay, and say in the log how the assay was read."""
    training = plan_training(source, name, members, options, model)
    for line in training.notes:
        log_if(line)
    return training


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
def train(  # noqa: PLR0913 - Prefect reads a deployment's parameters here
    source: str = "toxicity",
    out: str | None = None,
    name: str | None = None,
    members: int | None = None,
    device: str = "auto",
    model: str | None = None,
    value_column: str | None = None,
    units: str | None = None,
    target: str | None = None,
    decimal: Literal["point", "comma"] | None = None,
    inactive_as: str | None = None,
    skip_bad_cells: bool = False,
    smiles_column: str | None = None,
    id_column: str | None = None,
) -> dict[str, Any]:
    """Train a bundle and measure it beside a random forest.

    Args:
        source: a shipped recipe's name, a recipe's TOML file, or an assay file.
        out: folder of the bundle; by default ``runs/bundles/<name>``.
        name: name of the bundle; by default the recipe's or the file's.
        members: networks to train; by default the recipe's.
        device: auto, cpu or cuda.
        model: of an assay: auto, network, gp or blend.
        value_column: of an assay: column of the measurements; by default all that are recognised.
        units: of an assay: how a column is written whose header does not say it, such as nM.
        target: of an assay of several targets: the one whose rows are read.
        decimal: of an assay: the decimal mark; by default what the numbers say.
        inactive_as: of an assay: what the word inactive, or a concentration of 0, stands for,
            such as ``>50``.
        skip_bad_cells: of an assay: leave out cells that cannot be read, and count them.
        smiles_column: of an assay: column of the structures; by default found by its name.
        id_column: of an assay: column of the ids; likewise.
    """
    hold_to_roots()
    check_device(device)
    options = AssayOptions(
        smiles_column=smiles_column,
        id_column=id_column,
        value_column=value_column,
        units=units,
        target=target,
        decimal=decimal,
        inactive_as=inactive_as,
        skip_bad_cells=skip_bad_cells,
    )
    training = plan(source, name, members, model, options)
    place = named_path(out) if out else Path("runs", "bundles", training.name)
    folder = check_bundle_folder(place, training.about)
    card = fit(training, assemble(training), folder, device)
    _publish(card)
    return {"folder": str(folder), "name": card.name, "tasks": len(card.tasks)}


def _publish(card: Card) -> None:
    """Show the means over the tasks on the server."""
    create_table_artifact(
        [
            {
                "metric": as_written(key),
                "tasks": mean.tasks,
                "network": mean.network,
                "forest": mean.forest,
            }
            for key, mean in card.summary.items()
        ],
        key=artifact_key(f"train-{card.name}"),
        description=f"{as_written(card.title)}: means over the tasks",
    )
