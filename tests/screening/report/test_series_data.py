"""The tables of R-groups: their members, their groups, and the page that shows them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chem.assess.clusters import scaffold
from screening.evidence.evidence import (
    ITSELF,
    Evidence,
    MeasuredMember,
    Neighbour,
    OwnValue,
    Relation,
)
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report import series_data as module
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from screening.report.series_data import series_data

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EGFR = "activity_EGFR"
HOSTILE = "</script><img src=x onerror=window.ran=1>"
QUINAZOLINES = {
    "first": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN(C)C",
    "bromide": "COc1cc2ncnc(Nc3cccc(Br)c3)c2cc1OC",
    "chloride": "COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OC",
    HOSTILE: "COc1cc2ncnc(Nc3ccc(F)c(C#N)c3)c2cc1OCCN(C)C",
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "hexanol": "CCCCCCO",
    "heptanol": "CCCCCCCO",
}
MEASURED: tuple[tuple[str, str, float, Relation], ...] = (
    ("with a hydroxyl", "COc1cc2ncnc(Nc3cccc(O)c3)c2cc1OC", 6.5, "="),
    (HOSTILE, "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCOC", 8.5, "="),
    ("weak", "COc1cc2ncnc(Nc3cccc(C)c3)c2cc1OC", 5.0, "<"),
    ("on a nitrogen", "COc1cc2ncnc(N(C)c3cccc(Br)c3)c2cc1OC", 5.1, "="),
    ("the bromide", QUINAZOLINES["bromide"], 9.0, "="),
)


def hits_of(ranking: Ranking, drawn: dict[str, str]) -> pd.DataFrame:
    """Make hits of other structures from a ranking."""
    count = len(drawn)
    frame = pd.concat([ranking.hits.iloc[[0]]] * count, ignore_index=True)
    texts = {"name": list(drawn), "smiles": list(drawn.values())}
    texts["scaffold"] = [scaffold(text) for text in drawn.values()]
    texts["compound_id"] = [f"C{at}" for at in range(count)]
    return frame.assign(
        rank=range(1, count + 1),
        **{name: pd.Series(some, dtype="str") for name, some in texts.items()},
        **{EGFR: np.linspace(8.5, 5, count), "score": np.linspace(0.9, 0.2, count)},
    )


@pytest.fixture
def hits(ranking: Ranking) -> pd.DataFrame:
    return hits_of(ranking, QUINAZOLINES)


@pytest.fixture
def known(hits: pd.DataFrame) -> list[Evidence]:
    """The bromide was measured itself, and others of the scaffold were."""
    members = tuple(
        MeasuredMember(name, text, {EGFR: OwnValue(value, relation)})
        for name, text, value, relation in MEASURED
    )
    found = []
    for smiles in hits["smiles"]:
        own = Neighbour("own", smiles, 1.0, 9.0, same=ITSELF)
        near = (own,) if smiles == QUINAZOLINES["bromide"] else ()
        found.append(Evidence({EGFR: near}, (), (), {}, members if "ncnc" in smiles else ()))
    return found


@pytest.fixture
def table(hits: pd.DataFrame, kinase: Screen, facts: RunFacts, known: list[Evidence]) -> HitTable:
    return hit_table(hits, kinase, facts.units, evidence=known)


def groups_of(data: dict[str, Any], table: dict[str, Any]) -> dict[Any, list[str]]:
    """Return what each member carries, by the number of its hit or its id."""
    return {
        row.get("hit", row.get("id")): [data["groups"][at]["smiles"] for at in row["groups"]]
        for row in table["rows"]
    }


def test_the_members_of_a_series_have_their_groups_in_columns(
    table: HitTable, kinase: Screen, facts: RunFacts, known: list[Evidence]
) -> None:
    data = series_data(table, kinase, facts, known)
    assert data is not None
    (one,) = data["tables"]
    assert one["scaffold"] == "c1ccc(Nc2ncnc3ccccc23)cc1"
    assert one["smiles"] == "COc1cc2ncnc(Nc3ccc([*:1])c([*:2])c3)c2cc1[*:3]"
    assert one["places"] == 3
    assert groups_of(data, one) == {
        0: ["*F", "*Cl", "*OCCCN(C)C"],
        1: ["*[H]", "*Br", "*OC"],
        2: ["*[H]", "*Cl", "*OC"],
        3: ["*F", "*C#N", "*OCCN(C)C"],
        HOSTILE: ["*F", "*Cl", "*OCCOC"],
        "with a hydroxyl": ["*[H]", "*O", "*OC"],
        "weak": ["*[H]", "*C", "*OC"],
    }
    assert [row["values"] for row in one["rows"]] == [
        *([""], ["9.00"], [""], [""]),
        *(["8.50"], ["6.50"], ["<5.00"]),
    ]
    assert (one["hits"], one["measured"]) == (4, 3)
    assert (one["elsewhere"], one["failed"], one["unsplit"]) == ([], [], [])
    assert (data["further"], data["apart"], data["shaded"]) == (0, 0, [True])
    names = {group["smiles"]: group.get("name") for group in data["groups"]}
    assert names["*OC"] == "OMe"
    assert names["*OCCOC"] is None


@pytest.mark.parametrize(
    ("drawn", "tables"),
    [
        (["CCCCCCO", "CCCCCO", "CCCCO"], 0),  # no ring
        (["Cc1ccncc1", "CCc1ccncc1"], 0),  # two
        (["C[C@H](F)c1ccncc1", "C[C@@H](F)c1ccncc1", "CC(F)c1ccncc1"], 1),
        (["Cc1ccncc1", "CCc1ccncc1", "Clc1ccncc1"], 1),
        (["Cc1ccncc1", "Cc1ccncc1", "Clc1ccncc1"], 0),  # two that differ
        (["c1ccncc1", "Cc1ccncc1", "Cc1ccccc1"], 0),  # two scaffolds
    ],
)
def test_a_table_has_three_members_that_differ(
    drawn: list[str], tables: int, ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    hits = hits_of(ranking, {f"{at}": text for at, text in enumerate(drawn)})
    data = series_data(hit_table(hits, kinase, facts.units), kinase, facts, None)
    assert len(data["tables"] if data else []) == tables


def test_what_a_table_leaves_out_is_named(
    ranking: Ranking, kinase: Screen, facts: RunFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = {
        "two": "Cc1cnccc1F",
        "methyl": "Cc1ccncc1",
        "ethyl": "CCc1ccncc1",
        "deuterium": "[2H]c1ccncc1C",
        "elsewhere": "Cc1cnccc1Cl",
        "propyl": "CCCc1ccncc1",
        "phenol": "Oc1ccccc1",
        "anisole": "COc1ccccc1",
        "thiophene": "Cc1ccsc1",
        "another": "CCc1ccsc1",
    }
    hits = hits_of(ranking, dict(list(drawn.items())[1:]))
    monkeypatch.setattr(module, "MOST_PLACES", 1)
    table = hit_table(hits, kinase, facts.units)
    data = series_data(table, kinase, facts, None)
    assert data is not None
    (one,) = data["tables"]
    assert list(groups_of(data, one)) == [0, 1, 4]
    assert (one["elsewhere"], one["failed"]) == ([3], [2])
    assert (data["apart"], data["further"]) == (2, 0)
    monkeypatch.setattr(module, "MOST_SERIES", 1)
    data = series_data(table, kinase, facts, None)
    assert data is not None
    assert (data["apart"], data["further"]) == (0, 2)
    monkeypatch.setattr(module, "MOST_HITS", 3)
    assert series_data(table, kinase, facts, None) is None


def test_of_many_measured_compounds_the_most_similar_are_shown(
    table: HitTable,
    kinase: Screen,
    facts: RunFacts,
    known: list[Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_MEASURED", 1)
    data = series_data(table, kinase, facts, known)
    assert data is not None
    (one,) = data["tables"]
    assert [row["id"] for row in one["rows"] if "id" in row] == [HOSTILE]
    assert one["measured"] == 3


@pytest.fixture
def page(
    ranking: Ranking,
    hits: pd.DataFrame,
    table: HitTable,
    kinase: Screen,
    facts: RunFacts,
    known: list[Evidence],
) -> str:
    return render_report(table, ranking._replace(hits=hits), kinase, facts, known)


def test_a_page_without_a_series_has_no_section(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    drawn = {name: QUINAZOLINES[name] for name in ("aspirin", "hexanol", "heptanol")}
    hits = hits_of(ranking, drawn)
    table = hit_table(hits, kinase, facts.units)
    page = render_report(table, ranking._replace(hits=hits), kinase, facts)
    assert 'id="series"' not in page
    assert 'href="#series"' not in page


@pytest.fixture
def tab(page: str, tmp_path: Path) -> Iterator[Any]:
    """The page in a browser; a message on its console is a failure."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    said: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
        yield tab
        browser.close()
    assert said == []


