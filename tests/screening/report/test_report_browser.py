"""report.html in a real browser: headless Chromium, driven by Playwright."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chem.output.depict import depict
from screening.evidence.evidence import Evidence, Neighbour
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.rank.rank import Ranking, merge_top
from screening.report.manifest import Artefact, RunFacts
from screening.report.report import render_report
from screening.report.report_data import PICTURE
from screening.score.card_facts import CardFacts

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

Scored = Callable[..., pd.DataFrame]
Tab = Any
"""Playwright's ``Page``."""
Open = Callable[..., Tab]
WIDE = {"width": 1280, "height": 900}
HOSTILE = [
    ('<img src=x onerror="window.ran=1">', "</script><script>window.ran=1</script>"),
    ("'><svg onload=window.ran=1>", "<!-- <script>"),
    ('=HYPERLINK("http://x","y")', "javascript:window.ran=1"),
    ("../../etc/passwd", "a\nb\tc\u2028d"),
    ("\u202egnp.exe", "\U0001f9ea ünïcode \u200b"),
    ("007", "&lt;b&gt;bold"),
]


def until(tab: Tab, condition: str) -> None:
    """Wait until a condition holds; Playwright's own wait needs an eval that the page forbids."""
    for _ in range(200):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never so: {condition}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Open a page from disk; a message on the console or a request to anywhere is a failure."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def show(text: str, viewport: dict[str, int] = WIDE, scripts: bool = True) -> Tab:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        context = chromium.new_context(viewport=viewport, java_script_enabled=scripts)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        if scripts:
            tab.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
        return tab

    yield show
    for context in contexts:
        context.close()
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {(tmp_path / "report.html").as_uri()}


@pytest.fixture(scope="module")
def page(ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]) -> str:
    hits = ranking.hits.assign(
        activity_distance=np.linspace(0.1, 0.8, len(ranking.hits)).astype(np.float32)
    )
    known = replace(facts, limits={"activity_distance": 0.5})
    table = hit_table(hits, kinase, known.units, cards=CardFacts(known.limits))
    return render_report(table, ranking._replace(hits=hits), kinase, known, evidence)


@pytest.fixture
def tab(opened: Open, page: str) -> Tab:
    return opened(page)


def go(tab: Tab, rank: int) -> None:
    """Follow a link to a hit; the browser tells the page of it a little later."""
    tab.evaluate(
        """(hash) => new Promise((done) => {
            addEventListener("hashchange", done, { once: true });
            location.hash = hash;
        })""",
        f"hit-{rank}",
    )


def shows(tab: Tab, name: str) -> None:
    """Wait until a hit is open, and hold it against its name."""
    expect(tab.locator("#opened-name")).to_have_text(name)


def names(tab: Tab) -> list[str]:
    found: list[str] = tab.locator(".tile h3 bdi").all_text_contents()
    return found


def test_it_shows_every_hit_in_rank_order(tab: Tab, ranking: Ranking) -> None:
    assert names(tab) == ranking.hits["name"].tolist()
    assert tab.locator("#shown").inner_text() == f"{len(ranking.hits)} of {len(ranking.hits)} shown"
    tab.locator(".tile").first.scroll_into_view_if_needed()
    tab.wait_for_selector(".tile .molecule path")


@pytest.mark.slow
def test_it_sorts_by_every_column(tab: Tab, ranking: Ranking, kinase: Screen) -> None:
    hits = ranking.hits.sort_values("mw")
    tab.select_option("#sort", "mw")
    assert names(tab) == hits["name"].tolist()
    tab.select_option("#order", "-1")
    assert names(tab) == hits["name"].tolist()[::-1]
    tab.select_option("#view", "table")
    tab.check("#groups input[value=prediction]")
    heads = tab.locator("#table thead button")
    assert heads.count() > 30
    for head in heads.all():
        head.click()
        assert head.evaluate("b => b.parentNode.ariaSort") == "ascending"
    head.click()
    assert head.evaluate("b => b.parentNode.ariaSort") == "descending"
    tab.click("#table [data-sort=activity_EGFR]")
    shown = [float(text) for text in column(tab, "activity_EGFR")]
    assert shown == sorted(shown)
    assert len(shown) == len(ranking.hits)


