from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.activities.activity import ActivityTable, Task, object_array
from data.activities.repeats import MergeReport, drop_contradictions, merge_duplicates

NAN = np.nan
ROW = st.tuples(
    st.sampled_from(["C", "CC", "CCO"]),
    st.one_of(st.none(), st.sampled_from([4.0, 5.0, 6.5, 7.0, 9.25])),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([None, 0.0, 1.0]),
    st.sampled_from(["train", "valid", "test"]),
)
Row = tuple[str, float | None, int, float | None, str]


def make_table(rows: list[Row]) -> ActivityTable:
    values = np.array([[r[1], r[3]] for r in rows], dtype=np.float32).reshape(len(rows), 2)
    bounds = np.array([[r[2] if r[1] is not None else 0, 0] for r in rows], np.int8)
    return ActivityTable(
        smiles=object_array([r[0] for r in rows]),
        ids=object_array([str(i) for i in range(len(rows))]),
        tasks=(Task("a", "regression", "pActivity"), Task("b", "classification", "1 = active")),
        values=values,
        bounds=bounds.reshape(len(rows), 2),
        split=np.array([r[4] for r in rows], dtype="<U5"),
    )


@pytest.mark.parametrize(
    ("measured", "expected", "bound", "conflicting"),
    [
        ([(5, 0), (7, 0)], 6, 0, 0),
        ([(5, 0), (7, 0), (9, 0)], 7, 0, 0),
        ([(5, -1), (5, -1)], 5, -1, 0),
        ([(5, -1), (6, -1)], 5.5, -1, 0),
        ([(5, -1), (7, 0)], 7, 0, 0),
        ([(9, 1), (7, 0), (8, 0)], 7.5, 0, 0),
        ([(5, -1), (8, 1)], NAN, 0, 1),
        ([(None, 0), (5, -1)], 5, -1, 0),
    ],
)
def test_repeated_numbers(
    measured: list[tuple[float | None, int]], expected: float, bound: int, conflicting: int
) -> None:
    rows: list[Row] = [("C", value, sign, None, "train") for value, sign in measured]
    table, report = merge_duplicates(make_table(rows))
    np.testing.assert_equal(table.values[0, 0], np.float32(expected))
    assert table.bounds[0, 0] == bound
    assert report.conflicting == conflicting
    assert (report.rows_before, report.rows_after) == (len(rows), 1)


@pytest.mark.parametrize(
    ("measured", "expected", "conflicting"),
    [([1, 1], 1, 0), ([0, 0], 0, 0), ([0, 1], NAN, 1), ([None, 1], 1, 0), ([None, None], NAN, 0)],
)
def test_repeated_classes(measured: list[float | None], expected: float, conflicting: int) -> None:
    rows: list[Row] = [("C", None, 0, value, "train") for value in measured]
    table, report = merge_duplicates(make_table(rows))
    np.testing.assert_equal(table.values[0, 1], np.float32(expected))
    assert report.conflicting == conflicting


def test_a_report_names_the_tasks_that_disagree() -> None:
    rows: list[Row] = [("C", 5.0, 0, 0.0, "train"), ("C", 6.5, 0, 1.0, "train")]
    _, report = merge_duplicates(make_table(rows))
    assert (report.conflicts, report.apart) == ({"b": 1}, {"a": 1})
    rows = [("C", 6.5, -1, 1.0, "train"), ("C", 5.0, 0, 1.0, "train")]
    _, report = merge_duplicates(make_table(rows))
    assert (report.conflicts, report.apart) == ({}, {})


def test_a_molecule_in_two_parts_goes_to_the_most_held_back() -> None:
    rows: list[Row] = [("C", 5.0, 0, 1.0, part) for part in ("valid", "test", "train")]
    table, report = merge_duplicates(make_table(rows))
    assert table.split is not None
    assert table.split.tolist() == ["test"]
    assert report.moved == 1


