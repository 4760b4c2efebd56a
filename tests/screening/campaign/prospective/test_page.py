"""The page escapes hostile names, loads nothing, and can be read without colours or a mouse."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from screening.campaign.campaign import open_campaign
from screening.campaign.prospective.page import render_report
from screening.campaign.prospective.report import make_report


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def render(campaign: Path) -> str:
    return render_report(make_report(open_campaign(campaign)))


def test_hostile_names_are_text(campaign: Path) -> None:
    page = render(campaign)
    assert "alert(1)" in page
    assert "<script" not in page
    tags = {tag for tag, _ in Elements(page).found}
    assert not tags & {"script", "iframe", "object", "link", "img", "a", "form"}
    assert page.count("<title>") == page.count("</title>")


def test_it_loads_nothing(campaign: Path) -> None:
    page = render(campaign)
    assert "default-src 'none'" in page
    names = {name for _, attributes in Elements(page).found for name in attributes}
    assert not names & {"src", "href", "onclick", "onload", "srcset", "action"}
    assert not re.search(r"url\(|@import", page)


def test_charts_are_drawn_with_names_and_shapes(campaign: Path) -> None:
    page = render(campaign)
    charts = re.findall(r"<svg role=.*?</svg>", page, flags=re.DOTALL)
    assert len(charts) == 4 + 2  # two compounds have no control chart
    parsed = [ElementTree.fromstring(chart) for chart in charts]
    assert all(chart.get("aria-label") for chart in parsed)
    marks = list(parsed[0].iter("path"))
    assert len(marks) == 59
    kinds = {mark.get("class") for mark in marks}
    assert kinds == {"mark inside", "mark outside", "mark down"}
    shapes = {re.sub(r"[\d.-]+", "", mark.get("d") or "") for mark in marks}
    assert len(shapes) == 3  # told apart without colours
    numbers = [float(n) for chart in charts for n in re.findall(r'[xy][12]?="([\d.-]+)"', chart)]
    assert all(-1 <= n <= 600 for n in numbers)
    assert "nan" not in "".join(charts)


def test_tables_are_reached_by_keyboard(campaign: Path) -> None:
    elements = Elements(render(campaign)).found
    wide = [attributes for _, attributes in elements if attributes.get("class") == "wide"]
    assert len(wide) == 5
    ids = {attributes.get("id") for _, attributes in elements}
    for one in wide:
        assert (one["tabindex"], one["role"]) == ("0", "region")
        assert one["aria-labelledby"] in ids
