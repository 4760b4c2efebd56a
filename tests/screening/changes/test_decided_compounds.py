"""A decision follows its compound to another ID, and says what became of one that is no hit."""

import csv
from pathlib import Path

from distributed import Client

from screening.changes.compare import compare_runs
from screening.changes.decided_compounds import follow_decisions
from screening.changes.decisions import Decision, Decisions
from screening.changes.summary import change_lines
from screening.report.last_run_facts import Since
from screening.runs.runfolder import open_folder
from tests.screening.changes.conftest import ranked, without
from tests.screening.changes.test_since_last_run import (
    Mornings,
    changed_rows,
    facts,
    faults,
    mornings,  # noqa: F401 - a fixture
)

COMMENT = "two vials (AB, 2026-02-27; decided as "


def rename(made: Mornings, old: str, new: str) -> None:
    """Give a compound of the library another ID."""
    made.rows = {new if name == old else name: cells for name, cells in made.rows.items()}


def orders(folder: Path) -> dict[str, tuple[str, str]]:
    with (folder / "lab/order.csv").open(newline="") as file:
        return {
            row["compound_id"]: (row["decision"], row["decision_comment"])
            for row in csv.DictReader(file)
            if row["decision"]
        }


def links(since: Since) -> dict[str, str]:
    return {one.compound_id: one.rank for one in since.old_ids}


def test_a_decision_follows_the_key_to_another_id(
    mornings: Mornings,  # noqa: F811 - the fixture
    lone: Client,
) -> None:
    first = mornings.run("a").folder
    order = ranked(first)
    mornings.decide(f"{order[1]},,order,two vials,2026-02-27,AB")
    rename(mornings, order[1], "NEW-1")
    mornings.rows = without(mornings.rows, order[0])  # so that the other moves
    second = mornings.run("b").folder
    third = mornings.run("c").folder
    comment = f"{COMMENT}{order[1]})"
    for folder in (second, third):
        assert orders(folder) == {"NEW-1": ("order", comment)}
        mark = facts(folder).marks[0]
        assert (mark.decision, mark.decision_comment) == ("order", comment)
        assert links(facts(folder)) == {order[1]: "1"}
        told = change_lines(folder)
        assert "decisions about hits: 1 order" in told
        assert not any("check the ID" in line or "no hits now" in line for line in told)
        assert faults(folder, lone) == []
    moved = {row["compound_id"]: row for row in changed_rows(second)}["NEW-1"]
    assert (moved["change"], moved["decision_comment"]) == ("moved", comment)
    run, old = open_folder(third), open_folder(first)
    lines = (Decision(order[1], "", "no", "", "", ""),)
    decisions = follow_decisions(Decisions(lines), run, [old])
    assert compare_runs(first, third, decisions).of("moved")[0].decision == "no"
    assert decisions.summary() == ["decisions about these hits: 1 no"]


def test_two_ids_of_one_compound_may_contradict(
    mornings: Mornings,  # noqa: F811 - the fixture
) -> None:
    order = ranked(mornings.run("a").folder)
    rename(mornings, order[0], "NEW-1")
    mornings.decide(f"{order[0]},,order,,,", "NEW-1,,no,,,")
    since = facts(mornings.run("b").folder)
    assert "lines 2 and 3: found order and no for" in since.decisions.problem
    mornings.decide(f"{order[0]},,order,,2026-02-27,", "NEW-1,,no,,2026-02-28,")
    newest = mornings.run("c").folder
    assert orders(newest) == {"NEW-1": ("no", "(2026-02-28)")}


def test_a_compound_that_is_no_hit_any_more_is_told_from_a_misspelled_id(
    mornings: Mornings,  # noqa: F811 - the fixture
    lone: Client,
) -> None:
    first = mornings.run("a")
    order = ranked(first.folder)
    rest = next(name for name in mornings.rows if name not in order)
    mornings.decide(f"{order[2]},,order,,,", f"{rest},,later,,,", "ZINC-1,,no,,,")
    mornings.rows = without(mornings.rows, order[2])
    left = mornings.run("b").folder
    assert f"1 decision about compounds that left: {order[2]}: order" in change_lines(left)
    night = mornings.run("c").folder
    day = first.manifest.finished[:10]
    told = (
        f"2 decisions about compounds that are no hits now: {order[2]}: order, last a hit on {day}"
        f"; {rest}: later"
    )
    assert told in change_lines(night)
    assert "1 decision about IDs found nowhere: ZINC-1; check the ID" in change_lines(night)
    assert faults(night, lone) == []


def test_a_rejected_record_is_told_from_a_misspelled_id(
    mornings: Mornings,  # noqa: F811 - the fixture
) -> None:
    mornings.rows = {**mornings.rows, "BAD": ("C1CC", "12")}
    mornings.decide("BAD,,later,,,")
    mornings.run("a")
    told = "1 decision about compounds that are no hits now: BAD: later, its record was rejected ("
    lines = change_lines(mornings.run("b").folder)
    assert any(line.startswith(told) for line in lines), lines
