"""The lists for the next plate: what was measured, and what to measure again."""

import csv
from pathlib import Path

import pytest

import screening.campaign.prospective.next_lists
from chem.errors import InputError
from chem.library.read import open_library
from screening.campaign.campaign import open_campaign
from screening.campaign.prospective.next_lists import (
    choose_target,
    find_surprising,
    write_next_lists,
)
from screening.campaign.prospective.report import make_report
from screening.text.cells import unescape_cell
from tests.screening.campaign.prospective.conftest import HOSTILE
from tests.screening.campaign.prospective.simulate import (
    Kept,
    make_event,
    make_row,
    write_campaign,
)

EGFR = "EGFR"


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


def test_every_compound_with_a_value_is_listed_once(campaign: Path, tmp_path: Path) -> None:
    report = make_report(open_campaign(campaign))
    found = write_next_lists(tmp_path / "lists", report, EGFR)
    rows = read(found.files[0])
    values = [one for one in (*report.rows, *report.known_before) if one.target == EGFR]
    assert {unescape_cell(row["compound_id"]) for row in rows} == {
        one.row.compound_id for one in values
    }
    assert found.measured == len(rows) == len({row["smiles"] for row in rows})
    records = list(open_library(found.files[0]))
    assert [record.structure for record in records] == [row["smiles"] for row in rows]


def test_surprising_results_come_first_and_only_once(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_report(open_campaign(campaign))
    monkeypatch.setattr(screening.campaign.prospective.next_lists, "SURPRISING", 1.0)
    found = find_surprising(report, EGFR)
    assert found
    errors = [abs(one.standardized) for one in found]
    assert errors == sorted(errors, reverse=True)
    assert min(errors) > 1.0
    assert {one.target for one in found} == {EGFR}
    rows_of = [one for one in (*report.rows, *report.known_before) if one.target == EGFR]
    single = [one.row.key for one in rows_of if one.is_exact]
    assert all(single.count(one.row.key) == 1 for one in found)
    left = {one.row.key for one in rows_of if abs(one.standardized) > 1.0} - {
        one.row.key for one in found
    }
    assert all(single.count(key) > 1 for key in left)
    rows = read(write_next_lists(tmp_path, report, EGFR).files[1])
    assert [unescape_cell(row["compound_id"]) for row in rows] == [
        one.row.compound_id for one in found
    ]


def test_lists_may_be_empty_and_other_ones_are_not_replaced(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_report(open_campaign(campaign))
    monkeypatch.setattr(screening.campaign.prospective.next_lists, "SURPRISING", 1.0)
    first = write_next_lists(tmp_path, report, EGFR)
    assert first.repeat > 0
    assert write_next_lists(tmp_path, report, EGFR) == first  # the same lists are no other ones
    before = first.files[1].read_bytes()
    monkeypatch.setattr(screening.campaign.prospective.next_lists, "SURPRISING", 1e9)
    with pytest.raises(InputError, match=r"repeat\.csv is another list"):
        write_next_lists(tmp_path, report, EGFR)
    assert first.files[1].read_bytes() == before
    found = write_next_lists(tmp_path / "plate3", report, EGFR)
    assert found.repeat == 0
    assert len(read(found.files[1])) == 0


def test_a_plate_has_the_lists_of_its_own_target(campaign: Path, tmp_path: Path) -> None:
    report = make_report(open_campaign(campaign))
    for name in ("activity_KDR", HOSTILE):
        assert choose_target(report, name) == HOSTILE
    found = write_next_lists(tmp_path, report, HOSTILE)
    assert [row["compound_id"] for row in read(found.files[0])] == ["CPD-001", "CPD-002"]
    assert choose_target(report, "egfr") == EGFR
    with pytest.raises(InputError, match=r"2 targets \(activity_EGFR, activity_KDR\)"):
        choose_target(report)
    with pytest.raises(InputError, match="found no values on 'KDRX', expected one of"):
        choose_target(report, "KDRX")


def test_values_come_in_order_of_time_and_repeats_name_their_run(tmp_path: Path) -> None:
    """The third run predicts a compound anew that the first one had measured."""
    again = make_row(2, 9.0, 6.0)
    events = [
        Kept(make_event(1), [make_row(1, 6.1), make_row(2, 6.2)]),
        Kept(make_event(2), [make_row(3, 9.0, 6.0)]),
        Kept(make_event(3), [again, make_row(4, 6.0)]),
    ]
    report = make_report(open_campaign(write_campaign(tmp_path / "campaign", events)))
    assert [one.row.rank for one in report.known_before] == [2]
    assert choose_target(report) == EGFR
    found = write_next_lists(tmp_path, report, EGFR)
    listed = [row["compound_id"] for row in read(found.files[0])]
    assert listed == ["CPD-001", "CPD-002", "CPD-003", "CPD-004"]
    (repeat,) = read(found.files[1])  # the other surprise has two potencies
    assert (repeat["compound_id"], repeat["run"]) == ("CPD-003", "week2")
    report.rows.reverse()
    report.known_before.reverse()
    assert [
        row["compound_id"] for row in read(write_next_lists(tmp_path, report, EGFR).files[0])
    ] == (listed)
