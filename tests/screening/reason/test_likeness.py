"""What measured compounds like a hit say of its prediction."""

from collections.abc import Callable, Sequence

import pytest

from screening.evidence.evidence import Neighbour
from screening.objective.terms import Primary
from screening.reason.likeness import Says, is_extrapolated, likeness, what_it_says
from screening.reason.sentence import Place

EGFR = Primary(task="activity_EGFR", zero=5.0, full=8.5)
Near = Callable[..., Neighbour]


@pytest.mark.parametrize(
    ("predicted", "value", "relation", "says"),
    [
        (8.5, 8.9, "=", Says.FOR),
        (7.5, 7.0, "=", Says.FOR),  # not more than 0.5 below
        (7.5, 6.9, "=", Says.NEITHER),  # active, and in between
        (7.6, 6.8, "=", Says.NEITHER),  # erlotinib's
        (7.5, 6.5, "=", Says.NEITHER),  # not more than 1 below
        (7.6, 6.5, "=", Says.AGAINST),
        (6.1, 5.7, "<", Says.AGAINST),  # found inactive below what is predicted
        (8.1, 5.0, "<", Says.AGAINST),
        (5.3, 5.7, "<", Says.NEITHER),  # as predicted, but no strength
        (7.0, 8.0, "<", Says.NEITHER),  # tested at 10 nM alone: says nothing
        (6.5, 5.8, "=", Says.NEITHER),
        (5.2, 5.5, "=", Says.NEITHER),  # as weak as predicted
        (5.0, 7.5, "=", Says.FOR),
        (7.5, 7.0, ">", Says.FOR),
        (7.5, 6.8, ">", Says.NEITHER),
        (8.5, 6.0, ">", Says.NEITHER),  # it may be as good as predicted
        (7.0, 5.0, ">", Says.NEITHER),
    ],
)
def test_what_a_similar_compound_says(
    predicted: float, value: float, relation: str, says: Says, near: Near
) -> None:
    assert what_it_says(near(0.8, value, relation), predicted, EGFR, "pActivity") is says


def test_the_lower_a_similar_compound_is_the_less_it_says_for_a_prediction(near: Near) -> None:
    """From strength over fact to warning, and never back."""
    order = [Says.FOR, Says.NEITHER, Says.AGAINST]
    for predicted in (6.5, 7.0, 7.57, 9.0):
        values = [predicted + 1 - step / 20 for step in range(60)]
        said = [what_it_says(near(0.8, v), predicted, EGFR, "pActivity") for v in values]
        assert [order.index(one) for one in said] == sorted(order.index(one) for one in said)
        assert set(said) == set(order)


@pytest.mark.parametrize(
    ("zero", "full", "predicted", "value", "relation", "says"),
    [
        (50.0, 90.0, 80.0, 75.0, "=", Says.FOR),  # per cent
        (50.0, 90.0, 80.0, 74.0, "=", Says.NEITHER),
        (50.0, 90.0, 80.0, 70.0, "=", Says.NEITHER),
        (50.0, 90.0, 80.0, 69.0, "=", Says.AGAINST),
        (50.0, 90.0, 80.0, 20.0, "=", Says.AGAINST),
        (50.0, 90.0, 40.0, 38.0, "=", Says.NEITHER),  # weak, as predicted
        (50.0, 90.0, 80.0, 60.0, "<", Says.AGAINST),
        (50.0, 90.0, 80.0, 75.0, ">", Says.FOR),
        (0.0, 0.4, 0.35, 0.05, "=", Says.AGAINST),  # a number of a small range
        (0.0, 0.4, 0.35, 0.3, "=", Says.FOR),
        (0.0, 5000.0, 4000.0, 3900.0, "=", Says.FOR),
    ],
)
def test_what_is_far_hangs_on_the_unit(
    zero: float,
    full: float,
    predicted: float,
    value: float,
    relation: str,
    says: Says,
    near: Near,
) -> None:
    part = Primary(task="mine_effect", zero=zero, full=full)
    assert what_it_says(near(0.8, value, relation), predicted, part, "%") is says


