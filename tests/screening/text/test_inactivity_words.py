"""A chance is told as a chance, and the level with the concentration that it stands for."""

import pytest

from screening.text.inactivity_words import describe_chance, describe_level, describe_percent


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (4.0, "pActivity 4.0 or less, that is 100 µM and weaker"),
        (4.5229, "pActivity 4.52 or less, that is 30 µM and weaker"),
        (5.7, "pActivity 5.7 or less, that is 2 µM and weaker"),
        (6.4, "pActivity 6.4 or less, that is 0.4 µM and weaker"),
        (-1e6, "pActivity -1000000.0 or less"),  # a card may claim anything
    ],
)
def test_a_level_is_a_concentration(level: float, told: str) -> None:
    assert describe_level(level) == told


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        (0.0, "less than 1 %"),
        (0.004, "less than 1 %"),
        (0.01, "1 %"),
        (0.304, "30 %"),
        (0.9899, "99 %"),
        (0.996, "more than 99 %"),
        (1.0, "more than 99 %"),
    ],
)
def test_no_probability_is_certainty(probability: float, told: str) -> None:
    assert describe_percent(probability) == told


def test_a_phrase_has_the_chance_the_level_and_the_active_value() -> None:
    told = describe_chance(0.304, 5.0, "6.21")
    assert told == "30 % chance of inactive (≤ 5.0); 6.21 if active"
