"""The results of a campaign as a bundle's tasks have them: newest values, in order of time."""

from pathlib import Path
from typing import cast

from gnn.card.card import Card
from screening.campaign.campaign import open_campaign
from screening.campaign.own_results import results_for
from tests.screening.campaign.prospective.simulate import (
    Kept,
    make_event,
    make_row,
    write_campaign,
)


class _Task:
    name, unit = "EGFR", "pActivity"


class _Card:
    name, tasks = "activity", (_Task(),)


def test_the_newest_value_counts_by_number_and_a_correction_is_no_newer(tmp_path: Path) -> None:
    def event(number: int, plate: str, value: float, *before: str) -> Kept:
        own = make_event(number, run="same", plates=[plate], time="", supersedes=list(before))
        return Kept(own, [make_row(int(plate), value, wells=f"{plate}:A1", key=f"K{plate}")])

    events = [event(1, "1", 5.0), event(2, "2", 6.0), event(3, "1", 5.5, "001")]
    opened = open_campaign(write_campaign(tmp_path / "c", events))
    found = results_for(opened, cast(Card, _Card()))
    assert [(one.value, one.event) for one in found] == [(5.5, 0), (6.0, 1)]


def test_event_1000_is_newer_than_event_999(tmp_path: Path) -> None:
    events = [Kept(make_event(n, time=""), [make_row(1, 5.0 + n / 1000)]) for n in range(1, 1001)]
    opened = open_campaign(write_campaign(tmp_path / "c", events))
    (found,) = results_for(opened, cast(Card, _Card()))
    assert found.value == 6.0