@given(st.lists(ROW, max_size=12), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_the_order_of_rows(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    (one, report), (other, shuffled_report) = (
        merge_duplicates(make_table(rows)),
        merge_duplicates(make_table(shuffled)),
    )
    assert report == shuffled_report
    order = [list(other.smiles).index(smiles) for smiles in one.smiles]
    again = other.select(order)
    np.testing.assert_array_equal(one.values, again.values)
    np.testing.assert_array_equal(one.bounds, again.bounds)
    np.testing.assert_array_equal(one.split, again.split)


@given(st.lists(ROW, max_size=12))
def test_merging_twice_is_merging_once_and_counts_add_up(rows: list[Row]) -> None:
    table = make_table(rows)
    merged, report = merge_duplicates(table)
    assert list(merged.smiles) == list(dict.fromkeys(row[0] for row in rows))
    kept = int(merged.is_measured.sum())
    assert int(table.is_measured.sum()) == kept + report.merged_values + report.conflicting
    again, second = merge_duplicates(merged)
    np.testing.assert_array_equal(again.values, merged.values)
    assert second == MergeReport(len(merged), len(merged), 0, 0, 0, {}, {})


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of each table, from now on, that is asked what is measured in it."""
    asked: list[int] = []
    real = ActivityTable.is_measured

    def look(table: ActivityTable) -> np.ndarray:
        asked.append(len(table))
        found: np.ndarray = real.__get__(table)
        return found

    monkeypatch.setattr(ActivityTable, "is_measured", property(look))
    return asked


def test_merging_looks_through_the_table_once_however_many_rows_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is measured is as large as the table: asked for each repeat, merging is quadratic."""
    asked = count_looks(monkeypatch)
    merge_duplicates(make_table([(f"C{n % 20}", 5.0, 0, 1.0, "train") for n in range(60)]))
    assert asked == [60]


UNITS: dict[str, Literal["regression", "classification"]] = {
    "pActivity": "regression",
    "%": "regression",
    "1 = active": "classification",
}


def table(unit: str, rows: list[tuple[str, float, int]]) -> ActivityTable:
    """Rows of SMILES, value and bound, of one task."""
    return ActivityTable(
        smiles=object_array([row[0] for row in rows]),
        ids=object_array([f"id{at}" for at in range(len(rows))]),
        tasks=(Task("mine", UNITS[unit], unit),),
        values=np.array([[row[1]] for row in rows], np.float32),
        bounds=np.array([[row[2]] for row in rows], np.int8),
    )


@pytest.mark.parametrize(
    ("unit", "first", "second", "dropped"),
    [
        ("pActivity", (6.0, 0), (6.9, 0), False),
        ("pActivity", (6.0, 0), (7.1, 0), True),
        ("pActivity", (6.0, 0), (5.0, -1), False),  # at most 5, and 6: a log unit
        ("pActivity", (6.5, 0), (5.0, -1), True),
        ("pActivity", (4.0, 0), (5.0, -1), False),
        ("pActivity", (9.0, 0), (5.0, 1), False),
        ("pActivity", (3.0, 0), (5.0, 1), True),
        ("pActivity", (8.0, 1), (5.0, -1), True),
        ("pActivity", (4.0, -1), (8.0, -1), False),  # two upper bounds always agree
        ("1 = active", (0, 0), (1, 0), True),
        ("1 = active", (1, 0), (1, 0), False),
        ("%", (5.0, 0), (95.0, 0), False),  # who knows how much a percentage may vary
    ],
)
def test_pairs(
    unit: str, first: tuple[float, int], second: tuple[float, int], dropped: bool
) -> None:
    rows = [("CCO", *first), ("CCC", 1.0, 0), ("CCO", *second)]
    for given_rows in (rows, rows[::-1]):
        found, notes = drop_contradictions(table(unit, given_rows))
        assert np.isnan(found.values[[0, 2], 0]).all() == dropped
        assert found.values[1, 0] == 1.0
        assert len(notes) == dropped
    if dropped:
        assert "mine: 1 compound has" in notes[0]
        assert "id0" in notes[0]


def test_the_first_three_are_named_and_the_rest_counted() -> None:
    rows = [(f"{'C' * (n // 2 + 1)}O", 5.0 + 2 * (n % 2), 0) for n in range(10)]
    _, notes = drop_contradictions(table("pActivity", rows))
    assert notes == [
        "mine: 5 compounds have values over 1 log unit apart, left out: id0 (5.00 and 7.00), "
        "id2 (5.00 and 7.00), id4 (5.00 and 7.00) and 2 more"
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["C", "CC", "CCC"]), st.floats(4, 9)), min_size=1, max_size=12
    ),
    st.randoms(use_true_random=False),
)
def test_what_stays_agrees_and_order_does_not_matter(
    rows: list[tuple[str, float]], random: Random
) -> None:
    full = [(smiles, value, 0) for smiles, value in rows]
    found, _ = drop_contradictions(table("pActivity", full))
    for smiles in {row[0] for row in rows}:
        values = found.values[found.smiles == smiles, 0]
        given_values = np.array([value for text, value in rows if text == smiles], np.float32)
        spread = given_values.max() - given_values.min()
        assert np.isnan(values).all() == (spread > 1)
        assert np.isnan(values).any() == (spread > 1)
    order = list(range(len(full)))
    random.shuffle(order)
    again, _ = drop_contradictions(table("pActivity", [full[at] for at in order]))
    np.testing.assert_array_equal(again.values, found.values[order])


def test_dropping_looks_through_the_table_once_however_many_rows_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is measured is as large as the table: asked for each repeat, the work is quadratic."""
    asked = count_looks(monkeypatch)
    drop_contradictions(table("pActivity", [(f"C{n % 20}", 5.0, 0) for n in range(60)]))
    assert asked == [60]
