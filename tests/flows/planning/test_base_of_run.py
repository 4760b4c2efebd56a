"""The base of a campaign's first candidates is the bundle that the run had, wherever it is now."""

from pathlib import Path

import pytest

from flows.planning.base_of_run import base_of_run
from flows.planning.promotion import promote_for_run
from flows.planning.screen_paths import SCREENS
from gnn.bundle.bundle import write_card
from gnn.bundle.find_bundle import SHIPPED, read_card, read_card_and_hash
from gnn.candidates.decide import MARGIN
from gnn.card.results_card import OwnResultsCard
from screening.campaign.campaign import LOG, RESULTS
from screening.campaign.event import FIRST, ModelEvent, write_line
from screening.campaign.models import MODELS
from screening.objective.screen_file import load_screen
from screening.results.reading.plate_plan import PlatePlan
from screening.runs.runfolder import RunFolder
from screening.storage.json_shapes import Manifest, Where, check_shape
from tests.screening.campaign.prospective.simulate import make_event

ACTIVITY = read_card_and_hash(SHIPPED / "activity")[1]


def write_bundle(folder: Path, base: str | None) -> str:
    """Write the card of a bundle that was made of a base; return its hash."""
    card = read_card(SHIPPED / "activity")
    own = OwnResultsCard(
        sha256="0" * 64, base=base or "", campaign=FIRST, compounds=0, tasks={}, left_out={}
    )
    folder.mkdir(parents=True)
    write_card(folder, card.model_copy(update={"own_results": own if base else None}))
    return read_card_and_hash(folder)[1]


def plan_of(
    folder: Path, bundle: str, digest: str, library: str = "/gone/library.csv"
) -> PlatePlan:
    """Return the plates of a run in ``folder/runs/mine``, whose screen names a bundle."""
    manifest: dict[str, object] = {
        **dict.fromkeys(("screen", "library", "featurizer")),
        "counts": {},
        "triage": {},
        "files": {},
        "bundles": [{"name": "activity", "sha256": digest}],
    }
    where = {
        "library": {"path": library, "columns": {}},
        "prepared": "x",
        "scores": "",
        "device": "cpu",
        "half": False,
    }
    run = RunFolder(
        folder / "runs/mine",
        check_shape(Manifest, manifest),
        *("", ""),
        check_shape(Where, where),
        None,
    )
    screen = load_screen(SCREENS / "kinase.toml").changed(bundles=(bundle,))
    return PlatePlan(run, screen, "activity_EGFR", "EGFR", True, {}, {})


def test_a_shipped_bundle_is_named(tmp_path: Path) -> None:
    assert base_of_run(plan_of(tmp_path, "activity", ACTIVITY)).name == "activity"


def test_a_relative_path_is_found_from_the_run_and_from_its_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = write_bundle(tmp_path / "project/bundles/own", None)
    write_bundle(tmp_path / "worker/bundles/own", ACTIVITY)  # another bundle, in the same place
    monkeypatch.chdir(tmp_path / "worker")
    expected = str(tmp_path / "project/bundles/own")
    assert base_of_run(plan_of(tmp_path / "project", "bundles/own", digest)).name == expected
    library = str(tmp_path / "project/libraries/library.csv")
    assert base_of_run(plan_of(tmp_path, "bundles/own", digest, library)).name == expected
    assert base_of_run(plan_of(tmp_path, expected, digest)).name == expected


def test_a_learned_bundle_has_a_shipped_base(tmp_path: Path) -> None:
    digest = write_bundle(tmp_path / "bundles/now", ACTIVITY)
    assert base_of_run(plan_of(tmp_path, "bundles/now", digest)).name == "activity"


def test_no_base_changes_nothing_and_says_why(tmp_path: Path) -> None:
    campaign = tmp_path / "campaign"
    campaign.mkdir()
    (campaign / LOG).touch()
    digest = write_bundle(tmp_path / "bundles/now", "1" * 64)
    for bundle, known, why in (
        ("bundles/now", digest, "bundle with the hash 111111111111 that is not among the shipped"),
        ("bundles/gone", digest, "is not among bundles/gone any more"),
        ("activity", "2" * 64, "of the run, with the hash 222222222222, is not among activity any"),
    ):
        tried = promote_for_run(campaign, plan_of(tmp_path, bundle, known), None, MARGIN)
        assert (tried.decision, tried.event) == (None, None)
        assert why in tried.told[0]
        assert "nothing changed; name a bundle with the parameter bundle" in tried.told[0]


def test_a_lost_base_of_the_last_promotion_changes_nothing(tmp_path: Path) -> None:
    campaign = tmp_path / "campaign"
    (campaign / RESULTS / "002").mkdir(parents=True)
    digest = write_bundle(campaign / MODELS / "002", "1" * 64)
    promoted = ModelEvent(
        number="001",
        time="",
        what="promoted",
        model="002",
        sha256=digest,
        replaced="001",
        replaced_sha256="3" * 64,
        how="moved",
        base="bundles/lost",
        base_sha256="1" * 64,
        held_out=None,
        files={},
        summary="",
    )
    line, before = write_line(promoted, FIRST)
    (campaign / LOG).write_text(line + write_line(make_event(2), before)[0])
    plan = plan_of(tmp_path, "activity", ACTIVITY)
    tried = promote_for_run(campaign, plan, None, MARGIN)
    assert (tried.decision, tried.event) == (None, None)
    assert "the base of the last promotion cannot be used" in tried.told[0]
    assert "in a flow, the parameter bundle" in tried.told[0]