def test_the_page_shows_sorts_and_opens_a_series(tab: Any) -> None:
    from playwright.sync_api import expect

    one = tab.locator("#series-1")
    expect(one.locator("h3")).to_have_text("Series 1: 4 hits and 3 measured compounds")
    expect(one.locator("thead button")).to_have_text(
        ["compound", "R1", "R2", "R3", "EGFR predicted", "EGFR measured", "score"]
    )
    heads = one.locator("tbody th bdi")
    order = ["first", "bromide", "chloride", HOSTILE, HOSTILE, "with a hydroxyl", "weak"]
    expect(heads).to_have_text(order)
    assert tab.evaluate("window.ran") is None
    expect(one.locator("tbody tr").nth(1)).to_contain_text("OMe")
    drawn = one.locator("tbody tr").first.locator("td.group svg")
    expect(drawn).to_have_count(1)
    assert drawn.bounding_box()["width"] > 70
    button = one.locator("thead button", has_text="EGFR measured")
    button.focus()
    tab.keyboard.press("Enter")
    expect(one.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    best = ["bromide", HOSTILE, "with a hydroxyl", "weak", "first", "chloride", HOSTILE]
    expect(heads).to_have_text(best)
    tab.keyboard.press("Enter")
    worst = ["weak", "with a hydroxyl", HOSTILE, "bromide", "first", "chloride", HOSTILE]
    expect(heads).to_have_text(worst)
    one.locator("thead button", has_text="R2").click()
    expect(heads.first).to_have_text("bromide")
    one.locator("tbody a", has_text="chloride").click()
    expect(tab.locator("#opened-name")).to_have_text("chloride")
    tab.locator("#opened a", has_text="R-groups of the series").click()
    expect(tab.locator("#opened")).to_be_hidden()
    expect(one).to_be_in_viewport()
