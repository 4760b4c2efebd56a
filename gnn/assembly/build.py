"""From a recipe or an assay to a bundle: load, assemble, fit, assess, write the card."""

from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from chem.disk.scratch import scratch_folder
from data.activities.activity import ActivityTable
from data.activities.splits import split_rows
from data.catalogue.catalogue import dataset
from data.public_sets.presumed import presume_inactive
from data.public_sets.sets import load_activities
from gnn.assembly.assemble import Assembled, Progress, Strings, assemble, join, stop_roles
from gnn.assembly.baseline import forest_baseline
from gnn.assembly.recipe import Recipe
from gnn.bundle.bundle import save_bundle
from gnn.calibration.domain import held_out_distance, training_domain
from gnn.errors import ModelError
from gnn.evaluation.ablation import ablate, stages
from gnn.evaluation.assess import assess
from gnn.evaluation.card import Card
from gnn.models.network import NetworkConfig, State
from gnn.models.outputs import Outputs
from gnn.models.pretrained import Pretrained
from gnn.models.quantize import dequantize, quantize
from gnn.training.distil import REFIT, Teaching, fit_distilled, read_teaching
from gnn.training.ensemble import held_out_outputs
from gnn.training.forest import SETTINGS
from gnn.training.training import TrainingConfig

VERSIONS = ("hitlist", "torch", "torch-geometric", "rdkit", "numpy", "scikit-learn")


def _how_long(recipe: Recipe) -> str:
    if recipe.pretrained and recipe.settings().encoder_rate == 0:
        return "; every training row is trained on, for a fixed number of epochs"
    return f"; {recipe.stop:.0%} of the training rows, other ones for each member, end its training"


def assemble_recipe(recipe: Recipe, progress: Progress | None = None) -> Assembled:
    """Fetch a recipe's sets and make its training set. All members hold out the same rows."""
    tables = []
    for choice in recipe.sets:
        table = load_activities(choice.name)
        train = 1 - choice.valid
        split = split_rows(table, choice.split, recipe.seed, (train, choice.valid, 0.0))
        tables.append((table, split))
    table = join(tables)
    presumed: frozenset[str] = frozenset()
    if recipe.presumed_inactive is not None:
        drawn = presume_inactive(table, **recipe.presumed_inactive.model_dump(), seed=recipe.seed)
        presumed = frozenset(drawn.smiles)
        table = ActivityTable.concat([table, drawn])
    names = [task.name for task in table.tasks]
    for name in recipe.ship:
        if name not in names:
            raise ModelError(f"recipe {recipe.name} ships {name}, its sets have {', '.join(names)}")

    def divide(merged: ActivityTable) -> Strings:
        if merged.split is None:
            raise ModelError(f"recipe {recipe.name}: a set has no split")
        members = max(recipe.members, recipe.teaching.members if recipe.teaching else 0)
        return stop_roles(merged.split, members, recipe.stop, recipe.seed)

    meta = {
        "recipe": {
            "network": recipe.network,
            "training": recipe.training,
            "seed": recipe.seed,
            "members": recipe.members,
            "pretrained": recipe.pretrained,
            "teaching": recipe.teaching_settings(),
            "refit": recipe.refit,
        },
        "data": [_describe(choice.name) for choice in recipe.sets],
        "split": "; ".join(f"{choice.name}: {choice.split}" for choice in recipe.sets)
        + _how_long(recipe),
    }
    return assemble(table, divide, meta, progress, presumed)


def _applied(training: TrainingConfig, is_distilled: bool = False) -> dict[str, Any]:
    """Return the settings that had a say: heads alone are neither stopped early nor averaged."""
    without = ("patience", "average") if training.encoder_rate == 0 else ()
    if not is_distilled:
        without = (*without, "distil")
    return {name: value for name, value in asdict(training).items() if name not in without}


def recipe_teaching(recipe: Recipe, tasks: int) -> Teaching | None:
    """Return a recipe's teaching for a number of tasks."""
    return read_teaching(recipe.teaching_settings(), tasks, recipe.encoder())


