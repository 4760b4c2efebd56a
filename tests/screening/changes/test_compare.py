"""Two nights of one screen, compared: real small runs, each edited in one way."""

import csv
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from screening.changes.compare import Change, Changes, compare_runs, write_changes
from screening.changes.setting import ENTERED, LEFT, MOVED, Cause
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.runs.past_run import open_run
from screening.runs.plan import RunOptions, plan_run
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.run import run_screen
from screening.text.cells import unescape_cell

FILES = Path(__file__).parents[2] / "files"
TASKS = (("EGFR", "r"), ("CDK2", "r"), ("herg", "c"))
HITS = 8
Rows = dict[str, tuple[str, str]]
"""Structure and price by id."""
MakeBundle = Callable[..., Bundle]


class Nights:
    """Makes runs of a screen, and keeps their folders by name."""

    def __init__(self, folder: Path, bundle: Bundle, client: Client) -> None:
        self.folder, self.bundle, self.client = folder, bundle, client
        self.made: dict[str, Path] = {}
        with (FILES / "chem/approved_sample.smi").open(newline="") as file:
            drugs = list(csv.DictReader(file, delimiter="\t"))[:32]
        self.rows: Rows = {row["chembl_id"]: (row["smiles"], "10.00") for row in drugs}

    def run(
        self,
        name: str,
        rows: Rows | None = None,
        bundle: Bundle | None = None,
        options: RunOptions | None = None,
        **edits: Any,
    ) -> Path:
        """Screen a library, with edits of the screen."""
        if name in self.made:
            return self.made[name]
        folder = self.folder / name
        folder.mkdir()
        with (folder / "library.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["compound_id", "smiles", "Price"])
            writer.writerows([key, *cells] for key, cells in (rows or self.rows).items())
        found = {
            "name": "nightly",
            "title": "Nightly",
            "library": str(folder / "library.csv"),
            "bundles": [str((bundle or self.bundle).path)],
            "hits": HITS,
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "liabilities": [{"task": "small_herg", "zero": 1.0, "full": 0.2}],
            **edits,
        }
        screen = Screen.model_validate(found)
        planned = plan_run(screen, folder / "run", prepared=folder / "prepared", options=options)
        run_screen(planned, self.client)
        self.made[name] = folder / "run"
        return self.made[name]


@pytest.fixture(scope="module")
def nights(
    make_bundle: MakeBundle,
    give_surrogate: MakeBundle,
    lone: Client,
    tmp_path_factory: pytest.TempPathFactory,
) -> Nights:
    folder = tmp_path_factory.mktemp("nights")
    return Nights(folder, give_surrogate(make_bundle(folder / "bundle", "small", TASKS)), lone)


def ranked(folder: Path) -> list[str]:
    """Return the ids of the hits."""
    with (folder / "hits.csv").open(newline="") as file:
        return [unescape_cell(row["compound_id"]) for row in csv.DictReader(file)]


def by_id(changes: Changes) -> dict[str, Change]:
    return {one.compound_id: one for one in changes.changes}


def causes(changes: Changes, kind: str) -> dict[str, int]:
    return dict(changes.causes(kind))


def without(rows: Rows, *names: str) -> Rows:
    return {name: cells for name, cells in rows.items() if name not in names}


def with_cells(rows: Rows, changed: Mapping[str, tuple[str, str]]) -> Rows:
    return {name: changed.get(name, cells) for name, cells in rows.items()}


def test_a_run_compared_with_itself_is_stable(nights: Nights) -> None:
    base = nights.run("base")
    found = compare_runs(base, base)
    assert found.changes == ()
    assert found.stable == HITS
    assert found.summary() == ["0 entered, 0 left, 0 moved, 8 stable"]
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
            f"its own score stays {one.score_now}; no longer above: {gone}"
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
    assert changes[redrawn].cause == Cause.WITHDRAWN
    assert changes[redrawn].detail == f"the structure of {redrawn} is CCO now"
    back = by_id(compare_runs(nights.run("edited"), base))
    assert back[broken].cause == Cause.REJECTED
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
