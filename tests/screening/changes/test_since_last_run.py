"""A morning after another: what a run tells of the last one, in all of its files."""

import csv
import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from chem.errors import InputError
from chem.structure.inchi_key import inchi_key
from flows.prefect_support.artifacts import summarize
from screening.changes.check_changes import verify_changes
from screening.changes.compare import Change
from screening.changes.earlier_runs import count_steady, find_runs
from screening.changes.setting import Cause
from screening.changes.since_last_run import tell_changes
from screening.changes.summary import change_lines, facts_of, summary_of_changes
from screening.decided.recall import recall_decided
from screening.objective.screen_settings import Screen
from screening.report.last_run_facts import CHANGES, FACTS, Since
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.record_outcome import read_lines
from screening.runs.rerank import check_rerank, rank_again
from screening.runs.run import run_screen
from screening.runs.runfolder import MANIFEST, open_folder
from screening.runs.write_run import Outcome
from screening.storage.in_use import is_marked, marking
from screening.text.cells import unescape_cell
from screening.verify.verify import verify_run
from screening.verify.verify_files import Check
from tests.screening.changes.conftest import HITS, Nights, Rows, ranked, without

FIRST = "first run of this screen here"


class Mornings:
    """Screens one library, which is edited between the nights, into one folder of runs."""

    def __init__(self, folder: Path, nights: Nights, client: Client) -> None:
        self.folder, self.bundle, self.client = folder, nights.bundle, client
        self.rows: Rows = dict(nights.rows)
        self.stock: dict[str, str] = {}
        (folder / "runs").mkdir(parents=True)

    def run(self, night: str, **edits: Any) -> Outcome:
        """Screen the library as it is now, and tell what changed."""
        library = self.folder / "library.csv"
        with library.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["compound_id", "smiles", "Price", "in_stock"])
            writer.writerows(
                [key, *cells, self.stock.get(key, "5")] for key, cells in self.rows.items()
            )
        found = {
            "name": "nightly",
            "title": "Nightly",
            "library": str(library),
            "bundles": [str(self.bundle.path)],
            "hits": HITS,
            "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
            "liabilities": [{"task": "small_herg", "zero": 1.0, "full": 0.2}],
            **edits,
        }
        screen, out = Screen.model_validate(found), self.folder / "runs" / night
        plan = plan_run(screen, out, prepared=self.folder / f"prepared-{night}")
        own = plan.library.extra_columns
        plan = replace(plan, decided=recall_decided(screen, out, own, plan.bundles))
        return tell_changes(run_screen(plan, self.client))

    def decide(self, *lines: str) -> Path:
        """Write ``decisions.csv`` in the folder of runs."""
        path = self.folder / "runs" / "decisions.csv"
        path.write_text("compound_id,inchikey,decision,comment,date,by\n" + "\n".join(lines) + "\n")
        return path


@pytest.fixture
def mornings(nights: Nights, lone: Client, tmp_path: Path) -> Mornings:
    return Mornings(tmp_path / "lab", nights, lone)


@pytest.fixture(scope="module")
def two(
    nights: Nights, lone: Client, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, str]:
    """Two nights, between which the third hit was withdrawn and one was decided about."""
    made = Mornings(tmp_path_factory.mktemp("two"), nights, lone)
    first = made.run("night-1")
    order = ranked(first.folder)
    made.rows = without(made.rows, order[2])
    made.decide(
        f"{order[0]},,order,for the 3 March plate,2026-02-27,AB",
        f"{order[2]},,later,,,",
        f",{inchi_key(first.table.records()[1]['smiles'])},no,too lipophilic,,",
        "ZINC-1,,no,,,",
    )
    second = made.run("night-2")
    return first.folder, second.folder, order[2]


def facts(folder: Path) -> Since:
    found = facts_of(folder)
    assert found is not None
    return found


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def changed_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / CHANGES).open(newline="") as file:
        return list(csv.DictReader(file))


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    return found


def verified(folder: Path, client: Client) -> dict[str, Check]:
    past = open_run(folder)
    checks = [*verify_run(past, past.library, client, 5), *verify_changes(past)]
    return {check.what: check for check in checks}