def build_bundle(
    folder: Path,
    assembled: Assembled,
    sizes: NetworkConfig,
    training: TrainingConfig,
    members: int,
    *,
    name: str,
    title: str,
    description: str = "",
    ship: tuple[str, ...] = (),
    teaching: Teaching | None = None,
    refit: bool = False,
    forest: bool = True,
    seed: int = 0,
    device: str = "auto",
    work: Path | None = None,
    progress: Progress | None = None,
    pretrained: Pretrained | None = None,
) -> Card:
    """Fit an ensemble, assess it on the rows held out, and write the bundle to ``folder``.

    With ``refit`` it is then fitted again on every row, and that is what is written. With a
    ``work`` folder, what was fitted there before is not fitted again.
    """
    data = assembled.data
    settings: dict[str, Any] = {"device": device, "report": progress, "pretrained": pretrained}
    with scratch_folder() as scratch:
        place = work or scratch
        distilled = fit_distilled(data, sizes, training, members, teaching, place, seed, **settings)
        role = "test" if (data.roles == "test").any() else "valid"
        baseline = forest_baseline(assembled, role, place, progress) if forest else None
        names = [task["name"] for task in data.tasks]
        kept = np.array([names.index(task) for task in ship or names])
        shipped = [
            dequantize(quantize(state)) for state in distilled.states
        ]  # measured is what is shipped
        outputs = Outputs(held_out_outputs(shipped, sizes, data, role), None)
        assessment = assess(data, outputs, baseline, kept, held_out_distance(data, role))
        steps = ablate(
            data, role, kept, stages(distilled.by_teacher, distilled.soft_targets, outputs.networks)
        )
        if refit:
            data = data.everything()
            again = place / REFIT
            distilled = fit_distilled(
                data, sizes, training, members, teaching, again, seed, **settings
            )
        domain = training_domain(data)
    card = Card(
        name=name,
        title=title,
        description=description,
        created=datetime.now(UTC).date().isoformat(),
        featurizer=data.meta["featurizer"],
        **assessment.facts(domain),
        network=asdict(sizes) | {"tasks": len(kept)},
        members=len(distilled.states),
        ablation=steps,
        refit=refit,
        training=_applied(training, teaching is not None)
        | {
            "seed": seed,
            "pretrained": pretrained.sha256 if pretrained else "",
            "teaching": teaching and asdict(teaching) | {"training": _applied(teaching.training)},
        },
        data=data.meta["data"],
        split=data.meta["split"]
        + f"; measured on the {role} rows"
        + (AGAIN[role] if refit else ""),
        notes=[
            *assembled.notes,
            *([USED] if refit else []),
            *([f"forest: {SETTINGS}"] if forest else []),
        ],
        weights="",
        versions={package: version(package) for package in VERSIONS},
    )
    save_bundle(
        folder, card, [quantize(_keep_tasks(state, kept)) for state in distilled.states], domain
    )
    return card


USED = "once measured, the networks were trained again, on the values set aside above too"
AGAIN = {
    "valid": ", then trained again on every row, these included",
    "test": ", then trained again on every row but these",
}


def _keep_tasks(state: State, kept: Any) -> State:
    """Cut a state down to some tasks: the last layer's rows and their units."""
    last = max(name for name in state if name.startswith("head.") and name.endswith(".weight"))
    cut = (last, last.replace(".weight", ".bias"), "shift", "scale")
    return {name: value[kept] if name in cut else value for name, value in state.items()}


def _describe(name: str) -> dict[str, Any]:
    entry = dataset(name)
    return {
        "name": name,
        "title": entry.title,
        "sha256": entry.sha256,
        "licence": entry.licence,
        "citation": entry.citation,
        "rows": entry.rows,
    }


def describe_file(path: Path, sha256: str, rows: int) -> dict[str, Any]:
    """Describe a team's own file for the card."""
    return {"name": path.name, "sha256": sha256, "rows": rows}
