"""Texts that turn the direction of writing turn nothing but themselves, in a real browser."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from distributed import Client

from gnn.bundle.bundle import Bundle
from screening.evidence.evidence import Evidence
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.report.manifest import Artefact, RunFacts
from screening.report.report import render_report
from screening.runs.dossier import open_dossier
from screening.runs.dossier_page import render_dossier
from screening.runs.past_run import open_run
from screening.runs.plan import plan_run
from screening.runs.run import run_screen
from screening.text.bidi import isolated

TURNS = "a\u2069\u202edrow\u2066"
"""Ends the isolation of an element, turns what follows, and opens another that nothing ends."""
DISORDER = r"""() => {
  const wrong = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    if (node.parentElement.closest("script, style, title, option, bdi")) continue;
    const last = new Map();
    for (let at = 0; at < node.length; at += 1) {
      if (!/[!-~]/.test(node.data[at])) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { x, bottom, width } = range.getBoundingClientRect();
      const line = Math.round(bottom);
      if (width && x < (last.get(line) ?? -Infinity)) wrong.push(node.data);
      last.set(line, x);
    }
  }
  return [...new Set(wrong)];
}"""
"""Our own words whose letters do not stand from left to right in their line."""


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def show(tab: Any, path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8")
    tab.goto(path.as_uri())


def test_isolated_texts_keep_their_own_direction() -> None:
    assert isolated(TURNS) == "\u2068adrow\u2069"
    assert isolated("שלום 12") == "\u2068שלום 12\u2069"


def test_a_report_keeps_the_order_of_its_own_words(
    tab: Any,
    tmp_path: Path,
    kinase: Screen,
    scored: Callable[..., pd.DataFrame],
    facts: RunFacts,
    evidence: list[Evidence],
) -> None:
    who = [(f"{n}{TURNS}", f"{TURNS}{n}", {TURNS: TURNS}) for n in range(8)]
    ranking = rank_with_costly_filters(lambda: [scored(who)], kinase)
    known = [
        one._replace(
            neighbours={
                task: tuple(near._replace(id=TURNS) for near in all_near)
                for task, all_near in one.neighbours.items()
            }
        )
        for one in evidence
    ]
    named = RunFacts(**{**vars(facts), "library": Artefact(TURNS, "0" * 64)})
    screen = kinase.model_copy(update={"title": TURNS})
    table = hit_table(ranking.hits, screen, facts.units, evidence=known)
    show(tab, tmp_path / "report.html", render_report(table, ranking, screen, named, known))
    tab.wait_for_selector("html[data-ready]", state="attached")
    assert tab.title() == "\u2068adrow\u2069 · hitlist"
    assert tab.evaluate(DISORDER) == []
    tab.select_option("#sort", TURNS)
    tab.select_option("#view", "table")
    for box in tab.locator("#groups input").all():
        box.check()
    assert tab.evaluate(DISORDER) == []
    tab.locator("td.who a").first.click()
    tab.locator("#opened summary").click()
    assert tab.locator("#opened").inner_text().count(TURNS) > 3
    assert tab.evaluate(DISORDER) == []
    spoken = tab.locator("[aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
    meanings = tab.locator("#opened details [title]").evaluate_all("all => all.map(o => o.title)")
    drawn = tab.locator("#map title").all_text_contents()
    for texts in (spoken, meanings, drawn):
        assert any("\u2068adrow" in text for text in texts)
        # A whole text of the library may stand alone, as the name of its column does.
        assert [text for text in texts if "\u202e" in text and not text.startswith(TURNS)] == []


def test_a_dossier_keeps_the_order_of_its_own_words(
    tab: Any,
    tmp_path: Path,
    make_bundle: Callable[..., Bundle],
    write_library: Callable[[Path, Sequence[tuple[str, str]]], Path],
    lone: Client,
) -> None:
    bundle = make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"),))
    rows = [(TURNS, "CCOc1ccccc1.Cl"), (f"b{TURNS}", f"CCQ{TURNS}"), ("c", "CCO")]
    library = write_library(tmp_path / f"{TURNS}.csv", rows)
    said = {
        "name": "s",
        "title": "s",
        "library": str(library),
        "bundles": [str(bundle.path)],
        "hits": 1,
        "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
    }
    screen = Screen.model_validate(said)
    run_screen(plan_run(screen, tmp_path / "run", prepared=tmp_path / "prepared"), lone)
    past = open_run(tmp_path / "run")
    for row, _ in enumerate(rows, 1):
        dossier = open_dossier(past, row)._replace(outcome=f"passed over: {TURNS}")
        page = render_dossier(dossier, past)
        assert f"<bdi>passed over: {TURNS}</bdi>" in page
        show(tab, tmp_path / "why.html", page)
        assert tab.evaluate(DISORDER) == []
        assert TURNS not in tab.title()