def faults(folder: Path, client: Client) -> list[str]:
    return [fault for one in verified(folder, client).values() for fault in one.faults]


def test_a_first_run_says_so(two: tuple[Path, Path, str]) -> None:
    first, _, _ = two
    assert not (first / CHANGES).exists()
    assert change_lines(first) == [FIRST]
    assert summary_of_changes(first) == f"- {FIRST}"
    assert "This is the first run of this screen here" in page(first)
    told = manifest(first)
    assert told["run"] == {"id": open_folder(first).run_id, "compared_with": None}
    assert {FACTS, "report.html"} <= set(told["files"])
    assert CHANGES not in told["files"]


def test_the_next_run_is_compared_with_it_in_every_file(two: tuple[Path, Path, str]) -> None:
    first, second, gone = two
    last = {
        "folder": "night-1",
        "run_id": open_folder(first).run_id,
        "finished": manifest(first)["finished"],
    }
    assert manifest(second)["run"] == {"id": open_folder(second).run_id, "compared_with": last}
    rows = changed_rows(second)
    assert tuple(rows[0]) == Change._fields
    left = {row["compound_id"]: row for row in rows if row["change"] == "left"}
    assert left[gone]["cause"] == Cause.WITHDRAWN
    assert left[gone]["decision"] == "later"
    since = facts(second)
    assert [(kind.name, kind.count) for kind in since.kinds] == [
        ("entered", 1),
        ("left", 1),
        ("moved", HITS - 3),
    ]
    assert since.stable == 2
    assert (since.steady_runs, since.steady_hits) == (2, HITS - 1)
    read = next(one for one in since.counts if one.name == "read")
    assert (read.before, read.now) == (32, 31)
    text = page(second)
    assert text.index("Since the last run (") < text.index('class="funnel"')
    assert "7 of 8 hits were already hits in the last run." in text
    assert '<a href="changes.csv">changes.csv</a>' in text
    lines = change_lines(second)
    assert "1 entered, 1 left, 5 moved, 2 with the same rank, 32 → 31 read" in lines[0]
    assert f"left: withdrawn from the library 1 ({gone})" in lines
    assert "7 of 8 hits were already hits in the last run" in lines
    moved = "5 only because others entered, left or moved; their own scores are unchanged"
    assert f"moved: {moved}" in lines
    assert since.left[0].compound_id == gone
    assert lines[-1] == "all changes: changes.csv"


def test_a_report_carries_date_run_library_hash_and_rows(two: tuple[Path, Path, str]) -> None:
    for folder in two[:2]:
        told, run = manifest(folder), open_folder(folder)
        day = told["finished"][:10]
        stamp = page(folder).split('class="note stamp">')[1].split("</p>")[0]
        for text in (run.run_id, day, "library.csv", told["library"]["sha256"][:12], "records"):
            assert text in stamp
        assert f"{told['counts']['rows']} records" in stamp


def test_decisions_are_shown_and_none_is_lost(two: tuple[Path, Path, str]) -> None:
    first, second, _ = two
    found = facts(second).decisions
    assert [(one.name, one.count) for one in found.hits] == [("order", 1), ("no", 1)]
    assert (found.left, found.others, found.names) == (1, 1, ["ZINC-1"])
    marks = {mark.rank: mark for mark in facts(second).marks}
    assert (marks["1"].decision, marks["1"].decision_comment) == (
        "order",
        "for the 3 March plate (AB, 2026-02-27)",
    )
    assert marks["2"].decision == "no"
    assert "decisions about hits: 1 order, 1 no" in change_lines(second)
    others = "1 decision about IDs found nowhere: ZINC-1; check the ID"
    assert others in change_lines(second)
    left = f"1 decision about compounds that left: {found.left_names[0]}"
    assert found.left_names[0].endswith(": later")
    assert left in change_lines(second)
    refused = f"the order (lab/order.csv) still contains {ranked(second)[1]}, which you marked no"
    assert refused in change_lines(second)
    for told in change_lines(second)[1:-1]:
        if told.startswith(("decisions", "1 decision", "the order")):  # the page says the same
            assert f"{told[0].upper()}{told[1:]}." in page(second)
    for folder in (first, second):
        with (folder / "lab/order.csv").open(newline="") as file:
            order = list(csv.DictReader(file))
        cells = [(row["decision"], row["decision_comment"]) for row in order]
        comment = "for the 3 March plate (AB, 2026-02-27)"
        decided = [("order", comment), ("no", "too lipophilic")] if folder == second else []
        assert cells == [*decided, *[("", "")] * (HITS - len(decided))]
        assert list(order[0])[2:5] == ["name", "decision", "decision_comment"]
    # What was refused is still a hit: decisions alter no pick.
    assert ranked(second)[:2] == ranked(first)[:2]


