"""More than 300 hostile texts through every output: nothing runs, links, fetches or escapes.

Each text is the id, the name, a vendor's cell and the structure of records, and the header of a
column. ``test_hand_over_whole`` holds that they come back as they were.
"""

import csv
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd
import pytest
from distributed import Client
from markdown_it import MarkdownIt
from rdkit import Chem, rdBase

from chem.library.read import open_library
from flows.prefect_support import artifacts
from flows.terminal.console import note
from flows.terminal.tables import show_table
from gnn.bundle.bundle import Bundle
from screening.hits.top import brief_table, top_table
from screening.objective.screen_settings import Screen
from screening.runs.dossier import Dossier, open_dossier
from screening.runs.dossier_page import render_dossier, sections
from screening.runs.past_run import PastRun, open_run
from screening.runs.plan import plan_run
from screening.runs.predict import predict_file
from screening.runs.run import run_screen
from screening.runs.write_run import Outcome
from screening.score.predicted_columns import wanted_tasks
from tests.screening.hostile import TEXTS
from tests.screening.office import NO_OFFICE, OFFICE, count_live

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
COUNT = len(TEXTS)
STRUCTURES = [f"{'C' * a}Oc1ccc({'C' * b})cc1" for a in range(1, 21) for b in range(1, 21)][:COUNT]
LINK = re.compile(
    r"(https?:\/\/|www(?=\.))([-.\w]+)|([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)", re.IGNORECASE | re.ASCII
)
"""What the page of Prefect makes links of, in text that is shown (remark-gfm)."""


class Runs(NamedTuple):
    """What was made of the texts."""

    rows: Outcome
    """Of a library whose records are hostile: a hit, a reject and a duplicate for each text."""
    columns: Outcome
    """Of a library whose header is."""
    predicted: Path
    """A CSV file of predictions for the first."""

    @property
    def csv_files(self) -> list[Path]:
        folders = (self.rows.folder, self.columns.folder)
        return [*(one for folder in folders for one in folder.rglob("*.csv")), self.predicted]


