"""A report holds every prediction once, refuses altered files, and is silent about too few."""

import math
import re
from pathlib import Path
from typing import Any

import pytest

from screening.campaign.campaign import open_campaign
from screening.campaign.prospective.compounds_csv import write_compounds
from screening.campaign.prospective.report import ALL, make_report, tell_known_before, tell_target
from screening.errors import AlteredError
from tests.screening.campaign.prospective.conftest import HOSTILE
from tests.screening.campaign.prospective.simulate import (
    Kept,
    make_event,
    make_row,
    write_campaign,
)


def test_every_prediction_is_there_once(campaign: Path) -> None:
    report = make_report(open_campaign(campaign))
    assert len(report.rows) == 61
    assert [one.row.problem for one in report.without_value] == ["no well that is used"]
    names = [(group.event, group.target) for group in report.groups]
    assert names == [
        *(("001", "EGFR"), ("002", "EGFR"), ("003", "EGFR"), (ALL, "EGFR")),
        *(("004", HOSTILE), (ALL, HOSTILE), (ALL, ALL)),
    ]
    of_events = [group.found for group in report.groups[:3]]
    whole = report.groups[3].found
    assert sum(found.coverage.n for found in of_events) == whole.coverage.n == 56
    assert sum(found.coverage.k for found in of_events) == whole.coverage.k
    assert (whole.with_value, whole.bounds.n) == (59, 3)


def test_sentences_say_what_the_figures_say(campaign: Path) -> None:
    report = make_report(open_campaign(campaign))
    said = list(tell_target(report, "EGFR"))
    drift = said[0]
    assert drift.startswith("since event 003 predictions of EGFR are too high, by ")
    assert any(re.search(r"^\d+ of 56 exact values are inside", line) for line in said)
    assert any(line.startswith("predictions are too high, by 0.") for line in said)
    assert any("mean of the earlier events" in line for line in said)
    assert any("the predictions promised" in line for line in said)


def test_nothing_is_said_about_two_compounds(campaign: Path) -> None:
    report = make_report(open_campaign(campaign))
    assert list(tell_target(report, HOSTILE)) == []
    found = next(g.found for g in report.groups if g.target == HOSTILE)
    assert found.coverage.n == 2  # the numbers are there
    assert found.bias == pytest.approx(-0.5)
    assert [one.points for one in report.charts if one.target == HOSTILE] == [[]]


@pytest.mark.parametrize("name", ["compounds.csv", "wells.csv", "findings.csv"])
def test_an_altered_file_is_refused(campaign: Path, name: str) -> None:
    path = campaign / "results/002" / name
    path.write_bytes(path.read_bytes() + b"\r\n")
    with pytest.raises(AlteredError, match=rf"002/{name} is not the file that was kept"):
        make_report(open_campaign(campaign))


def test_a_model_no_better_than_the_mean_is_told(tmp_path: Path) -> None:
    """The predictions are noise, and all values are near 6."""
    events = [
        Kept(
            make_event(number),
            [
                make_row(n, 6 + (n % 3 - 1) / 10, 5 + n % 5 / 2, key=f"K{number}-{n}")
                for n in range(1, 13)
            ],
        )
        for number in (1, 2)
    ]
    report = make_report(open_campaign(write_campaign(tmp_path / "c", events)))
    said = " ".join(tell_target(report, "EGFR"))
    assert "the model is no better than the mean of the earlier events" in said


def test_a_potency_counts_before_an_inhibition(tmp_path: Path) -> None:
    """Both are of one prediction: a plate, then a file of final values."""
    run = {"run": "same", "task": "activity_EGFR"}
    plate = [make_row(n, 50.0, unit="% inhibition", wells="EGFR_P1:A1") for n in (1, 2)]
    events = [
        Kept(make_event(1, kind="compounds", plates=[], **run), [make_row(1, 6.2, 6.0)]),
        Kept(make_event(2, **run, plates=["EGFR_P1"]), plate),
    ]
    report = make_report(open_campaign(write_campaign(tmp_path / "c", events)))
    assert [(one.event.number, one.row.rank, one.row.unit) for one in report.rows] == [
        ("001", 1, "pActivity"),
        ("002", 2, "% inhibition"),
    ]


