"""The distance to training is in the hit list, and strange compounds are marked in the report."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from screening.handover.csvfile import write_hits
from screening.handover.manifest import RunFacts
from screening.handover.report import render_report
from screening.handover.table import hit_table
from screening.rank import Ranking
from screening.screen import Screen

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
    assert names.index("changes") == names.index(COLUMN) + 1
    write_hits(tmp_path / "hits.csv", table)
    back = pd.read_csv(tmp_path / "hits.csv")[COLUMN]
    assert back.to_numpy() == pytest.approx(far.hits[COLUMN].to_numpy(), abs=0.0051)


def test_a_bundle_that_does_not_know_its_domain_has_no_column(
    ranking: Ranking, kinase: Screen
) -> None:
    names = [column.name for column in hit_table(ranking.hits, kinase, {}).columns]
    assert not [name for name in names if name.endswith("_distance")]


@pytest.mark.parametrize("limit", [0.05, 0.5, 0.9])
def test_what_is_beyond_the_limit_is_marked(
    limit: float, far: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    known = replace(facts, limits={COLUMN: limit})
    page = render_report(hit_table(far.hits, kinase, known.units), far, kinase, known)
    outside = int((far.hits[COLUMN] > limit).sum())
    assert page.count("Outside the domain of activity:") == outside
    assert page.count("inside its domain") == len(far.hits) - outside
    assert (f"<b>{outside} of these compounds" in page) == (outside > 0)
    assert f"{limit:.2f}" in page
    strangers = far.hits.loc[far.hits[COLUMN] > limit, "rank"]
    for rank in far.hits["rank"]:
        links = page.count(f'href="#hit-{rank}"')
        assert links == 1 + (rank in set(strangers)), "the overview names them"


def test_without_a_limit_nothing_is_marked(far: Ranking, kinase: Screen, facts: RunFacts) -> None:
    page = render_report(hit_table(far.hits, kinase, facts.units), far, kinase, facts)
    assert "Outside the domain" not in page
    assert page.count("to the nearest training compound of activity") == len(far.hits)
