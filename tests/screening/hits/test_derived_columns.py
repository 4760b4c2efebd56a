"""Columns that follow from a pActivity: their numbers, and the runs that have none."""

import math
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.evidence.evidence import Evidence
from screening.hits.derived_columns import KCAL, SANE, nanomolar
from screening.hits.table import HitTable, hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.reason import panel_profile
from screening.score.target_panel import TargetPanel


@pytest.fixture(scope="module")
def table(ranking: Ranking, kinase: Screen, units: dict[str, str]) -> HitTable:
    return hit_table(ranking.hits, kinase, units)


def cells(table: HitTable, name: str) -> list[str]:
    return [row[name] for row in table.records()]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9.0, "1.0"),
        (8.1, "7.9"),
        (8.001, "10"),  # 9.98, not 10.0: two figures
        (7.004, "99"),
        (6.0, "1000"),
        (4.92, "12000"),
        (10.5, "0.032"),
        (0.0, "1000000000"),
        (-6.1, ""),
        (24.1, ""),
        (math.nan, ""),
        (math.inf, ""),
        (-3e38, ""),
    ],
)
def test_a_pactivity_in_nanomolar(value: float, shown: str) -> None:
    assert nanomolar(value) == shown


@given(st.floats(*SANE))
def test_a_concentration_has_two_figures_and_no_exponent(value: float) -> None:
    shown = nanomolar(value)
    assert "e" not in shown.lower()
    assert float(shown) == pytest.approx(10 ** (9 - value), rel=0.0501)
    figures = shown.replace(".", "").lstrip("0")
    assert len(figures.rstrip("0")) <= 2


def test_ends_of_a_range_change_places(table: HitTable) -> None:
    for row in table.records():
        low, value, high = (float(row[f"activity_EGFR_nM{end}"]) for end in ("_lo", "", "_hi"))
        assert low <= value <= high
        # The list has two decimals; the concentration follows from all of them.
        upper = float(row["activity_EGFR_hi"])
        near = {nanomolar(upper + step / 1000) for step in range(-5, 6)}
        assert row["activity_EGFR_nM_lo"] in near


def test_efficiencies_follow_from_the_prediction(table: HitTable, ranking: Ranking) -> None:
    for row, hit in zip(table.records(), ranking.hits.to_dict("records"), strict=True):
        value = hit["activity_EGFR"]
        assert row["EGFR_LE"] == f"{KCAL * value / hit['heavy_atoms']:.2f}"
        assert row["EGFR_LLE"] == f"{value - hit['logp']:.2f}"


def test_other_targets_are_compared(table: HitTable, ranking: Ranking) -> None:
    names = ("AURKA", "CDK2", "INSR")
    for row, hit in zip(table.records(), ranking.hits.to_dict("records"), strict=True):
        others = {name: float(hit[f"activity_{name}"]) for name in names}
        margin = hit["activity_EGFR"] - sum(others.values()) / 3
        assert float(row["EGFR_over_others"]) == pytest.approx(margin, abs=0.006)
        best = max(others, key=lambda name: others[name])
        assert row["EGFR_highest_others"].startswith(f"3 predicted: {best} {others[best]:.1f}, ")


def test_selectivity_over_the_panel(
    panel_ranking: Ranking, kinase: Screen, units: dict[str, str], panel: TargetPanel
) -> None:
    found = hit_table(panel_ranking.hits, kinase, units, panel=panel)
    names = ["S_1uM", "S_1uM_lo", "S_1uM_hi", "selectivity_entropy"]
    assert [column.name for column in found.columns if column.group == "panel"] == names
    for row, hit in zip(found.records(), panel_ranking.hits.to_dict("records"), strict=True):
        count = sum(hit[one.task] >= 6 for one in panel.targets)
        assert row["S_1uM"] == f"{count / 193:.3f}"
        assert 0 < float(row["S_1uM_lo"]) <= float(row["S_1uM"]) <= float(row["S_1uM_hi"]) < 1
        assert 0 < float(row["selectivity_entropy"]) < math.log(193)


def test_the_interval_of_a_hit_is_computed_once(
    panel_ranking: Ranking,
    kinase: Screen,
    units: dict[str, str],
    panel: TargetPanel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes the longest of all cells: a chance for each target and each end."""
    chance = Mock(wraps=panel_profile._chance)
    monkeypatch.setattr(panel_profile, "_chance", chance)
    table = hit_table(panel_ranking.hits, kinase, units, panel=panel)
    assert chance.call_count == len(table.rows) * len(panel.targets) * 2


def test_without_a_panel_no_column_follows_from_it(table: HitTable) -> None:
    assert "panel" not in {column.group for column in table.columns}


@pytest.mark.parametrize("unit", ["probability", "log10(cm/s)", ""])
def test_another_unit_has_none_of_them(unit: str, ranking: Ranking, kinase: Screen) -> None:
    units = dict.fromkeys(kinase.objective.tasks, unit)
    groups = {"efficiency", "others"}
    found = hit_table(ranking.hits, kinase, units)
    assert [c.name for c in found.columns if c.group in groups or c.figures] == []
    assert found.derived == ()
    assert not any(found.comparisons)


def test_a_target_alone_in_its_bundle_is_compared_with_nothing(
    ranking: Ranking, kinase: Screen, units: dict[str, str]
) -> None:
    alone = kinase.changed(off_targets=())
    hits = ranking.hits.drop(
        columns=[c for c in ranking.hits if str(c).startswith("activity_CDK2")]
    )
    left = {task: unit for task, unit in units.items() if task == "activity_EGFR"}
    found = hit_table(hits, alone, {**left, "lab_pKi": "pActivity"})
    assert [column.name for column in found.columns if column.group == "others"] == []
    assert not any(found.comparisons)


def test_a_column_of_the_screen_keeps_its_name(
    ranking: Ranking, kinase: Screen, units: dict[str, str]
) -> None:
    """A second primary target with the label EGFR_LE has the column, and no efficiency takes it."""
    first = kinase.objective.primary[0]
    second = first.changed(task="activity_AURKA", label="EGFR_LE")
    screen = kinase.changed(primary=(first, second), off_targets=())
    hits = ranking.hits.assign(EGFR_LE=7.77, EGFR_LE_std=0.1, EGFR_LE_lower=7.67, d_EGFR_LE=1.0)
    found = hit_table(hits, screen, units)
    names = [column.name for column in found.columns]
    assert len(set(names)) == len(names)
    assert set(cells(found, "EGFR_LE")) == {"7.77"}


def test_groups_and_risks_are_those_of_each_hit(
    ranking: Ranking, kinase: Screen, units: dict[str, str], evidence: list[Evidence]
) -> None:
    table = hit_table(ranking.hits, kinase, units, evidence=evidence)
    assert len(table.groups) == len(table.risks) == len(ranking.hits)
    for count, one in zip(table.groups, evidence, strict=True):
        assert (count == 0) == (not one.flags)
        assert count <= len(one.flags)
    first = table.first(2)
    assert first.risks == table.risks[:2]
    assert first.groups == table.groups[:2]
    assert first.comparisons == table.comparisons[:2]
    assert first.derived == table.derived
