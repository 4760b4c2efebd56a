"""Measured neighbours in cells: every value as it was measured, bounds as bounds."""

import pytest

from screening.evidence.evidence import Neighbour
from screening.reason.nearest import ENDS, measured_text, neighbour_cells

THREE = [
    Neighbour("AAA-N", "CCO", 0.612, 7.1),
    Neighbour("BBB-N", "CCC", 0.58, 5.0, "<"),
    Neighbour("CCC-N", "CCN", 0.3, 9.3, ">"),
]


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
    value: float, relation: str, decimals: int, is_class: bool, text: str
) -> None:
    neighbour = Neighbour("id", "C", 1.0, value, relation)  # type: ignore[arg-type]
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
