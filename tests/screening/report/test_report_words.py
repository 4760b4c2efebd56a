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
from screening.reason.risks import count_groups
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from screening.score.card_facts import CardFacts

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
expect = playwright.expect


def flagged_twice(evidence: list[Evidence]) -> list[Evidence]:
    """Give the alerts of each other hit a second collection with the same atoms."""
    twice = [*evidence]
    for at in range(0, len(twice), 2):
        again = (flag._replace(source="NIH") for flag in twice[at].flags)
        twice[at] = twice[at]._replace(flags=(*twice[at].flags, *again))
    return twice


@pytest.fixture
def tab(
    tmp_path: Path, ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> Iterator[Any]:
    """The first hit is in the training data, and was measured to be 3 log units worse."""
    path, task = tmp_path / "report.html", kinase.objective.primary[0].task
    hits = ranking.hits.assign(activity_distance=np.linspace(0, 0.7, len(ranking.hits)))
    evidence = flagged_twice(evidence)
    own = Neighbour("own", hits["smiles"][0], 1.0, hits[task][0] - 3.0)
    known = [evidence[0]._replace(neighbours={task: (own,)}), *evidence[1:]]
    limits = replace(facts, limits={"activity_distance": 0.5}, targets={"activity": "kinases"})
    table = hit_table(hits, kinase, limits.units, evidence=known, cards=CardFacts(limits.limits))
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
    source = "from the predictions, although a measurement contradicts one"
    expect(card.locator(".parts h4")).to_contain_text(source)
    but = "from the prediction, although the compound was measured"
    expect(card.locator(".compared")).to_contain_text(but)
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("#opened-name")).to_have_text(ranking.hits["name"][1])
    expect(card.locator(".contradicted")).to_have_count(0)
    expect(card.locator(".parts h4")).not_to_contain_text("measurement")


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


def test_the_first_tiles_are_on_the_first_screen(tab: Any) -> None:
    """Room for a closed section above them is left."""
    tab.set_viewport_size({"width": 1280, "height": 800})
    tops = tab.locator(".tile").evaluate_all("all => all.map(one => one.getBoundingClientRect().y)")
    row = [at for at, top in enumerate(tops) if top == tops[0]]
    assert len(row) >= 4
    for at in row:
        tile = tab.locator(".tile").nth(at)
        box = tile.bounding_box()
        assert box["y"] + box["height"] < 760
        assert tile.locator(".molecule path").count() > 0
    order = ["#hits", "#space", "#records", "#objective", "#sources"]
    places = [tab.locator(one).bounding_box()["y"] for one in order]
    assert places == sorted(places)


def test_a_tile_has_nanomolar_efficiencies_and_liabilities(
    tab: Any, ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    table = hit_table(ranking.hits, kinase, facts.units, evidence=evidence)
    for at, row in enumerate(table.records()[1:4], 1):
        numbers = tab.locator(".tile").nth(at).locator(".key-numbers")
        expect(numbers).to_contain_text(f"({row['activity_EGFR_nM']} nM)")
        expect(numbers).to_contain_text(f"LE {row['EGFR_LE']}")
        expect(numbers).to_contain_text(f"LLE {row['EGFR_LLE']}")
        risks = tab.locator(".tile").nth(at).locator(".badge.risk")
        expect(risks).to_have_text(list(table.risks[at]))
    assert any(table.risks[1:4])


def test_alerts_on_fewer_groups_say_so(tab: Any, evidence: list[Evidence]) -> None:
    twice = flagged_twice(evidence)
    for at, one in enumerate(twice):
        groups, count = count_groups(one.flags), len(one.flags)
        chip = tab.locator(".tile").nth(at).locator(".badge", has_text="alert")
        if not count:
            expect(chip).to_have_count(0)
            continue
        shared = f", {groups} group{'s' if groups > 1 else ''}" if groups < count else ""
        expect(chip).to_have_text(f"{count} alert{'s' if count > 1 else ''}{shared}")
    assert any(count_groups(one.flags) < len(one.flags) for one in twice)


def test_a_card_compares_with_the_other_targets(tab: Any, ranking: Ranking) -> None:
    tab.locator(".tile a").first.click()
    told = tab.locator("#opened .compared")
    expect(told).to_contain_text("the mean of 3 other kinases predicted")
    expect(told).to_contain_text("Highest others: ")
    expect(told).not_to_contain_text("Not reliable")
    tab.evaluate(f"location.hash = 'hit-{len(ranking.hits)}'")
    expect(told).to_contain_text("Not reliable: outside the domain of activity.")
    expect(tab.locator("#opened .line.far .num").last).to_have_text("")


def test_doubts_are_said_at_the_top_and_in_the_last_line(tab: Any, ranking: Ranking) -> None:
    first, last = tab.locator(".doubts").all()
    told = first.inner_text()
    far = int((np.linspace(0, 0.7, len(ranking.hits)) > 0.5).sum())
    start = f"Doubts: {far} of {len(ranking.hits)} hits are outside the domain of activity; "
    assert told.startswith(start)
    assert "1 is contradicted by a measurement" in told
    assert last.inner_text() == told
    assert last.bounding_box()["y"] > tab.locator("#sources dl").bounding_box()["y"]


def test_a_range_is_cut_where_its_scale_ends(tab: Any, ranking: Ranking) -> None:
    """The stand-in ranges of probabilities reach beyond 0 and 1; the file keeps them."""
    low, high = (ranking.hits[f"toxicity_herg{end}"].astype(float) for end in ("_lo", "_hi"))
    at = int(np.flatnonzero((low < 0) | (high > 1))[0])
    tab.evaluate(f"location.hash = 'hit-{at + 1}'")
    expect(tab.locator("#opened-name")).to_have_text(ranking.hits["name"][at])
    line = tab.locator("#opened .predictions .line", has_text="hERG")
    shown = f"{max(low[at], 0):.3f} – {min(high[at], 1):.3f}"
    expect(line.locator(".num").nth(1)).to_have_text(shown)
    assert "cut at 0 and 1, the ends of the scale" in line.get_attribute("title")
    assert line.locator(".num").last.inner_text() == ""
    egfr = tab.locator("#opened .predictions .line", has_text="EGFR")
    assert "cut at" not in egfr.get_attribute("title")
