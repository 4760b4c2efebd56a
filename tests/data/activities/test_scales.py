from dataclasses import replace

import numpy as np
import pytest

from data.activities.activity import ActivityTable, Task, object_array
from data.activities.repeats import merge_duplicates
from data.activities.scales import note_on_omitted, to_scale, without_logarithm

HOURS = Task("half_life", "regression", "h", scale="log10")
PER_CENT = Task("bound", "regression", "% bound")


def table(hours: list[float], bounds: list[int], smiles: list[str]) -> ActivityTable:
    values = np.array([hours, hours], np.float32).T
    return ActivityTable(
        smiles=object_array(smiles),
        ids=object_array([str(at) for at in range(len(smiles))]),
        tasks=(HOURS, PER_CENT),
        values=values,
        bounds=np.array([bounds, bounds], np.int8).T,
    )


def test_only_tasks_of_that_scale_become_logarithms() -> None:
    values = np.array([[100.0, 100.0], [np.nan, 0.0], [0.01, np.nan]], np.float32)
    found = to_scale(values, (HOURS, PER_CENT))
    np.testing.assert_array_equal(found, np.array([[2, 100], [np.nan, 0], [-2, np.nan]], "f4"))
    assert values[0, 0] == 100  # the table's own values stay


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_a_table_refuses_a_value_without_a_logarithm(value: float) -> None:
    good = table([1.0, 2.0], [0, 0], ["C", "CC"])
    values = good.values.copy()
    values[0, 1] = value
    replace(good, values=values)  # no logarithm of it is taken
    values[0, 0] = value
    with pytest.raises(ValueError, match="above 0"):
        replace(good, values=values)


def test_values_without_a_logarithm_are_found_and_told() -> None:
    numbers = np.array([0.0, -1.0, np.nan, 0.1])
    assert without_logarithm(numbers, HOURS).tolist() == [True, True, False, False]
    assert not without_logarithm(numbers, PER_CENT).any()
    told = note_on_omitted(2, HOURS)
    assert told.startswith("half_life: 2 values left out, found at most 0 h, expected more than 0")


@pytest.mark.parametrize(
    ("hours", "bounds", "expected", "bound"),
    [
        ([1.0, 100.0], [0, 0], 10.0, 0),  # the factor between them is halved, not the difference
        ([1.0, 4.0, 100.0], [0, 0, 0], 4.0, 0),
        ([3.0, 3.0], [-1, -1], 3.0, -1),
        ([3.0, 8.0], [-1, 0], 8.0, 0),
    ],
)
def test_repeated_values_give_the_median_of_their_logarithms(
    hours: list[float], bounds: list[int], expected: float, bound: int
) -> None:
    merged, _ = merge_duplicates(table(hours, bounds, ["C"] * len(hours)))
    assert merged.values[0, 0] == pytest.approx(expected, rel=1e-6)
    assert merged.bounds[0, 0] == bound
