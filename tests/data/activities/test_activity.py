from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.activities.activity import ActivityTable, Task, object_array

NAN = np.nan


def make_table(tasks: str = "AB", rows: int = 3, split: bool = True) -> ActivityTable:
    values = np.arange(rows * len(tasks), dtype=np.float32).reshape(rows, len(tasks))
    return ActivityTable(
        smiles=object_array(["C" * (i + 1) for i in range(rows)]),
        ids=object_array([f"00{i}" for i in range(rows)]),
        tasks=tuple(Task(name, "regression", "pActivity") for name in tasks),
        values=values,
        bounds=np.zeros(values.shape, np.int8),
        split=np.array(["train"] * rows) if split else None,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"values": np.zeros((2, 2), np.float32)},
        {"bounds": np.zeros((3, 1), np.int8)},
        {"ids": object_array(["1"])},
        {"split": np.array(["train"])},
        {"tasks": (Task("A", "regression", ""), Task("A", "regression", ""))},
        {"values": np.zeros((3, 2), np.float64)},
        {"values": np.full((3, 2), np.inf, np.float32)},
        {"values": np.full((3, 2), NAN, np.float32), "bounds": np.ones((3, 2), np.int8)},
    ],
)
def test_a_table_refuses_what_does_not_fit(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|expected|unique|float32|cannot|for"):
        replace(make_table(), **change)


def test_select_takes_rows_in_the_order_asked() -> None:
    table = make_table()
    picked = table.select([2, 0])
    assert list(picked.smiles) == ["CCC", "C"]
    assert list(picked.ids) == ["002", "000"]
    assert picked.values.tolist() == [[4, 5], [0, 1]]
    assert len(table.select(np.array([False, True, False]))) == 1
    assert len(table.select([])) == 0


def test_select_tasks_takes_columns_in_the_order_asked() -> None:
    picked = make_table().select_tasks(["B"])
    assert [task.name for task in picked.tasks] == ["B"]
    assert picked.values.tolist() == [[1], [3], [5]]
    with pytest.raises(KeyError):
        make_table().select_tasks(["C"])


def test_concat_unites_the_tasks() -> None:
    bounded = replace(make_table("BC", 2, split=False), bounds=np.array([[-1, 1]] * 2, np.int8))
    both = ActivityTable.concat([make_table("AB", 1), bounded])
    assert [task.name for task in both.tasks] == ["A", "B", "C"]
    np.testing.assert_array_equal(both.values, [[0, 1, NAN], [NAN, 0, 1], [NAN, 2, 3]])
    assert both.bounds.tolist() == [[0, 0, 0], [0, -1, 1], [0, -1, 1]]
    assert both.split is None
    assert list(both.ids) == ["000", "000", "001"]


def test_concat_refuses_two_tasks_of_one_name() -> None:
    other = replace(make_table("A"), tasks=(Task("A", "classification", "1 = active"),))
    with pytest.raises(ValueError, match="share a name"):
        ActivityTable.concat([make_table("A"), other])


@given(st.lists(st.tuples(st.sampled_from(["A", "AB", "BC", "D"]), st.integers(0, 4)), max_size=5))
def test_concat_keeps_every_value_and_select_takes_it_apart(parts: list[tuple[str, int]]) -> None:
    tables = [make_table(tasks, rows) for tasks, rows in parts]
    whole = ActivityTable.concat(tables)
    assert len(whole) == sum(len(table) for table in tables)
    assert whole.is_measured.sum() == sum(table.is_measured.sum() for table in tables)
    start = 0
    for table in tables:
        names = [task.name for task in table.tasks]
        part = whole.select(range(start, start + len(table))).select_tasks(names)
        np.testing.assert_array_equal(part.values, table.values)
        start += len(table)
