"""The rows that a shipped bundle's recipe held out of its training, measured through the bundle."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from data.activity import ActivityTable
from data.sets import load_activities
from data.splits import split_rows
from flows.benchmarks.predicting import Predictions, predict_smiles
from gnn.bundle import Bundle
from gnn.errors import ModelError
from gnn.recipe import Recipe, find_recipe, load_recipe

Floats = npt.NDArray[np.float64]


class HeldOut(NamedTuple):
    """One set's held-out rows and what the bundle says of them."""

    set: str
    table: ActivityTable
    """The rows that could be read, with the tasks that the bundle has."""
    all_values: npt.NDArray[np.float32]
    """[rows of the whole set, those tasks]: for each task's most frequent value."""
    predictions: Predictions

    def column(self, task: str, ending: str = "") -> Floats:
        """Return a task's predictions, or an ending's (``_lo``, ``_hi``), for the table's rows."""
        found: Floats = self.predictions.columns[f"{task}{ending}"].astype(np.float64)
        return found

    def distance(self) -> Floats | None:
        """Return the distances to the training compounds, where the bundle knows them."""
        found = self.predictions.columns.get("distance")
        return None if found is None else found.astype(np.float64)


def measure_held_out(bundle: Bundle) -> tuple[list[HeldOut], str]:
    """Predict what the bundle's recipe held out; return it, and why not where nothing is there."""
    try:
        recipe = load_recipe(find_recipe(bundle.card.name))
    except (InputError, ModelError):
        return [], f"{bundle.card.name} has no recipe of its name: its card is all there is"
    trained = {entry["name"] for entry in bundle.card.data}
    if {choice.name for choice in recipe.sets} - trained:
        return [], f"{bundle.card.name} was made by an earlier recipe: its card is all there is"
    found = []
    for at in range(len(recipe.sets)):
        try:
            held = _measure_set(bundle, recipe, at)
        except InputError as error:
            return [], f"the training sets are not here ({error})"
        if held is not None:
            found.append(held)
    return found, ""


def _measure_set(bundle: Bundle, recipe: Recipe, at: int) -> HeldOut | None:
    choice = recipe.sets[at]
    table = load_activities(choice.name)
    known = {task.name for task in bundle.card.tasks}
    shared = [task.name for task in table.tasks if task.name in known]
    if not shared:
        return None
    fractions = (1 - choice.valid, choice.valid, 0.0)
    split = split_rows(table, choice.split, recipe.seed, fractions)
    table = table.select_tasks(shared)
    held = table.select((split == "valid") & table.measured.any(axis=1))
    predictions = predict_smiles(bundle, [str(smiles) for smiles in held.smiles])
    return HeldOut(choice.name, held.select(predictions.rows), table.values, predictions)
