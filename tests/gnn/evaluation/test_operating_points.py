"""Sensitivity and specificity at each threshold of a class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.evaluation.operating_points import THRESHOLDS, measure_operating_points


def test_rows_are_counted_on_the_right_side_of_each_threshold() -> None:
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0])
    probability = np.array([0.1, 0.2, 0.5, 0.96, 0.0, 0.04, 0.2, 0.3, 0.7])
    found = measure_operating_points(truth, probability)
    assert found is not None
    assert (found.positives, found.negatives) == (4, 5)
    at = found.thresholds.index(0.2)
    assert found.sensitivity[at] == 0.75  # 0.2 itself is above the threshold
    assert found.specificity[at] == 0.4
    assert (found.sensitivity[0], found.specificity[0]) == (1.0, 0.4)
    assert (found.sensitivity[-1], found.specificity[-1]) == (0.25, 1.0)
    assert found.thresholds == tuple(round(0.05 * step, 2) for step in range(1, 20))


@pytest.mark.parametrize("truth", [[], [1, 1, 1], [0, 0]])
def test_without_both_classes_nothing_is_measured(truth: list[int]) -> None:
    assert measure_operating_points(np.array(truth), np.full(len(truth), 0.5)) is None


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2))
def test_a_higher_threshold_finds_fewer_of_both(rows: list[tuple[bool, float]]) -> None:
    truth, probability = (np.array(column, float) for column in zip(*rows, strict=True))
    found = measure_operating_points(truth, probability)
    if found is not None:
        assert list(found.sensitivity) == sorted(found.sensitivity, reverse=True)
        assert list(found.specificity) == sorted(found.specificity)
        assert len(found.sensitivity) == len(found.specificity) == len(THRESHOLDS)
