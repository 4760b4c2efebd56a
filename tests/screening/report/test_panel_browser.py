"""The panel of a hit in a real browser: cells, keys, legend, the table, and print."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gnn.bundle.mutant_values import TaskMutant
from gnn.calibration.mutant_shifts import MutantShift
from gnn.card.mutant_card import MutantCard
from screening.evidence.evidence import Evidence, OwnValue
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from screening.score.target_panel import TargetPanel
from tests.gnn.card.test_mutant_card import NUMBERS
from tests.screening.report.test_report_looks import PALE

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def tab(
    browser: Any,
    tmp_path: Path,
    panel_ranking: Ranking,
    kinase: Screen,
    facts: RunFacts,
    panel: TargetPanel,
) -> Iterator[Any]:
    """The page with the window of the first hit, which was measured on KIT."""
    own = [{"activity_KIT": (OwnValue(9.87),)}, *[{}] * (len(panel_ranking.hits) - 1)]
    known = [Evidence({}, (), (), one) for one in own]
    table = hit_table(panel_ranking.hits, kinase, facts.units, evidence=known, panel=panel)
    path = tmp_path / "report.html"
    text = render_report(table, panel_ranking, kinase, facts, known)
    path.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri() + "#hit-1")
    page.wait_for_selector("#opened .panel-cells")
    yield page
    page.close()
    assert said == []


def test_every_target_has_a_cell_in_its_group(
    tab: Any, panel: TargetPanel, panel_ranking: Ranking
) -> None:
    first = panel_ranking.hits.iloc[0]
    cells = tab.locator("#opened .cell")
    assert cells.locator(".target").all_text_contents() == [one.name for one in panel.targets]
    assert tab.locator("#opened .panel-group h5").all_text_contents()[:3] == ["TK", "TKL", "STE"]
    assert cells.filter(has_text="SGK1").first.get_attribute("title") == (
        f"SGK1: predicted {first['activity_SGK1']:.2f}"
        + tab.locator(".close li").filter(has_text="SGK1").count()
        * f" ({first['activity_SGK1_lo']:.2f} to {first['activity_SGK1_hi']:.2f})"
    )
    primary = tab.locator("#opened .cell.primary .target")
    assert primary.all_text_contents() == ["EGFR"]


def test_shades_are_steps_of_tenfold(tab: Any, panel: TargetPanel, panel_ranking: Ranking) -> None:
    first = panel_ranking.hits.iloc[0]
    looks = tab.locator("#opened .cell").evaluate_all("all => all.map((one) => one.className)")
    for one, look in zip(panel.targets, looks, strict=True):
        step = min(max(int(round(float(first[one.task]), 2)) - 4, 0), 4)
        assert f"shade{step}" in look


def test_measured_values_are_marked(tab: Any) -> None:
    marked = tab.locator("#opened .cell .own")
    assert marked.all_text_contents() == ["9.9"]
    assert "measured 9.87" in tab.locator("#opened .cell:has(.own)").get_attribute("title")
    assert tab.locator("#opened .close li").first.inner_text().startswith("KIT ")


def test_the_rule_for_off_targets_is_stated_with_their_level(tab: Any) -> None:
    told = tab.locator("#opened .panel p", has_text="Off-targets").inner_text()
    rule = "at 6.5 or more, or at 6 or more (1 µM) and at most 1.0 below the primary target's"
    assert told.startswith(f"Off-targets predicted or measured {rule} prediction: ")


def test_the_key_has_no_number_that_looks_like_one_of_the_hit(tab: Any) -> None:
    key = tab.locator("#opened .panel .key")
    assert key.inner_text().startswith("Key: predicted pActivity")
    assert key.locator(".own").inner_text() == "framed"


def test_arrow_keys_go_through_the_cells_and_not_to_the_next_hit(tab: Any) -> None:
    assert tab.locator("#opened .cell[tabindex='0']").count() == 1
    tab.locator("#opened .cell").first.focus()
    tab.keyboard.press("ArrowRight")
    told = tab.locator("#opened .panel-told").inner_text()
    assert told == tab.locator("#opened .cell").nth(1).get_attribute("title")
    assert tab.evaluate("location.hash") == "#hit-1"
    assert tab.locator("#opened .cell[tabindex='0']").count() == 1


def test_the_table_has_every_number(tab: Any, panel: TargetPanel) -> None:
    tab.click("#opened .panel-table summary")
    tab.wait_for_selector("#opened .panel-table tbody")  # it is filled after the click
    rows = tab.locator("#opened .panel-table tbody tr")
    assert rows.count() == len(panel.targets)
    assert rows.filter(has_text="9.87").locator("th").inner_text() == "KIT"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cells_can_be_read(tab: Any, theme: str) -> None:
    tab.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
    seen, pale = tab.evaluate(PALE)
    assert seen > 400
    assert pale == []


def test_a_printed_page_has_the_close_targets_and_no_cells(tab: Any) -> None:
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#printed .cell").count() == 0
    assert tab.locator("#printed .close").count() == tab.locator("#printed .card").count()


def test_without_mutants_nothing_is_said_of_them(tab: Any) -> None:
    assert tab.locator(".mutants").count() == 0


@pytest.fixture
def with_mutants(panel: TargetPanel) -> TargetPanel:
    numbers = MutantCard(task="EGFR", mutation="T790M", compounds=12, numbers=NUMBERS)
    bare = MutantCard(task="EGFR", mutation="G719S", compounds=2, numbers=None)
    shift = MutantShift(5.0, NUMBERS.slope, NUMBERS.slope_std, NUMBERS.std, 12)
    egfr = "activity_EGFR"
    return panel._replace(mutants=(TaskMutant(egfr, numbers, shift), TaskMutant(egfr, bare, None)))


def test_mutants_stand_below_their_wild_type(
    browser: Any,
    tmp_path: Path,
    panel_ranking: Ranking,
    kinase: Screen,
    facts: RunFacts,
    with_mutants: TargetPanel,
) -> None:
    table = hit_table(panel_ranking.hits, kinase, facts.units, panel=with_mutants)
    path = tmp_path / "report.html"
    path.write_text(render_report(table, panel_ranking, kinase, facts), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri() + "#hit-1")
    page.click("#opened .mutants summary")
    first = panel_ranking.hits.iloc[0]
    rows = page.locator("#opened .mutants tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows[:3]] == ["EGFR", "EGFR T790M", "EGFR G719S"]
    assert rows[0].split("\t")[1] == f"{first['activity_EGFR']:.2f}"
    assert re.fullmatch(r"\d\.\d\d \(\d\.\d\d – \d+\.\d\d\)", rows[1].split("\t")[1])
    assert rows[1].split("\t")[3:] == ["12", "1.10", "87 %"]
    assert rows[2].split("\t")[1] == "no data"
    page.click("#opened .panel-table summary")
    page.wait_for_selector("#opened .panel-table tbody")
    names = page.locator("#opened .panel-table tbody th").all_inner_texts()
    at = names.index("EGFR")
    assert names[at + 1 : at + 3] == ["EGFR T790M", "EGFR G719S"]
    assert len(names) == len(with_mutants.targets) + 2
    page.close()
