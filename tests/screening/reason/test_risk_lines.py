"""The line of a risk: from its costs, by default where it always was, and its measured errors."""

import pytest

from gnn.card.card import OperatingPoints
from screening.objective.screen_settings import Screen
from screening.objective.terms import Liability
from screening.reason.risk_lines import is_above_line, line_of, risk_lines

THRESHOLDS = tuple(step / 20 for step in range(1, 20))
POINTS = OperatingPoints(
    positives=1133,
    negatives=320,
    thresholds=THRESHOLDS,
    sensitivity=tuple(1 - 0.4 * one for one in THRESHOLDS),
    specificity=tuple(0.5 + 0.5 * one for one in THRESHOLDS),
)


def herg(ratio: float | None = None, full: float = 0.3, zero: float = 1.0) -> Liability:
    return Liability(task="toxicity_herg", full=full, zero=zero, cost_ratio=ratio)


def told(screen: Screen, term: Liability, points: OperatingPoints | None = None) -> list[str]:
    known = {} if points is None else {term.task: points}
    units = {term.task: "probability"}
    return [one.told for one in risk_lines(screen.changed(liabilities=(term,)), units, known)]


@pytest.mark.parametrize(
    ("ratio", "line"), [(1.0, 0.5), (4.0, 0.2), (0.25, 0.8), (9.0, 0.1), (100.0, 1 / 101)]
)
def test_the_line_costs_least(ratio: float, line: float) -> None:
    """On it the expected cost of keeping a compound is that of giving it up."""
    found = herg(ratio).line
    assert found == pytest.approx(line)
    assert found is not None
    assert found * ratio == pytest.approx(1 - found)


def test_without_costs_the_line_is_where_risks_were_marked_before() -> None:
    assert herg().line is None
    assert line_of(herg()) == (0.5, "more likely than not")
    assert line_of(herg(full=0.1, zero=0.6)) == (0.35, "half of its desirability")


@pytest.mark.parametrize(
    ("term", "value", "is_above"),
    [
        (herg(4.0), 0.19, False),
        (herg(4.0), 0.1994, False),
        (herg(4.0), 0.1995, True),  # hits.csv has 0.200
        (herg(4.0, full=0.3), 0.25, True),  # although it costs no score
        (herg(0.25), 0.79, False),  # although it is likely, and loses more than half
        (herg(0.25), 0.81, True),
        (herg(2.0), 0.333, True),
        (herg(), 0.499, False),
        (herg(), 0.4996, True),
        (herg(full=0.1, zero=0.6), 0.35, False),
        (herg(full=0.1, zero=0.6), 0.36, True),
    ],
)
def test_a_probability_is_on_one_side(term: Liability, value: float, is_above: bool) -> None:
    assert is_above_line(term, value) == is_above


def test_it_is_told_with_the_share_of_held_out_compounds_on_each_side(kinase: Screen) -> None:
    assert told(kinase, herg(4.0)) == ["hERG: line at 0.20 (cost ratio 4)"]
    assert told(kinase, herg(4.0), POINTS) == [
        "hERG: line at 0.20 (cost ratio 4); of 1,133 held-out compounds that have it, 92 % are "
        "above it; of 320 others, 60 % are below"
    ]
    assert told(kinase, herg(), POINTS)[0].startswith("hERG: line at 0.50 (more likely than not);")


def test_between_two_thresholds_the_nearer_one_is_named(kinase: Screen) -> None:
    (found,) = told(kinase, herg(2.0), POINTS)
    assert found.startswith("hERG: line at 0.33 (cost ratio 2); ")
    assert "86 % are above 0.35;" in found
    assert told(kinase, herg(100.0), POINTS) == ["hERG: line at 0.01 (cost ratio 100)"]


def test_only_the_probability_of_a_risk_has_a_line(kinase: Screen) -> None:
    wanted = herg(full=0.9, zero=0.2)
    assert told(kinase, wanted) == []
    units = {"toxicity_herg": "pActivity"}
    assert risk_lines(kinase.changed(liabilities=(herg(),)), units, {}) == []
