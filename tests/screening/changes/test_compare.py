"""Two nights of one screen, compared: edits of the library and of the screen."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from chem.errors import InputError
from screening.changes.compare import Change, compare_runs, write_changes
from screening.changes.setting import ENTERED, LEFT, MOVED, Cause
from tests.screening.changes.conftest import (
    HITS,
    Nights,
    by_id,
    causes,
    ranked,
    with_cells,
    without,
)


def test_a_run_compared_with_itself_is_stable(nights: Nights) -> None:
    base = nights.run("base")
    found = compare_runs(base, base)
    assert found.changes == ()
    assert found.stable == HITS
    assert found.summary() == ["0 entered, 0 left, 0 moved, 8 with the same rank"]
    assert {name: (before, now) for name, before, now in found.counts}["rows"] == (32, 32)


def test_a_withdrawn_compound_leaves_and_others_give_way(nights: Nights) -> None:
    base = nights.run("base")
    order = ranked(base)
    gone = order[2]
    found = compare_runs(base, nights.run("withdrawn", without(nights.rows, gone)))
    changes = by_id(found)
    assert (changes[gone].change, changes[gone].cause) == (LEFT, Cause.WITHDRAWN)
    assert changes[gone].rank_before == "3"
    assert changes[gone].rank_now == changes[gone].score_now == ""
    assert changes[gone].detail == "not in the library now"
    assert causes(found, LEFT) == {Cause.WITHDRAWN: 1}
    assert causes(found, MOVED) == {Cause.GAVE_WAY: HITS - 3}
    assert causes(found, ENTERED) == {Cause.GAVE_WAY: 1}
    for one in found.of(MOVED):
        assert one.detail.startswith(
            f"its own score stays {one.score_now}; 1 no longer above: {gone}"
        )
    assert ("rows", 32, 31) in found.counts


def test_a_new_compound_displaces_others(nights: Nights) -> None:
    base = nights.run("base")
    new, last = ranked(base)[2], ranked(base)[-1]
    fewer = nights.run("withdrawn", without(nights.rows, new))
    found = compare_runs(fewer, base)
    changes = by_id(found)
    assert (changes[new].change, changes[new].cause) == (ENTERED, Cause.NEW)
    assert causes(found, MOVED) == {Cause.DISPLACED: HITS - 3}
    assert causes(found, LEFT) == {Cause.DISPLACED: 1}
    assert changes[last].change == MOVED
    displaced = found.of(LEFT)[0]
    assert displaced.score_before == displaced.score_now
    assert f"came in above: {new} (not in the library before)" in displaced.detail


def test_a_record_that_broke_is_rejected_and_one_that_changed_is_told(nights: Nights) -> None:
    base = nights.run("base")
    broken, redrawn = ranked(base)[0], ranked(base)[4]
    edited = {broken: ("CCQ", "10.00"), redrawn: ("CCO", "10.00")}
    found = compare_runs(base, nights.run("edited", with_cells(nights.rows, edited)))
    changes = by_id(found)
    assert changes[broken].cause == Cause.REJECTED
    assert "was rejected now: parse/" in changes[broken].detail
    assert changes[redrawn].cause == Cause.STRUCTURE
    assert changes[redrawn].detail == f"the structure of {redrawn} is CCO now"
    returned = compare_runs(nights.run("edited"), base)
    back = {one.compound_id: one for one in returned.of(ENTERED)}
    assert back[broken].cause == Cause.REJECTED
    assert back[redrawn].cause == Cause.STRUCTURE
    assert back[redrawn].detail == f"the structure of {redrawn} was CCO before"
    assert "was rejected before: parse/" in back[broken].detail


def test_another_record_of_the_same_compound_is_the_same_hit(nights: Nights) -> None:
    base = nights.run("base")
    first = ranked(base)[0]
    salt = {"the-salt": (f"{nights.rows[first][0]}.Cl", "10.00"), **nights.rows}
    night = nights.run("salt", salt)
    assert ranked(night)[0] == "the-salt"
    found = compare_runs(base, night)
    assert found.changes == ()
    assert found.notes == ("1 hit of both runs changed the id; keys were compared",)


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("fewer", {"hits": 5}, "hits 8 → 5"),
        ("filter", {"filters": {"max_mw": 300.0}}, "filters max_mw none → 300"),
        (
            "primary",
            {"primary": [{"task": "small_EGFR", "zero": 5.5, "full": 8.0, "caution": 0.0}]},
            "primary EGFR zero 5 → 5.5, primary EGFR caution 1 → 0",
        ),
        ("target", {"primary": [{"task": "small_CDK2", "zero": 5.0, "full": 8.0}]}, "CDK2 added"),
        ("diverse", {"selection": {"diversity": "maxmin"}}, "selection added"),
    ],
)
def test_an_edit_of_the_screen_is_named(
    nights: Nights, name: str, edit: dict[str, Any], words: str
) -> None:
    base, edited = nights.run("base"), nights.run(name, **edit)
    # The library's file has another path but the same bytes, so only the screen differs.
    found = compare_runs(base, edited)
    assert found.changes
    for one in found.changes:
        assert one.cause == Cause.SCREEN, one
        assert words in one.detail, one
    assert any(words in note for note in found.notes)
    other = "the runs have different primary targets: small_EGFR before, small_CDK2 now"
    assert (other in found.notes) == (name == "target")


def test_an_edit_that_left_the_score_alone_is_not_blamed(nights: Nights) -> None:
    """Two inputs changed: a filter took one hit, a withdrawal moved those behind it."""
    base = nights.run("base")
    gone = ranked(base)[2]
    night = nights.run(
        "filter-and-library", without(nights.rows, gone), filters={"max_heavy_atoms": 20.0}
    )
    found = compare_runs(base, night)
    taken = [one for one in found.changes if "max_heavy_atoms now" in one.detail]
    assert taken
    assert by_id(found)[gone].cause == Cause.WITHDRAWN
    for one in found.changes:
        if one in taken:
            assert one.cause == Cause.SCREEN
        elif one.compound_id != gone:
            assert one.cause == Cause.GAVE_WAY, one
            assert one.score_before == one.score_now


def test_the_file_has_the_same_bytes_each_time(nights: Nights, tmp_path: Path) -> None:
    base = nights.run("base")
    night = nights.run("withdrawn", without(nights.rows, ranked(base)[2]))
    for name in ("a.csv", "b.csv"):
        write_changes(tmp_path / name, compare_runs(base, night))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == Change._fields
    assert len(rows) == len(compare_runs(base, night).changes)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ("manifest.json", "holds a run that is not finished"),
        ("hits.csv", "its hit list is missing"),
        ("a cell", "its hit list was changed since the run"),
        ("prepared", "the prepared library"),
        ("scores", "missing or was altered"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    nights: Nights, tmp_path: Path, spoilt: str, words: str
) -> None:
    base = nights.run("base")
    copy = shutil.copytree(base, tmp_path / "copy")
    if spoilt == "a cell":
        (copy / "hits.csv").write_text((copy / "hits.csv").read_text().replace("\n1,", "\n2,"))
    elif spoilt == "prepared":
        where = json.loads((copy / "where.json").read_text())
        (copy / "where.json").write_text(json.dumps({**where, "prepared": str(tmp_path / "x")}))
    elif spoilt == "scores":
        next((copy / "scores").glob("part-*")).write_bytes(b"x")
    else:
        (copy / spoilt).unlink()
    for pair in ((base, copy), (copy, base)):
        with pytest.raises(InputError, match=rf"^[^\n]*{words}[^\n]*$"):
            compare_runs(*pair)
