"""The section on the last run as a page shows it: texts are texts, and links lead to their hits."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest

from chem.errors import InputError
from chem.structure.inchi_key import inchi_key
from screening.evidence.evidence import Evidence
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking, merge_top
from screening.report.last_run import Stamp, insert_since
from screening.report.last_run_facts import (
    Compared,
    DecisionFacts,
    Kind,
    LastRun,
    LeftHit,
    Mark,
    Number,
    OldId,
    ShownChange,
    Since,
    read_since,
)
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from tests.screening.report.test_report import Page
from tests.screening.report.test_report_browser import (
    CHROMIUM,
    HOSTILE,
    Open,
    chromium,  # noqa: F401 - a fixture
    expect,
    opened,  # noqa: F401 - a fixture
    shows,
)

Scored = Callable[..., pd.DataFrame]
STAMP = Stamp("0123456789ab", "2026-01-31T02:04:05+00:00", "drugs.csv", "ab" * 32, 1208)
NO_DECISIONS = DecisionFacts(problem="", used=[], hits=[], left=0, others=0, names=[])
FIRST = Since(
    ranks="",
    last=None,
    problem="",
    counts=[],
    kinds=[],
    stable=0,
    notes=[],
    shown=[],
    steady_runs=1,
    steady_hits=7,
    decisions=NO_DECISIONS,
    marks=[],
)


def compared(changed: str, name: str = "", told: str = "") -> Since:
    """Return the facts of a run with one hit that entered, whose texts may be hostile."""
    entered = {"rank_before": "", "rank_now": "1", "cause": "new in the library"}
    decided = {"decision": "order", "decision_comment": told or "soon (AB)"}
    return FIRST.model_copy(
        update={
            "last": LastRun(folder=told or "night-1", run_id="ba" * 6, finished=STAMP.finished),
            "counts": [
                Compared(name="read", before=1200, now=1208),
                Compared(name="hits", before=9, now=9),
            ],
            "kinds": [
                Kind(
                    name="entered",
                    count=1,
                    causes=[Number(name="new in the library", count=1)],
                )
            ],
            "notes": [told] if told else [],
            "shown": [
                ShownChange(change="entered", compound_id=changed, name=name, **entered, **decided)
            ],
            "lines": 1,
            "steady_runs": 7,
            "decisions": NO_DECISIONS.model_copy(update={"problem": told}),
            "marks": [
                Mark(
                    rank="1",
                    change="entered",
                    cause="new in the library",
                    price="10 → 12 (1.2 x)",
                    was="10",
                    stock="9 → 0",
                    **decided,
                )
            ],
            "old_ids": [],
            "left": [
                LeftHit(
                    compound_id="GONE",
                    inchikey="BSYNRYMUTXBXSQ-UHFFFAOYSA-N",
                    rank_before="2",
                    cause="withdrawn from the library",
                )
            ],
        }
    )


@pytest.fixture
def table(ranking: Ranking, kinase: Screen, facts: RunFacts) -> HitTable:
    return hit_table(ranking.hits, kinase, facts.units)


@pytest.fixture
def plain(
    ranking: Ranking, kinase: Screen, facts: RunFacts, evidence: list[Evidence], table: HitTable
) -> str:
    return render_report(table, ranking, kinase, facts, evidence)


def test_the_section_is_above_all_else_and_says_what_changed(plain: str, table: HitTable) -> None:
    hit = table.records()[0]["compound_id"]
    page = insert_since(plain, compared(hit), STAMP, table)
    assert page.index("Since the last run (2026-01-31 02:04 UTC)") < page.index('class="funnel"')
    assert "run <b>0123456789ab</b>" in page
    assert "1,208 records, SHA-256 abababababab" in page
    assert "read 1,200 → <b>1,208</b>" in page
    assert "new in the library 1" in page
    assert page.count(f'<a href="#{hit}"><bdi>{hit}</bdi></a>') == 2
    assert "7 of 9 hits were hits in all of the last 7 runs." in page
    data = json.loads(Page(page).raw["script"][2])
    assert data["keys"][0] == inchi_key(table.records()[0]["smiles"])
    assert data["marks"][0]["decision"] == "order"
    first = insert_since(plain, FIRST, STAMP, table)
    assert "This is the first run of this screen here" in first
    assert "Since the last run (" not in first


def test_the_numbers_of_changes_add_up_to_the_lines_of_the_file(
    plain: str, table: HitTable
) -> None:
    since = compared("A-1")
    page = insert_since(plain, since, STAMP, table)
    assert "All 1 change<" in page
    assert "more change" not in page
    more = since.model_copy(update={"lines": 24})  # among them lines about prices and stock
    page = insert_since(plain, more, STAMP, table)
    assert "The first 1 change<" in page
    assert "23 more changes are in" in page


def test_it_goes_into_a_page_once(plain: str, table: HitTable) -> None:
    page = insert_since(plain, FIRST, STAMP, table)
    with pytest.raises(ValueError, match="expected 1"):
        insert_since(page, FIRST, STAMP, table)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"ranks": 1}', b"\xff", b'{"last": {}}'])
def test_damaged_facts_are_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^changes\.json is damaged \([^\n]*$"):
        read_since(content)


@pytest.mark.parametrize(("compound_id", "name"), HOSTILE)
def test_hostile_texts_are_texts(
    compound_id: str, name: str, scored: Scored, kinase: Screen, facts: RunFacts
) -> None:
    ranking = merge_top([scored([(compound_id, name, {})])], kinase)
    table = hit_table(ranking.hits, kinase, facts.units)
    plain = render_report(table, ranking, kinase, facts)
    before, after = (
        Page(plain),
        Page(insert_since(plain, compared(compound_id, name, compound_id), STAMP, table)),
    )
    assert set(after.tags) - set(before.tags) <= {"details", "summary"}
    assert after.raw["script"][-1] == before.raw["script"][-1]
    links = [value for key, value in after.attributes if key == "href"]
    assert f"#{quote(compound_id)}" in links
    assert all(one is not None and one.startswith(("#", "changes.csv")) for one in links)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_a_link_by_id_or_inchikey_opens_the_hit_and_marks_its_tile(
    opened: Open,  # noqa: F811 - the fixture
    plain: str,
    table: HitTable,
) -> None:
    first, third = (table.records()[at] for at in (0, 2))
    since = compared(first["compound_id"])
    since.old_ids.append(OldId(compound_id="OLD SALT", rank=third["rank"]))
    tab: Any = opened(insert_since(plain, since, STAMP, table))
    assert tab.locator(".tile .badge.change").all_text_contents() == ["entered"]
    pressed = tab.locator(".tile .decide [aria-pressed=true]")
    assert pressed.all_text_contents() == ["order"]
    chips = tab.locator(".tile .badge.offer").all_text_contents()
    assert chips == ["was 10", "stock 9 → 0"]
    assert tab.locator(".changes").is_hidden()
    tab.click(".since summary")
    tab.click(".changes a")
    shows(tab, first["name"] or first["compound_id"])
    expect(tab.locator("#opened .note", has_text="Decision: order – soon (AB)")).to_be_visible()
    change = "Since the last run: entered (new in the library)"
    expect(tab.locator("#opened .note", has_text=change)).to_be_visible()
    expect(tab.locator("#opened .note", has_text="Price: 10 → 12 (1.2 x)")).to_be_visible()
    tab.keyboard.press("Escape")
    for link in (third["compound_id"], inchi_key(third["smiles"]), "OLD SALT"):
        tab.evaluate("(hash) => { location.hash = hash; }", quote(link))
        shows(tab, third["name"] or third["compound_id"])
        assert tab.locator(".tile.linked").count() == 1
        assert tab.locator(".tile.linked").get_attribute("data-hit") == "2"
        tab.keyboard.press("Escape")
        # A closed window clears the address a moment later. The page forbids the evaluated strings
        # that wait_for_function would need.
        expect(tab).to_have_url(re.compile(r"^[^#]+$"))
    tab.evaluate("location.hash = 'ZINC-1'")
    expect(tab.locator("#not-a-hit")).to_have_text("ZINC-1 is none of the hits on this page.")
    tab.evaluate("location.hash = 'GONE'")
    lost = "GONE is no longer a hit (rank 2 last time): withdrawn from the library."
    expect(tab.locator("#not-a-hit")).to_have_text(lost)
    tab.evaluate("location.hash = 'objective'")
    expect(tab.locator("#not-a-hit")).to_be_hidden()
    tab.select_option("#view", "table")
    assert tab.locator("th[data-column=decision]").count() == 1
    choices = "(select) => [...select.options].map(({ value }) => value)"
    changes = tab.locator("#facet-change").evaluate(choices)
    assert changes == ["", "entered", "price changed", "stock changed"]
    tab.select_option("#facet-change", "price changed")
    expect(tab.locator("#table tbody tr")).to_have_count(1)
    tab.select_option("#facet-change", "")
    assert tab.locator("#facet-decision").evaluate(choices) == [
        *("", "order", "later", "no", "undecided"),
    ]
    tab.select_option("#facet-decision", "order")
    assert tab.locator("#shown").inner_text().startswith("1 of ")
    expect(tab.locator("#table tbody tr")).to_have_count(1)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_words_of_the_changes_do_not_break_on_a_small_screen(
    opened: Open,  # noqa: F811 - the fixture
    plain: str,
    table: HitTable,
) -> None:
    word = "ERLOTINIBHYDROCHLORIDE"
    tab: Any = opened(insert_since(plain, compared("A-1", word), STAMP, table))
    tab.set_viewport_size({"width": 500, "height": 800})
    tab.click(".since summary")
    lines = "(node) => { const r = document.createRange(); r.selectNodeContents(node);"
    count = tab.locator(".changes tbody td:nth-child(2) bdi").evaluate(
        f"{lines} return r.getClientRects().length; }}"
    )
    assert count == 1


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_a_vendors_column_of_that_name_is_not_taken_for_a_decision(
    opened: Open,  # noqa: F811 - the fixture
    scored: Scored,
    kinase: Screen,
    facts: RunFacts,
) -> None:
    ranking = merge_top([scored([("A", "a", {"decision": "sold out"})])], kinase)
    table = hit_table(ranking.hits, kinase, facts.units, ["decision"])
    plain = render_report(table, ranking, kinase, facts)
    tab: Any = opened(insert_since(plain, FIRST, STAMP, table))
    pressed = "aria-pressed=true"
    assert tab.locator(f".tile [{pressed}]").count() == 0
    tab = opened(insert_since(plain, compared("A"), STAMP, table))
    assert tab.locator(f".tile [{pressed}]").all_text_contents() == ["order"]
