"""Checks of a screen against its bundles, before any work."""

from pathlib import Path

import pytest

from chem.errors import InputError
from screening.plan import check_units, load_bundles, task_units
from screening.screen import Screen
from screening.screen_file import load_screen

SCREEN = load_screen(Path(__file__).parents[2] / "flows/screens/kinase.toml")


def with_primary(task: str) -> Screen:
    primary = SCREEN.primary[0].model_copy(update={"task": task})
    return SCREEN.model_copy(update={"primary": (primary,)})


def test_units_come_from_the_cards() -> None:
    units = task_units(load_bundles(("activity", "toxicity")))
    assert units["activity_EGFR"] == "pActivity"
    assert units["toxicity_herg"] == "probability"


def test_selectivity_between_tasks_of_one_unit_is_accepted() -> None:
    check_units(SCREEN, load_bundles(SCREEN.bundles))


def test_selectivity_between_tasks_of_different_units_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^[^\n]*toxicity_herg in probability[^\n]*$"):
        check_units(with_primary("toxicity_herg"), load_bundles(SCREEN.bundles))


def test_a_primary_of_any_unit_may_stand_alone() -> None:
    alone = with_primary("toxicity_herg").model_copy(update={"off_targets": ()})
    check_units(alone, load_bundles(SCREEN.bundles))
