"""Results are kept once, completely, and never overwritten."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.campaign import keep as keeping
from screening.campaign.campaign import EVENT, LOG, RESULTS, open_campaign
from screening.campaign.keep import Kept, default_campaign, keep
from screening.errors import AlteredError
from screening.results.evaluate import evaluate
from tests.screening.results.simulate import Signals, Truth, write_wells


def keep_file(folder: Path, truth: Truth, path: Path, signals: Signals | None = None) -> Kept:
    return keep(folder, evaluate(truth.plan, [write_wells(path, truth, signals)]))


def altered(truth: Truth, by: float) -> Signals:
    plate = truth.plan.plates[0]
    return {plate: {at: value * by for at, value in truth.signals[plate].items()}}


def test_an_event_holds_the_input_and_three_tables(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    path = tmp_path / "=reader 1.csv"
    kept = keep_file(campaign, truth, path)
    assert kept.folder == campaign / RESULTS / "001"
    names = sorted(p.relative_to(kept.folder).as_posix() for p in kept.folder.rglob("*.*"))
    assert names == [
        *("compounds.csv", EVENT, "findings.csv", "input/1__reader_1.csv", "wells.csv"),
    ]
    assert (kept.folder / "input/1__reader_1.csv").read_bytes() == path.read_bytes()
    found = open_campaign(campaign)
    (event,) = found.events
    assert event == kept.event
    assert event.inputs[0].name == "=reader 1.csv"
    assert event.inputs[0].sha256 == sha256(path.read_bytes()).hexdigest()
    assert event.run == truth.plan.run.run_id
    assert (event.target, event.plates, event.supersedes) == ("EGFR", ["EGFR_P1"], [])
    assert found.check_files() == []


def test_the_tables_hold_what_was_computed(campaign: Path, truth: Truth, tmp_path: Path) -> None:
    path = write_wells(tmp_path / "x.csv", truth)
    evaluation = evaluate(truth.plan, [path])
    keep(campaign, evaluation)
    found = open_campaign(campaign)
    wells, compounds = found.wells(found.events[0]), found.compounds(found.events[0])
    assert sum(row.kept == "yes" for row in wells) == evaluation.wells_kept
    assert len(wells) == 384
    for row, one in zip(compounds, evaluation.values, strict=True):
        assert row.compound_id == one.compound.compound_id
        assert (row.qualifier, row.agreement, row.n) == (one.qualifier, one.agreement, one.n)
        assert row.value == pytest.approx(one.value, rel=1e-5)
        assert row.predicted_lo == pytest.approx(one.compound.predicted.low, rel=1e-5)
        behind = [w for w in wells if f"{w.plate}:{w.well}" in row.wells.split(" ")]
        assert {w.rank for w in behind} == {row.rank}
        assert len(behind) == row.n
    ids = {row.compound_id for row in compounds}
    raw = (campaign / RESULTS / "001/compounds.csv").read_text(encoding="utf-8")
    for name in ids:
        if name.startswith(("=", "-")):
            assert f"\n{name}" not in raw
    assert [row for _, row in found.current_values()] == [row for row in compounds if row.qualifier]


def test_the_same_file_is_refused(campaign: Path, truth: Truth, tmp_path: Path) -> None:
    keep_file(campaign, truth, tmp_path / "x.csv")
    before = (campaign / LOG).read_bytes()
    with pytest.raises(InputError, match=r"was kept before, as event 001 of .*corrected file"):
        keep_file(campaign, truth, tmp_path / "copy.csv")
    assert (campaign / LOG).read_bytes() == before
    assert [one.name for one in (campaign / RESULTS).iterdir()] == ["001"]


def test_a_corrected_file_supersedes_and_overwrites_nothing(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    first = keep_file(campaign, truth, tmp_path / "x.csv")
    before = {p: p.read_bytes() for p in first.folder.rglob("*") if p.is_file()}
    second = keep_file(campaign, truth, tmp_path / "y.csv", altered(truth, 1.5))
    assert second.event.supersedes == ["001"]
    assert second.told[0].startswith("replaces plates EGFR_P1 of event 001")
    assert "supersedes 001" in second.event.summary
    assert {p: p.read_bytes() for p in before} == before
    found = open_campaign(campaign)
    assert [one.number for one in found.events] == ["001", "002"]
    assert {event.number for event, _ in found.current_wells()} == {"002"}
    assert {event.number for event, _ in found.current_values()} == {"002"}


def test_the_same_file_is_kept_again_once_it_was_replaced(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    keep_file(campaign, truth, tmp_path / "x.csv")
    keep_file(campaign, truth, tmp_path / "y.csv", altered(truth, 1.1))
    third = keep_file(campaign, truth, tmp_path / "x.csv")
    assert third.event.supersedes == ["002"]
    assert {event.number for event, _ in open_campaign(campaign).current_values()} == {"003"}


def test_two_targets_of_the_same_plates_both_stay(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    keep_file(campaign, truth, tmp_path / "x.csv")
    other = truth._replace(plan=replace(truth.plan, task="small_KDR", target="KDR"))
    second = keep_file(campaign, other, tmp_path / "y.csv", altered(truth, 1.1))
    assert (second.event.supersedes, second.told) == ([], [])
    found = open_campaign(campaign)
    targets = [event.target for event, _ in found.current_values()]
    assert targets.count("EGFR") == targets.count("KDR") == len(truth.potencies)
    assert {event.number for event, _ in found.current_wells()} == {"001", "002"}


def test_a_writer_that_was_killed_is_completed(
    campaign: Path, truth: Truth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the rename of the folder and the line of the log."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "append_line", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_file(campaign, truth, tmp_path / "x.csv")
    assert not (campaign / LOG).exists()
    second = keep_file(campaign, truth, tmp_path / "y.csv", altered(truth, 1.5))
    assert (second.event.number, second.event.supersedes) == ("002", ["001"])
    assert second.told[0].startswith("event 001 had no line in log.jsonl: a command was killed")
    assert [one.number for one in open_campaign(campaign).events] == ["001", "002"]


def test_a_folder_of_something_else_is_refused(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    campaign.mkdir()
    (campaign / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files than a campaign"):
        keep_file(campaign, truth, tmp_path / "x.csv")
    assert [one.name for one in campaign.iterdir()] == ["notes.txt"]


def test_a_file_that_changes_meanwhile_is_refused(
    campaign: Path, truth: Truth, tmp_path: Path
) -> None:
    path = write_wells(tmp_path / "x.csv", truth)
    evaluation = evaluate(truth.plan, [path])
    path.write_text("other")
    with pytest.raises(InputError, match="was changed while it was read"):
        keep(campaign, evaluation)
    assert not (campaign / LOG).exists()
    assert list((campaign / RESULTS).iterdir()) == []


def test_an_altered_log_takes_no_event(campaign: Path, truth: Truth, tmp_path: Path) -> None:
    keep_file(campaign, truth, tmp_path / "x.csv")
    log = campaign / LOG
    log.write_bytes(log.read_bytes().replace(b"EGFR_P1", b"EGFR_P2", 1))
    with pytest.raises(AlteredError, match=r"log\.jsonl, line 1 is not what was written"):
        keep_file(campaign, truth, tmp_path / "y.csv", altered(truth, 1.5))


def test_the_default_lies_beside_the_folder_of_runs() -> None:
    assert default_campaign(Path("/data/runs/mine")) == Path("/data/campaign")
