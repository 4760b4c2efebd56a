"""Promotions and roll backs are lines of the log; models are kept, whole, and checked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from gnn.bundle.find_bundle import find_bundle, read_card, read_card_and_hash
from screening.campaign import promote as promoting
from screening.campaign.campaign import LOG, Campaign, open_campaign
from screening.campaign.event import HeldOut
from screening.campaign.models import (
    check_models,
    current_model,
    resolve_current,
    tell_models,
)
from screening.campaign.promote import Promotion, choose, promote, roll_back
from screening.errors import AlteredError

HELD_OUT = HeldOut(
    results=10,
    events=["001"],
    rmse=0.5,
    rmse_before=1.0,
    gain=0.5,
    gain_lo=0.4,
    gain_hi=0.6,
    coverage=0.9,
    margin=0.02,
)
MakeBundle = Callable[..., Bundle]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign without events."""
    place = tmp_path / "campaign"
    place.mkdir()
    (place / LOG).touch()
    return place


@pytest.fixture
def promotion(make_bundle: MakeBundle, tmp_path: Path) -> Callable[[int], Promotion]:
    """A function that returns the promotion of an untrained bundle, by its seed."""
    base = make_bundle(tmp_path / "base", "small")

    def write(seed: int, out: Path) -> None:
        make_bundle(out, "small", seed=seed)

    def made(seed: int) -> Promotion:
        return Promotion("moved", "base", base.path, HELD_OUT, lambda out: write(seed, out))

    return made


def current(folder: Path) -> str:
    model = current_model(open_campaign(folder))
    return "" if model is None else model.number


def test_the_current_model_follows_promotions_and_roll_backs(
    folder: Path, promotion: Callable[[int], Promotion], tmp_path: Path
) -> None:
    name = str(folder / "models/current")
    with pytest.raises(InputError, match="no model was promoted"):
        resolve_current(name)
    with pytest.raises(InputError, match="no model was promoted yet"):
        roll_back(open_campaign(folder))
    promote(open_campaign(folder), promotion(1))
    assert current(folder) == "002"
    base = read_card_and_hash(tmp_path / "base")[1]
    assert read_card_and_hash(folder / "models/001")[1] == base
    first = open_campaign(folder).model_events[0]
    assert (first.model, first.replaced, first.replaced_sha256) == ("002", "001", base)
    promote(open_campaign(folder), promotion(2))
    roll_back(open_campaign(folder))
    assert current(folder) == "002"
    roll_back(open_campaign(folder))
    assert current(folder) == "001"
    with pytest.raises(InputError, match="is the first"):
        roll_back(open_campaign(folder))
    with pytest.raises(InputError, match="no model 009: expected one of 001, 002, 003"):
        choose(open_campaign(folder), "009")
    with pytest.raises(InputError, match="model 001 is the current one"):
        choose(open_campaign(folder), "001")
    choose(open_campaign(folder), "003")
    assert current(folder) == "003"
    roll_back(open_campaign(folder))
    assert current(folder) == "002"
    choose(open_campaign(folder), "001")
    promote(open_campaign(folder), promotion(3))
    roll_back(open_campaign(folder))
    assert current(folder) == "001"
    assert resolve_current(name)[0] == str(folder / "models/001")
    assert find_bundle(name) == (folder / "models/001").resolve()
    assert check_models(open_campaign(folder)) == []
    lines = tell_models(open_campaign(folder))
    assert lines[0].startswith("current model: small, model 001, rolled back on ")
    assert [line.partition(" ")[2][:20] for line in lines[1:]] == [
        "promoted model 002 (",
        "promoted model 003 (",
        "rolled back from mod",
        "rolled back from mod",
        "chose 003 instead of",
        "rolled back from mod",
        "chose 001 instead of",
        "promoted model 004 (",
        "rolled back from mod",
    ]
    assert read_card(folder / "models/003").promotion is not None
    assert read_card(folder / "models/001").promotion is None


def test_other_names_stay_as_they_are(folder: Path) -> None:
    for name in ("activity", str(folder / "models/002"), "elsewhere/models/current"):
        assert resolve_current(name) == (name, "")


def test_a_changed_model_and_a_changed_log_are_found(
    folder: Path, promotion: Callable[[int], Promotion]
) -> None:
    promote(open_campaign(folder), promotion(1))
    weights = folder / "models/002/weights.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (fault,) = check_models(open_campaign(folder))
    assert "weights.safetensors is not the file that was kept" in fault
    weights.write_bytes(content)
    (folder / "models/002/more.txt").touch()
    (folder / "models/current").unlink()
    (folder / "models/current").symlink_to("001")
    assert [fault.split(" ", 1)[1] for fault in check_models(open_campaign(folder))] == [
        "is not in the log",
        "leads to 001, expected 002; remove it: the log counts",
    ]
    card = folder / "models/002/card.json"
    card.write_text(card.read_text().replace("Untrained", "Unknown"))
    with pytest.raises(AlteredError, match="is not the card of model 002"):
        resolve_current(str(folder / "models/current"))
    log = folder / LOG
    log.write_text(log.read_text().replace("promoted", "promotes", 1))
    with pytest.raises(AlteredError, match="line 1 is not what was written"):
        open_campaign(folder)


def test_a_killed_promotion_changes_nothing(
    folder: Path, promotion: Callable[[int], Promotion]
) -> None:
    def killed(place: Path, line: bytes) -> None:
        raise KeyboardInterrupt

    promote(open_campaign(folder), promotion(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(promoting, "append_line", killed)
        with pytest.raises(KeyboardInterrupt):
            promote(open_campaign(folder), promotion(2))
    assert current(folder) == "002"
    (fault,) = check_models(open_campaign(folder))
    assert "models/003 has no line in the log" in fault
    promote(open_campaign(folder), promotion(2))
    assert current(folder) == "004"


def test_a_campaign_that_changed_meanwhile_is_refused(
    folder: Path, promotion: Callable[[int], Promotion]
) -> None:
    opened: Campaign = open_campaign(folder)
    promote(opened, promotion(1))
    with pytest.raises(InputError, match="give the command again"):
        promote(opened, promotion(2))
    assert current(folder) == "002"
