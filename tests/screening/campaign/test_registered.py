"""What a run said before the assay is recorded with its results, also if the bundle goes."""

from pathlib import Path
from typing import Any

import pytest

from gnn.bundle.find_bundle import read_card_and_hash
from gnn.card.domain_card import SharedErrorCard
from gnn.errors import ModelError
from screening.campaign import registered as reading
from screening.campaign.campaign import open_campaign
from screening.campaign.event import ErrorCurve, Registered
from screening.campaign.keep import keep
from screening.campaign.registered import read_registered
from screening.results.evaluate import evaluate
from screening.results.reading.plate_plan import PlatePlan
from tests.screening.results.simulate import Truth, write_wells

LEVEL = 6.5  # halfway from 5 to 8
read_card = read_card_and_hash


def with_curve(folder: Path) -> tuple[Any, str]:
    card, digest = read_card(folder)
    shared = SharedErrorCard(
        targets=None, target_pairs=0, similarities=(0.2, 0.8), series=(0.0, 0.5),
        series_pairs=(200, 200),
    )  # fmt: skip
    return card.model_copy(update={"shared_error": shared}), digest


def without_curve(folder: Path) -> tuple[Any, str]:
    card, digest = read_card(folder)
    return card.model_copy(update={"shared_error": None}), digest


def other_version(folder: Path) -> tuple[Any, str]:
    return with_curve(folder)[0], "0" * 64


def gone(folder: Path) -> tuple[Any, str]:
    raise ModelError("gone")


def test_the_curve_of_the_bundle_that_predicted_is_kept(
    plan: PlatePlan, truth: Truth, campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_card_and_hash", with_curve)
    found, why_not = read_registered(plan)
    curve = ErrorCurve(similarities=[0.2, 0.8], series=[0.0, 0.5])
    assert found == Registered(unit="pActivity", level=LEVEL, correlations=curve)
    assert why_not == ""
    keep(campaign, evaluate(plan, [write_wells(tmp_path / "x.csv", truth)]), registered=found)
    opened = open_campaign(campaign)
    assert opened.events[0].registered == found
    kept = {row.rank: row.smiles for row in opened.compounds(opened.events[0])}
    assert kept == {rank: one.smiles for rank, one in plan.compounds.items()}
    assert all(kept.values())


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (without_curve, "has no correlations"),
        (other_version, "is not the one of the run, or is gone"),
        (gone, "is not the one of the run, or is gone"),
    ],
)
def test_a_missing_curve_is_told(
    plan: PlatePlan, card: Any, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_card_and_hash", card)
    found, why_not = read_registered(plan)
    assert (found.level, found.correlations) == (LEVEL, None)
    assert told in why_not
    assert "as independent" in why_not