def write(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


@pytest.fixture(scope="module")
def runs(lone: Client, small_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("hostile")
    first = ["compound_id", "smiles", "name"]
    hits = [[one, text, one] for one, text in zip(TEXTS, STRUCTURES, strict=True)]
    records = [*hits, *([one, one, one] for one in TEXTS), *hits]
    rows = write(folder / "rows.csv", [[*first, "Note"], *([*one, one[0]] for one in records)])
    columns = {"compound_id": list("abc"), "smiles": STRUCTURES[:3], **dict.fromkeys(TEXTS, "x")}
    wide = folder / "columns.parquet"  # its names may have line breaks
    pd.DataFrame(columns).to_parquet(wide)

    def run(library: Path) -> Outcome:
        screen = Screen.model_validate(
            {
                "name": "hostile",
                "title": "<b>&amp;</b> =1+1 [x](javascript:window.ran=1) \x1b[31m",
                "library": str(library),
                "bundles": [str(small_bundle.path)],
                "hits": COUNT,
                "primary": [{"task": "small_EGFR", "zero": 5.0, "full": 8.0}],
                "lab": {"reference": "x;=1+1;\x1b[31m<script>window.ran=1</script>"},
            }
        )
        out = folder / library.stem
        return run_screen(plan_run(screen, out, prepared=folder / f"{out.name}-p"), lone)

    made = [run(rows), run(wide)]
    wanted = wanted_tasks((small_bundle,))
    predict_file(open_library(rows), folder / "rows-p", wanted, folder / "p.csv", lone)
    return Runs(made[0], made[1], folder / "p.csv")


@pytest.fixture(scope="module")
def past(runs: Runs) -> PastRun:
    return open_run(runs.rows.folder)


@pytest.fixture(scope="module")
def dossier(past: PastRun) -> Dossier:
    """Of a hit, with all texts among its cells."""
    found = open_dossier(past, 1)
    return found._replace(extra={**found.extra, **{text: text for text in TEXTS}})


def test_every_text_is_there(runs: Runs) -> None:
    assert COUNT >= 300
    counts = runs.rows.manifest.counts
    assert counts.hits == counts.duplicates == COUNT
    assert counts.rejected == COUNT
    assert {hit["compound_id"] for hit in runs.rows.table.records()} == set(TEXTS)
    assert len(runs.columns.table.columns) > COUNT
    names = {path.name for path in runs.csv_files}
    assert names >= {"hits.csv", "order.csv", "plates.csv", "source_plates.csv", "picklist.csv"}
    assert names >= {"picklist_echo.csv", "rejects.csv", "duplicates.csv", "columns.csv", "p.csv"}


@pytest.mark.skipif(OFFICE is None, reason=NO_OFFICE)
@pytest.mark.parametrize("separators", ["44", "59", "9", "124", "44/59/9/124"])
def test_no_csv_file_has_a_formula(runs: Runs, separators: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    with raw.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(["", text, ""] for text in TEXTS)
    found = count_live([raw, *runs.csv_files], separators)
    assert found.pop(raw) > 3, "nothing would run"
    assert {path.name: count for path, count in found.items() if count} == {}


@pytest.mark.skipif(OFFICE is None, reason=NO_OFFICE)
def test_no_workbook_has_a_formula_or_a_link(runs: Runs) -> None:
    books = [one.folder / "hits.xlsx" for one in (runs.rows, runs.columns)]
    assert set(count_live(books).values()) == {0}
    for book in books:
        for sheet in openpyxl.load_workbook(book):
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_an_sd_file_has_the_records_and_the_fields_that_were_written(runs: Runs) -> None:
    for made, count in ((runs.rows, COUNT), (runs.columns, 3)):
        path = made.folder / "hits.sdf"
        with rdBase.BlockLogs():
            found = list(Chem.SDMolSupplier(str(path)))
        assert [mol is not None for mol in found] == [True] * count
        fields = {len(list(mol.GetPropNames())) for mol in found}
        assert len(fields) == 1
        assert not any(mol.HasProp("evil") or mol.HasProp("x") for mol in found)
        assert len(list(open_library(path))) == count


# --- Pages


class Tags(HTMLParser):
    """Counts the tags of a page, with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag, tuple(name for name, _ in attrs)] += 1
        assert not [name for name, _ in attrs if name.startswith("on") or name == "srcdoc"]
        assert all((text or "#").startswith("#") for name, text in attrs if name in ("href", "src"))


def test_no_text_changes_the_tags_of_a_dossier(past: PastRun, dossier: Dossier) -> None:
    """Every text as id, name, structure and cell, in a short page; and all as cells of one."""
    short = dossier._replace(evaluation=None, extra={})

    def page(text: str) -> str:
        changed = short._replace(compound_id=text, name=text, input_smiles=text, outcome=text)
        return render_dossier(changed._replace(extra={text: text}, steps=((text, text),)), past)

    expected = Tags(page("plain")).found
    for text in TEXTS:
        assert Tags(page(text)).found == expected, text
    plain = dossier._replace(extra={f"c{at}": "plain" for at in range(len(dossier.extra))})
    assert Tags(render_dossier(dossier, past)).found == Tags(render_dossier(plain, past)).found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("which", ["rows", "columns", "dossier"])
def test_a_browser_runs_fetches_and_links_nothing(
    which: str, runs: Runs, browser: Any, past: PastRun, dossier: Dossier, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    if which == "dossier":
        path.write_text(render_dossier(dossier, past), encoding="utf-8")
    else:
        path = getattr(runs, which).folder / "report.html"
    said: list[str] = []
    asked: list[str] = []
    tab = browser.new_page()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    if which != "dossier":
        tab.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
        hits = tab.locator(".tile").count()
        assert hits == len(getattr(runs, which).table.rows)
        tab.select_option("#view", "table")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")  # a whole card for each hit
        assert tab.locator("#printed .card").count() == hits
    assert tab.evaluate("window.ran") is None
    assert tab.evaluate(ACTIVE) == []
    assert said == []
    assert {url.partition("#")[0] for url in asked} == {path.as_uri()}
    tab.close()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("which", ["rows", "columns"])
def test_a_report_without_scripts_fetches_and_links_nothing(
    which: str, runs: Runs, browser: Any
) -> None:
    page = (getattr(runs, which).folder / "report.html").as_uri()
    asked: list[str] = []
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page)
    rows = getattr(runs, which).table.rows
    assert tab.locator("noscript tbody tr").count() == len(rows)
    made_of = "p, table, thead, tr, th, tbody, td, bdi"
    assert tab.locator(f"noscript :not({made_of})").count() == 0
    assert tab.locator("a:not([href^='#']), [src], [action], [onload], [onerror]").count() == 0
    assert asked == [page]
    context.close()


ACTIVE = """[...document.querySelectorAll("*")].filter((one) =>
    /^(img|iframe|object|embed|base|link|math|textarea|audio|video)$/i
        .test(one.localName)
    || [...one.attributes].some(({ name, value }) => /^on|^srcdoc$/i.test(name)
        || (/href$|^src$|^action$/i.test(name) && !value.startsWith("#")))
).map((one) => one.outerHTML.slice(0, 200))"""
"""Elements that run, fetch or lead elsewhere."""


# --- Terminals and Prefect


def harmless(said: str) -> bool:
    """Whether a terminal would only show it: no control character but line break and tab."""
    return not [c for c in said if not c.isprintable() and c not in "\n\t"]


@pytest.mark.parametrize("terminal", [False, True])
def test_a_terminal_is_told_nothing_but_text(
    runs: Runs,
    past: PastRun,
    dossier: Dossier,
    terminal: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the tables of ``screen`` and ``explain``, in a pipe and on a terminal without colours."""
    if terminal:
        for name, value in {"FORCE_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)
    screen = past.screen
    for table in (top_table, brief_table):
        headers, rows = table(runs.rows.table, screen, COUNT)
        assert len(rows) == COUNT
        show_table(headers, rows, screen.title)
    show_table(*top_table(runs.columns.table, screen, COUNT), screen.title)
    for text in TEXTS:
        note(text)
    for section in sections(dossier._replace(outcome=TEXTS[0], name="\n".join(TEXTS)), past):
        show_table(section.header, section.rows, section.title)
    said = capsys.readouterr()
    assert harmless(said.out)
    assert harmless(said.err)
    assert ("─" in said.out or "━" in said.out) == terminal
    assert "[red]" in said.out
    assert "[/red]" in said.out


def test_prefects_artifacts_are_text(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    summaries: list[str] = []

    def take(content: Any, key: str, description: str) -> None:
        assert re.fullmatch(r"[a-z0-9-]+", key)
        shown.append(description)
        if isinstance(content, str):
            summaries.append(content)
        else:
            shown.extend(text for row in content for pair in row.items() for text in pair)

    class Log:
        def info(self, *words: object) -> None:
            assert harmless(" ".join(map(str, words)))

        warning = info

    def top(table: Any, screen: Screen, size: int) -> Any:
        return top_table(table, screen, COUNT)

    monkeypatch.setattr(artifacts, "top_table", top)
    monkeypatch.setattr(artifacts, "create_table_artifact", take)
    monkeypatch.setattr(artifacts, "create_markdown_artifact", take)
    monkeypatch.setattr(artifacts, "get_run_logger", Log)
    past = open_run(runs.rows.folder)
    artifacts.publish(past.screen, runs.rows)
    artifacts.publish(past.screen, runs.columns)
    assert len(shown) > 2 * COUNT
    render = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render
    for text in dict.fromkeys(shown):
        html = render(text)
        assert set(re.findall(r"<([a-z0-9]+)", html)) <= {"p"}, text
        assert not LINK.search(re.sub(r"<[^>]*>", "", html)), text
    for text in summaries:
        tags = set(re.findall(r"<([a-z0-9]+)", render(text)))
        assert tags <= {"p", "h1", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code"}
        assert not LINK.search(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "".join(shown))