def test_replaced_events_are_named(tmp_path: Path) -> None:
    run = {"run": "same", "plates": ["EGFR_P1"]}
    events = [
        Kept(make_event(n, **run), [make_row(1, 5.0 + n, wells="EGFR_P1:A1")]) for n in (1, 2)
    ]
    report = make_report(open_campaign(write_campaign(tmp_path / "c", events)))
    assert ([one.row.value for one in report.rows], report.replaced) == ([7.0], ["001"])


def test_a_correction_keeps_its_place_in_time(tmp_path: Path) -> None:
    """Plate 1 is corrected after plate 2, and after nine hundred and ninety-nine events."""

    def plate(number: int, of: int, value: float, **other: Any) -> Kept:
        name = f"EGFR_P{of}"
        rows = [make_row(10 * of + n, value, 6.0, wells=f"{name}:A{n}") for n in (1, 2, 3)]
        return Kept(make_event(number, run="same", plates=[name], time="", **other), rows)

    first = [plate(1, 1, 5.0), plate(2, 2, 6.5)]
    others = [plate(n, 2, 6.5, supersedes=[f"{n - 1:03d}"]) for n in range(3, 1000)]
    last = plate(1000, 1, 5.5, supersedes=["001"])
    opened = open_campaign(write_campaign(tmp_path / "c", [*first, *others, last]))
    report = make_report(opened)
    assert [one.event for one in report.groups] == ["1000", "999", ALL]
    (chart,) = report.charts
    assert [point.event.number for point in chart.points] == ["1000", "999"]
    assert math.isnan(report.means["1000", "EGFR"])
    assert report.means["999", "EGFR"] == pytest.approx(5.5)


def test_predictions_that_may_know_their_result_are_counted_apart(tmp_path: Path) -> None:
    """The second run predicts two compounds again, after `hitlist learn` exactly."""
    first = [make_row(n, 7.0, 6.0, key=f"K{n}") for n in (1, 2, 3, 4)]
    again = [make_row(n, 7.0, 7.0, key=f"K{n}") for n in (1, 2)]
    new = [make_row(n, 7.0, 6.0, key=f"K{n}") for n in (5, 6, 7)]
    other = [make_row(n, 7.0, 7.0, key=f"K{n}", target="KDR") for n in (1, 2, 3)]
    events = [
        Kept(make_event(1), first),
        Kept(make_event(2), [*again, *new]),
        Kept(make_event(3, target="KDR", task="activity_KDR"), other),
        Kept(make_event(4, run="run1", plates=["EGFR_P9"]), [first[0]]),  # it registered before
    ]
    report = make_report(open_campaign(write_campaign(tmp_path / "c", events)))
    assert [(one.event.number, one.row.rank) for one in report.known_before] == [
        ("002", 1),
        ("002", 2),
    ]
    found = {(one.event, one.target): one.found.coverage for one in report.groups}
    assert (found["002", "EGFR"].n, found["002", "EGFR"].k) == (3, 0)
    assert (found["003", "KDR"].n, found[ALL, "EGFR"].n) == (3, 7)
    assert report.charts[0].points[-1].n == 3
    assert tell_known_before(report).startswith("2 values left out of all figures")
    table = tmp_path / "all.csv"
    assert write_compounds(table, report) == 12
    assert table.read_text().count(",yes,") >= 2


def test_a_correction_of_the_first_measurement_is_foreseen(tmp_path: Path) -> None:
    """Run 1 is corrected after run 2 measured the compound: only run 2 may have known it."""
    row = make_row(1, 7.0, 6.0, wells="EGFR_P1:A1")
    events = [
        Kept(make_event(1), [row]),
        Kept(make_event(2), [make_row(1, 7.0, 6.0, wells="EGFR_P2:A1")]),
        Kept(make_event(3, run="run1", plates=["EGFR_P1"], supersedes=["001"]), [row]),
    ]
    report = make_report(open_campaign(write_campaign(tmp_path / "c", events)))
    assert [one.event.number for one in report.rows] == ["003"]
    assert [one.event.number for one in report.known_before] == ["002"]
