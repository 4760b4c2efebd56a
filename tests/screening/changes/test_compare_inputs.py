"""Two nights, compared: models, prices, lists and triages, and the law over all of them."""

import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from screening.changes.compare import Changes, compare_runs
from screening.changes.setting import ENTERED, LEFT, MOVED, Cause
from screening.objective.selection import Selection
from screening.runs.past_run import open_run
from screening.runs.plan import RunOptions
from screening.runs.rerank import check_rerank, rank_again
from tests.screening.changes.conftest import (
    TASKS,
    MakeBundle,
    Nights,
    by_id,
    causes,
    ranked,
    with_cells,
    without,
)


def test_models_that_changed_are_told_with_the_values_though_the_old_are_gone(
    nights: Nights, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    one = make_bundle(tmp_path / "bundle", "small", TASKS)
    before = nights.run("old-models", bundle=one)
    shutil.rmtree(one.path)
    now = nights.run("new-models", bundle=make_bundle(tmp_path / "bundle", "small", TASKS, seed=7))
    with pytest.raises(InputError, match="another version of the bundle small"):
        open_run(before)
    found = compare_runs(before, now)
    assert found.changes
    for change in found.changes:
        assert change.cause == Cause.MODELS
        assert "models: small" in change.detail
        assert " → " in change.detail
        assert "EGFR 6." in change.detail or "EGFR 5." in change.detail
    assert "models changed: small" in found.notes

    both = nights.run(
        "new-models-and-screen",
        bundle=make_bundle(tmp_path / "other", "small", TASKS, seed=7),
        primary=[{"task": "small_CDK2", "zero": 5.0, "full": 8.0}],
    )
    told = compare_runs(before, both)
    names = {part for one in told.changes for part in one.cause.split(" and ")}
    assert names <= {"models changed", "models", "screen changed", "screen edited"} | {
        Cause.DISPLACED,
        Cause.GAVE_WAY,
    }
    assert any(one.cause.startswith(Cause.BOTH) for one in told.changes)


def test_a_price_and_the_budget_are_told(nights: Nights) -> None:
    selection: dict[str, Any] = {"selection": {"budget": 45.0, "price_column": "Price"}}
    before = nights.run("cheap", **selection)
    order = ranked(before)
    assert len(order) == 4
    dear = {order[0]: (nights.rows[order[0]][0], "99.00")}
    now = nights.run("dear", with_cells(nights.rows, dear), **selection)
    found = compare_runs(before, now)
    left = found.of(LEFT)[0]
    assert (left.compound_id, left.cause) == (order[0], Cause.PRICE)
    assert left.detail == "its price 10.00 → 99.00; budget now"
    entered = found.of(ENTERED)[0]
    assert entered.cause == Cause.PRICE  # refused before, because the budget went to the other
    assert entered.detail.startswith("budget before; the budget went elsewhere: ")


def test_a_list_that_grew_is_measured_since(nights: Nights, tmp_path: Path) -> None:
    base = nights.run("base")
    first, second = ranked(base)[:2]
    owned = tmp_path / "owned.csv"
    selection: dict[str, Any] = {"selection": {"exclude": [str(owned)]}}
    owned.write_text(f"compound_id,smiles\nx,{nights.rows[second][0]}\n")
    before = nights.run("measured-1", **selection)
    lines = "".join(f"x,{nights.rows[name][0]}\n" for name in (first, second))
    owned.write_text(f"compound_id,smiles\n{lines}")
    now = nights.run("measured-2", **selection)
    changes = by_id(compare_runs(before, now))
    assert (changes[first].change, changes[first].cause) == (LEFT, Cause.MEASURED)
    assert changes[first].detail == "excluded: owned.csv now"
    assert {one.cause for one in changes.values()} == {Cause.MEASURED, Cause.GAVE_WAY}
    named = nights.run("measured-3", selection={"exclude": [first]})
    told = by_id(compare_runs(base, named))
    assert told[first].cause == Cause.SCREEN
    assert f"selection.exclude none → {first}" in told[first].detail


def test_the_choice_of_a_triage_is_told(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    base = nights.run("base")
    monkeypatch.setattr("screening.score.triage.SHARE", 0.1)
    monkeypatch.setattr("screening.score.triage.PER_HIT", 1)
    monkeypatch.setattr("screening.score.triage.AUDIT_SHARE", 0.1)
    night = nights.run("triage", options=RunOptions(triage_from=1))
    del nights.made["triage"]  # without these settings it cannot be read again
    found = compare_runs(base, night)
    lost = [one for one in found.of(LEFT) if one.cause == Cause.TRIAGE]
    assert lost
    for one in lost:
        assert one.score_now == ""
        assert one.detail == "not scored now: the triage found it not promising enough"
    assert causes(found, ENTERED).keys() == {Cause.GAVE_WAY}
    back = compare_runs(night, base)
    assert len([one for one in back.of(ENTERED) if one.cause == Cause.TRIAGE]) == len(lost)


def test_a_re_ranking_is_compared_with_its_run(
    nights: Nights, lone: Client, tmp_path: Path
) -> None:
    base = nights.run("base")
    past = open_run(base)
    screen = past.screen.changed(selection=Selection(max_per_scaffold=1), hits=6)
    rank_again(past, check_rerank(past, screen, tmp_path / "b"), tmp_path / "b", lone)
    found = compare_runs(base, tmp_path / "b")
    assert {one.cause for one in found.changes} == {Cause.SCREEN}
    assert found.counts[-1] == ("hits", 8, 6)


def test_every_hit_is_told_once_and_both_directions_agree(nights: Nights) -> None:
    """The law, over pairs of the runs above, and a few that no test has made alone."""
    nights.run("base")
    nights.run("withdrawn", without(nights.rows, *list(nights.rows)[::5]))
    nights.run("fewer", hits=5)
    nights.run("diverse", selection={"diversity": "maxmin"})
    known = {*Cause, "screen edited and displaced by others", "screen edited and others gave way"}
    assert len(nights.made) >= 4
    for before, now in pairwise(nights.made.values()):
        there, back = compare_runs(before, now), compare_runs(now, before)
        check_law(there, ranked(before), ranked(now))
        check_law(back, ranked(now), ranked(before))
        for kind, other in ((ENTERED, LEFT), (LEFT, ENTERED), (MOVED, MOVED)):
            assert {one.key for one in there.of(kind)} == {one.key for one in back.of(other)}
        assert there.stable == back.stable
        for one in there.changes:
            parts = set(one.cause.replace(Cause.BOTH, "models").split(" and "))
            assert parts <= {*known, "models"}, one


def check_law(found: Changes, before: Sequence[str], now: Sequence[str]) -> None:
    """Check that each hit of either run is stable, moved, entered or left exactly once."""
    keys = [one.key for one in found.changes]
    assert len(set(keys)) == len(keys)
    entered, left, moved = (found.of(kind) for kind in (ENTERED, LEFT, MOVED))
    assert len(left) + len(moved) + found.stable == len(before)
    assert len(entered) + len(moved) + found.stable == len(now)
    for one in (*left, *moved):
        assert one.cause
        assert one.rank_before
    for one in (*entered, *moved):
        assert now[int(one.rank_now) - 1] == one.compound_id
    assert all(one.rank_before != one.rank_now for one in moved)
    assert [int(one.rank_now) for one in entered] == sorted(int(x.rank_now) for x in entered)
