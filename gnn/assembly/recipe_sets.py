"""Loads the datasets of a recipe with their splits, and describes them for the card."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chem.records.message_text import counted
from data.activities.activity import ActivityTable
from data.activities.splits import split_rows
from data.catalogue.catalogue import dataset
from data.public_sets.sets import load_activities
from gnn.assembly.recipe import Recipe, SetChoice
from gnn.errors import ModelError
from gnn.features.array_types import Strings


def load_set(choice: SetChoice, seed: int) -> tuple[ActivityTable, Strings]:
    """Fetch a set of a recipe, and return its table with its split [n].

    Raises:
        ModelError: The set should hold no rows back, but its source does.
    """
    table = load_activities(choice.name)
    if choice.split == "train" or choice.split == "outside":
        if table.split is not None and (table.split != "train").any():
            raise ModelError(
                f"{choice.name} has a split that holds rows back, expected none of a set with "
                f'split = "{choice.split}"; choose split = "given"'
            )
        split = np.full(len(table), "train", dtype="<U5")
    else:
        fractions = (1 - choice.valid, choice.valid, 0.0)
        split = split_rows(table, choice.split, seed, fractions)
    counts = table.is_measured.sum(axis=0)
    kept = [at for at, count in enumerate(counts) if count >= choice.minimum_values]
    if len(kept) < len(table.tasks):
        note = (
            f"{choice.name}: {counted(len(table.tasks) - len(kept), 'task')} with fewer than "
            f"{counted(choice.minimum_values, 'value')} left out"
        )
        table = table.select_tasks([table.tasks[at].name for at in kept])
        table = replace(table, notes=(*table.notes, note))
        rows = table.is_measured.any(axis=1)
        table, split = table.select(rows), split[rows]
    return table, split


def check_shipped(recipe: Recipe, tables: Sequence[tuple[ActivityTable, Strings]]) -> None:
    """Raise ModelError if the recipe ships a task that no set has, or that none can measure."""
    measured = {
        task.name
        for choice, (table, _) in zip(recipe.sets, tables, strict=True)
        for task in table.tasks
        if choice.split not in ("train", "outside")
    }
    names = [task.name for table, _ in tables for task in table.tasks]
    for name in recipe.ship or names:
        if name not in names:
            found = ", ".join(dict.fromkeys(names))
            raise ModelError(f"recipe {recipe.name} ships {name}, its sets have {found}")
        if name not in measured:
            raise ModelError(
                f"recipe {recipe.name} ships {name}, but all sets that have it only help to train, "
                "so it cannot be measured; leave it out of ship, or hold rows of a set back"
            )


def notes_on_terms(recipe: Recipe) -> list[str]:
    """Name the sets of which the bundle keeps no values."""
    found = [dataset(choice.name) for choice in recipe.sets]
    return [
        f"{entry.name}: trained on, and its values are not among the measured compounds of the "
        f"bundle, because of its terms: {entry.licence}"
        for entry in found
        if not entry.ship_values
    ]


def describe_set(name: str) -> dict[str, Any]:
    """Describe a dataset of the catalogue for the card."""
    entry = dataset(name)
    return {
        "name": name,
        "title": entry.title,
        "sha256": entry.sha256,
        "licence": entry.licence,
        **({"restriction": entry.restriction} if entry.restriction else {}),
        "citation": entry.citation,
        **({"faults": list(entry.faults)} if entry.faults else {}),
        "rows": entry.rows,
    }