def column(tab: Tab, name: str) -> list[str]:
    """Texts of one column of the table."""
    at = tab.locator("#table th").evaluate_all(
        "(heads, name) => heads.findIndex((head) => head.dataset.column === name)", name
    )
    found: list[str] = tab.locator(f"#table tbody td:nth-child({at + 1})").all_inner_texts()
    return found


def test_the_table_says_what_the_csv_says(tab: Tab, page: str, ranking: Ranking) -> None:
    tab.select_option("#view", "table")
    assert column(tab, "name") == ranking.hits["name"].tolist()
    assert column(tab, "score") == [f"{score:.4f}" for score in ranking.hits["score"]]


def test_it_searches_ids_names_and_smiles(tab: Tab, ranking: Ranking) -> None:
    tab.fill("#search", "TINIB")
    assert names(tab) == [name for name in ranking.hits["name"] if "tinib" in name]
    tab.fill("#search", "ncnc")
    both = ranking.hits["name"][ranking.hits["smiles"].str.contains("ncnc", regex=False)]
    assert names(tab) == both.tolist()
    assert 0 < len(both) < len(ranking.hits)
    tab.fill("#search", "nothing like it")
    assert tab.locator("#none").is_visible()
    tab.click("text=Show all")
    until(tab, f"document.querySelectorAll('.tile').length === {len(ranking.hits)}")


def test_it_filters_by_range_alerts_and_domain(tab: Tab, ranking: Ranking) -> None:
    hits = ranking.hits
    tab.fill("[aria-label='MW: lowest']", "400")
    assert names(tab) == hits["name"][hits["mw"].astype(float).round(2) >= 400].tolist()
    tab.fill("[aria-label='MW: highest']", "450")
    assert names(tab) == hits["name"][hits["mw"].astype(float).round(2).between(400, 450)].tolist()
    tab.click("text=Show all")
    tab.select_option("#facet-alerts", "without")
    assert names(tab) == hits["name"][hits["alerts"] == ""].tolist()
    tab.select_option("#facet-alerts", "")
    far = np.linspace(0.1, 0.8, len(hits)) > 0.5
    tab.select_option("#facet-domain", "outside")
    assert names(tab) == hits["name"][far].tolist()
    assert tab.locator(".tile .far").count() == far.sum()


def test_a_bar_of_a_histogram_narrows_the_list(tab: Tab, ranking: Ranking) -> None:
    box = tab.locator(".range-box", has_text="MW")
    assert box.locator(".hit-area title").first.text_content().startswith("1 from ")
    box.locator(".hit-area").first.click(force=True)
    assert names(tab) == [ranking.hits.sort_values("mw")["name"].iloc[0]]


def test_a_hit_opens_with_all_that_is_known_of_it(
    tab: Tab, ranking: Ranking, evidence: list[Evidence]
) -> None:
    tab.locator(".tile a").nth(1).click()
    card = tab.locator("#opened .card")
    shows(tab, ranking.hits["name"][1])
    assert tab.url.endswith("#hit-2")
    assert card.locator(".parts .line").count() == 11
    assert card.locator(".predictions .line").count() == 8
    assert card.locator(".near figure .molecule").count() == 3
    assert card.locator(".near figcaption b").all_inner_texts()[0] == "7.25"
    assert card.locator(".near figcaption b").all_inner_texts()[2].startswith("<")
    assert "inside its domain (up to 0.50)" in card.inner_text()
    tab.keyboard.press("ArrowRight")
    shows(tab, ranking.hits["name"][2])
    tab.keyboard.press("Escape")
    expect(tab.locator("#opened")).to_be_hidden()
    until(tab, "!location.hash")


