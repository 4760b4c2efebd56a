"""A campaign is opened only if its log and its files are what was written."""

import shutil
from pathlib import Path

import pytest

from chem.errors import InputError
from screening.campaign.campaign import EVENT, LOG, RESULTS, open_campaign
from screening.campaign.keep import keep
from screening.errors import AlteredError
from screening.results.evaluate import evaluate
from tests.screening.campaign.prospective.simulate import (
    NAN,
    Kept,
    make_event,
    make_row,
    write_campaign,
)
from tests.screening.results.simulate import Truth, write_wells


@pytest.fixture
def kept(campaign: Path, truth: Truth, tmp_path: Path) -> Path:
    plate = truth.plan.plates[0]
    for number in (1, 2):
        own = {plate: {at: value * number for at, value in truth.signals[plate].items()}}
        path = write_wells(tmp_path / f"{number}.csv", truth, own)
        keep(campaign, evaluate(truth.plan, [path]))
    return campaign


def test_no_campaign_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no campaign"):
        open_campaign(tmp_path)


def test_an_altered_line_is_named(kept: Path) -> None:
    log = kept / LOG
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0] + lines[1].replace(b'"mine"', b'"mime"'))
    with pytest.raises(AlteredError, match=r"line 2 is not what was written \(its hash"):
        open_campaign(kept)


def test_removed_lines_are_found_by_the_folders(kept: Path) -> None:
    log = kept / LOG
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"")
    with pytest.raises(AlteredError, match=r"has 001, 002, which log\.jsonl does not name"):
        open_campaign(kept)
    log.write_bytes(lines[1])
    with pytest.raises(AlteredError, match="line 1"):
        open_campaign(kept)


def test_a_removed_last_line_is_told_by_its_folder(kept: Path) -> None:
    assert open_campaign(kept).told_of_folder == ""
    log = kept / LOG
    log.write_bytes(log.read_bytes().splitlines(keepends=True)[0])
    told = open_campaign(kept).told_of_folder
    assert told.startswith(f"{kept / RESULTS}/002 has no line in log.jsonl")
    assert "it is unfinished, or its line was removed" in told


def test_the_copy_of_a_line_is_compared_with_it(kept: Path) -> None:
    path = kept / RESULTS / "001" / EVENT
    path.write_bytes(path.read_bytes() + b" ")
    expected = f"{path} is not line 1 of log.jsonl; put it back from a backup"
    assert open_campaign(kept).check_files() == [expected]
    path.unlink()
    assert open_campaign(kept).check_files()[0].startswith(f"{path} cannot be read")


def test_an_altered_or_missing_file_is_found(kept: Path) -> None:
    path = kept / RESULTS / "001/compounds.csv"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"7", b"8", 1))
    found = open_campaign(kept)
    assert len(found.check_files()) == 1
    with pytest.raises(AlteredError, match="not the file that was kept"):
        found.compounds(found.events[0])
    path.unlink()
    assert "cannot be read" in open_campaign(kept).check_files()[0]
    path.write_bytes(content)
    (kept / RESULTS / "002/extra.csv").write_text("x")
    assert open_campaign(kept).check_files() == [
        f"{kept / RESULTS}/002/extra.csv is not in the log"
    ]


def test_a_missing_folder_is_found(kept: Path) -> None:
    shutil.rmtree(kept / RESULTS / "001")
    with pytest.raises(AlteredError, match=r"001 is gone, expected the files of line 1"):
        open_campaign(kept)


def current(folder: Path, *events: Kept) -> list[tuple[str, int, float]]:
    found = open_campaign(write_campaign(folder, events)).current_values()
    return [(event.number, row.rank, row.value) for event, row in found]


def test_a_row_without_wells_replaces_no_value(tmp_path: Path) -> None:
    """Its compound is on a plate that was refused, or of which no well was used."""
    first = Kept(make_event(1, run="same"), [make_row(1, 7.0, wells="EGFR_P1:A1")])
    nothing = make_row(1, NAN, qualifier="", problem="no well that is used")
    second = Kept(make_event(2, run="same"), [nothing, make_row(2, 6.0, wells="EGFR_P2:A1")])
    assert current(tmp_path / "c", first, second) == [("001", 1, 7.0), ("002", 2, 6.0)]


def test_a_curve_that_cannot_be_fitted_replaces_the_value_of_another_plate(tmp_path: Path) -> None:
    first = Kept(make_event(1, run="same"), [make_row(1, 7.0, wells="EGFR_P1:A1")])
    flat = make_row(1, NAN, qualifier="", problem="flat", wells="EGFR_P2:A1 EGFR_P2:A2")
    second = Kept(make_event(2, run="same"), [flat])
    assert current(tmp_path / "c", first, second) == []
    replaced = make_event(3, run="same", plates=["EGFR_P2"])
    third = Kept(replaced, [make_row(2, 6.0, wells="EGFR_P2:B1")])
    found = current(tmp_path / "d", first, second, third)
    assert found == [("001", 1, 7.0), ("003", 2, 6.0)]
