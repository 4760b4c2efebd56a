from pathlib import Path

import numpy as np
import pytest

from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.activities.activity import ActivityTable, Task, object_array
from data.activities.measurements import collect_measurements
from data.activities.repeats import merge_duplicates
from data.catalogue.catalogue import dataset
from data.public_sets.sets import read_activities

FILES = Path(__file__).parents[2] / "files/data"
A, B, C = (
    Task("a", "regression", "pActivity"),
    Task("b", "regression", "pActivity"),
    Task("c", "classification", "1 = active"),
)
Row = tuple[str, str, tuple[float | None, ...], str]


def make(tasks: tuple[Task, ...], *rows: Row, bound: int = 0, split: bool = True) -> ActivityTable:
    """A table of rows of SMILES, id, values and part."""
    values = np.array([row[2] for row in rows], dtype=np.float32)
    return ActivityTable(
        smiles=object_array([row[0] for row in rows]),
        ids=object_array([row[1] for row in rows]),
        tasks=tasks,
        values=values,
        bounds=np.where(np.isnan(values), 0, bound).astype(np.int8),
        split=np.array([row[3] for row in rows]) if split else None,
    )


def rows_of(table: ActivityTable) -> list[tuple[str, str, list[float | None]]]:
    values = [[None if np.isnan(v) else float(v) for v in row] for row in table.values]
    return list(zip(table.smiles, table.ids, values, strict=True))


def test_structures_are_standardized_and_merged_as_for_training() -> None:
    table = make(
        (A,),
        ("OCC", "second", (7.0,), "train"),
        ("CCO.Cl", "third", (8.0,), "valid"),
        ("CCO", "fourth", (9.0,), "train"),
        ("C1CC", "broken", (9.0,), "train"),
        ("CCC", "first", (5.0,), "train"),
    )
    found = collect_measurements([table], ["a"])
    assert rows_of(found) == [("CCC", "first", [5.0]), ("CCO", "second", [8.0])]
    assert found.split is None


def test_what_is_held_back_as_test_is_not_shown() -> None:
    table = make(
        (A,),
        ("CCO", "x", (7.0,), "train"),
        ("OCC", "y", (8.0,), "test"),  # the same compound: it is held back as a whole
        ("CCN", "z", (6.0,), "test"),
        ("CCC", "v", (5.0,), "valid"),
    )
    assert rows_of(collect_measurements([table], ["a"])) == [("CCC", "v", [5.0])]


def test_a_compound_keeps_the_id_that_the_source_of_its_value_gave_it() -> None:
    one = make((A,), ("CCO", "ethanol", (7.0,), "train"), ("CCC", "both", (5.0,), "train"))
    other = make(
        (C,), ("CCC", "both", (1.0,), "train"), ("OCC", "CHEMBL545", (0.0,), "train"), split=False
    )
    assert rows_of(collect_measurements([one, other], ["c", "a"])) == [
        ("CCC", "both", [1.0, 5.0]),  # one structure and id: one row
        ("CCO", "ethanol", [None, 7.0]),
        ("CCO", "CHEMBL545", [0.0, None]),
    ]


def test_sets_with_a_task_in_common_are_merged_over_others_between_them() -> None:
    first = make((A,), ("CCO", "x", (6.0,), "train"))
    second = make((B,), ("CCO", "y", (3.0,), "train"))
    both = make((A, B), ("CCO", "z", (8.0, 5.0), "train"))
    found = collect_measurements([first, second, both], ["a", "b"])
    assert rows_of(found) == [("CCO", "x", [7.0, 4.0])]


def test_tasks_that_are_not_asked_for_leave_no_trace() -> None:
    table = make((A, B), ("CCO", "x", (6.0, None), "train"), ("CCC", "y", (None, 5.0), "train"))
    other = make((C,), ("CCN", "z", (1.0,), "train"))
    assert rows_of(collect_measurements([table, other], ["a"])) == [("CCO", "x", [6.0])]
    with pytest.raises(KeyError):
        collect_measurements([table], ["a", "d"])


def test_a_teams_own_contradictions_are_left_out_as_in_training() -> None:
    table = make((A,), ("CCO", "x", (4.0,), "train"), ("OCC", "y", (8.0,), "train"))
    more = make((A,), ("CCC", "z", (5.0,), "train"), bound=-1)
    tables = [ActivityTable.concat([table, more])]
    assert rows_of(collect_measurements(tables, ["a"])) == [
        ("CCC", "z", [5.0]),
        ("CCO", "x", [6.0]),
    ]
    found = collect_measurements(tables, ["a"], strict=True)
    assert rows_of(found) == [("CCC", "z", [5.0])]
    assert found.bounds.tolist() == [[-1]]


def test_real_measurements_are_all_there_with_their_bounds() -> None:
    table = read_activities(FILES / "kinase200_sample.csv", dataset("kinase200"))
    found = collect_measurements([table], [task.name for task in table.tasks])
    results = [standardize(str(text), "smiles") for text in table.smiles]
    texts = [result.smiles for result in results if not isinstance(result, Failure)]
    assert len(texts) == len(table)
    expected, _ = merge_duplicates(
        ActivityTable(
            object_array(texts), table.ids, table.tasks, table.values, table.bounds, table.split
        )
    )
    order = np.argsort(expected.smiles, kind="stable")
    assert list(found.smiles) == list(expected.smiles[order])
    assert list(found.ids) == list(expected.ids[order])
    np.testing.assert_array_equal(found.values, expected.values[order])
    np.testing.assert_array_equal(found.bounds, expected.bounds[order])