def test_a_link_to_a_hit_opens_it(tab: Tab, ranking: Ranking) -> None:
    go(tab, 3)
    shows(tab, ranking.hits["name"][2])
    tab.click("text=Show in list")
    expect(tab.locator("#opened")).to_be_hidden()
    until(tab, "document.activeElement.hash === '#hit-3'")


def test_contributions_are_drawn_on_their_atoms(
    tab: Tab, kinase: Screen, evidence: list[Evidence]
) -> None:
    tab.locator(".tile a").first.click()
    assert tab.locator("#atoms").input_value() == evidence[0].contributions[0].task
    for task, one in enumerate(evidence[0].contributions):
        tab.select_option("#opened select.atoms", one.task)
        said = tab.locator("#opened .account").inner_text()
        assert f"{one.total:.2f} predicted".replace("-", "−") in said
        assert ("log odds" in said) == ("probability" in said) == (task > 0)
        raises, lowers = (one.atoms > 0.05).sum(), (one.atoms < -0.05).sum()
        if task == 0:
            assert tab.locator("#opened .raises").count() >= raises > 0
            assert tab.locator("#opened .lowers").count() >= lowers > 0
    tab.keyboard.press("Escape")
    assert tab.locator("#legend").is_visible()
    assert tab.locator("#atoms").input_value() == one.task
    tab.select_option("#atoms", "")
    assert tab.locator(".discs circle").count() == 0


def test_an_alert_rings_its_atoms(tab: Tab, ranking: Ranking, evidence: list[Evidence]) -> None:
    hit = next(at for at, entry in enumerate(evidence) if len(entry.flags) > 1)
    picture = depict(ranking.hits["smiles"][hit], *PICTURE)
    go(tab, hit + 1)
    alerts = tab.locator("#opened .alert")
    rings = tab.locator("#opened .rings circle")
    assert alerts.count() == len(evidence[hit].flags)
    for at, flag in enumerate(evidence[hit].flags):
        alerts.nth(at).hover()
        where = rings.evaluate_all(
            "all => all.map(({ cx, cy }) => [cx.baseVal.value, cy.baseVal.value])"
        )
        assert [tuple(place) for place in where] == [picture.atoms[atom] for atom in flag.atoms]
    alerts.first.click()
    tab.mouse.move(5, 5)
    tab.locator("#opened .close").focus()
    assert rings.count() == len(evidence[hit].flags[0].atoms)
    assert alerts.first.get_attribute("aria-pressed") == "true"


def test_the_map_leads_to_hits(tab: Tab, ranking: Ranking) -> None:
    dots = tab.locator("#map circle")
    assert dots.count() == len(ranking.hits)
    dots.last.click()
    shows(tab, ranking.hits["name"][0])
    tab.keyboard.press("Escape")
    tab.fill("#search", ranking.hits["name"][1])
    assert tab.locator("#map circle.faded").count() == len(ranking.hits) - 1


def test_hits_and_dots_belong_together(tab: Tab, ranking: Ranking) -> None:
    tab.locator(".tile").nth(3).hover()
    assert tab.locator("#map circle.open").get_attribute("data-hit") == "3"
    go(tab, 2)
    tab.click("text=Show on map")
    expect(tab.locator("#opened")).to_be_hidden()
    until(tab, "!location.hash")
    assert tab.locator("#map circle.open").get_attribute("data-hit") == "1"


