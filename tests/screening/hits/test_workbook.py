"""hits.xlsx: the cells of hits.csv, where no text is anything but a text."""

import gc
import re
import zipfile
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from chem.output.depict import draw_png
from screening.evidence.evidence import Evidence
from screening.hits.dictionary import Definition, define_columns
from screening.hits.table import Column, Group, HitTable, hit_table
from screening.hits.workbook import CUT, LONGEST, PICTURE, PICTURES, SHRUNK, write_workbook
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.rank.structure_columns import with_structure_columns
from screening.score.target_panel import TargetPanel

TEXTS = [
    *("0012345678901234567", "1E5", "2-3", "MAR1", "TRUE", "#N/A", "1,5", "007", "nan"),
    *("=1+1", "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "'=1", "＝1", "\t=1"),
    *("<script>alert(1)</script>", "<r>raw & <t>markup</r>", "<r></r>", "a&b", 'say "x"'),
    *("../../etc/passwd", "C:\\x", "line\nbreak", "tab\tstop", "  blanks  ", "_x000D_", "a\rb"),
    *("\u202eright to left", "zero\u200bwidth", "Ünïcode-β", "\U0001f600", "\x07bell", "http://x.y"),
]  # fmt: skip
"""What a spreadsheet takes for a number, a date, a formula or markup, and what breaks lines."""


def text_table(texts: list[str]) -> HitTable:
    columns = (Column("rank", "rank", 0, "identity"), Column("id", "id", None, "identity"))
    return HitTable(columns, [[str(n), text] for n, text in enumerate(texts, 1)])


def read_sheet(path: Path, name: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


@pytest.fixture(scope="module")
def whole(
    panel_ranking: Ranking,
    kinase: Screen,
    units: dict[str, str],
    evidence: list[Evidence],
    panel: TargetPanel,
) -> tuple[HitTable, tuple[Definition, ...]]:
    table = hit_table(
        with_structure_columns(panel_ranking.hits.assign(activity_distance=0.5)),
        kinase,
        units,
        ["Price"],
        evidence,
        panel=panel,
    )
    return table, define_columns(table, kinase, units)


def test_the_same_cells_as_the_csv_file_in_the_same_order(
    whole: tuple[HitTable, tuple[Definition, ...]], tmp_path: Path
) -> None:
    table, definitions = whole
    path = tmp_path / "hits.xlsx"
    write_workbook(path, table, definitions)
    header, *rows = openpyxl.load_workbook(path)["hits"].iter_rows()
    assert [cell.value for cell in header] == [column.name for column in table.columns]
    for row, expected in zip(rows, table.rows, strict=True):
        for cell, column, text in zip(row, table.columns, expected, strict=True):
            if column.figures is not None:
                assert (cell.data_type, float(cell.value)) == ("n", float(text))
                assert len(cell.number_format) == len(text.partition(".")[2]) + 1 + ("." in text)
            elif column.decimals is not None:
                assert cell.data_type == "n"
                assert f"{cell.value:.{column.decimals}f}" == text
                assert cell.number_format == ("0." + "0" * column.decimals).removesuffix(".")
            elif column.is_measurement and not text.startswith(("<", ">")):
                assert f"{cell.value:.2f}" == text
            else:
                assert (cell.value or "") == text
                assert cell.value is None or (cell.data_type, cell.number_format) == ("s", "@")
    assert read_sheet(path, "columns") == [
        list(Definition._fields),
        *([text or None for text in definition] for definition in definitions),
    ]


@pytest.mark.parametrize(
    ("prices", "kind"),
    [
        (["12.50", "9", "", "104.00"], "n"),
        (["12.50", "9 USD", "", "104.00"], "s"),
        (["12.50", "009", "", "104.00"], "s"),
        (["12,50", "9", "", "104.00"], "s"),
        (["12.50", "-9", "", "104.00"], "s"),
    ],
)
def test_prices_are_numbers_if_all_are_plain(prices: list[str], kind: str, tmp_path: Path) -> None:
    """The columns beside them stay texts, even if their cells look like numbers."""
    columns = (*text_table([]).columns, *(Column(n, n, None, "vendor") for n in ("price", "code")))
    table = HitTable(columns, [[str(n), "x", cell, "7"] for n, cell in enumerate(prices, 1)])
    write_workbook(tmp_path / "hits.xlsx", table, [], "price")
    sheet = openpyxl.load_workbook(tmp_path / "hits.xlsx")["hits"]
    _, *cells = list(sheet.columns)[2]
    assert {cell.data_type for cell in cells if cell.value is not None} == {kind}
    shown = {"n": ["0.00", "0", "0.00"], "s": ["@"] * 3}[kind]
    assert [cell.number_format for cell in cells if cell.value is not None] == shown
    assert {cell.data_type for cell in list(sheet.columns)[3]} == {"s"}


def test_header_and_ids_stay_in_view_and_groups_fold(
    whole: tuple[HitTable, tuple[Definition, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "hits.xlsx"
    write_workbook(path, *whole)
    sheet = openpyxl.load_workbook(path)["hits"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == sheet.dimensions
    with zipfile.ZipFile(path) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    spans = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* outlineLevel="1"', xml)
    folds = {at - 1 for first, last in spans for at in range(int(first), int(last) + 1)}
    groups = [column.group for column in whole[0].columns]
    firsts = {groups.index(group) for group in get_args(Group)}
    identity = {at for at, group in enumerate(groups) if group == "identity"}
    assert folds == set(range(len(groups))) - firsts - identity


def test_each_hit_has_its_picture_in_its_row(
    whole: tuple[HitTable, tuple[Definition, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "hits.xlsx"
    write_workbook(path, *whole)
    sheet = openpyxl.load_workbook(path)["hits"]
    smiles = [row["smiles"] for row in whole[0].records()]
    assert len(sheet._images) == len(smiles)
    for row, (text, image) in enumerate(zip(smiles, sheet._images, strict=True), 1):
        anchor = image.anchor
        assert (anchor._from.row, anchor._from.col, anchor.to.row) == (row, 2, row)
        assert anchor.editAs is None, "it moves and is hidden with its cells"
        assert image._data() == draw_png(text, *PICTURE)
        assert sheet.row_dimensions[row + 1].height * 4 / 3 > PICTURE[1] * SHRUNK
        assert sheet.cell(row + 1, 3).value == text


def test_a_long_list_has_pictures_of_its_first_hits(
    whole: tuple[HitTable, tuple[Definition, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("screening.hits.workbook.PICTURES", 3)
    write_workbook(tmp_path / "hits.xlsx", *whole)
    sheet = openpyxl.load_workbook(tmp_path / "hits.xlsx")["hits"]
    assert [image.anchor._from.row for image in sheet._images] == [1, 2, 3]
    assert sheet.cell(6, 3).value == whole[0].records()[4]["smiles"]
    (said,) = [one.meaning for one in whole[1] if one.column == "smiles"]
    assert f"the first {PICTURES:,} hits have a picture" in said


def test_hostile_texts_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_workbook(path, text_table(TEXTS), [])
    cells = [row[1] for row in openpyxl.load_workbook(path)["hits"].iter_rows(min_row=2)]
    assert [unescape(cell.value) for cell in cells] == TEXTS
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in parts.namelist() if "rels" in name and "sheet" in name]
    assert "<f>" not in sheet
    assert "raw &amp; &lt;t&gt;markup" in sheet


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_every_text_comes_back(texts: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_workbook(path, text_table(texts), [])
    assert [unescape(row[1]) for row in read_sheet(path, "hits")[1:]] == texts


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_workbook(path, text_table(["y" * LONGEST, "z" * (LONGEST + 1)]), [])
    fits, cut = (row[1] for row in read_sheet(path, "hits")[1:])
    assert fits == "y" * LONGEST
    assert len(cut) == LONGEST
    assert re.fullmatch("z+" + re.escape(CUT), cut)


def test_the_same_table_gives_the_same_bytes(
    whole: tuple[HitTable, tuple[Definition, ...]], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_workbook(tmp_path / name, *whole)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_hits_are_a_header(
    whole: tuple[HitTable, tuple[Definition, ...]], tmp_path: Path
) -> None:
    table, definitions = whole
    write_workbook(tmp_path / "x.xlsx", table._replace(rows=[]), definitions)
    assert len(read_sheet(tmp_path / "x.xlsx", "hits")) == 1


def test_what_cannot_be_written_is_the_systems_error_and_leaves_nothing(
    whole: tuple[HitTable, tuple[Definition, ...]], tmp_path: Path
) -> None:
    """A name that is too long for the file system, so that the file is refused at its end."""
    with pytest.raises(OSError, match="too long"):
        write_workbook(tmp_path / ("x" * 300), *whole)
    broken = whole[0]._replace(rows=[["too few"]])
    with pytest.raises(ValueError, match="zip"):
        write_workbook(tmp_path / "x.xlsx", broken, whole[1])
    gc.collect()
    assert list(tmp_path.iterdir()) == []
