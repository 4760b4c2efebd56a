"""hits.csv: documented columns, rounded numbers, and texts that every reader gets back."""

import csv
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chem.features.properties import PROPERTIES
from screening.evidence.evidence import Evidence, Neighbour
from screening.hits.hit_files import write_csv, write_hits
from screening.hits.table import Group, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking, merge_top
from screening.rank.structure_columns import with_structure_columns
from screening.score.target_panel import TargetPanel
from screening.text.cells import escape_cell, unescape_cell

Scored = Callable[..., pd.DataFrame]
HOSTILE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_columns_are_in_the_documented_order(
    panel_ranking: Ranking,
    kinase: Screen,
    units: dict[str, str],
    evidence: list[Evidence],
    panel: TargetPanel,
) -> None:
    hits = with_structure_columns(panel_ranking.hits.assign(activity_distance=0.5))
    table = hit_table(hits, kinase, units, ["Price"], evidence, panel=panel)
    by_group = {
        group: [column.name for column in columns]
        for group, columns in groupby(table.columns, lambda column: column.group)
    }
    nearest = ["id", "smiles", "similarity", "value", "others"]
    assert by_group == {
        "identity": [
            *("rank", "compound_id", "smiles", "score", "name", "picked_by", "list_rank", "reason")
        ],
        "score": list(kinase.objective.columns),
        "prediction": [
            t + end
            for t in kinase.objective.tasks
            for end in ("", "_std", "_lo", "_hi", "_nM", "_nM_lo", "_nM_hi")
            if "nM" not in end or t.startswith("activity_")
        ],
        "efficiency": ["EGFR_LE", "EGFR_LLE"],
        "others": ["EGFR_over_others", "EGFR_highest_others"],
        "panel": ["S_1uM", "S_1uM_lo", "S_1uM_hi", "selectivity_entropy"],
        "domain": ["activity_distance"],
        "neighbours": [f"nearest_EGFR_{end}" for end in nearest],
        "alerts": ["alerts"],
        "property": [*PROPERTIES, "qed", "sa_score"],
        "structure": ["scaffold", "cluster", "stereo", "variant_of"],
        "input": ["changes", "row", "input_smiles"],
        "vendor": ["Price", "vendor_score", "vendor_column"],
    }
    assert list(by_group) == list(get_args(Group)), "each group in one piece, in its order"
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)


def test_what_a_ranking_does_not_know_has_no_column(kinase: Screen, scored: Scored) -> None:
    hits = merge_top([scored([("1", "", {})])], kinase).hits
    names = {column.name for column in hit_table(hits, kinase, {}).columns}
    assert not names & {"picked_by", "alerts", "qed", "sa_score", "scaffold", "cluster", "stereo"}
    assert not [name for name in names if name.startswith("nearest_")]
    assert {"reason", "changes", "input_smiles"} <= names


def test_evidence_is_told_beside_its_hit(
    ranking: Ranking, kinase: Screen, units: dict[str, str], evidence: list[Evidence]
) -> None:
    some = [evidence[0]._replace(neighbours={}), *evidence[1:]]
    table = hit_table(ranking.hits, kinase, units, evidence=some)
    first, *others = table.records()
    assert {text for name, text in first.items() if name.startswith("nearest_")} == {""}
    for cells, known in zip(others, evidence[1:], strict=True):
        near = known.neighbours["activity_EGFR"]
        assert cells["nearest_EGFR_id"] == near[0].id
        assert cells["nearest_EGFR_smiles"] == near[0].smiles
        assert cells["nearest_EGFR_similarity"] == "0.90"
        assert float(cells["nearest_EGFR_value"]) == pytest.approx(near[0].value, abs=0.0051)
        assert cells["nearest_EGFR_others"].count("; ") == 1
        assert f"; {near[2].id} <" in cells["nearest_EGFR_others"]
    with pytest.raises(ValueError, match="zip"):
        hit_table(ranking.hits, kinase, units, evidence=evidence[:-1])


def test_a_measured_value_is_no_text_to_escape(
    ranking: Ranking, kinase: Screen, evidence: list[Evidence], tmp_path: Path
) -> None:
    hostile = Neighbour("=HYPERLINK()", "CCO", 0.5, -3.2)
    bound = hostile._replace(value=9.3, relation=">")
    nothing: dict[str, tuple[Neighbour, ...]] = {}
    some = [
        known._replace(neighbours=near)
        for known, near in zip(
            evidence,
            [{"activity_EGFR": (one,)} for one in (hostile, bound)] + [nothing] * len(evidence[2:]),
            strict=True,
        )
    ]
    write_hits(tmp_path / "hits.csv", hit_table(ranking.hits, kinase, {}, evidence=some))
    back = pd.read_csv(tmp_path / "hits.csv", dtype=str, keep_default_na=False)
    assert back["nearest_EGFR_value"].tolist()[:3] == ["-3.20", ">9.30", ""]
    assert back["nearest_EGFR_id"].tolist()[:2] == ["'=HYPERLINK()"] * 2


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
    assert content.startswith(
        b"rank,compound_id,smiles,score,name,picked_by,list_rank,reason,d_EGFR,"
    )
    assert content.count(b"\n") == 1 + len(ranking.hits)


@pytest.mark.parametrize("compound_id", ["007", "NA", "1E5", "nan", "", "1,5", "-5", "=1", "é"])
def test_ids_stay_text(compound_id: str, kinase: Screen, scored: Scored, tmp_path: Path) -> None:
    hits = merge_top([scored([(compound_id, "NA", {"Lot": "00012"})])], kinase).hits
    write_hits(tmp_path / "hits.csv", hit_table(hits, kinase, {}))
    back = pd.read_csv(tmp_path / "hits.csv", dtype=str, keep_default_na=False)
    assert unescape_cell(back["compound_id"][0]) == compound_id
    assert (back["name"][0], back["Lot"][0]) == ("NA", "00012")


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
