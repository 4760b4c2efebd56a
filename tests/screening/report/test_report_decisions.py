"""Decisions marked in a report, in a real browser, and the file that it exports."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chem.structure.inchi_key import inchi_key
from screening.changes.decisions import Decision, read_decisions
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import merge_top
from screening.report.last_run import insert_since
from screening.report.last_run_facts import GivenDecision, Mark, Since
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from tests.screening.report.test_last_run import FIRST, NO_DECISIONS, STAMP, Scored
from tests.screening.report.test_report_browser import (
    CHROMIUM,
    HOSTILE,
    Open,
    chromium,  # noqa: F401 - a fixture
    expect,
    opened,  # noqa: F401 - a fixture
    shows,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
SMILES = ("CCO", "CCN", "CCC", "CC(C)O", "CCCC", "CCCO")
COMMENTS = (
    'two vials, "fresh"; 5 mg',
    "=1+1",
    "-5 degrees;=SUM(A1)",
    "  folded\u2028 lines  ",
    "' +x, @y\u2403",
    "",
)


@pytest.fixture
def hits(scored: Scored, kinase: Screen, facts: RunFacts) -> tuple[HitTable, str]:
    """Six hits with hostile IDs; the table and its page without the section on the last run."""
    frame: pd.DataFrame = scored([(name, text, {}) for name, text in HOSTILE])
    ranking = merge_top([frame.assign(smiles=SMILES)], kinase)
    table = hit_table(ranking.hits, kinase, facts.units)
    return table, render_report(table, ranking, kinase, facts)


def given(**cells: str) -> GivenDecision:
    names = ("compound_id", "inchikey", "decision", "comment", "date", "by")
    return GivenDecision(**{name: cells.get(name, "") for name in names})


def since(*lines: GivenDecision, marks: tuple[Mark, ...] = (), problem: str = "") -> Since:
    """Return the facts of a run that read these lines of decisions."""
    decisions = NO_DECISIONS.model_copy(
        update={"lines": list(lines), "problem": problem, "file": "decisions.csv"}
    )
    return FIRST.model_copy(update={"decisions": decisions, "marks": list(marks)})


def mark(rank: str, decision: str, comment: str) -> Mark:
    return Mark(rank=rank, change="", cause="", decision=decision, decision_comment=comment)


def export(tab: Any, folder: Path) -> tuple[Decision, ...]:
    """Press the button, and read the file as a run does."""
    with tab.expect_download() as waiting:
        tab.click("#export-decisions")
    assert waiting.value.suggested_filename == "decisions.csv"
    path = folder / "decisions.csv"
    waiting.value.save_as(path)
    return read_decisions(path).lines


def press(tab: Any, hit: int, word: str) -> None:
    tab.click(f".tile[data-hit='{hit}'] [data-decide={word}]")


def test_what_is_marked_is_what_a_run_reads(
    opened: Open,  # noqa: F811 - the fixture
    hits: tuple[HitTable, str],
    tmp_path: Path,
) -> None:
    table, plain = hits
    tab = opened(insert_since(plain, since(), STAMP, table))
    assert tab.inner_text("#decided") == "none yet"
    tab.fill("#decided-by", "+J. Doe, PhD")
    words = ("order", "later", "no", "order", "no", "later")
    for hit, (word, comment) in enumerate(zip(words, COMMENTS, strict=True)):
        press(tab, hit, word)
        field = tab.locator(f".tile[data-hit='{hit}'] .decision-comment")
        field.fill(comment)
        field.press("Tab")
    assert tab.inner_text("#decided") == "2 order · 2 later · 2 no · 6 marks not exported"
    assert tab.locator("#opened").is_hidden()
    found = {one.inchikey: one for one in export(tab, tmp_path)}
    assert tab.inner_text("#decided") == "2 order · 2 later · 2 no"
    assert len(found) == len(table.rows)
    today = tab.evaluate("new Date().toISOString().slice(0, 10)")
    for cells, word, comment in zip(table.records(), words, COMMENTS, strict=True):
        one = found[inchi_key(cells["smiles"])]
        assert one.compound_id == " ".join(cells["compound_id"].split())
        assert (one.decision, one.comment) == (word, " ".join(comment.split()))
        assert (one.date, one.by) == (today, "+J. Doe, PhD")
    lines = (tmp_path / "decisions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "compound_id,inchikey,decision,comment,date,by"
    assert any(",'=1+1" in line or ',"\'=1+1"' in line for line in lines)  # no formula runs


def test_marks_outlive_a_reload_and_can_be_taken_back(
    opened: Open,  # noqa: F811 - the fixture
    hits: tuple[HitTable, str],
    tmp_path: Path,
) -> None:
    table, plain = hits
    tab = opened(insert_since(plain, since(), STAMP, table))
    press(tab, 0, "no")
    press(tab, 1, "later")
    tab.fill("#decided-by", "AB")
    tab.press("#decided-by", "Tab")
    tab.reload()
    tab.wait_for_selector("html[data-ready]", state="attached")
    assert tab.inner_text("#decided") == "1 later · 1 no · 2 marks not exported"
    assert tab.input_value("#decided-by") == "AB"
    press(tab, 0, "no")
    assert tab.inner_text("#decided") == "1 later · 1 mark not exported"
    assert [one.decision for one in export(tab, tmp_path)] == ["later"]
    press(tab, 1, "later")  # the exported file still has it
    assert tab.inner_text("#decided") == "1 mark not exported"
    assert export(tab, tmp_path) == ()
    # Another run's report does not show them.
    other = opened(insert_since(plain, since(), STAMP._replace(run_id="f" * 12), table))
    assert other.inner_text("#decided") == "none yet"


def test_keys_mark_the_open_hit_and_the_tile_with_the_focus(
    opened: Open,  # noqa: F811 - the fixture
    hits: tuple[HitTable, str],
) -> None:
    table, plain = hits
    tab = opened(insert_since(plain, since(), STAMP, table))
    tab.locator(".tile[data-hit='1'] h3 a").focus()
    tab.keyboard.press("l")
    tab.keyboard.press("Control+o")
    pressed = ".decide [aria-pressed=true]"
    assert tab.locator(f".tile[data-hit='1'] {pressed}").inner_text() == "later"
    tab.locator(".tile[data-hit='0'] h3 a").click()
    shows(tab, table.records()[0]["name"])
    tab.keyboard.press("o")
    expect(tab.locator("#opened .decision-note")).to_contain_text("Decision: order")
    field = tab.locator("#opened .decision-comment")
    field.fill("no letters are keys here")
    assert tab.locator(f"#opened {pressed}").inner_text() == "order"
    tab.keyboard.press("Shift+Tab")
    expect(tab.locator("#opened .decision-note")).to_contain_text("no letters are keys here (")
    tab.keyboard.press("ArrowRight")
    shows(tab, table.records()[1]["name"])
    assert tab.locator(f"#opened {pressed}").inner_text() == "later"
    tab.keyboard.press("Escape")
    assert tab.locator(f".tile[data-hit='0'] {pressed}").inner_text() == "order"
    group = tab.get_by_role("group", name="Decision about")
    assert group.count() == len(table.rows)


def test_the_list_is_filtered_and_sorted_by_marks(
    opened: Open,  # noqa: F811 - the fixture
    hits: tuple[HitTable, str],
) -> None:
    table, plain = hits
    tab = opened(insert_since(plain, since(), STAMP, table))
    press(tab, 2, "no")
    tab.select_option("#facet-decision", "no")
    assert tab.locator(".tile").count() == 1
    tab.select_option("#facet-decision", "undecided")
    assert tab.locator(".tile").count() == len(table.rows) - 1
    press(tab, 0, "order")
    assert tab.locator(".tile").count() == len(table.rows) - 2
    tab.click("text=Show all")
    expect(tab.locator(".tile")).to_have_count(len(table.rows))
    tab.select_option("#view", "table")
    tab.click("[data-sort=decision]")
    tab.click("[data-sort=decision]")
    ranks = tab.locator("#table tbody tr").evaluate_all("all => all.map((x) => x.dataset.hit)")
    assert ranks[:2] == ["0", "2"]
    tab.click("#table tr[data-hit='3'] [data-decide=later]")
    assert "1 later" in tab.inner_text("#decided")


def test_what_the_run_knew_is_exported_unless_it_was_changed_here(
    opened: Open,  # noqa: F811 - the fixture
    hits: tuple[HitTable, str],
    tmp_path: Path,
) -> None:
    table, plain = hits
    cells = table.records()
    by_key = inchi_key(cells[1]["smiles"])
    lines = (
        given(compound_id="ZINC-1", decision="later", comment="=far, away", by="CD"),
        given(compound_id="007", decision="no", date="2026-01-01"),
        given(compound_id="007", decision="order", comment="last", date="2026-02-01"),
        given(inchikey=by_key, decision="no", comment="too small"),
    )
    rank = next(one["rank"] for one in cells if one["compound_id"] == "007")
    marks = (mark(rank, "order", "last (2026-02-01)"), mark("2", "no", "too small"))
    tab = opened(insert_since(plain, since(*lines, marks=marks), STAMP, table))
    assert tab.inner_text("#decided") == "1 order · 1 no"
    assert set(export(tab, tmp_path)) == {Decision(**one.model_dump()) for one in lines}
    known = tab.locator(".tile[data-hit='1'] .decision-comment")
    assert known.input_value() == "too small"
    press(tab, 1, "order")
    press(tab, int(rank) - 1, "order")  # taken back
    left = export(tab, tmp_path)
    assert [one for one in left if one.named == "ZINC-1"] == [Decision(**lines[0].model_dump())]
    assert [one.decision for one in left if by_key in one] == ["order"]
    assert [one for one in left if one.compound_id == "007"] == []
    press(tab, 1, "no")  # again as the run knew it, but the exported file has another one
    assert tab.inner_text("#decided") == "1 no · 1 mark not exported"


def test_a_page_that_keeps_nothing_says_so(
    opened: Open,  # noqa: F811 - the fixture
    hits: tuple[HitTable, str],
) -> None:
    table, plain = hits
    told = "decisions.csv, line 2: found <b>"
    tab = opened(insert_since(plain, since(problem=told), STAMP, table))
    note = tab.locator("#decisions-note")
    lacks = "The run could not read decisions.csv, so the export lacks its lines."
    assert note.inner_text() == lacks
    tab.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    tab.reload()
    tab.wait_for_selector("html[data-ready]", state="attached")
    assert note.inner_text().startswith("This browser keeps no marks: export them before")
    press(tab, 0, "no")
    assert tab.inner_text("#decided") == "1 no · 1 mark not exported"
    with tab.expect_download():
        tab.click("#export-decisions")
    assert tab.inner_text("#decided") == "1 no"
