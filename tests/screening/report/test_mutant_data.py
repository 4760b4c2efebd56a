"""Mutants on a page: their numbers follow the wild type's, and older bundles have none."""

import numpy as np
import pytest

from gnn.bundle.mutant_values import TaskMutant
from gnn.calibration.mutant_shifts import MutantShift
from gnn.card.mutant_card import MutantCard
from screening.reason.panel_profile import Profile, Profiles
from screening.report.mutant_data import mutant_facts, mutant_numbers, steps
from screening.score.target_panel import TargetPanel
from tests.gnn.card.test_mutant_card import NUMBERS


@pytest.fixture
def with_mutants(panel: TargetPanel) -> TargetPanel:
    known = MutantCard(task="EGFR", mutation="T790M", compounds=12, numbers=NUMBERS)
    bare = MutantCard(task="KIT", mutation="V560G", compounds=3, numbers=None)
    shift = MutantShift(5.0, NUMBERS.slope, NUMBERS.slope_std, NUMBERS.std, 12)
    mutants = (
        TaskMutant("activity_EGFR", known, shift),
        TaskMutant("activity_KIT", bare, None),
    )
    return panel._replace(mutants=mutants)


@pytest.fixture
def profiles(panel: TargetPanel) -> Profiles:
    mean = np.linspace(5, 8, 2)[:, None] * np.ones(len(panel.targets))
    return Profiles(np.stack([mean, mean * 0 + 0.5, mean - 1, mean + 1], axis=2))


def test_what_hits_share_names_each_mutant_with_its_quality(with_mutants: TargetPanel) -> None:
    egfr, kit = mutant_facts(with_mutants)
    names = [one.name for one in with_mutants.targets]
    assert (names[egfr["at"]], names[kit["at"]]) == ("EGFR", "KIT")
    assert egfr["name"] == "EGFR T790M"
    assert (egfr["compounds"], egfr["error"], egfr["coverage"]) == (12, "1.10", "87")
    assert (kit["compounds"], kit["error"], kit["coverage"]) == (3, "", "")


def test_each_hit_has_a_value_with_its_interval_or_none(
    with_mutants: TargetPanel, profiles: Profiles
) -> None:
    weak, strong = (one["mutants"] for one in mutant_numbers(with_mutants, profiles))
    assert weak[1] is strong[1] is None
    assert (weak[0][0], strong[0][0]) == (500, 740)  # 8 - 0.2 * (8 - 5)
    for value, low, high in (weak[0], strong[0]):
        assert low < value - 100
        assert high > value + 100
        assert all(isinstance(number, int) for number in (value, low, high))


def test_a_panel_without_mutants_adds_nothing(panel: TargetPanel, profiles: Profiles) -> None:
    assert mutant_facts(panel) == []
    assert mutant_numbers(panel, profiles) == [{}, {}]
    none: list[Profile] = []
    assert mutant_numbers(panel, none) == []


def test_steps_are_rounded_as_cells_are() -> None:
    assert (steps(6.125), steps(-0.5)) == (612, -50)
