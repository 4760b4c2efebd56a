"""The Prefect flow ``train``, the counterpart of ``hitlist train``."""

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
from flows.prefect_support.without_reader import go_on_without_reader
from flows.terminal.card_metrics import describe_gain
from gnn.assembly.assemble import Assembled
from gnn.card.card import Card
from gnn.card.metric_card import Summary


@task(name="plan", **ONCE)
def plan(
    source: str,
    name: str | None,
    members: int | None,
    model: str | None,
    options: AssayOptions | None = None,
) -> Training:
    """Read the recipe or the assay, and log how the assay was read."""
    training = plan_training(source, name, members, options, model)
    for line in training.notes:
        log_if(line)
    return training


@task(name="assemble", **ONCE)
def assemble(training: Training) -> Assembled:
    """Standardize the molecules and split them."""
    with stage_progress("train-assemble", f"Assembling the data of {training.name}") as report:
        return training.assemble(report)


@task(name="fit", **AGAIN)
def fit(training: Training, assembled: Assembled, folder: Path, device: str) -> Card:
    """Fit the networks, assess them and write the bundle. Resumes from checkpoints."""
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
    """Train a bundle and compare it with a random forest.

    Args:
        source: the name of a shipped recipe, the TOML file of a recipe, or an assay file.
        out: folder for the bundle; by default ``runs/bundles/<name>``.
        name: name of the bundle; by default the name of the recipe or of the file.
        members: number of networks to train; by default 5, or from the recipe.
        device: device to train on, auto, cpu or cuda.
        model: assay: model to train, auto, network, gp or blend.
        value_column: assay: column with the measurements; by default all recognized columns.
        units: assay: unit of the values if the header does not give it, such as nM.
        target: assay with several targets: the target whose rows are read.
        decimal: assay: decimal mark; by default from the numbers of each column.
        inactive_as: assay: bound that replaces the word inactive or a concentration of 0, such as
            ``>50``.
        skip_bad_cells: assay: skip and count unreadable cells instead of stopping.
        smiles_column: assay: column with the structures; by default found by its name.
        id_column: assay: column with the compound IDs; by default found by its name.
    """
    hold_to_roots()
    go_on_without_reader()
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


def _means(card: Card) -> dict[str, Summary]:
    """Return the means over the tasks; those of the tasks' own metrics come first."""
    return {f"own metric {key}": mean for key, mean in card.main_summary.items()} | card.summary


def _publish(card: Card) -> None:
    """Publish the means over the tasks as an artifact."""
    create_table_artifact(
        [
            {
                "metric": as_written(key),
                "tasks": mean.tasks,
                "network": mean.network,
                "forest": mean.forest,
                "gain": describe_gain(mean.gain),
            }
            for key, mean in _means(card).items()
        ],
        key=artifact_key(f"train-{card.name}"),
        description=f"{as_written(card.title)}: means over the tasks",
    )
