"""Every column of a hit list is explained, in its order, with what is known of it."""

from pathlib import Path

import pandas as pd
import pytest

from chem.assess.alerts import CITATIONS, SOURCES
from screening.evidence.evidence import Evidence
from screening.hits.dictionary import Definition, define_columns
from screening.hits.hit_files import write_csv, write_hits
from screening.hits.table import Column, HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.rank.structure_columns import with_structure_columns
from screening.text.cells import unescape_cell


@pytest.fixture(scope="module")
def table(
    ranking: Ranking, kinase: Screen, units: dict[str, str], evidence: list[Evidence]
) -> HitTable:
    hits = with_structure_columns(ranking.hits.assign(activity_distance=0.5, toxicity_distance=0.5))
    return hit_table(hits, kinase, units, ["=1+1", "Price"], evidence)


@pytest.fixture(scope="module")
def rows(table: HitTable, kinase: Screen, units: dict[str, str]) -> dict[str, Definition]:
    known = ["activity_EGFR", "toxicity_herg"]
    return {row.column: row for row in define_columns(table, kinase, units, known)}


def test_it_has_the_columns_of_hits_csv_in_their_order(
    table: HitTable, kinase: Screen, units: dict[str, str], tmp_path: Path
) -> None:
    written = define_columns(table, kinase, units)
    write_csv(tmp_path / "columns.csv", Definition._fields, written)
    write_hits(tmp_path / "hits.csv", table)
    hits = pd.read_csv(tmp_path / "hits.csv", dtype=str, keep_default_na=False)
    back = pd.read_csv(tmp_path / "columns.csv", dtype=str, keep_default_na=False)
    assert back["column"].tolist() == list(hits)
    assert list(back) == list(Definition._fields)
    assert [tuple(map(unescape_cell, row)) for row in back.to_numpy().tolist()] == list(written)


def test_each_is_a_plain_sentence_and_no_two_are_told_alike(rows: dict[str, Definition]) -> None:
    for row in rows.values():
        assert row.meaning[0].isupper() or row.meaning.startswith("<"), row
        assert row.meaning.endswith((".", "off.")), row
        assert "  " not in row.meaning, row
        assert len(row.meaning) < 250, row
    meanings = [row.meaning for row in rows.values() if row.group != "vendor"]
    assert len(set(meanings)) == len(meanings)


def test_what_is_known_of_a_few(rows: dict[str, Definition]) -> None:
    mw, hba = rows["mw"], rows["hba"]
    assert (mw.type, mw.unit, mw.decimals) == ("number", "g/mol", "2")
    assert mw.meaning == "Average molecular weight."
    assert (hba.type, hba.unit, hba.range) == ("whole number", "count", "from 0")
    assert rows["logp"].source == "Wildman-Crippen 1999 (doi 10.1021/ci990307l)"
    assert rows["qed"].range == "0 to 1, higher is better"
    assert rows["sa_score"].range == "1 to 10, lower is easier"
    assert rows["sa_score"].source == "Ertl 2009 (doi 10.1186/1758-2946-1-8)"
    herg = rows["toxicity_herg"]
    assert (herg.unit, herg.decimals, herg.range) == ("probability", "3", "0 to 1")
    assert rows["activity_EGFR"].unit == rows["EGFR_std"].unit == "pActivity"
    assert rows["nearest_EGFR_value"].type == "number or bound"
    assert rows["nearest_EGFR_similarity"].decimals == "2"
    assert rows["compound_id"].type == rows["reason"].type == "text"
    assert rows["score"].range == "0.01 to 1"
    # As the screen has it: its weights, its caution.
    assert rows["d_EGFR"].meaning.endswith(
        "full score at 8.5, zero at 5); weight 57 % of the score."
    )
    assert rows["activity_EGFR"].meaning == "Predicted activity_EGFR, in pActivity."
    assert rows["EGFR"].meaning.startswith("The same prediction as in activity_EGFR")
    assert "perhaps measured for another endpoint" in rows["toxicity_distance"].meaning
    assert "a measurement decides" in rows["reason"].meaning
    assert "minus 1 x EGFR_std" in rows["EGFR_lower"].meaning
    assert rows["Price"].source == "the library"
    assert "Column score of the library" in rows["vendor_score"].meaning


def test_it_says_how_little_a_narrow_number_may_mean(rows: dict[str, Definition]) -> None:
    assert "sum of their squares shows no selectivity." in rows["selectivity_CDK2"].meaning
    for column in ("toxicity_herg_lo", "toxicity_herg_hi"):
        assert "disagreement of the networks" in rows[column].meaning
        assert "share of positives" in rows[column].meaning
    assert "width of its 90 % interval" in rows["toxicity_herg_std"].meaning
    assert "the 90 % interval (calibrated)" in rows["activity_EGFR_lo"].meaning
    assert "held 90 % or more of the held-out values" in rows["activity_EGFR_lo"].meaning
    assert "may be recalled" in rows["toxicity_distance"].meaning
    assert "cautious value" in rows["reason"].meaning


@pytest.mark.parametrize("task", ["activity_EGFR", "toxicity_herg"])
@pytest.mark.parametrize("calibrated", [True, False])
def test_an_interval_is_one_where_the_card_says_so(
    task: str, calibrated: bool, table: HitTable, kinase: Screen, units: dict[str, str]
) -> None:
    """Of a class with a coverage, too; and of no regression that nothing was held out for."""
    known = [task] if calibrated else []
    rows = {row.column: row for row in define_columns(table, kinase, units, known)}
    for end in ("_lo", "_hi"):
        assert ("90 % interval (calibrated)" in rows[task + end].meaning) == calibrated
        assert ("not an interval" in rows[task + end].meaning) != calibrated


def test_short_names_are_spelt_out(rows: dict[str, Definition]) -> None:
    assert "heart" in rows["toxicity_herg"].meaning
    assert "mitochondria" in rows["toxicity_SR-MMP"].meaning
    assert "bacteria" in rows["d_ames"].meaning
    assert "liver" in rows["d_dili"].meaning
    for source in SOURCES:
        assert f"{source}: " in rows["alerts"].meaning


def test_every_collection_of_alerts_is_cited(rows: dict[str, Definition]) -> None:
    assert rows["alerts"].source == "; ".join(CITATIONS[name] for name in SOURCES)


def test_a_column_without_a_meaning_is_refused(
    table: HitTable, kinase: Screen, units: dict[str, str]
) -> None:
    strange = table._replace(columns=(*table.columns, Column("x", "x", None, "input")))
    with pytest.raises(ValueError, match='the column "x" has no meaning'):
        define_columns(strange, kinase, units)


def test_the_words_of_a_reason_are_defined(rows: dict[str, Definition]) -> None:
    told = rows["reason"].meaning.casefold()
    words = ("potent", "active", "uncertain", "weak", "similar", "novel", "extrapolated")
    assert [word for word in words if word not in told] == []
