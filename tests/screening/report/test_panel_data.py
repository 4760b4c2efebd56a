"""The numbers of the panel on a page: the same as in the frame, and few."""

import zlib
from base64 import b64decode

import pytest

from screening.evidence.evidence import Evidence, OwnValue
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.report.panel_data import NAMED, panel_facts, panel_rows
from screening.report.report import render_report
from screening.report.report_data import packed, page_data
from screening.score.target_panel import TargetPanel
from screening.text.cells import format_number


@pytest.fixture(scope="module")
def table(
    panel_ranking: Ranking, kinase: Screen, units: dict[str, str], panel: TargetPanel
) -> HitTable:
    return hit_table(panel_ranking.hits, kinase, units, panel=panel)


def test_groups_and_names_are_given_once(
    table: HitTable, kinase: Screen, facts: RunFacts, panel: TargetPanel
) -> None:
    found = panel_facts(table, kinase, facts)
    assert found is not None
    assert sum(one["size"] for one in found["groups"]) == len(found["names"]) == 193
    assert [one["name"] for one in found["groups"]][:2] == ["TK", "TKL"]
    assert [found["names"][at] for at in found["primary"]] == ["EGFR"]
    assert found["targets"] == "targets"


def test_rows_have_the_predictions_of_each_hit(
    table: HitTable, kinase: Screen, panel_ranking: Ranking, panel: TargetPanel
) -> None:
    rows = panel_rows(table, kinase, None)
    for row, hit in zip(rows, panel_ranking.hits.to_dict("records"), strict=True):
        shown = [float(format_number(hit[one.task], 2)) for one in panel.targets]
        assert [value / 100 for value in row["values"]] == pytest.approx(shown)
        assert row["own"] == {}
        assert len(row["near"]) <= NAMED
        for at, low, high in row["near"]:
            assert low < row["values"][at] < high
        least = max(6.0, min(6.5, hit["activity_EGFR"] - 1))
        others = [one for one in panel.targets if one.task != "activity_EGFR"]
        close = [one for one in others if hit[one.task] >= least]
        assert len(row["near"]) + row["further"] == len(close)


def test_measured_values_stand_beside_predictions(
    table: HitTable, kinase: Screen, panel: TargetPanel
) -> None:
    own = {"activity_KIT": (OwnValue(9.9), OwnValue(8.0, "<")), "activity_KDR": (OwnValue(5, "<"),)}
    known = [Evidence({}, (), (), own)] + [Evidence({}, (), ())] * (len(table.rows) - 1)
    first, second = panel_rows(table, kinase, known)[:2]
    names = [one.name for one in panel.targets]
    assert first["own"] == {
        str(names.index("KIT")): "9.90, <8.00",
        str(names.index("KDR")): "<5.00",
    }
    assert first["near"][0][0] == names.index("KIT")  # strongest, as it was measured
    assert second["own"] == {}


def test_a_page_without_a_panel_has_none(
    ranking: Ranking, kinase: Screen, facts: RunFacts, panel: TargetPanel
) -> None:
    lacking = hit_table(ranking.hits, kinase, facts.units, panel=panel)  # a few of its columns
    assert lacking.panel is None
    assert lacking.profiles == ()
    data = page_data(lacking, kinase, facts, None)
    assert (data.facts["panel"], data.panel) == (None, [])
    assert (
        "Selectivity over" not in render_report(lacking, ranking, kinase, facts).split("<script")[0]
    )


def test_the_numbers_of_a_hit_take_less_than_a_kilobyte(table: HitTable, kinase: Screen) -> None:
    text = packed(panel_rows(table, kinase, None))
    assert len(text) < 1000 * len(table.rows)
    assert zlib.decompress(b64decode(text)).startswith(b'[{"values":[')