def test_both_are_verified(two: tuple[Path, Path, str], lone: Client) -> None:
    first, second, _ = two
    assert faults(second, lone) == []
    assert verified(second, lone)["changes since the last run"].looked_at == (
        "7 found again by comparing with night-1"
    )
    checks = verified(first, lone)
    assert "changes since the last run" not in checks
    assert checks["hits, plates and volumes"].faults == []


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ("run", "the last run night-1 is gone, only the hash of changes.csv is checked"),
        ("prepared", "not compared again (the prepared library of"),
        ("replaced", "night-1 holds another run by now, only the hash of changes.csv is checked"),
    ],
)
def test_a_run_is_verified_without_the_last_one(
    two: tuple[Path, Path, str], lone: Client, tmp_path: Path, lost: str, words: str
) -> None:
    first, second, _ = two
    runs = shutil.copytree(first.parent, tmp_path / "runs")
    if lost == "run":
        shutil.rmtree(runs / "night-1")
    elif lost == "prepared":
        where = json.loads((runs / "night-1" / "where.json").read_text())
        where["prepared"] = str(tmp_path / "gone")
        (runs / "night-1" / "where.json").write_text(json.dumps(where))
    else:
        told = manifest(runs / "night-1")
        told["finished"] = "2020-01-01T00:00:00+00:00"
        (runs / "night-1" / MANIFEST).write_text(json.dumps(told))
    assert faults(runs / second.name, lone) == []
    assert words in verified(runs / second.name, lone)["changes since the last run"].looked_at


def forge(folder: Path, name: str, before: str, after: str) -> None:
    """Change a file of a run, and give the manifest its new hash."""
    path = folder / name
    content = path.read_bytes()
    changed = content.replace(before.encode(), after.encode(), 1)
    assert changed != content
    path.write_bytes(changed)
    text = (folder / MANIFEST).read_text()
    old, new = (sha256(one).hexdigest() for one in (content, changed))
    (folder / MANIFEST).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "before", "after", "fault"),
    [
        (CHANGES, "withdrawn", "withheld!", "changes.csv does not follow from the two runs"),
        (FACTS, '"count": 5', '"count": 6', "report.html does not follow"),
        ("report.html", "Since the last run", "Since the past run", "report.html does not follow"),
        (FACTS, '"stable": 2', '"stable": "2"', "changes.json is damaged"),
        (FACTS, '"lines": 7', '"lines": 9', "the number of lines in the report does not follow"),
        ("lab/order.csv", ",no,", ",order,", "lab/order.csv does not follow"),
    ],
)
def test_a_forged_comparison_is_found(
    two: tuple[Path, Path, str],
    lone: Client,
    tmp_path: Path,
    name: str,
    before: str,
    after: str,
    fault: str,
) -> None:
    runs = shutil.copytree(two[0].parent, tmp_path / "runs")
    forge(runs / "night-2", name, before, after)
    assert any(fault in one for one in faults(runs / "night-2", lone))


def test_the_other_files_are_those_of_a_run_that_compares_nothing(
    two: tuple[Path, Path, str], nights: Nights, lone: Client, tmp_path: Path
) -> None:
    _, second, _ = two
    past = open_run(second)
    library = second.parent.parent / "library.csv"
    assert past.where.library is not None
    assert past.where.library.path == str(library)
    plan = plan_run(past.screen, tmp_path / "alone", prepared=tmp_path / "prepared")
    alone = run_screen(plan, lone).folder
    tells_time = {MANIFEST, "report.html", FACTS, CHANGES, "lab/order.csv"}
    for name in set(manifest(second)["files"]) - tells_time:
        assert (second / name).read_bytes() == (alone / name).read_bytes(), name
    assert tell_changes(run_screen(plan, lone)).manifest.run is not None
    assert change_lines(alone) == [FIRST]  # there is no other run beside it


