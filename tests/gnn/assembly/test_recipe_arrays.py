"""What a recipe's teachers need besides measurements: only where the recipe asks for it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from chem.features.descriptors import descriptors
from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly import recipe_sets
from gnn.assembly.recipe import Recipe
from gnn.assembly.recipe_arrays import recipe_arrays
from gnn.training.training_set import UNLABELLED

FILE = Path(__file__).parents[2] / "files/my_assay.csv"


@pytest.fixture(autouse=True)
def _set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The set that recipes name holds forty compounds of an assay."""
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))[:40]
    column = next(name for name in rows[0] if name.lower() == "smiles")
    table = ActivityTable(
        smiles=object_array([row[column] for row in rows]),
        ids=object_array([str(at) for at in range(40)]),
        tasks=(Task("EGFR", "regression", "pActivity"),),
        values=np.linspace(5, 8, 40, dtype=np.float32)[:, None],
        bounds=np.zeros((40, 1), np.int8),
    )
    monkeypatch.setattr(recipe_sets, "load_activities", lambda name: table)


def recipe(*teachers: str, analogs: int = 0) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "mine",
            "title": "Mine",
            "sets": [{"name": "tox21", "split": "random"}],
            "training": {"encoder_rate": 0},
            "teaching": {"teachers": teachers, "analogs": analogs},
        }
    )


def test_descriptors_are_computed_only_if_trees_teach() -> None:
    found = recipe_arrays(recipe("networks", "trees", analogs=5))
    np.testing.assert_array_equal(found.data.descriptors, descriptors(found.smiles))
    assert recipe_arrays(recipe("networks", "forest")).data.descriptors is None


def test_analogs_are_added_only_if_asked_for() -> None:
    plain = recipe_arrays(recipe("networks"))
    assert UNLABELLED not in plain.data.roles
    found = recipe_arrays(recipe("networks", analogs=5))
    assert found.data.graphs.molecules == plain.data.graphs.molecules + 5
    assert (found.data.roles[:, -5:] == UNLABELLED).all()
    assert found.smiles[:-5] == plain.smiles


def test_a_recipe_without_teachers_gets_measurements_alone() -> None:
    alone = recipe("networks").model_copy(update={"teaching": None})
    assert recipe_arrays(alone).data.descriptors is None
