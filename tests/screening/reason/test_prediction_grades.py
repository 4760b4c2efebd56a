"""Words for predictions: the thresholds of the field, said of the cautious value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.evidence.evidence import Neighbour, Relation
from screening.objective.terms import Primary
from screening.reason.prediction_grades import (
    Estimate,
    Grade,
    grade,
    grade_with_measurement,
    word_of,
)

EGFR = Primary(task="activity_EGFR", zero=5.0, full=8.5)


@pytest.mark.parametrize(
    ("value", "cautious", "word"),
    [
        (8.5, 7.6, "potent on"),
        (7.0, 7.0, "potent on"),
        (7.6, 6.99, "active on"),
        (8.5, 6.0, "active on"),
        (8.5, 5.99, "uncertain on"),
        (6.0, 5.4, "uncertain on"),
        (5.99, 5.9, "weak on"),
        (5.0, 3.0, "weak on"),
        (4.99, 4.9, "inactive on"),
    ],
)
def test_a_pactivity_by_the_fields_thresholds(value: float, cautious: float, word: str) -> None:
    assert word_of(grade(Estimate(value, cautious), EGFR, "pActivity"), "pActivity") == word


@pytest.mark.parametrize("scale", [(3.0, 5.0), (5.0, 8.5), (8.0, 11.0)])
def test_a_screens_scale_does_not_change_a_pactivitys_word(scale: tuple[float, float]) -> None:
    part = Primary(task="activity_EGFR", zero=scale[0], full=scale[1])
    assert grade(Estimate(7.5, 6.5), part, "pActivity") == Grade.FAIR


@pytest.mark.parametrize(
    ("value", "cautious", "word"),
    [
        (0.95, 0.80, "likely on"),
        (0.67, 0.667, "likely on"),
        (0.95, 0.50, "possible on"),
        (0.51, 0.50, "possible on"),
        (0.34, 0.34, "possible on"),
        (0.33, 0.33, "unlikely on"),
    ],
)
def test_a_probability(value: float, cautious: float, word: str) -> None:
    assert word_of(grade(Estimate(value, cautious), EGFR, "probability"), "probability") == word


@pytest.mark.parametrize(
    ("value", "cautious", "word"),
    [(90, 80, "good on"), (90, 60, "fair on"), (90, 40, "uncertain on"), (40, 30, "poor on")],
)
def test_any_other_unit_by_the_screens_scale(value: float, cautious: float, word: str) -> None:
    part = Primary(task="mine_inhibition", zero=50, full=100)
    assert word_of(grade(Estimate(value, cautious), part, "%"), "%") == word


@pytest.mark.parametrize(
    ("predicted", "value", "relation", "is_itself", "expected"),
    [
        (Grade.UNCERTAIN, 7.5, "=", True, Grade.STRONG),  # the measured value is known
        (Grade.STRONG, 6.2, "=", True, Grade.FAIR),
        (Grade.FAIR, 5.5, "=", True, Grade.LITTLE),
        (Grade.FAIR, 4.5, "=", True, Grade.NONE),
        (Grade.UNCERTAIN, 7.5, "=", False, Grade.UNCERTAIN),  # of a stereoisomer
        (Grade.STRONG, 5.5, "=", False, Grade.LITTLE),
        (Grade.UNCERTAIN, 8.0, "<", True, Grade.UNCERTAIN),  # an upper bound is no activity
        (Grade.FAIR, 5.7, "<", True, Grade.LITTLE),
        (Grade.FAIR, 4.0, "<", True, Grade.NONE),
        (Grade.UNCERTAIN, 8.0, ">", True, Grade.STRONG),
        (Grade.STRONG, 5.5, ">", True, Grade.STRONG),
        (Grade.UNCERTAIN, 8.0, ">", False, Grade.UNCERTAIN),
    ],
)
def test_a_measured_value_goes_before_its_prediction(
    predicted: Grade, value: float, relation: Relation, is_itself: bool, expected: Grade
) -> None:
    one = Neighbour("A", "C", 1.0, value, relation)
    assert grade_with_measurement(predicted, one, is_itself, EGFR, "pActivity") == expected


@given(
    value=st.floats(0, 12),
    error=st.floats(0, 5),
    more=st.floats(0, 5),
    unit=st.sampled_from(["pActivity", "probability", "%"]),
)
def test_more_doubt_never_earns_a_better_word(
    value: float, error: float, more: float, unit: str
) -> None:
    surer = grade(Estimate(value, value - error), EGFR, unit)
    assert grade(Estimate(value, value - error - more), EGFR, unit) >= surer


@given(value=st.floats(0, 12), error=st.floats(0, 5))
def test_active_is_said_only_where_the_lower_bound_supports_it(value: float, error: float) -> None:
    assert grade(Estimate(value, value - error), EGFR, "pActivity").is_good == (value - error >= 6)
