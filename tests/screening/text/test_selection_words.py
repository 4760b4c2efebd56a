"""The rules of a selection as sentences: each key that changes the choice is told."""

from typing import Any

import pytest

from screening.objective.selection import Selection
from screening.rank.rank import SelectionReport
from screening.text.selection_words import describe_rules, describe_shortage

TOLD: list[tuple[dict[str, Any], str]] = [
    ({}, "Picked in the order of the list."),
    ({"acquisition": "probability"}, "expected yield, the probability of a hit"),
    ({"acquisition": "knowledge", "later_plates": 1}, "teach for 1 later plate of 40 "),
    ({"acquisition": "knowledge"}, "teach for 2 later plates of 40 (acquisition knowledge)."),
    ({"diversity": "clusters", "similarity": 0.6}, "best of each first (similarity 0.6)."),
    ({"diversity": "maxmin"}, "least like those taken."),
    ({"explore": 0.1}, "4 hits may be uncertain ones, the best with 1 standard"),
    ({"max_per_scaffold": 1}, "No two hits share a scaffold."),
    ({"max_per_cluster": 3}, "At most 3 hits are of one cluster (similarity 0.55)."),
    ({"budget": 4000, "price_column": "Price"}, "cost at most 4,000 (Price)."),
    ({"budget": 1234567.5, "price_column": "Price"}, "cost at most 1,234,567.50 (Price)."),
    ({"exclude": ["owned.csv", "A1"]}, "Excluded: owned.csv, A1."),
    ({"include": ["A2"]}, "Taken as controls: A2."),
    ({"hide_decided": ["no", "later"]}, "Hidden: compounds decided no or later."),
]


@pytest.mark.parametrize(("keys", "told"), TOLD)
def test_each_rule_is_told(keys: dict[str, Any], told: str) -> None:
    assert told in " ".join(describe_rules(Selection.model_validate(keys), 40))


@pytest.mark.parametrize(
    ("hits", "refused", "told"),
    [
        (40, {"budget": 3}, ""),
        (37, {"hits were full": 3, "budget": 0}, ""),
        (37, {"budget": 3, "no readable price": 2}, "refused 2; raise budget or the pool for more"),
        (9, {"cluster cap": 1}, "left 9: cluster cap refused 1; raise max_per_cluster or the pool"),
    ],
)
def test_rules_that_left_fewer_hits_are_told(hits: int, refused: dict[str, int], told: str) -> None:
    found = SelectionReport(40, 500, 500, {"rank": hits}, refused, 0, None, ())
    line = describe_shortage(found, hits)
    assert told in line
    assert bool(line) == bool(told)
