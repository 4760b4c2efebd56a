"""Values that span orders of magnitude: figures are counted, so that 0.008 is not 0.0."""

import pytest

from screening.evidence.evidence import Evidence, Neighbour
from screening.hits.table import HitTable, hit_table
from screening.hits.top import top_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking

TASK = "activity_EGFR"
VALUES = {"": 0.04128, "_std": 0.0583, "_lo": 0.00812, "_hi": 0.2}
SCORES = {"EGFR": 0.04128, "EGFR_std": 0.0583, "EGFR_lower": 0.01553}


@pytest.fixture
def small(kinase: Screen) -> Screen:
    """The primary target, a volume, and the liability are learned as logarithms."""
    egfr, herg = kinase.objective.primary[0], kinase.objective.liabilities[0]
    return kinase.changed(
        primary=(egfr.changed(scale="log10", zero=0.01, full=0.1),),
        liabilities=(herg.changed(scale="log10", zero=0.001, full=0.1),),
    )


def lay_out(ranking: Ranking, screen: Screen, units: dict[str, str]) -> HitTable:
    herg = screen.objective.liabilities[0]
    given = {f"{TASK}{end}": value for end, value in VALUES.items()} | SCORES
    given |= {f"{herg.task}{end}": value / 10 for end, value in VALUES.items()}
    given |= {f"d_{herg.name}": 0.1}
    units = {**units, TASK: "L/kg", herg.task: "L/kg"}
    near = Neighbour("x", "CCO", 0.8, 0.0356, "=")
    known = [Evidence({TASK: (near,)}, (), ())] * len(ranking.hits)
    return hit_table(ranking.hits.assign(**given), screen, units, evidence=known)


def test_a_logarithm_has_three_figures_and_the_reason_two(
    ranking: Ranking, small: Screen, units: dict[str, str]
) -> None:
    table = lay_out(ranking, small, units)
    hit = table.records()[0]
    assert [hit[f"{TASK}{end}"] for end in VALUES] == ["0.0413", "0.0583", "0.00812", "0.200"]
    assert [hit[name] for name in SCORES] == ["0.0413", "0.0583", "0.0155"]
    liability = small.objective.liabilities[0]
    assert hit[liability.task] == "0.00413"
    assert "0.0413 (0.00812 to 0.200)" in top_table(table, small, 1)[1][0]
    assert "0.041, 90 % interval 0.0081 to 0.20" in hit["reason"]
    assert "0.0041" in hit["reason"]
    assert "measured 0.036" in hit["reason"]
    assert hit["nearest_EGFR_value"] == "0.0356"


def test_a_task_on_its_own_scale_keeps_its_decimals(
    ranking: Ranking, kinase: Screen, units: dict[str, str]
) -> None:
    hit = lay_out(ranking, kinase, units).records()[0]
    assert [hit[f"{TASK}{end}"] for end in VALUES] == ["0.04", "0.06", "0.01", "0.20"]
    assert "0.0 ± 0.1" in hit["reason"]
