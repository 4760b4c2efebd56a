"""Actives hidden among decoys: what is better comes to the top, and chance is told as chance."""

import numpy as np
import pytest

from benchmarks.shipped_models.ranking import RATIO, choose_targets, rank, table
from chem.errors import InputError
from tests.flows.conftest import Run
from tests.flows.model_benchmark.test_models import make_panel


def test_ranking_finds_what_is_better_and_no_more() -> None:
    generator = np.random.default_rng(0)
    decoys = generator.normal(5, 0.5, 20 * RATIO)
    best = rank("X", np.full(20, 12.0), decoys)
    assert best.found[0.01].value == 1
    assert best.enrichment[0.01] == pytest.approx(100)
    assert rank("X", np.full(20, 0.0), decoys).found[0.05].value == 0
    chance = rank("X", generator.normal(5, 0.5, 500), decoys)
    assert chance.found[0.05].value == pytest.approx(0.05, abs=0.03)
    ties = rank("X", np.full(20, 5.0), np.full(20 * RATIO, 5.0))
    assert ties.found[0.05].value == 0  # ties go to the decoys


def test_the_table_of_the_ranking_ends_with_the_mean() -> None:
    decoys = np.random.default_rng(0).normal(5, 0.5, 10 * RATIO)
    rows = [
        rank("A", np.full(10, 12.0), decoys)._replace(by_size=0.5, auroc=0.8),
        rank("B", np.zeros(10), decoys)._replace(by_size=0.1),
    ]
    headers, lines = table(rows)
    last = dict(zip(headers, lines[-1], strict=True))
    assert last["target"] == "mean of 2"
    assert last["in top 1%"].startswith("0.50 [0.00, 1.00]")
    assert last["in top 1% by size alone"] == "0.30"
    assert last["AUROC among measured"] == "0.80"  # of the one that has it
    assert lines[1][-1] == ""


def test_targets_need_ten_actives_that_were_held_out() -> None:
    panel = make_panel()
    gene = panel.table.tasks[0].name
    rows = choose_targets(panel, [gene])[gene]
    assert len(rows) >= 10
    assert (panel.table.values[rows, 0] >= 7).all()
    assert (panel.table.bounds[rows, 0] >= 0).all()
    few = panel._replace(table=panel.table.select(rows[:9]))
    with pytest.raises(InputError, match=f"{gene} has 9 held-out actives, but at least 10"):
        choose_targets(few, [gene])
    with pytest.raises(InputError, match="'EGFRR' is not in the panel; choose from"):
        choose_targets(panel, ["EGFRR"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--bundle nope", "nope"),
        ("--targets EGFR,NOPE", "bundle activity has no task 'NOPE'"),
    ],
)
def test_mistakes(words: str, message: str, run: Run) -> None:
    answer = run("ranking", *words.split())
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1