def test_which_run_is_the_last_one(mornings: Mornings, lone: Client) -> None:
    """Neither another screen's, nor a ranking, nor one that is not finished, nor a link to one."""
    base = mornings.run("a").folder
    mornings.run("b-other", name="other")
    past = open_run(base)
    ranking = base.parent / "c-ranking"
    screen = check_rerank(past, past.screen.changed(hits=6), ranking)
    again = tell_changes(rank_again(past, screen, ranking, lone))
    assert facts(again.folder).ranks == "a"
    assert "ranks the scores of" in page(again.folder)
    assert change_lines(again.folder) == []
    assert faults(again.folder, lone) == []
    shutil.copytree(base, base.parent / "d-stopped")
    (base.parent / "d-stopped" / MANIFEST).unlink()
    (base.parent / "d-link").symlink_to(base)
    night = mornings.run("e").folder
    assert manifest(night)["run"]["compared_with"]["folder"] == "a"
    assert changed_rows(night) == []
    assert facts(night).steady_hits == HITS
    told = "the same library, the same 8 hits, the same ranks"
    assert change_lines(night)[0].startswith("nothing changed since the last run (")
    assert change_lines(night)[0].endswith(told)
    assert told in page(night)
    assert "Since the last run (" not in page(night)


def test_stable_over_seven_nights(two: tuple[Path, Path, str], tmp_path: Path) -> None:
    """Copies of the second night stand for nights without a change."""
    ignored = shutil.ignore_patterns("latest*")
    runs = shutil.copytree(two[0].parent, tmp_path / "runs", ignore=ignored)
    for night in range(3, 10):
        copy = shutil.copytree(runs / "night-2", runs / f"night-{night}")
        told = manifest(copy)
        told["finished"] = told["finished"].replace("+00:00", f".{night}+00:00")
        (copy / MANIFEST).write_text(json.dumps(told))
    screen = open_run(runs / "night-9").screen
    opened = find_runs(runs, screen)
    assert [one.folder.name for one in opened] == [f"night-{n}" for n in range(9, 0, -1)]
    counts = [count_steady(opened[at:]) for at in range(len(opened))]
    expected = [(7, HITS), (7, HITS), *((n, HITS - 1) for n in range(7, 1, -1)), (1, HITS)]
    assert counts == expected  # the first night is more than seven nights ago
    changed = runs / "night-5" / "hits.csv"
    changed.write_text(changed.read_text() + "\n")
    assert count_steady(opened) == (4, HITS)


def test_a_run_that_cannot_be_compared_keeps_its_hits(mornings: Mornings, lone: Client) -> None:
    first = mornings.run("a").folder
    shutil.rmtree(mornings.folder / "prepared-a")
    second = mornings.run("b").folder
    since = facts(second)
    assert "the prepared library of" in since.problem
    assert "\n" not in since.problem
    assert not (second / CHANGES).exists()
    assert ranked(second) == ranked(first)
    assert any(line.startswith("the changes are not known: ") for line in change_lines(second))
    assert "The changes are not known" in page(second)
    assert since.counts
    assert faults(second, lone) == []


def test_decisions_that_cannot_be_read_are_told_and_cost_nothing(
    mornings: Mornings, lone: Client
) -> None:
    mornings.decide("A,,ordr,,,")
    folder = mornings.run("a").folder
    told = "decisions.csv, line 2: found the decision 'ordr'"
    assert told in facts(folder).decisions.problem
    assert any(told in line for line in change_lines(folder))
    assert "No decision is shown" in page(folder)
    assert faults(folder, lone) == []


def test_decisions_that_contradict_each_other_are_told_and_cost_nothing(
    mornings: Mornings,
) -> None:
    folder = mornings.run("a").folder
    hit = next(iter(read_lines(open_folder(folder), "hits.csv")))
    key = inchi_key(unescape_cell(hit["smiles"]))
    mornings.decide(f"{hit['compound_id']},,order,,,", f",{key},no,,,")
    folder = mornings.run("b").folder
    since = facts(folder)
    assert "decisions.csv, lines 2 and 3: found order and no for" in since.decisions.problem
    assert (since.problem, since.decisions.hits) == ("", [])
    assert (folder / CHANGES).exists()


