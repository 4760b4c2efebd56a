"""A team's own file: what contradicts itself is left out by name, and what is left must do."""

from pathlib import Path

import numpy as np
import pytest

from chem.errors import InputError
from data.activities.activity import ActivityTable, Task
from data.assay.read import read_assay
from gnn.assembly.assemble import Assembled, assemble
from gnn.features.array_types import Strings

ASSAY = Path(__file__).parents[2] / "files/my_assay.csv"


def divide(merged: ActivityTable) -> Strings:
    return np.full((1, len(merged)), "fit", dtype="<U5")


def strict(table: ActivityTable) -> Assembled:
    return assemble(table, divide, {}, strict=True)


@pytest.fixture
def assay() -> ActivityTable:
    return read_assay(ASSAY).select(np.arange(40))


def again(table: ActivityTable, rows: list[int], shift: float, salt: str) -> ActivityTable:
    """Measure some compounds of a table again, as another salt."""
    more = table.select(np.array(rows))
    more.smiles[:] = [f"{smiles}{salt}" for smiles in more.smiles]
    more.ids[:] = [f"again-{name}" for name in more.ids]
    more.values[:] += shift
    more.bounds[:] = 0
    return ActivityTable.concat([table, more])


def test_replicates_far_apart_are_left_out_by_name(assay: ActivityTable) -> None:
    exact = np.flatnonzero(assay.bounds[:, 0] == 0)
    far, near = [int(row) for row in exact[:4]], [int(row) for row in exact[4:6]]
    found = strict(again(again(assay, far, -2.0, ".Cl"), near, -0.4, ".CS(=O)(=O)O"))
    assert len(found.smiles) == 36
    note = next(note for note in found.notes if "left out" in note)
    assert "4 compounds have values over 1 log unit apart" in note
    assert f"{assay.ids[far[0]]} (" in note
    assert "and 1 more" in note
    assert str(assay.ids[near[0]]) not in note
    assert np.isfinite(found.data.values).all()
    lax = assemble(again(assay, far, -2.0, ".Cl"), divide, {})
    assert len(lax.smiles) == 40


def test_both_classes_of_one_compound(assay: ActivityTable) -> None:
    classes = ActivityTable(
        smiles=assay.smiles,
        ids=assay.ids,
        tasks=(Task("active", "classification", "1 = active"),),
        values=(np.arange(40) % 2).astype(np.float32)[:, None],
        bounds=np.zeros((40, 1), np.int8),
    )
    other = classes.select(np.array([3]))
    other.values[:] = 1 - other.values
    found = strict(ActivityTable.concat([classes, other]))
    assert len(found.smiles) == 39
    assert f"active: 1 compound has both classes, left out: {classes.ids[3]}" in found.notes


def test_what_is_left_must_be_enough(assay: ActivityTable) -> None:
    exact = [int(row) for row in np.flatnonzero(assay.bounds[:, 0] == 0)]
    with pytest.raises(InputError, match=r"after standardizing and merging, has 1\d measurements"):
        strict(again(assay, exact[:25], -2.0, ".Cl"))


def test_test_rows_do_not_count_as_training_rows(assay: ActivityTable) -> None:
    marked = ActivityTable(
        assay.smiles,
        assay.ids,
        assay.tasks,
        assay.values,
        assay.bounds,
        np.where(np.arange(40) < 15, "train", "test"),
    )
    with pytest.raises(InputError, match="has 15 measurements, at least 20"):
        strict(marked)
