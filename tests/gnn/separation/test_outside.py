"""Values of another source: nothing learns them before a refit."""

import numpy as np
import pytest

from data.activities.activity import ActivityTable, Task, object_array
from gnn.assembly.assemble import Assembled, assemble, stop_roles
from gnn.features.array_types import Strings
from gnn.training.training_set import OUTSIDE

TASKS = (Task("EGFR", "regression", "pActivity"), Task("ABL1", "regression", "pActivity"))
NAN = float("nan")
Row = tuple[str, float, float, str, bool]
"""SMILES, the two values, the split, and whether the row is of another source."""
OWN: list[Row] = [
    ("CCN", 5.0, NAN, "train", False),
    ("CCC", 7.0, 6.0, "train", False),
    ("CCO", 6.0, NAN, "valid", False),
]


def divide(merged: ActivityTable) -> Strings:
    assert merged.split is not None
    return stop_roles(merged.split, 2, 0.3, 0)


def assembled(rows: list[Row]) -> Assembled:
    values = np.array([row[1:3] for row in rows], np.float32)
    table = ActivityTable(
        smiles=object_array([row[0] for row in rows]),
        ids=object_array([f"id{at}" for at in range(len(rows))]),
        tasks=TASKS,
        values=values,
        bounds=np.where([[row[4]] * 2 for row in rows] & ~np.isnan(values), -1, 0).astype(np.int8),
        split=np.array([row[3] for row in rows], "<U5"),
    )
    uses = np.where([row[4] for row in rows], OUTSIDE, "given")
    return assemble(table, divide, {}, uses=uses)


def test_a_new_compound_has_a_role_of_its_own() -> None:
    found = assembled([*OWN, ("CCCl", 4.0, NAN, "train", True)])
    row = found.smiles.index("CCCl")
    data = found.data
    assert (data.roles[:, row] == OUTSIDE).all()
    assert np.isnan(data.values[row]).all()
    assert data.outside is not None
    np.testing.assert_array_equal(data.outside[row], [4.0, np.nan])
    assert data.bounds[row].tolist() == [-1, 0]
    assert OUTSIDE not in np.delete(data.roles, row, axis=1)


def test_another_value_of_a_known_compound_is_not_trained_on() -> None:
    """A value that an own set has, too, is left out, whatever it is."""
    found = assembled([*OWN, ("CCN", 9.0, 4.0, "train", True)])
    row = found.smiles.index("CCN")
    np.testing.assert_array_equal(found.data.values[row], [5.0, np.nan])
    assert found.data.outside is not None
    np.testing.assert_array_equal(found.data.outside[row], [np.nan, 4.0])
    assert set(found.data.roles[:, row]) <= {"fit", "stop"}


@pytest.mark.parametrize("smiles", ["CCO", "OCC"])
def test_a_held_back_compound_has_no_value_of_another_source(smiles: str) -> None:
    found = assembled([*OWN, (smiles, NAN, 4.0, "train", True)])
    row = found.smiles.index("CCO")
    assert (found.data.roles[:, row] == "valid").all()
    assert found.data.outside is not None
    assert np.isnan(found.data.outside[row]).all()
    np.testing.assert_array_equal(found.data.values[row], [6.0, np.nan])


def test_another_drawing_of_a_known_compound_is_this_compound() -> None:
    """A stereoisomer is the same to the models; what they were trained on is no new value."""
    drawn: list[Row] = [("C[C@H](N)C(=O)Nc1ccccc1", 5.0, NAN, "train", False), *OWN]
    found = assembled([*drawn, ("C[C@@H](N)C(=O)Nc1ccccc1", 9.0, 4.0, "train", True)])
    row = found.smiles.index("C[C@@H](N)C(=O)Nc1ccccc1")
    assert found.data.outside is not None
    np.testing.assert_array_equal(found.data.outside[row], [np.nan, 4.0])


def test_the_roles_of_the_others_stay() -> None:
    many = [(f"{'C' * size}N", 5.0, NAN, "train", False) for size in range(2, 30)]
    alone = assembled(many)
    beside = assembled([*many, *(("C" * size + "Cl", 4.0, NAN, "train", True) for size in (3, 4))])
    roles = dict(zip(beside.smiles, beside.data.roles.T.tolist(), strict=True))
    for smiles, own in zip(alone.smiles, alone.data.roles.T.tolist(), strict=True):
        assert roles[smiles] == own


def test_a_refit_learns_everything() -> None:
    rows = [*OWN, ("CCCl", 4.0, NAN, "train", True), ("CCN", 9.0, 4.5, "train", True)]
    data = assembled(rows).data
    every = data.everything()
    assert (every.roles == "fit").all()
    assert every.outside is None
    assert np.isfinite(every.values).sum() == np.isfinite(data.values).sum() + 2


def test_without_another_source_there_is_no_such_array() -> None:
    assert assembled(OWN).data.outside is None