def test_relatives_narrow_the_list(
    opened: Open, ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    count = len(ranking.hits)
    hits = ranking.hits.assign(cluster=[1 + (at % 2) for at in range(count)])
    table = hit_table(hits, kinase, facts.units)
    tab = opened(render_report(table, ranking._replace(hits=hits), kinase, facts))
    go(tab, 2)
    tab.click("#opened .relative button[data-facet=cluster]")
    assert names(tab) == ranking.hits["name"][1::2].tolist()
    tab.select_option("#map-by", "cluster")
    assert tab.locator("#map .kind2").count() == count // 2


def test_a_card_tells_of_stereochemistry_and_of_the_hit_that_differs_in_it(
    opened: Open, ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    count = len(ranking.hits)
    words, others = ["none"] * count, [""] * count
    words[1], words[2], others[2] = "racemic", "single", "2 (stereochemistry)"
    hits = ranking.hits.assign(stereo=words, variant_of=others)
    again = ranking._replace(hits=hits)
    tab = opened(render_report(hit_table(hits, kinase, facts.units), again, kinase, facts))
    told = []
    for rank in (1, 2, 3):
        go(tab, rank)
        told.append(tab.locator("#opened .stereo").all_inner_texts())
    assert told[0] == []
    assert told[1] == ["Stereochemistry: racemic; stereoisomers get equal predictions."]
    assert told[2][0].endswith("Same compound as hit 2 except for stereochemistry.")


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_scrolls_sideways(width: int, opened: Open, page: str) -> None:
    tab = opened(page, {"width": width, "height": 900})
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert tab.evaluate(fits)
    tab.select_option("#atoms", index=1)
    tab.select_option("#view", "table")
    for box in tab.locator("#groups input").all():
        box.check()
    assert tab.evaluate(fits)
    go(tab, 1)
    assert tab.evaluate(fits)
    assert tab.locator("#opened").evaluate("d => d.scrollWidth <= d.clientWidth")


def test_light_and_dark(tab: Tab) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(ground)
    tab.emulate_media(color_scheme="dark")
    dark = tab.evaluate(ground)
    assert light != dark
    tab.select_option("#theme", "light")
    assert tab.evaluate(ground) == light
    tab.emulate_media(color_scheme="light")
    tab.select_option("#theme", "dark")
    assert tab.evaluate(ground) == dark


def test_it_prints_a_card_for_each_hit_that_is_shown(tab: Tab, ranking: Ranking) -> None:
    tab.fill("#search", "tinib")
    count = len(names(tab))
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    cards = tab.locator("#printed .card")
    assert cards.count() == count > 1
    assert cards.evaluate_all("all => all.every(c => getComputedStyle(c).breakInside === 'avoid')")
    assert cards.first.locator(".molecule path").count() > 0
    assert not tab.locator("#grid").is_visible()
    assert not tab.locator("#controls").is_visible()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert cards.count() == 0
    assert tab.pdf().startswith(b"%PDF")


def test_it_may_be_used_by_keyboard(tab: Tab, ranking: Ranking) -> None:
    tab.focus("#search")
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.hash") == "#hit-1":
            break
    tab.keyboard.press("Enter")
    shows(tab, ranking.hits["name"][0])
    assert tab.evaluate("document.getElementById('opened').contains(document.activeElement)")
    tab.keyboard.press("Escape")
    until(tab, "document.activeElement.hash === '#hit-1'")
    named = "e.labels?.length || e.ariaLabel || e.textContent.trim()"
    unnamed = f"[...document.querySelectorAll('button,select,input')].filter(e => !({named}))"
    assert tab.evaluate(f"{unnamed}.map(e => e.outerHTML)") == []


def test_what_all_hits_have_is_said_once_and_a_tile_has_its_price(
    opened: Open, ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    count = len(ranking.hits)
    hits = ranking.hits.assign(
        toxicity_dili=np.linspace(0.6, 0.9, count).astype(np.float32), activity_distance=0.3
    )
    task = kinase.objective.primary[0].task
    own = Neighbour("own", hits["smiles"][1], 1.0, 7.25)
    known = [evidence[0], evidence[1]._replace(neighbours={task: (own,)}), *evidence[2:]]
    screen = kinase.changed(selection=Selection(budget=100.0, price_column="Price"))
    told = replace(facts, limits={"activity_distance": 0.5})
    table = hit_table(hits, screen, told.units, evidence=known, cards=CardFacts(told.limits))
    tab = opened(render_report(table, ranking._replace(hits=hits), screen, told, known))
    says = f"All {count} hits on this page have a predicted liability: DILI 0.60 to 0.90."
    expect(tab.locator("#common")).to_contain_text(says)
    assert tab.locator(".tile .badge", has_text="DILI").count() == 0
    prices = [row["Price"] for row in table.records()]
    assert tab.locator(".tile .key-numbers", has_text="Price").count() == count
    expect(tab.locator(".tile .key-numbers").first).to_contain_text(f"Price {prices[0]}")
    other = tab.locator(".tile .badge.risk").first.get_attribute("title")
    assert "Calibrated probability of toxicity_" in other
    tab.locator(".tile a").nth(1).click()
    card = tab.locator("#opened .card")
    expect(card.locator(".near figcaption").first).to_contain_text("7.25 this compound itself")
    expect(card.locator(".id")).to_contain_text(f"Price {prices[1]}")
    expect(card.locator(".domain").last).to_contain_text("This compound itself was measured")
    tab.keyboard.press("ArrowRight")
    shows(tab, hits["name"][2])
    assert "itself" not in card.inner_text()


def test_hostile_texts_are_inert(
    opened: Open, scored: Scored, kinase: Screen, facts: RunFacts
) -> None:
    who = [(first, second, {first: second}) for first, second in HOSTILE]
    ranking = merge_top([scored(who)], kinase)
    named = replace(facts, library=Artefact(HOSTILE[0][0], "0" * 64))
    text = render_report(hit_table(ranking.hits, kinase, facts.units), ranking, kinase, named, None)
    tab = opened(text)
    assert tab.evaluate(
        "[...document.querySelectorAll('.tile h3 bdi')].map(e => e.textContent)"
    ) == (ranking.hits["name"].tolist())
    tab.select_option("#view", "table")
    for box in tab.locator("#groups input").all():
        box.check()
    for rank, (compound_id, extra) in enumerate(
        zip(ranking.hits["compound_id"], ranking.hits["extra"], strict=True), 1
    ):
        go(tab, rank)
        seen = tab.evaluate("[...document.querySelectorAll('#opened bdi')].map(e => e.textContent)")
        assert compound_id in seen
        assert set(json.loads(extra).values()) <= set(seen)
        tab.keyboard.press("Escape")
        until(tab, "!location.hash")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("window.ran") is None
    assert tab.locator("img, iframe, object").count() == 0


def test_an_injected_script_would_not_run(chromium: Any, page: str, tmp_path: Path) -> None:
    """The policy holds even where text became markup."""
    path = tmp_path / "report.html"
    attacks = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'><footer"
    path.write_text(page.replace("<footer", attacks), encoding="utf-8")
    tab = chromium.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    assert tab.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in said)
    tab.close()


@pytest.mark.parametrize("count", [0, 1])
def test_few_hits(
    count: int,
    opened: Open,
    ranking: Ranking,
    kinase: Screen,
    facts: RunFacts,
    evidence: list[Evidence],
) -> None:
    hits = ranking.hits.head(count)
    table = hit_table(hits, kinase, facts.units)
    text = render_report(table, ranking._replace(hits=hits), kinase, facts, evidence[:count])
    tab = opened(text)
    if count:
        tab.locator(".tile a").click()
        shows(tab, hits["name"][0])
    else:
        assert "No compound passed" in tab.locator("#hits").inner_text()


def test_without_scripts_there_is_the_plain_list(opened: Open, page: str, ranking: Ranking) -> None:
    tab = opened(page, scripts=False)
    assert tab.locator("noscript").count() == 1
    assert tab.locator("td bdi", has_text=ranking.hits["smiles"][0]).first.is_visible()
    assert not tab.locator("#controls").is_visible()
