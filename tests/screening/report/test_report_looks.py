"""What a person sees of a report: colours that can be read, and what one would point at."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screening.evidence.evidence import Evidence
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.report.report import render_report

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
PALE = r"""() => {
  const shine = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    if (element === null) return "rgb(255, 255, 255)";
    const color = getComputedStyle(element).backgroundColor;
    return /, 0\)$/.test(color) ? ground(element.parentElement) : color;
  };
  const contrast = (one, other) => {
    const [dark, light] = [shine(one), shine(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = [];
  let seen = 0;
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility() || element.closest("svg, option, :disabled")) continue;
    const style = getComputedStyle(element);
    if ([...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) {
      seen += 1;
      const ratio = contrast(style.color, ground(element));
      if (ratio < 4.5) found.push(`${element.outerHTML.slice(0, 60)} ${ratio.toFixed(2)}`);
    }
    if (element.matches("select, #search, .controls button")) {
      const ratio = contrast(style.borderTopColor, ground(element.parentElement));
      if (ratio < 3) found.push(`border of ${element.id} ${ratio.toFixed(2)}`);
    }
  }
  return [seen, found];
}"""
"""How many texts were looked at, and what WCAG 2.2 AA (1.4.3, 1.4.11) says is too pale."""


@pytest.fixture
def tab(
    tmp_path: Path, ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> Iterator[Any]:
    path = tmp_path / "report.html"
    count = len(ranking.hits)
    hits = ranking.hits.assign(
        activity_distance=np.linspace(0, 1, count), cluster=range(1, 1 + count)
    )
    known = replace(facts, limits={"activity_distance": 0.5})
    table = hit_table(hits, kinase, known.units, evidence=evidence)
    page = render_report(table, ranking._replace(hits=hits), kinase, known, evidence)
    path.write_text(page, encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached")
        yield tab
        browser.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_and_controls_stand_out_from_their_ground(tab: Any, theme: str) -> None:
    tab.select_option("#theme", theme)
    seen, pale = tab.evaluate(PALE)
    assert seen > 100
    assert pale == []
    tab.select_option("#view", "table")
    tab.locator("td.who a").first.click()
    more, pale = tab.evaluate(PALE)
    assert more > seen
    assert pale == []


def test_the_controls_are_one_line(tab: Any) -> None:
    assert tab.locator("#facets select:visible").count() == 3
    parts = tab.locator("#controls :is(select, input, button):visible")
    middles = parts.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => box.y + box.height / 2)"
    )
    assert len(middles) > 5
    assert max(middles) - min(middles) < 4


def test_a_rank_is_one_line_beside_a_long_name(tab: Any) -> None:
    tab.set_viewport_size({"width": 1400, "height": 900})
    heights = tab.locator(".tile .rank").evaluate_all(
        """all => all.map((rank) => {
          rank.textContent = "1000";
          rank.nextSibling.textContent = "GILTERITINIBFUMARATE".repeat(3);
          return rank.getBoundingClientRect().height;
        })"""
    )
    assert heights
    assert max(heights) < 30


def test_bars_and_badges_tell_and_open_their_hit(tab: Any, ranking: Ranking) -> None:
    """They lie above the tile's link, so that pointing at them tells what they are."""
    tile = tab.locator(".tile").nth(1)
    tile.scroll_into_view_if_needed()
    numbers = tile.locator(".key-numbers span[title]").first
    for what in (tile.locator(".mini"), tile.locator(".badge").first, numbers):
        hit = what.evaluate(
            """one => {
                const { x, y, width, height } = one.getBoundingClientRect();
                return one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
            }"""
        )
        assert hit, "something lies over it"
        what.click()
        playwright.expect(tab.locator("#opened-name")).to_have_text(ranking.hits["name"][1])
        tab.keyboard.press("Escape")
        playwright.expect(tab.locator("#opened")).to_be_hidden()
    assert tile.locator(".mini title").first.text_content().startswith("EGFR 0.")
