"""The first hits in a few columns: what a sentence leaves out because it stands beside it."""

import pytest

from screening.hits.table import hit_table
from screening.hits.top import DOUBTS, STORY, brief_table, top_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.score.card_facts import CardFacts


def test_a_prediction_stands_there_once(ranking: Ranking, kinase: Screen, facts: RunFacts) -> None:
    table = hit_table(ranking.hits, kinase, facts.units)
    headers, rows = brief_table(table, kinase)
    told = [dict(zip(headers, row, strict=True)) for row in rows]
    assert headers[:5] == ["rank", "name", "score", "EGFR", STORY]
    for row, record in zip(told, table.records(), strict=True):
        assert row["EGFR"] == f"{record['EGFR']} ± {record['EGFR_std']}"
        assert "±" in record["reason"]
        assert "±" not in row[STORY]
        assert "EGFR" not in row[STORY].partition(";")[0]
        assert row[STORY].partition(";")[2][:60] == record["reason"].partition(";")[2][:60]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("potent on EGFR (8.5 ± 0.9); risk", "potent; risk"),
        (
            "active on EGFR (7.6 ± 0.9, measured 8.0 without stereochemistry)",
            "active (measured 8.0 without stereochemistry)",
        ),
        ("active on EGFR and more", "active on EGFR and more"),
        ("likely on EGFR (0.81); risk", "likely; risk"),
        ("likely on EGFR (0.81, measured 1); risk", "likely (measured 1); risk"),
        (
            "outside activity's domain (distance 0.83, limit 0.70): not reliable",
            "outside activity's domain (distance 0.83, limit 0.70): not reliable",
        ),
        (
            "similar (0.71) to a compound measured 8.9 on EGFR (x)",
            "similar (0.71) to a compound measured 8.9 on EGFR (x)",
        ),
    ],
)
def test_what_was_measured_stays(
    said: str, left: str, ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    table = hit_table(ranking.hits, kinase, facts.units)
    at = [column.name for column in table.columns].index(STORY)
    for row in table.rows:
        row[at] = said
    headers, rows = brief_table(table, kinase)
    assert rows[0][headers.index(STORY)] == left


def test_a_pipes_table_says_which_predictions_are_not_to_be_relied_on(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    hits = ranking.hits.assign(activity_distance=[0.9, *[0.1] * (len(ranking.hits) - 1)])
    limits = {"activity_distance": 0.63}
    table = hit_table(hits, kinase, facts.units, cards=CardFacts(limits))
    headers, rows = top_table(table, kinase)
    doubts = [row[headers.index(DOUBTS)] for row in rows]
    assert doubts == ["outside activity's domain", *[""] * (len(rows) - 1)]
    inside, _ = top_table(hit_table(ranking.hits, kinase, facts.units), kinase)
    assert DOUBTS not in inside
    headers, rows = brief_table(table, kinase)
    assert rows[0][headers.index(STORY)].startswith("outside activity's domain")
