"""What the reason says of a hit that an acquisition picked."""

from typing import Any

import pytest

from screening.objective.screen_settings import Screen
from screening.reason.pick import pick
from screening.reason.sentence import HitFacts

SCREEN = Screen.model_validate(
    {
        "name": "plate",
        "title": "t",
        "library": "l",
        "bundles": ["a"],
        "hits": 5,
        "primary": [{"task": "a_EGFR", "zero": 5.0, "full": 8.0}],
        "selection": {"acquisition": "knowledge"},
    }
)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, []),
        ({"hit_probability": 0.421}, ["probability 0.42 of EGFR 6.5 or more"]),
        (
            {"hit_probability": 0.1, "knowledge": 1.26},
            [
                "probability 0.10 of EGFR 6.5 or more",
                "its result is worth 1.3 hits on later plates",
            ],
        ),
        (
            {"hit_probability": 0.9, "knowledge": float("nan")},
            ["probability 0.90 of EGFR 6.5 or more"],
        ),
    ],
)
def test_the_pick_is_told(row: dict[str, Any], said: list[str]) -> None:
    hit = HitFacts({"smiles": "CCO", **row}, SCREEN, {})
    assert [phrase.text for phrase in pick(hit)] == said


def test_no_probability_is_told_outside_the_domain() -> None:
    row = {"smiles": "CCO", "hit_probability": 0.5, "a_distance": 0.8}
    assert not list(pick(HitFacts(row, SCREEN, {}, limits={"a_distance": 0.6})))
    assert list(pick(HitFacts(row, SCREEN, {}, limits={"a_distance": 0.9})))
