from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from gnn.card.card import OperatingPoints
from screening.hits.table import hit_table
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.report.manifest import RunFacts
from screening.report.report import render_report
from screening.report.report_data import SIDE, _distances, map_points, page_data
from screening.score.card_facts import CardFacts
from screening.text.drug_percentile import among_drugs, percent_below

SAMPLE = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"


@pytest.fixture(scope="module")
def drugs() -> list[str]:
    found = [line.split()[0] for line in SAMPLE.read_text().splitlines()]
    return [smiles for smiles in found if Chem.MolFromSmiles(smiles) is not None][:60]


def test_distances_are_those_of_rdkit(drugs: list[str]) -> None:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    bits = [generator.GetFingerprint(Chem.MolFromSmiles(smiles)) for smiles in drugs]
    expected = [[1 - DataStructs.TanimotoSimilarity(a, b) for a in bits] for b in bits]
    assert _distances(drugs) == pytest.approx(np.array(expected), abs=1e-6)


def test_equal_structures_stand_in_one_place(drugs: list[str]) -> None:
    points = map_points([*drugs, drugs[3]])
    assert points[-1] == points[3]
    assert len(set(points)) > 50
    assert all(0 <= coordinate <= SIDE for point in points for coordinate in point)


def test_no_structure_no_point() -> None:
    assert map_points([]) == []


def test_a_liability_has_its_place_among_drugs_and_its_line(
    ranking: Ranking, kinase: Screen, facts: RunFacts
) -> None:
    task = "toxicity_herg"
    points = OperatingPoints(
        positives=60, negatives=40, thresholds=(0.2,), sensitivity=(0.9,), specificity=(0.5,)
    )
    quantiles = [step / 20 for step in range(21)]
    known = replace(facts, drugs={task: quantiles}, operating_points={task: points})
    first, *rest = kinase.objective.liabilities
    screen = kinase.changed(liabilities=(first.changed(cost_ratio=4.0), *rest))
    table = hit_table(ranking.hits, screen, known.units, cards=CardFacts(drugs=known.drugs))
    page = page_data(table, screen, known, None).facts
    expected = [
        {task: among_drugs([percent_below(value, quantiles)])} for value in ranking.hits[task]
    ]
    assert page["drugs"] == expected
    lines = {one["task"]: one["line"] for one in page["tasks"]}
    assert lines[task].startswith("hERG: line at 0.20 (cost ratio 4); of 60 held-out compounds")
    assert lines["toxicity_ames"] == "AMES: line at 0.50 (more likely than not)"
    assert lines["activity_EGFR"] == ""
    html = render_report(table, ranking, screen, known)
    assert f"<li>{lines[task]}</li>" in html
    without = page_data(hit_table(ranking.hits, kinase, facts.units), kinase, facts, None).facts
    assert without["drugs"] == [{}] * len(ranking.hits)
