"""The liabilities of a dossier: beside approved drugs, and on a side of their lines."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gnn.bundle.bundle import load_bundle, write_card
from screening.objective.screen_settings import Screen
from screening.runs.dossier_liabilities import LIABILITY_HEADER, liability_rows
from screening.score.predicted_columns import task_units
from tests.conftest import MakeBundle

SCREEN = Screen.model_validate(
    {
        "name": "x",
        "title": "x",
        "library": "x.csv",
        "bundles": ["small"],
        "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
        "liabilities": [
            {"task": "small_herg", "full": 0.3, "zero": 1.0, "cost_ratio": 4.0},
            {"task": "small_ames", "full": 0.3, "zero": 1.0},
            {"task": "small_logS", "full": -3.0, "zero": -6.0},
        ],
    }
)
SAID = {"small_herg": 0.21, "small_ames": 0.49, "small_logS": -4.0, "small_distance": 0.5}


@pytest.fixture
def past(make_bundle: MakeBundle, tmp_path: Path) -> Any:
    """A run with a bundle that knows the drugs' predictions for hERG and solubility alone."""
    tasks = (("EGFR", "r"), ("herg", "c"), ("ames", "c"), ("logS", "r"))
    bundle = make_bundle(tmp_path, tasks=tasks)
    herg = {"drug_quantiles": tuple(step / 20 for step in range(21))}
    soluble = {"drug_quantiles": tuple(step / 2 - 8 for step in range(21))}
    first, second, third, fourth = bundle.card.tasks
    known = (first, second.model_copy(update=herg), third, fourth.model_copy(update=soluble))
    write_card(tmp_path, bundle.card.model_copy(update={"tasks": known}))
    bundles = (load_bundle(tmp_path, bundle.card.featurizer),)
    limits = {"small_distance": 0.6}
    return SimpleNamespace(bundles=bundles, screen=SCREEN, units=task_units(bundles), limits=limits)


def test_each_liability_is_compared_with_drugs_and_with_its_line(past: Any) -> None:
    herg, ames, soluble = liability_rows(SAID, past)
    assert len(herg) == len(LIABILITY_HEADER)
    among = "higher than 21 % of approved drugs"
    assert herg == ["hERG", "0.210", among, "above its line", "0.20 (cost ratio 4)"]
    assert ames == ["AMES", "0.490", "", "below its line", "0.50 (more likely than not)"]
    assert soluble == ["logS", "-4.00", "higher than 40 % of approved drugs", "", ""]


def test_outside_the_domain_nothing_is_compared(past: Any) -> None:
    for row in liability_rows({**SAID, "small_distance": 0.7}, past):
        assert row[2:4] == ["", "prediction not reliable"]
