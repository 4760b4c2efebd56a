"""LibreOffice opens what a run hands over as a chemist does: nothing runs, ids stay text."""

import csv
import shutil
import subprocess
from collections.abc import Callable

import pandas as pd
import pytest

from screening.evidence.evidence import Evidence
from screening.hits.dictionary import Definition, define_columns
from screening.hits.hit_files import write_csv, write_hits
from screening.hits.table import HitTable, hit_table
from screening.hits.workbook import write_workbook
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.structure_columns import with_structure_columns
from screening.text.cells import unescape_cell

OFFICE = shutil.which("soffice")
CSV_AS_TEXT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
"""Comma, quotes, UTF-8, cells as they are stored and not as they are shown."""
IDS = ["0012345678901234567", "1E5", "2-3", "MAR1", "=1+1", "<b>x</b>", "TRUE", "007"]
NAMES = [
    *("=HYPERLINK(\"http://x\")", "+1", "@SUM(A1)", "say \"x\"", "Ünïcode-β", "\u202ertl"),
    *("<r>raw & <t>markup</r>", "\U0001f600"),
]  # fmt: skip

pytestmark = pytest.mark.skipif(
    OFFICE is None, reason="LibreOffice (soffice) is not on this machine"
)


@pytest.fixture(scope="module")
def table(
    kinase: Screen,
    units: dict[str, str],
    scored: Callable[..., pd.DataFrame],
    evidence: list[Evidence],
) -> HitTable:
    who = [(i, name, {"Lot": f"00{name}"}) for i, name in zip(IDS, NAMES, strict=True)]
    hits = with_structure_columns(rank_with_costly_filters(lambda: [scored(who)], kinase).hits)
    return hit_table(hits, kinase, units, ["Lot"], evidence)


@pytest.fixture(scope="module")
def opened(
    table: HitTable, kinase: Screen, units: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[list[str]]]:
    """What LibreOffice makes of each file, as rows of texts."""
    folder = tmp_path_factory.mktemp("office")
    write_hits(folder / "hits.csv", table)
    definitions = define_columns(table, kinase, units)
    write_csv(folder / "columns.csv", Definition._fields, definitions)
    write_workbook(folder / "book.xlsx", table, definitions)
    assert OFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", CSV_AS_TEXT]
    command += ["--outdir", str(folder / "out")]
    texts = [str(folder / name) for name in ("hits.csv", "columns.csv")]
    for files in (["--infilter=CSV:44,34,76,1", *texts], [str(folder / "book.xlsx")]):
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=120)
    found = {}
    for name in ("hits", "columns", "book"):
        with (folder / "out" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            found[name] = list(csv.reader(file))
    return found


def test_the_workbook_shows_every_text_as_it_is(
    table: HitTable, opened: dict[str, list[list[str]]]
) -> None:
    header, *rows = opened["book"]
    assert header == [column.name for column in table.columns]
    text = [at for at, column in enumerate(table.columns) if not column.is_number]
    for row, expected in zip(rows, table.rows, strict=True):
        assert [row[at] for at in text] == [expected[at] for at in text]
    assert sorted(row[1] for row in rows) != sorted(IDS), "one of the eight is too small for a hit"
    assert {row[1] for row in rows} < set(IDS)


@pytest.mark.parametrize("file", ["book", "hits"])
def test_the_numbers_are_the_numbers(
    file: str, table: HitTable, opened: dict[str, list[list[str]]]
) -> None:
    header, *rows = opened[file]
    assert len(header) == len(table.columns)
    for row, expected in zip(rows, table.rows, strict=True):
        for cell, column, text in zip(row, table.columns, expected, strict=True):
            if column.is_number and not text.startswith(("<", ">")) and text:
                assert float(cell) == float(text), column.name
            if column.is_measurement and text.startswith(("<", ">")):
                assert cell == text


def test_no_text_of_the_csv_file_runs(table: HitTable, opened: dict[str, list[list[str]]]) -> None:
    _, *rows = opened["hits"]
    names = [unescape_cell(row[4]) for row in rows]
    assert names == [cells["name"] for cells in table.records()]
    # A CSV file cannot say that 1E5 is text, and this is what hits.xlsx is for.
    ids = {row[1] for row in rows}
    assert "'=1+1" in ids
    assert "0012345678901234567" not in ids


def test_the_dictionary_opens(table: HitTable, opened: dict[str, list[list[str]]]) -> None:
    _, *rows = opened["columns"]
    assert [row[0] for row in rows] == [column.name for column in table.columns]
