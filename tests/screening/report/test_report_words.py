"""What a report tells in words where a number alone would mislead, in a real browser."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screening.evidence.evidence import Evidence, Neighbour
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.report.report import render_report

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
expect = playwright.expect


@pytest.fixture
def tab(
    tmp_path: Path, ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> Iterator[Any]:
    """The first hit is in the training data, and was measured to be 3 log units worse."""
    path, task = tmp_path / "report.html", kinase.objective.primary[0].task
    hits = ranking.hits.assign(activity_distance=np.linspace(0, 0.7, len(ranking.hits)))
    own = Neighbour("own", hits["smiles"][0], 1.0, hits[task][0] - 3.0)
    known = [evidence[0]._replace(neighbours={task: (own,)}), *evidence[1:]]
    limits = replace(facts, limits={"activity_distance": 0.5})
    table = hit_table(hits, kinase, limits.units, evidence=known, limits=limits.limits)
    page = render_report(table, ranking._replace(hits=hits), kinase, limits, known)
    path.write_text(page, encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached")
        yield tab
        browser.close()


def test_a_contradicted_prediction_has_a_chip_and_a_warning(tab: Any, ranking: Ranking) -> None:
    value = ranking.hits["activity_EGFR"][0] - 3
    told = f"EGFR measured {value:.1f}, which contradicts the prediction"
    chips = tab.locator(".tile .badge", has_text="contradicts")
    expect(chips).to_have_text([told])
    expect(tab.locator(".tile").first.locator(".badge").first).to_have_text(told)
    tab.locator(".tile a").first.click()
    card = tab.locator("#opened .card")
    expect(card.locator(".contradicted")).to_have_text(told)
    expect(card.locator(".reason")).to_contain_text("contradicts the prediction")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("#opened-name")).to_have_text(ranking.hits["name"][1])
    expect(card.locator(".contradicted")).to_have_count(0)


def test_the_card_has_the_whole_reason(tab: Any, ranking: Ranking) -> None:
    reasons = tab.evaluate("page.cells.map((cells) => cells[column.reason])")
    longest = max(range(len(reasons)), key=lambda at: len(reasons[at]))
    assert len(reasons[longest]) > 140
    tab.evaluate(f"location.hash = 'hit-{longest + 1}'")
    expect(tab.locator("#opened .reason")).to_have_text(reasons[longest])


def test_a_distance_of_0_is_the_training_data(tab: Any, ranking: Ranking) -> None:
    tab.locator(".tile a").first.click()
    domain = tab.locator("#opened .domain:not(.outside)")
    expect(domain).to_contain_text("In the training data of activity (distance 0.00)")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("#opened-name")).to_have_text(ranking.hits["name"][1])
    expect(domain).to_contain_text("Distance 0.12 to the nearest training compound")


def test_a_tile_tells_how_sure_the_primary_prediction_is(tab: Any, ranking: Ranking) -> None:
    hit = ranking.hits.iloc[0]
    words = f"EGFR {hit['activity_EGFR']:.2f} ± {hit['activity_EGFR_std']:.2f}"
    expect(tab.locator(".tile").first.locator(".key-numbers")).to_contain_text(words)


def test_short_names_are_explained_where_they_stand(
    tab: Any, ranking: Ranking, evidence: list[Evidence]
) -> None:
    bar = tab.locator(".tile").first.locator(".mini title", has_text="SR-MMP")
    assert "mitochondria" in bar.text_content()
    hit = next(at for at, entry in enumerate(evidence) if entry.flags)
    tab.evaluate(f"location.hash = 'hit-{hit + 1}'")
    expect(tab.locator("#opened-name")).to_have_text(ranking.hits["name"][hit])
    alert = tab.locator("#opened .alert").first
    expect(alert).to_have_attribute("title", "BRENK: toxic, reactive or bad for pharmacokinetics")
    for box in ("parts", "predictions"):
        for label, word in {"hERG": "heart", "AMES": "bacteria", "DILI": "liver"}.items():
            line = tab.locator(f"#opened .{box} .line", has_text=label)
            assert word in line.get_attribute("title"), (box, label)
    spared = tab.locator("#opened .parts .line", has_text="not AURKA")
    assert "selectivity over AURKA" in spared.get_attribute("title")
    expect(tab.locator("#opened .account")).to_contain_text("(base value of the model)")


def test_a_hit_outside_the_domain_has_a_chip_and_no_grade(tab: Any, ranking: Ranking) -> None:
    far = np.linspace(0, 0.7, len(ranking.hits)) > 0.5
    chips = tab.locator(".tile .badge", has_text="outside activity's domain")
    expect(chips).to_have_count(int(far.sum()))
    tab.evaluate(f"location.hash = 'hit-{len(far)}'")
    card = tab.locator("#opened .card")
    expect(card.locator(".reason")).to_contain_text("outside activity's domain (distance 0.70")
    expect(card.locator(".reason")).not_to_contain_text("on EGFR (")
    expect(card.locator(".domain.outside").first).to_contain_text("not reliable")
    expect(card.locator(".predictions .line.far")).to_have_count(4)
    expect(card.locator(".predictions .line.far .num").nth(1)).to_have_text("outside")


def test_the_page_says_near_its_top_how_many_are_outside(tab: Any, ranking: Ranking) -> None:
    note = tab.locator(".crossed")
    expect(note).to_have_count(1)
    expect(note).to_contain_text("hits are outside activity's domain (distance over 0.50)")
    expect(note).to_contain_text("max_activity_distance = 0.50")
    assert note.bounding_box()["y"] < tab.locator("#objective").bounding_box()["y"]


def test_a_spread_is_not_called_an_interval(tab: Any) -> None:
    tab.locator(".tile a").first.click()
    sure, spread = tab.locator("#opened .predictions").all()
    expect(sure.locator("h4")).to_contain_text("with their 90 % interval (calibrated); bars are")
    expect(sure.locator(".line", has_text="EGFR")).to_have_count(1)
    expect(spread.locator("h4")).to_contain_text("spread of the networks, not an interval")
    expect(spread.locator("h4")).not_to_contain_text("90 %")
    expect(spread.locator(".line", has_text="hERG")).to_have_count(1)
