"""report.html runs nothing, loads nothing, and shows every text as text."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.handover.manifest import Artefact, RunFacts
from screening.handover.report import render_report
from screening.handover.table import hit_table
from screening.late import rank_and_examine
from screening.rank import Ranking, merge_top
from screening.screen import Screen

Scored = Callable[..., pd.DataFrame]
ATTACKS = [
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    '=HYPERLINK("http://x")',
    "../../etc/passwd",
    "\u202edrow",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
HOSTILE = TEXTS | st.sampled_from(ATTACKS)
PAGE_TAGS = """html head meta title style body header p b h1 bdi nav a section div span table thead
    tr th tbody td i article h2 h3 h4 small dl dt dd details summary footer"""
SVG_TAGS = "svg path rect text tspan ellipse polygon g"
ALLOWED = {*PAGE_TAGS.split(), *SVG_TAGS.split()}


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.isolated: list[str] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "bdi":
            self.inside = True
            self.isolated.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "bdi"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.isolated[-1] += data


def render(ranking: Ranking, screen: Screen, facts: RunFacts) -> str:
    return render_report(hit_table(ranking.hits, screen, facts.units), ranking, screen, facts)


def test_it_loads_and_runs_nothing(ranking: Ranking, kinase: Screen, facts: RunFacts) -> None:
    page = render(ranking, kinase, facts)
    assert "default-src 'none'" in page
    parsed = Page(page)
    assert parsed.tags <= ALLOWED
    for name, value in parsed.attributes:
        assert not name.startswith("on")
        if name in ("src", "href", "xlink:href", "action"):
            assert value is not None
            assert value.startswith("#")
    assert not re.search(r"url\(|@import", page)


@settings(max_examples=25, deadline=None)
@given(compound_id=HOSTILE, name=HOSTILE, field=HOSTILE, value=HOSTILE, library=HOSTILE)
def test_hostile_texts_are_shown_as_they_are(
    compound_id: str,
    name: str,
    field: str,
    value: str,
    library: str,
    kinase: Screen,
    scored: Scored,
    facts: RunFacts,
) -> None:
    ranking = merge_top([scored([(compound_id, name, {field: value})])], kinase)
    named = RunFacts(**{**vars(facts), "library": Artefact(library, "0" * 64)})
    page = render(ranking, kinase.model_copy(update={"title": name}), named)
    parsed = Page(page)
    assert parsed.tags <= ALLOWED
    assert not [key for key, _ in parsed.attributes if key.startswith("on")]
    header = hit_table(ranking.hits, kinase, {}).columns[-1].name
    for text in (compound_id, name, header, value, library):
        assert text in parsed.isolated


def test_it_pictures_and_measures_every_hit(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    page = render(ranking, kinase, facts)
    count = len(ranking.hits)
    assert count > 3
    assert page.count("<article") == page.count("<svg") == count
    for number in range(1, count + 1):
        assert page.count(f'id="hit-{number}"') == page.count(f'href="#hit-{number}"') == 1
    widths = [float(w) for w in re.findall(r"(?:width|left):([\d.]+)%", page)]
    assert all(0 <= width <= 100 for width in widths)
    assert "2 unusable, 1 duplicate<" in page


@pytest.mark.parametrize("column", ["activity_EGFR_hi", "toxicity_herg_lo"])
def test_an_interval_beyond_the_axis_stays_on_it(
    column: str, ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    hits = ranking.hits.copy()
    hits[column] = 99.0 if column.endswith("hi") else -5.0
    page = render(ranking._replace(hits=hits), kinase, facts)
    spans = re.findall(r'class="range" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    assert all(0 <= float(left) + float(width) <= 100.1 for left, width in spans)


def test_it_names_alerts_and_late_limits(scored: Scored, kinase: Screen, facts: RunFacts) -> None:
    filters = {"max_mw": 800.0, "max_alerts": 2.0, "min_qed": 0.2}
    screen = kinase.model_copy(update={"filters": filters})
    frame = scored([(str(n), "", {}) for n in range(8)])
    ranking = rank_and_examine(lambda: [frame], screen)
    page = render(ranking, screen, facts)
    assert "mw at most 800, alerts at most 2, qed at least 0.2." in page
    assert f"QED and alerts of {ranking.examined:,} looked at" in page
    shown = re.findall(r"<dt>alerts</dt><dd>([^<]*)</dd>", page)
    assert shown == [text or "none" for text in ranking.hits["alerts"]]
    assert "none" in shown
    assert any(" " in text for text in shown)
    qed = re.findall(r"<dt>qed</dt><dd>([^<]*)</dd>", page)
    assert qed == [f"{value:.2f}" for value in ranking.hits["qed"]]


def test_the_funnel_tells_limits_from_a_triage(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    page = render(ranking._replace(set_aside=1200), kinase, facts)
    assert "1 beyond a hard limit, 1,200 not promising enough<" in page
    assert "looked at" not in page
