"""Predictions of a shipped bundle for the rows that its recipe held out of training."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from data.activities.activity import ActivityTable
from flows.model_benchmark.predicting import Predictions, open_bundle, predict_smiles
from gnn.assembly.recipe import find_recipe, load_recipe
from gnn.assembly.recipe_sets import load_set
from gnn.bundle.bundle import Bundle
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.errors import ModelError

Floats = npt.NDArray[np.float64]


class HeldOut(NamedTuple):
    """The held-out rows of one dataset, with the bundle's predictions."""

    set: str
    table: ActivityTable
    """The readable rows, with the tasks of the bundle."""
    all_values: npt.NDArray[np.float32]
    """[rows of the whole dataset, these tasks]; used to find the most frequent value of a task."""
    predictions: Predictions

    def column(self, task: str, ending: str = "") -> Floats:
        """Return a task's predictions, or its column with an ending (``_lo``, ``_hi``)."""
        found: Floats = self.predictions.columns[f"{task}{ending}"].astype(np.float64)
        return found

    def distance(self) -> Floats | None:
        """Return the distances to the training compounds, or None if the bundle has none."""
        found = self.predictions.columns.get("distance")
        return None if found is None else found.astype(np.float64)


def measure_held_out(name: str) -> tuple[list[HeldOut], str]:
    """Predict the held-out rows of a bundle; return them, or no rows and the reason."""
    card = read_card(find_bundle(name))
    if card.refit:
        return [], (
            f"it was trained again on the held-out rows; `hitlist train {card.name} --held-out "
            "--out DIR` makes one that can be measured with --bundles DIR"
        )
    try:
        recipe = load_recipe(find_recipe(card.name))
    except (InputError, ModelError):
        return [], f"no recipe of the name {card.name} says what was held out"
    if {choice.name for choice in recipe.sets} - {entry["name"] for entry in card.data}:
        return [], "the recipe has other sets than this bundle was made of"
    known = {task.name for task in card.tasks}
    tables = []
    for choice in recipe.sets:
        if choice.split in ("train", "outside"):
            continue  # none of its rows is held out
        try:
            table, split = load_set(choice, recipe.seed)
        except InputError:
            return [], f"{choice.name} is not here; name a folder that has it in HITLIST_MIRROR"
        if shared := [task.name for task in table.tasks if task.name in known]:
            tables.append((choice.name, replace(table, split=split).select_tasks(shared)))
    bundle = open_bundle(name)
    return [_measure(bundle, *one) for one in tables], ""


def _measure(bundle: Bundle, name: str, table: ActivityTable) -> HeldOut:
    held = table.select((table.split == "valid") & table.is_measured.any(axis=1))
    predictions = predict_smiles(bundle, [str(smiles) for smiles in held.smiles])
    return HeldOut(name, held.select(predictions.rows), table.values, predictions)
