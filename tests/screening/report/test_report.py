"""report.html as text: it loads nothing, runs its own script alone, and shows texts as texts."""

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.evidence.evidence import Evidence
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.rank import Ranking, SelectionReport, merge_top
from screening.report import report
from screening.report.manifest import Artefact, RunFacts
from screening.report.report import funnel, losses, render_report
from screening.score.triage_recall import Recall, TriageFacts

Scored = Callable[..., pd.DataFrame]
ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    '=HYPERLINK("http://x")',
    "../../etc/passwd",
    "a\u2028b\u2029c",
    "\u202edrow",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
HOSTILE = TEXTS | st.sampled_from(ATTACKS)
PAGE_TAGS = """html head meta title style script noscript body header p b h1 bdi nav a label select
    option section div span table thead tr th tbody td h2 progress figure figcaption form input
    button ul li small dialog footer dl dt dd"""
ALLOWED = set(PAGE_TAGS.split())


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.isolated: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "bdi":
            self.isolated.append("")
        if tag in self.raw:
            self.raw[tag].append("")
        if tag == "bdi" or tag in self.raw:
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = "" if tag == self.inside else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside == "bdi":
            self.isolated[-1] += data
        elif self.inside:
            self.raw[self.inside][-1] += data

    @property
    def data(self) -> dict[str, Any]:
        """What the script reads."""
        found: dict[str, Any] = json.loads(self.raw["script"][0])
        return found

    @property
    def pictures(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(zlib.decompress(b64decode(self.raw["script"][1])))
        return found


def render(
    ranking: Ranking, screen: Screen, facts: RunFacts, evidence: Sequence[Evidence] | None = None
) -> str:
    table = hit_table(ranking.hits, screen, facts.units)
    return render_report(table, ranking, screen, facts, evidence)


def test_it_loads_nothing_and_runs_its_own_script_alone(
    ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    page = render(ranking, kinase, facts, evidence)
    parsed = Page(page)
    assert set(parsed.tags) <= ALLOWED
    for name, value in parsed.attributes:
        assert not name.startswith("on")
        assert name not in ("src", "style", "action")
        if name == "href":
            assert value is not None
            assert value.startswith("#")
    policy = next(value for _, value in parsed.attributes if value and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    own = {"script": parsed.raw["script"][2], "style": parsed.raw["style"][0]}
    assert [len(parsed.raw[tag]) for tag in own] == [3, 1]
    for tag, text in own.items():
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r"url\(|@import|https?:", own["style"])
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", own["script"]
    )


@settings(max_examples=25)
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
    page = render(ranking, kinase.changed(title=name), named)
    parsed = Page(page)
    assert set(parsed.tags) <= ALLOWED
    assert not [key for key, _ in parsed.attributes if key.startswith("on")]
    for text in (compound_id, name, library):
        assert text in parsed.isolated
    [cells] = parsed.data["cells"]
    header = hit_table(ranking.hits, kinase, {}).columns[-1].name
    assert [parsed.data["columns"][-1]["name"], cells[-1]] == [header, value]
    assert {compound_id, name} <= set(cells)


def test_cells_are_those_of_the_table(
    ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    table = hit_table(ranking.hits, kinase, facts.units)
    data = Page(render(ranking, kinase, facts, evidence)).data
    assert data["cells"] == table.rows
    assert [column["name"] for column in data["columns"]] == [c.name for c in table.columns]
    numbers = [column["name"] for column in data["columns"] if column["number"]]
    for name in numbers:
        at = [column.name for column in table.columns].index(name)
        assert all(float(row[at]) is not None for row in table.rows)


def test_the_evidence_of_each_hit_is_its_own(
    ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    parsed = Page(render(ranking, kinase, facts, evidence))
    data, pictures = parsed.data, parsed.pictures
    for hit, entry in enumerate(evidence):
        atoms = len(pictures[data["structure"][hit]]["atoms"]) // 2
        for one, shown in zip(entry.contributions, data["contributions"][hit], strict=True):
            assert len(shown["of"]) == len(one.atoms) == atoms
            assert np.array(shown["of"]) / 1000 == pytest.approx(one.atoms, abs=5.1e-4)
            assert shown["total"] == pytest.approx(one.total, abs=5.1e-4)
        flags = [[flag.source, flag.name, list(flag.atoms)] for flag in entry.flags]
        assert data["flags"][hit] == flags
        [near] = data["neighbours"][hit]
        assert near["label"] == "EGFR"
        expected = entry.neighbours[kinase.objective.primary[0].task]
        for like, shown in zip(expected, near["near"], strict=True):
            assert shown["id"] == like.id
            assert shown["similarity"] == f"{like.similarity:.2f}"
            assert shown["value"].removeprefix("<") == f"{like.value:.2f}"
            assert shown["value"].startswith("<") == (like.relation == "<")
    assert len(pictures) == len(data["map"]), "each structure is drawn once"
    assert all(0 <= coordinate <= 1000 for point in data["map"] for coordinate in point)


def test_evidence_must_be_of_every_hit(
    ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    with pytest.raises(ValueError, match="found evidence of 2 hits, expected"):
        render(ranking, kinase, facts, evidence[:2])


def test_the_same_run_gives_the_same_page(
    ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence]
) -> None:
    assert render(ranking, kinase, facts, evidence) == render(ranking, kinase, facts, evidence)


def test_without_hits_it_says_so(ranking: Ranking, kinase: Screen, facts: RunFacts) -> None:
    page = render(ranking._replace(hits=ranking.hits.head(0)), kinase, facts, [])
    assert "No compound passed the filters" in page
    assert "0 compounds from" in page
    assert Page(page).data["cells"] == []


def test_a_long_list_is_cut_and_says_so(
    ranking: Ranking,
    kinase: Screen,
    facts: RunFacts,
    evidence: list[Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "SHOWN", 3)
    page = render(ranking, kinase, facts, evidence)
    assert f"3 of {len(ranking.hits)} compounds" in page
    assert "the others are in hits.csv" in page
    assert len(Page(page).data["cells"]) == 3


def test_a_browser_without_scripts_shows_the_plain_list(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    page = render(ranking, kinase, facts)
    plain = page[page.index("<noscript>") : page.index("</noscript>")]
    for smiles, name in zip(ranking.hits["smiles"], ranking.hits["name"], strict=True):
        assert f"<bdi>{smiles}</bdi>" in plain
        assert f"<bdi>{name}</bdi>" in plain


def test_the_funnel_tells_where_records_went(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    assert steps(ranking, kinase, facts) == [
        ("Read", 11, "records of the library"),
        ("Scored", 8, "2 rejected, 1 duplicate"),
        ("Passed", 7, "1 removed by filters"),
        ("Hits", 7, "40 requested"),
    ]
    page = render(ranking, kinase, facts)
    assert "2 rejected, 1 duplicate<" in page
    assert "QED and alerts checked" not in page
    for why in ("rejected: parse/invalid_valence", "duplicate of an earlier record"):
        assert f"<bdi>{why}</bdi> <b>1</b>" in page
    assert "<bdi>filter min_heavy_atoms</bdi> <b>1</b>" in page


AUDITED = Recall(audited=4, best=3, found=3, low=0.37)


def steps(ranking: Ranking, screen: Screen, facts: RunFacts) -> list[tuple[str, int, str]]:
    return [(step.label, step.records, step.note) for step in funnel(ranking, screen, facts)]


def test_after_a_triage_scored_are_those_that_the_ensembles_scored(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    triage = TriageFacts("", 1207, 5, AUDITED)
    whole = ranking._replace(scored=1208, set_aside=1200, triage=triage)
    assert steps(whole, kinase, facts)[1:4] == [
        ("Accepted", 1208, "2 rejected, 1 duplicate"),
        ("Scored", 7, "1 removed by filters, 1,200 by the triage"),
        ("Passed", 7, "0 removed by filters"),
    ]
    page = render(whole, kinase, facts)
    assert "<bdi>not selected by the triage</bdi> <b>1,200</b>" in page
    assert "before the triage" not in page
    assert "the ensembles at the 5 most promising and 4 drawn at random (2 in both); check:" in page


def test_ranked_again_it_blames_the_earlier_screen_for_what_that_took(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    """Filters of the earlier screen took 8 before the triage: the triage did not reject them."""
    triage = TriageFacts("", 1200, 5, AUDITED, "first-screen", 8)
    own = {"min_heavy_atoms": 1, "max_mw": 0}
    again = ranking._replace(scored=1208, set_aside=1200, filtered=own, triage=triage)
    assert steps(again, kinase, facts)[1:4] == [
        ("Accepted", 1208, "2 rejected, 1 duplicate"),
        ("Scored", 8, "8 removed by the filters of first-screen, 1,192 by its triage"),
        ("Passed", 7, "1 removed by filters"),
    ]
    page = render(again, kinase, facts)
    assert "<bdi>filters of first-screen, before the triage</bdi> <b>8</b>" in page
    assert "<bdi>not selected by the triage of first-screen</bdi> <b>1,192</b>" in page
    assert (
        "chosen for first-screen, whose filters removed 8; the recall says nothing about these."
        in page
    )
    lost = sum(loss.records for loss in losses(again, facts))
    assert lost == facts.rejected + facts.duplicates + again.scored - again.passed


def test_the_funnel_tells_what_a_selection_passed_over(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    over = {"budget": 3, "hits were full": 0}
    found = SelectionReport(40, 500, 43, {"rank": 40}, over, 0, None, ())
    page = render(ranking._replace(selection=found), kinase, facts)
    assert "40 requested; selected from the first 500<" in page
    assert "<bdi>passed over: budget</bdi> <b>3</b>" in page
    assert "hits were full" not in page


def test_it_tells_the_rules_of_a_selection(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    assert "Rules of the selection" not in render(ranking, kinase, facts)
    rules = {"max_per_scaffold": 2, "exclude": ("<b>own</b>.csv",)}
    screen = kinase.changed(selection=rules)
    over = {"scaffold cap": 3}
    short = SelectionReport(99, 500, 500, {"rank": 40}, over, 0, None, ())
    page = render(ranking._replace(selection=short), screen, facts)
    assert "<bdi>At most 2 hits share a scaffold.</bdi>" in page
    assert "<bdi>Excluded: &lt;b&gt;own&lt;/b&gt;.csv.</bdi>" in page
    assert "scaffold cap refused 3; raise max_per_scaffold or the pool for more.</bdi>" in page


def test_it_names_late_limits(scored: Scored, kinase: Screen, facts: RunFacts) -> None:
    filters = {"max_mw": 800.0, "max_alerts": 2.0, "min_qed": 0.2}
    screen = kinase.changed(filters=filters)
    frame = scored([(str(n), "", {}) for n in range(8)])
    ranking = rank_with_costly_filters(lambda: [frame], screen)
    page = render(ranking, screen, facts)
    assert "mw at most 800, alerts at most 2, qed at least 0.2." in page
    assert f"QED and alerts checked for {ranking.examined:,}" in page