def test_the_last_run_may_be_removed_after_it_was_compared(mornings: Mornings) -> None:
    with marking():  # as a night that applies its retention at its end
        first = mornings.run("a").folder
        assert (mornings.run("b").folder / CHANGES).exists()
        assert not is_marked(first)


def test_a_screen_may_name_its_decisions(mornings: Mornings) -> None:
    plain = mornings.run("a")
    own = mornings.folder / "own.csv"
    own.write_text(f"compound_id,decision\n{ranked(plain.folder)[0]},order\n")
    named = mornings.run("b", decisions=str(own))
    assert [(one.name, one.count) for one in facts(named.folder).decisions.hits] == [("order", 1)]
    assert named.manifest.screen == plain.manifest.screen
    scores = [
        sorted(one.name for one in (run.folder / "scores").iterdir()) for run in (plain, named)
    ]
    assert scores[0] == scores[1]
    assert facts(named.folder).kinds[0].count == 0


def test_a_folder_that_is_written_again_keeps_no_old_changes(mornings: Mornings) -> None:
    first = mornings.run("a").folder
    assert (mornings.run("b").folder / CHANGES).exists()
    shutil.rmtree(first)
    again = mornings.run("b").folder
    assert not (again / CHANGES).exists()
    assert change_lines(again) == [FIRST]


def test_a_limit_is_named_only_if_it_refused_something(mornings: Mornings) -> None:
    selection = {"selection": {"budget": 75.0, "price_column": "Price"}}
    order = ranked(mornings.run("a", **selection).folder)
    assert len(order) == 7
    rich = {"selection": {"budget": 1000.0, "price_column": "Price"}}
    all_rows = dict(mornings.rows)
    mornings.run("r1", name="rich", **rich)
    mornings.rows = without(all_rows, order[2])
    free = changed_rows(mornings.run("r2", name="rich", **rich).folder)
    assert {row["cause"] for row in free} == {Cause.WITHDRAWN, Cause.GAVE_WAY}
    mornings.rows = {**all_rows, order[2]: (all_rows[order[2]][0], "on request")}
    rows = changed_rows(mornings.run("b", **selection).folder)
    found = {row["compound_id"]: row for row in rows if row["compound_id"] != order[2]}
    assert {row["cause"] for row in found.values()} >= {Cause.GAVE_WAY_LIMITED}
    last = found[order[-1]]
    assert last["cause"] == Cause.GAVE_WAY_LIMITED
    assert f"limits: {order[2]} (no readable price now)" in last["detail"]


def test_a_library_under_another_name_is_told(mornings: Mornings, lone: Client) -> None:
    mornings.run("a")
    folder = mornings.run("b", library=str(other_library(mornings))).folder
    told = change_lines(folder)[0]
    assert told.startswith("not compared: no earlier run here used the library other.csv; ")
    assert "the newest run of this screen (a, 20" in told
    assert "used library.csv; hitlist compare" in told
    assert f"Not{told[3:]}." in page(folder)
    assert "first run" not in page(folder)
    assert not (folder / CHANGES).exists()
    assert faults(folder, lone) == []
    assert manifest(mornings.run("c").folder)["run"]["compared_with"]["folder"] == "a"


def other_library(mornings: Mornings) -> Path:
    """Copy the library under another name."""
    return Path(shutil.copy(mornings.folder / "library.csv", mornings.folder / "other.csv"))


