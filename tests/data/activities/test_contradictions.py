import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.activities.activity import ActivityTable, Task, object_array
from data.activities.contradictions import drop_contradictions

UNITS = {"pActivity": "regression", "%": "regression", "1 = active": "classification"}


def table(unit: str, rows: list[tuple[str, float, int]]) -> ActivityTable:
    """Rows of SMILES, value and bound, of one task."""
    return ActivityTable(
        smiles=object_array([row[0] for row in rows]),
        ids=object_array([f"id{at}" for at in range(len(rows))]),
        tasks=(Task("mine", UNITS[unit], unit),),  # type: ignore[arg-type]
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
def test_what_stays_agrees_and_order_does_not_matter(rows, random) -> None:
    full = [(smiles, value, 0) for smiles, value in rows]
    found, _ = drop_contradictions(table("pActivity", full))
    for smiles in {row[0] for row in rows}:
        values = found.values[found.smiles == smiles, 0]
        given_values = np.float32([value for text, value in rows if text == smiles])
        spread = given_values.max() - given_values.min()
        assert np.isnan(values).all() == (spread > 1)
        assert np.isnan(values).any() == (spread > 1)
    order = list(range(len(full)))
    random.shuffle(order)
    again, _ = drop_contradictions(table("pActivity", [full[at] for at in order]))
    np.testing.assert_array_equal(again.values, found.values[order])


def test_the_table_is_looked_through_once_however_many_rows_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is measured is as large as the table: asked for each repeat, the work is quadratic."""
    asked: list[int] = []
    look = ActivityTable.is_measured.fget  # type: ignore[attr-defined]
    counted = property(lambda table: (asked.append(len(table)), look(table))[1])
    monkeypatch.setattr(ActivityTable, "is_measured", counted)
    drop_contradictions(table("pActivity", [(f"C{n % 20}", 5.0, 0) for n in range(60)]))
    assert asked == [60]
