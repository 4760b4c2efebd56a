"""The chance of inactivity under a prediction on a report page, in words and in a real browser."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gnn.bundle.inactivity_columns import TaskInactivity, inactivity_columns
from gnn.calibration.inactivity import Inactivity
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.inactivity_data import inactivity_words
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from screening.text.applicability import Outside

TASK = "activity_EGFR"
KNOWN = {TASK: TaskInactivity(Inactivity(7.0, 6.5, near=3.0, far=1.5, offset=0.0), None)}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def shown(ranking: Ranking, facts: RunFacts, kinase: Screen) -> tuple[HitTable, Ranking, RunFacts]:
    columns = {name: ranking.hits[name].to_numpy() for name in (TASK, f"{TASK}_hi")}
    made = ranking._replace(hits=ranking.hits.assign(**inactivity_columns(KNOWN, columns)))
    known = replace(facts, inactivity=KNOWN)
    return hit_table(made.hits, kinase, facts.units), made, known


def test_each_hit_has_its_words(shown: tuple[HitTable, Ranking, RunFacts]) -> None:
    table, _, facts = shown
    words = list(inactivity_words(table, facts))
    for cells, said in zip(table.records(), words, strict=True):
        assert list(said) == [TASK]
        assert said[TASK].endswith(
            f"chance of inactive (≤ 7.0); {cells[f'{TASK}_if_active']} if active"
        )


def test_a_table_without_the_columns_has_none(
    ranking: Ranking, facts: RunFacts, kinase: Screen
) -> None:
    table = hit_table(ranking.hits, kinase, facts.units)
    assert list(inactivity_words(table, facts)) == [{}] * len(table.rows)
    assert list(inactivity_words(table, replace(facts, inactivity=KNOWN))) == [{}] * len(table.rows)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("far", [False, True])
def test_the_page_shows_it_under_its_prediction(
    shown: tuple[HitTable, Ranking, RunFacts], kinase: Screen, tmp_path: Path, far: bool
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    table, ranking, facts = shown
    words = next(inactivity_words(table, facts))[TASK]
    if far:  # outside the domain of its model nothing is said
        table = table._replace(outsides=((Outside("activity", 0.9, 0.7),),) * len(table.rows))
    path = tmp_path / "report.html"
    path.write_text(render_report(table, ranking, kinase, facts), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri() + "#hit-1")
        page.wait_for_selector("#opened .predictions")
        found = page.locator("#opened .predictions .chance").all_inner_texts()
        titles = [one.get_attribute("title") for one in page.locator("#opened .chance").all()]
        page.screenshot(path=str(tmp_path / "page.png"))
        browser.close()
    assert said == []
    assert found == ([] if far else [words])
    assert all("pActivity 7.0 or less" in title for title in titles)
