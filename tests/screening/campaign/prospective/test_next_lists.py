"""The lists for the next plate: what was measured, and what to measure again."""

import csv
from pathlib import Path

import pytest

import screening.campaign.prospective.next_lists
from chem.library.read import open_library
from screening.campaign.campaign import open_campaign
from screening.campaign.prospective.next_lists import find_surprising, write_next_lists
from screening.campaign.prospective.report import make_report
from screening.text.cells import unescape_cell


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


def test_every_compound_with_a_value_is_listed_once(campaign: Path, tmp_path: Path) -> None:
    report = make_report(open_campaign(campaign))
    found = write_next_lists(tmp_path / "lists", report)
    rows = read(found.files[0])
    every = {one.row.compound_id for one in (*report.rows, *report.known_before)}
    assert {unescape_cell(row["compound_id"]) for row in rows} == every
    assert found.measured == len(rows) == len({row["smiles"] for row in rows})
    records = list(open_library(found.files[0]))
    assert [record.structure for record in records] == [row["smiles"] for row in rows]


def test_surprising_results_come_first_and_only_once(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_report(open_campaign(campaign))
    monkeypatch.setattr(screening.campaign.prospective.next_lists, "SURPRISING", 1.0)
    found = find_surprising(report)
    assert found
    errors = [abs(one.standardized) for one in found]
    assert errors == sorted(errors, reverse=True)
    assert min(errors) > 1.0
    single = [one.row.key for one in (*report.rows, *report.known_before) if one.is_exact]
    assert all(single.count(one.row.key) == 1 for one in found)
    left = {one.row.key for one in report.rows if abs(one.standardized) > 1.0} - {
        one.row.key for one in found
    }
    assert all(single.count(key) > 1 for key in left)
    rows = read(write_next_lists(tmp_path, report).files[1])
    assert [unescape_cell(row["compound_id"]) for row in rows] == [
        one.row.compound_id for one in found
    ]


def test_lists_are_replaced_and_may_be_empty(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = make_report(open_campaign(campaign))
    monkeypatch.setattr(screening.campaign.prospective.next_lists, "SURPRISING", 1.0)
    assert write_next_lists(tmp_path, report).repeat > 0
    monkeypatch.setattr(screening.campaign.prospective.next_lists, "SURPRISING", 1e9)
    found = write_next_lists(tmp_path, report)
    assert found.repeat == 0
    assert len(read(found.files[1])) == 0
