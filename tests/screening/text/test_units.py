"""Which columns are a 90 % interval, by unit and by what the bundles' cards say."""

from pathlib import Path

import pytest

from screening.objective.screen_settings import Screen
from screening.runs.plan import calibrated_tasks, load_bundles
from screening.score.domain_limits import domain_limits
from screening.text.units import has_interval


def test_without_a_card_a_probability_has_no_interval(
    kinase: Screen, units: dict[str, str]
) -> None:
    assert has_interval("activity_EGFR", kinase, units)
    assert not has_interval("toxicity_herg", kinase, units)


def test_a_card_that_measured_a_coverage_decides(kinase: Screen, units: dict[str, str]) -> None:
    assert has_interval("toxicity_herg", kinase, units, {"toxicity_herg"})
    assert not has_interval("activity_EGFR", kinase, units, {"toxicity_herg"})


def test_the_shipped_bundles() -> None:
    bundles = load_bundles(("activity", "toxicity"))
    found = calibrated_tasks(bundles)
    for bundle in bundles:
        for task in bundle.card.tasks:
            name = f"{bundle.card.name}_{task.name}"
            # Held-out rows say of a class where its share of positives lies.
            assert task.calibration["rows"] > 0
            assert name in found
    limits = domain_limits(bundles)
    assert set(limits) == {"activity_distance", "toxicity_distance"}
    for bundle in bundles:
        assert bundle.card.domain is not None
        limit = limits[f"{bundle.card.name}_distance"]
        assert 0 <= bundle.card.domain.limit - limit < 0.011


@pytest.mark.parametrize("coverage", [None, 0.9])
def test_of_regressions_that_nothing_was_held_out_for_there_is_no_interval(
    coverage: float | None, tmp_path: Path, make_bundle
) -> None:
    bundle = make_bundle(tmp_path / "small")
    card = bundle.card.model_copy(update={"coverage": coverage})
    object.__setattr__(bundle, "card", card)
    regressions = {f"small_{task.name}" for task in card.tasks if task.kind == "regression"}
    assert calibrated_tasks((bundle,)) & regressions == (regressions if coverage else set())
