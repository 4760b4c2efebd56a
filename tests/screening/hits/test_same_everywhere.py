"""hits.csv, hits.sdf and hits.xlsx hold the same compounds in one order, with the same cells."""

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape
from rdkit import Chem

from screening.evidence.evidence import Evidence, Neighbour
from screening.hits.dictionary import define_columns
from screening.hits.hit_files import write_hits, write_hits_sdf
from screening.hits.table import HitTable, hit_table
from screening.hits.workbook import write_workbook
from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import rank_with_costly_filters
from screening.rank.rank import Ranking
from screening.rank.structure_columns import with_structure_columns
from screening.reason.measurements import Contradiction
from screening.report.manifest import RunFacts
from screening.report.report_data import page_data
from screening.score.card_facts import CardFacts
from screening.text.cells import unescape_cell

HOSTILE = [
    ("=1+1", "<script>alert(1)</script>", "+cmd|' /C calc'!A0"),
    ("0012345678901234567", 'say "x", then', "1E5"),
    ("../../etc/passwd", "\u202ertl \u200b\U0001f600", "＝SUM(1)"),
    ("MAR1", "<r>raw</r>", "> 5"),
    ("2-3", "5'-AMP", "'=1"),
    ("a&b;c", "Ünïcode-β", "-"),
    ("TRUE", "<b", "@x"),
    ("nan", "NA", ""),
]
"""Id, name and a vendor's field of each compound."""


@pytest.fixture(scope="module")
def table(
    kinase: Screen,
    units: dict[str, str],
    scored: Callable[..., pd.DataFrame],
    evidence: list[Evidence],
) -> HitTable:
    who = [(i, name, {"Note <1>": note}) for i, name, note in HOSTILE]
    ranking = rank_with_costly_filters(lambda: [scored(who)], kinase)
    near = evidence[1].neighbours["activity_EGFR"]
    above = near[0]._replace(relation=">", id="=ID")
    known = [evidence[0]._replace(neighbours={"activity_EGFR": (above, *near)}), *evidence[1:]]
    hits = with_structure_columns(ranking.hits.assign(activity_distance=0.25))
    return hit_table(
        hits, kinase, units, ["Note <1>"], known, CardFacts({"activity_distance": 0.2})
    )


def test_the_csv_file_by_two_readers(table: HitTable, tmp_path: Path) -> None:
    path = tmp_path / "hits.csv"
    write_hits(path, table)
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert [unescape_cell(name) for name in header] == [column.name for column in table.columns]
    plain = [
        [
            cell if column.decimals is not None or column.is_measurement else unescape_cell(cell)
            for cell, column in zip(row, table.columns, strict=True)
        ]
        for row in rows
    ]
    assert plain == table.rows
    again = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert list(again) == header
    assert again.to_numpy().tolist() == rows


def test_the_sd_file_by_rdkit(table: HitTable, tmp_path: Path) -> None:
    path = tmp_path / "hits.sdf"
    write_hits_sdf(path, table)
    mols = list(Chem.ForwardSDMolSupplier(str(path)))
    names = [column.name.replace("<", "_").replace(">", "_") for column in table.columns]
    for mol, row in zip(mols, table.rows, strict=True):
        assert [name for name in mol.GetPropNames() if name != "_Name"] == names
        # A field cannot begin with ">": a blank goes before it.
        fields = [f" {cell}" if cell.startswith(">") else cell for cell in row]
        assert [mol.GetProp(name) for name in names] == fields
        assert mol.GetProp("_Name") == row[1]
        assert Chem.MolToSmiles(mol) == Chem.CanonSmiles(row[2])


def test_the_workbook_by_openpyxl(table: HitTable, kinase: Screen, tmp_path: Path) -> None:
    path = tmp_path / "hits.xlsx"
    write_workbook(path, table, define_columns(table, kinase, {}))
    header, *rows = openpyxl.load_workbook(path)["hits"].iter_rows(values_only=True)
    assert list(header) == [column.name for column in table.columns]
    for row, expected in zip(rows, table.rows, strict=True):
        for value, column, text in zip(row, table.columns, expected, strict=True):
            if isinstance(value, str) or value is None:
                assert unescape(value or "") == text
            else:
                assert column.is_number
                assert float(text) == value


def test_the_warning_of_the_limit_is_in_the_reason(table: HitTable) -> None:
    words = "outside activity's domain (distance 0.25, limit 0.20)"
    assert all(c["reason"].startswith(words) for c in table.records())
    assert table.doubts == (("outside activity's domain",),) * len(table.rows)


@pytest.mark.parametrize(
    ("by", "says"), [(-3.0, "which contradicts the prediction"), (3.0, "stronger than predicted")]
)
def test_a_contradiction_of_the_reason_is_the_reports(
    kinase: Screen,
    units: dict[str, str],
    ranking: Ranking,
    facts: RunFacts,
    evidence: list[Evidence],
    by: float,
    says: str,
) -> None:
    """Both are told from the same numbers, not from those that a cell has left of them."""
    task = kinase.objective.primary[0].task
    first = ranking.hits.iloc[0]
    own = Neighbour("own", first["smiles"], 1.0, first[task] + by)
    known = [evidence[0]._replace(neighbours={task: (own,)}), *evidence[1:]]
    table = hit_table(ranking.hits, kinase, units, evidence=known)
    measured = f"measured {own.value:.1f}"
    assert table.records()[0]["reason"].startswith(f"{measured}, {says} ({first[task]:.1f}")
    one = Contradiction(measured, by > 0)
    assert table.contradictions == ({"EGFR": one}, *[{}] * (len(ranking.hits) - 1))
    data = page_data(table, kinase, facts, known).facts
    told = {"text": f"EGFR {measured}, {says}", "stronger": by > 0}
    assert data["contradictions"][:2] == [[told], []]
    of_both = [data["compared"][at][0]["text"] for at in (0, 1)]
    but = f" predicted; from the prediction, although the compound was {measured}"
    assert of_both[0].endswith(but)
    assert of_both[1].endswith(" predicted")