@pytest.mark.parametrize(
    ("predicted", "value", "says"),
    [(0.8, 1, Says.FOR), (0.8, 0, Says.AGAINST), (0.2, 0, Says.NEITHER), (0.2, 1, Says.NEITHER)],
)
def test_what_a_similar_compound_of_a_class_says(
    predicted: float, value: float, says: Says, near: Near
) -> None:
    assert what_it_says(near(0.8, value), predicted, EGFR, "probability") is says


def told(
    neighbours: Sequence[Neighbour], predicted: float = 7.5, distance: float | None = 0.2
) -> list[tuple[Place, str]]:
    parts = likeness(predicted, EGFR, "pActivity", neighbours, "", distance)
    return [(part.place, part.text) for part in parts]


def test_an_inactive_relative_is_a_warning_and_says_so(near: Near) -> None:
    inactive = "similar (0.80) to an inactive compound (measured <5.7)"
    assert told([near(0.8, 5.7, "<")]) == [(Place.WARNING, inactive)]
    weaker = "similar (0.80) to a weaker compound (measured 5.2)"
    assert told([near(0.8, 5.2)]) == [(Place.WARNING, weaker)]
    fact = "similar (0.80) to a compound measured 5.8"
    assert told([near(0.8, 5.8)], 6.5) == [(Place.FACT, fact)]


def test_of_two_that_disagree_both_are_told(near: Near) -> None:
    good, bad = near(0.8, 7.6), near(0.7, 5.0, "<")
    strength = (Place.STRENGTH, "similar (0.80) to a compound measured 7.6")
    warning = (Place.WARNING, "similar (0.70) to an inactive compound (measured <5.0)")
    assert told([good, bad]) == [strength, warning]
    # One that is not similar has no say.
    assert told([good, near(0.54, 5.0, "<")]) == [strength]
    swapped = told([near(0.8, 5.0, "<"), near(0.7, 7.6)])
    assert [place for place, _ in swapped] == [Place.WARNING, Place.STRENGTH]


@pytest.mark.parametrize(
    ("similarity", "distance", "words"),
    [
        (0.37, 0.46, "novel (nearest on EGFR 0.37)"),
        # Trained on for another target.
        (0.37, 0.44, "no similar compound measured on EGFR (nearest 0.37)"),
        (0.37, 0.0, "no similar compound measured on EGFR (nearest 0.37)"),
        (0.37, None, "no similar compound measured on EGFR (nearest 0.37)"),
        (0.5499, 0.2, "no similar compound measured on EGFR (nearest 0.55)"),
    ],
)
def test_having_no_relative_is_a_fact_and_no_strength(
    similarity: float, distance: float | None, words: str, near: Near
) -> None:
    assert told([near(similarity)], distance=distance) == [(Place.FACT, words)]


@pytest.mark.parametrize(
    ("similarity", "distance", "expected"),
    [
        (0.13, 0.70, True),
        (0.299, 0.46, True),
        (0.13, None, True),
        (0.30, 0.70, False),
        (0.13, 0.44, False),  # known from another target
        (0.60, 0.0, False),
    ],
)
def test_extrapolated_is_what_rests_on_unlike_molecules_alone(
    similarity: float, distance: float | None, expected: bool, near: Near
) -> None:
    assert is_extrapolated([near(similarity)], distance) is expected


def test_without_measured_compounds_nothing_is_said() -> None:
    assert told([]) == []
    assert not is_extrapolated([], 0.9)


@pytest.mark.parametrize(
    ("predicted", "value", "relation", "says"),
    [
        (20.0, 19.0, "=", Says.FOR),
        (20.0, 7.0, "=", Says.FOR),  # less than threefold below
        (30.0, 5.0, "=", Says.NEITHER),  # up to tenfold
        (30.0, 2.9, "=", Says.AGAINST),
        (2.0, 0.1, "=", Says.AGAINST),  # however little in hours
        (20.0, 10.0, "<", Says.AGAINST),
    ],
)
def test_a_half_life_is_compared_as_a_logarithm(
    predicted: float, value: float, relation: str, says: Says, near: Near
) -> None:
    term = Primary(task="pk_half_life", zero=1.0, full=10.0, scale="log10")
    assert what_it_says(near(0.8, value, relation), predicted, term, "h") is says
