"""The distance to training is in the hit list, and its limit in the report."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from screening.hits.hit_files import write_hits
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.report.report_data import page_data

COLUMN = "activity_distance"


@pytest.fixture
def far(ranking: Ranking) -> Ranking:
    """Hits at growing distances, from 0.1."""
    hits = ranking.hits.copy()
    hits[COLUMN] = np.linspace(0.1, 0.8, len(hits)).astype(np.float32)
    return ranking._replace(hits=hits)


def test_the_distance_follows_the_predictions(far: Ranking, kinase: Screen, tmp_path: Path) -> None:
    table = hit_table(far.hits, kinase, {})
    names = [column.name for column in table.columns]
    assert names.index(COLUMN) == names.index(f"{kinase.objective.tasks[-1]}_hi") + 1
    write_hits(tmp_path / "hits.csv", table)
    back = pd.read_csv(tmp_path / "hits.csv")[COLUMN]
    assert back.to_numpy() == pytest.approx(far.hits[COLUMN].to_numpy(), abs=0.0051)


def test_a_bundle_that_does_not_know_its_domain_has_no_column(
    ranking: Ranking, kinase: Screen
) -> None:
    names = [column.name for column in hit_table(ranking.hits, kinase, {}).columns]
    assert not [name for name in names if name.endswith("_distance")]


@pytest.mark.parametrize("limit", [0.05, 0.5, 0.9])
def test_the_report_knows_the_limit(
    limit: float, far: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    """What its page makes of it is tested in a browser."""
    known = replace(facts, limits={COLUMN: limit})
    data = page_data(hit_table(far.hits, kinase, known.units), kinase, known, None).facts
    assert data["domains"] == [{"column": COLUMN, "model": "activity", "limit": limit}]


def test_the_report_knows_that_there_is_no_limit(
    far: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    data = page_data(hit_table(far.hits, kinase, facts.units), kinase, facts, None).facts
    assert [domain["limit"] for domain in data["domains"]] == [None]