def test_new_prices_are_counted_and_the_old_ones_kept(mornings: Mornings, lone: Client) -> None:
    order = ranked(mornings.run("a").folder)
    for name in (order[0], order[-1]):
        mornings.rows[name] = (mornings.rows[name][0], "12.50")
    mornings.rows = without(mornings.rows, order[3])
    night = mornings.run("b").folder
    both = "; ".join(f"{name} 10.00 → 12.50 (1.25 x)" for name in (order[0], order[-1]))
    told = f"price changed for 2 of 8 hits (column Price): {both}"
    assert told in change_lines(night)
    assert f"P{told[1:]}." in page(night)
    rows = {row["compound_id"]: row for row in changed_rows(night)}
    prices = {name: (row["price_before"], row["price_now"]) for name, row in rows.items()}
    assert (rows[order[0]]["change"], rows[order[0]]["rank_now"]) == ("repriced", "1")
    assert prices[order[0]] == prices[order[-1]] == ("10.00", "12.50")
    assert rows[order[-1]]["change"] == "moved"
    changed = [one for one in rows.values() if one["change"] != "left"]
    assert sum(one["price_before"] != one["price_now"] for one in changed) == 2
    assert rows[order[0]]["cause"] == "price changed"
    assert rows[order[0]]["detail"] == "price 10.00 → 12.50 (1.25 x)"
    assert (facts(night).marks[0].price, facts(night).marks[0].was) == (
        "10.00 → 12.50 (1.25 x)",
        "10.00",
    )
    assert facts(night).lines == len(facts(night).shown) == len(rows)
    assert f"All {len(rows)} changes" in page(night)
    assert facts(night).marks[0].change == ""
    assert sum(kind.count for kind in facts(night).kinds) == len(rows) - 1
    assert faults(night, lone) == []


def test_new_stock_is_told_apart_from_new_prices(mornings: Mornings, lone: Client) -> None:
    order = ranked(mornings.run("a").folder)
    mornings.stock = {order[0]: "0", order[1]: "0"}
    mornings.rows[order[1]] = (mornings.rows[order[1]][0], "20.00")
    mornings.rows = {
        "BASE" if name == order[2] else name: (cells[0], "3.00") if name == order[2] else cells
        for name, cells in mornings.rows.items()
    }
    night = mornings.run("b").folder
    rows = {row["compound_id"]: row for row in changed_rows(night)}
    names = ("change", "cause", "price_before", "price_now", "stock_before", "stock_now")
    assert {name: tuple(row[one] for one in names) for name, row in rows.items()} == {
        order[0]: ("stock changed", "stock changed", "10.00", "10.00", "5", "0"),
        order[1]: (
            *("repriced", "price changed and stock changed"),
            *("10.00", "20.00", "5", "0"),
        ),
    }
    told = change_lines(night)
    assert f"price changed for 1 of 8 hits (column Price): {order[1]} 10.00 → 20.00 (2 x)" in told
    stock = f"{order[0]} 5 → 0; {order[1]} 5 → 0"
    assert f"stock changed for 2 of 8 hits (column in_stock): {stock}" in told
    record = f"BASE at 3.00 instead of {order[2]} at 10.00"
    assert f"another record for 1 hit: {record}" in told
    assert facts(night).marks[2].record == record
    assert faults(night, lone) == []


def test_a_changed_fact_is_refused(two: tuple[Path, Path, str], tmp_path: Path) -> None:
    folder = shutil.copytree(two[1], tmp_path / "night")
    (folder / FACTS).write_text("{}")
    with pytest.raises(InputError, match=r"^[^\n]*changed since the run[^\n]*$"):
        summary_of_changes(folder)
    (folder / FACTS).unlink()
    with pytest.raises(InputError, match=r"^[^\n]*cannot be read[^\n]*$"):
        summary_of_changes(folder)
    old = manifest(folder)
    del old["files"][FACTS]
    (folder / MANIFEST).write_text(json.dumps(old))
    assert summary_of_changes(folder) == ""  # a run of an earlier version


def test_the_summary_is_text(mornings: Mornings) -> None:
    hostile = "[x](http://evil.example)"
    mornings.run("a")
    best = ranked(mornings.folder / "runs" / "a")[0]
    cells = mornings.rows[best]
    mornings.rows = without(mornings.rows, best)
    mornings.run("b")
    mornings.rows[hostile] = cells
    outcome = mornings.run("c")
    told = summary_of_changes(outcome.folder)
    assert told in summarize(open_run(outcome.folder).screen, outcome)
    assert "entered: new in the library 1" in told
    assert "](" not in told
    assert cells[0] not in told
