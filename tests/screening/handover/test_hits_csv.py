"""hits.csv: documented columns, rounded numbers, and texts that every reader gets back."""

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chem.describe import PROPERTIES
from screening.handover.cells import escape_cell, unescape_cell
from screening.handover.csvfile import write_csv, write_hits
from screening.handover.table import hit_table
from screening.rank import Ranking, merge_top
from screening.screen import Screen

Scored = Callable[..., pd.DataFrame]
HOSTILE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_columns_are_in_the_documented_order(
    ranking: Ranking, kinase: Screen, units: dict[str, str]
) -> None:
    names = [column.name for column in hit_table(ranking.hits, kinase, units).columns]
    assert names[:5] == ["rank", "compound_id", "smiles", "score", "name"]
    parts = len(kinase.objective_columns)
    assert tuple(names[5 : 5 + parts]) == kinase.objective_columns
    predictions = [t + end for t in kinase.tasks for end in ("", "_std", "_lo", "_hi")]
    after = 5 + parts + len(predictions)
    assert names[5 + parts : after] == predictions
    assert names[after:-5] == ["changes", *PROPERTIES, "qed", "alerts"]
    assert names[-5:] == ["row", "input_smiles", "Price", "vendor_score", "vendor_column"]
    assert len(set(names)) == len(names)


def test_the_library_decides_the_order_of_its_columns(ranking: Ranking, kinase: Screen) -> None:
    table = hit_table(ranking.hits, kinase, {}, extra_columns=["Stock", "score", "Price"])
    assert [c.source for c in table.columns if c.group == "vendor"] == [
        "Stock",
        "score",
        "Price",
        "",
    ]
    assert {cells["Stock"] for cells in table.records()} == {""}


def test_numbers_are_rounded_to_what_is_known(
    ranking: Ranking, kinase: Screen, units: dict[str, str], tmp_path: Path
) -> None:
    table = hit_table(ranking.hits, kinase, units)
    write_hits(tmp_path / "hits.csv", table)
    back = pd.read_csv(tmp_path / "hits.csv", dtype=str, keep_default_na=False)
    assert back["rank"].tolist() == [str(n) for n in range(1, 1 + len(back))]
    patterns = {
        "score": r"0\.\d{4}",
        "EGFR": r"\d\.\d{2}",
        "EGFR_lower": r"\d\.\d{2}",
        "selectivity_CDK2": r"-?\d\.\d{2}",
        "d_mw": r"[01]\.\d{3}",
        "activity_EGFR_lo": r"\d\.\d{2}",
        "toxicity_herg": r"0\.\d{3}",
        "mw": r"\d{3}\.\d{2}",
        "tpsa": r"\d+\.\d",
        "heavy_atoms": r"\d+",
        "qed": r"0\.\d{2}",
    }
    for column, pattern in patterns.items():
        assert back[column].str.fullmatch(pattern).all(), column
    for column in ("score", "EGFR", "mw", "toxicity_herg"):
        assert (back[column].astype(float) - ranking.hits[column]).abs().max() <= 0.0051
    one = r"(PAINS|BRENK|NIH) [^ ;]+"
    assert back["alerts"].str.fullmatch(f"({one}(; {one})*)?").all()
    assert back["alerts"].str.contains("NIH").any()
    # A negative margin is a number and gets no apostrophe.
    assert (back["selectivity_CDK2"].astype(float) < 0).any()


def test_the_bytes_are_stable_and_plain(ranking: Ranking, kinase: Screen, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write_hits(tmp_path / name, hit_table(ranking.hits, kinase, {}))
    content = (tmp_path / "a.csv").read_bytes()
    assert content == (tmp_path / "b.csv").read_bytes()
    assert b"\r" not in content
    assert content.startswith(b"rank,compound_id,smiles,score,name,d_EGFR,")
    assert content.count(b"\n") == 1 + len(ranking.hits)


@pytest.mark.parametrize("compound_id", ["007", "NA", "1E5", "nan", "", "1,5", "-5", "=1", "é"])
def test_ids_stay_text(compound_id: str, kinase: Screen, scored: Scored, tmp_path: Path) -> None:
    hits = merge_top([scored([(compound_id, "NA", {"Lot": "00012"})])], kinase).hits
    write_hits(tmp_path / "hits.csv", hit_table(hits, kinase, {}))
    back = pd.read_csv(tmp_path / "hits.csv", dtype=str, keep_default_na=False)
    assert unescape_cell(back.loc[0, "compound_id"]) == compound_id
    assert back.loc[0, ["name", "Lot"]].tolist() == ["NA", "00012"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=8))
def test_hostile_texts_come_back_from_both_readers(
    entries: list[tuple[str, str, str, str]], kinase: Screen, scored: Scored, tmp_path: Path
) -> None:
    who = [(a, b, {key: value}) for a, b, key, value in entries]
    hits = merge_top([scored(who)], kinase).hits
    table = hit_table(hits, kinase, {})
    path = tmp_path / "hits.csv"
    write_hits(path, table)
    header, *rows = read_csv(path)
    assert [unescape_cell(name) for name in header] == [column.name for column in table.columns]
    text = [at for at, column in enumerate(table.columns) if column.decimals is None]
    for row, expected in zip(rows, table.rows, strict=True):
        assert [unescape_cell(row[at]) for at in text] == [expected[at] for at in text]
    given_ids = [who[row - 1][0] for row in hits["row"]]
    assert [unescape_cell(row[1]) for row in rows] == given_ids
    again = pd.read_csv(path, dtype=str, keep_default_na=False, header=None)
    assert again.to_numpy().tolist() == [header, *rows]


def test_no_hits_is_a_header(kinase: Screen, scored: Scored, tmp_path: Path) -> None:
    hits = merge_top([scored([("1", "", {})])], kinase).hits.head(0)
    write_hits(tmp_path / "hits.csv", hit_table(hits, kinase, {}))
    (header,) = read_csv(tmp_path / "hits.csv")
    assert header[:4] == ["rank", "compound_id", "smiles", "score"]


@given(left=HOSTILE, right=HOSTILE)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_write_csv_keeps_rows_apart(left: str, right: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert write_csv(path, ["n", "text", "more"], [(-3, left, right), (4, right, left)]) == 2
    expected = [["n", "text", "more"]] + [
        [n, escape_cell(a), escape_cell(b)] for n, a, b in (("-3", left, right), ("4", right, left))
    ]
    assert read_csv(path) == expected
