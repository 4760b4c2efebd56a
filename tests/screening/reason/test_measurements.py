"""When a measurement of a compound contradicts its prediction, and which measurement is its own."""

import pytest

from screening.evidence.evidence import Neighbour, Relation
from screening.objective.terms import Primary
from screening.reason.measurements import (
    ENDS,
    Predicted,
    contradicts,
    measured_text,
    neighbour_cells,
    own_measurement,
)

PART = Primary(task="activity_EGFR", zero=5.0, full=8.5)  # halfway is 6.75
RISK = Primary(task="toxicity_SR-p53", zero=0.2, full=0.8)
THREE = [
    Neighbour("AAA-N", "CCO", 0.612, 7.1),
    Neighbour("BBB-N", "CCC", 0.58, 5.0, "<"),
    Neighbour("CCC-N", "CCN", 0.3, 9.3, ">"),
]


def measured(
    value: float, relation: Relation = "=", smiles: str = "C", similarity: float = 1.0
) -> Neighbour:
    return Neighbour("id", smiles, similarity, value, relation)


@pytest.mark.parametrize(
    ("value", "relation", "predicted", "reach", "expected"),
    [
        (5.46, "=", 7.3, 1.43, True),  # outside the interval and not potent
        (6.4, "=", 7.3, 1.43, False),  # another side, but not tenfold
        (6.7, "=", 7.8, 1.5, True),  # within the interval, but not potent
        (7.0, "=", 8.2, 1.5, False),  # within it and as potent
        (7.0, "=", 8.2, 1.1, True),  # outside it
        (8.9, "=", 7.0, 1.5, True),  # better than predicted
        (4.9, "=", 6.0, 1.5, True),  # worth nothing
        (5.0, "<", 7.0, 3.0, True),
        (6.8, "<", 7.7, 0.1, False),
        (5.7, "<", 5.2, 0.1, False),  # what the bound allows
        (5.7, "<", 3.0, 0.1, False),
        (9.3, ">", 9.9, 0.1, False),
        (9.3, ">", 8.0, 1.0, True),
        (9.3, ">", 8.0, 1.4, False),
    ],
)
def test_what_contradicts_a_number(
    value: float, relation: Relation, predicted: float, reach: float, expected: bool
) -> None:
    found = Predicted(predicted, predicted - reach, predicted + reach)
    assert contradicts(measured(value, relation), found, PART, False) == expected


@pytest.mark.parametrize(
    ("value", "predicted", "expected"),
    [(1.0, 0.49, True), (1.0, 0.5, False), (0.0, 0.5, True), (0.0, 0.49, False)],
)
def test_the_other_class_contradicts(value: float, predicted: float, expected: bool) -> None:
    found = Predicted(predicted, 0.0, 1.0)
    assert contradicts(measured(value), found, RISK, True) == expected


def test_its_own_measurement_goes_before_that_of_another_form() -> None:
    own, flat, other = "C[C@H](N)C(=O)O", "CC(N)C(=O)O", "C[C@@H](N)C(=O)O"
    one, two, three = (measured(5.0 + n, "=", text) for n, text in enumerate((own, flat, other)))
    assert own_measurement([three, two, one], own) == (one, "")
    assert own_measurement([three, two], own) == (two, " without stereochemistry")
    assert own_measurement([three], own) == (three, " as a stereoisomer")
    assert own_measurement([measured(5.0, "=", "CCO")], own) is None
    assert own_measurement([measured(5.0, "=", flat, 0.99)], own) is None


@pytest.mark.parametrize(
    ("value", "relation", "decimals", "is_class", "text"),
    [
        (7.92, "=", 2, False, "7.92"),
        (5.0, "<", 2, False, "<5.00"),
        (9.3, ">", 2, False, ">9.30"),
        (-3.2, "=", 2, False, "-3.20"),
        (1.0, "=", 3, True, "1"),
        (0.0, "=", 3, True, "0"),
    ],
)
def test_a_value_as_it_was_measured(
    value: float, relation: Relation, decimals: int, is_class: bool, text: str
) -> None:
    neighbour = Neighbour("id", "C", 1.0, value, relation)
    assert measured_text(neighbour, decimals, is_class) == text


def test_the_nearest_has_columns_and_the_others_a_text() -> None:
    assert neighbour_cells("EGFR", THREE, 2, False) == {
        "nearest_EGFR_id": "AAA-N",
        "nearest_EGFR_smiles": "CCO",
        "nearest_EGFR_similarity": 0.612,
        "nearest_EGFR_value": "7.10",
        "nearest_EGFR_others": "BBB-N <5.00 (0.58); CCC-N >9.30 (0.30)",
    }
    assert neighbour_cells("x", THREE[:1], 2, False)["nearest_x_others"] == ""


def test_without_neighbours_the_same_columns_are_empty() -> None:
    empty = neighbour_cells("EGFR", [], 2, False)
    assert list(empty) == [f"nearest_EGFR_{end}" for end in ENDS]
    assert not any(empty.values())


@pytest.mark.parametrize(
    ("value", "relation", "expected"),
    [
        (2.5, "=", False),  # eightfold
        (1.9, "=", True),  # more than tenfold, and outside the interval
        (300.0, "=", True),
        (150.0, "=", False),
        (1.9, "<", True),
        (1.9, ">", False),
    ],
)
def test_what_contradicts_a_half_life_is_a_factor(
    value: float, relation: Relation, expected: bool
) -> None:
    term = Primary(task="pk_half_life", zero=1.0, full=100.0, scale="log10")
    found = Predicted(20.0, 5.0, 80.0)
    assert contradicts(measured(value, relation), found, term, False) == expected
