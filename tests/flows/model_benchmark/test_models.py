"""The kinase panel's figures on rows whose answer is known, and the cards' where no rows are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import r2_score

from data.activities.activity import ActivityTable, Task, object_array
from flows.model_benchmark.held_out import HeldOut
from flows.model_benchmark.kinase_metrics import MetricEstimate, measure_kinases, published_genes
from flows.model_benchmark.models import (
    BARS,
    Bar,
    Line,
    group_tasks,
    measure_bundle,
    measure_tasks,
    remarks,
    table,
)
from flows.model_benchmark.predicting import Predictions
from gnn.bundle.bundle import Bundle, save_bundle
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.card.metric_card import Gain, Metric

ROWS = 120


@pytest.fixture
def panel() -> HeldOut:
    return make_panel()


def make_panel() -> HeldOut:
    """120 molecules on five published kinases and one other; every third value is the plateau."""
    generator = np.random.default_rng(4)
    genes = [*published_genes()[:5], "not published"]
    truth = generator.normal(6.5, 1, (ROWS, 6)).astype(np.float32)
    truth[::3] = 5.0
    truth[generator.random(truth.shape) < 0.4] = np.nan
    predicted = (np.nan_to_num(truth, nan=6.0) + generator.normal(0, 0.6, truth.shape)).astype(
        np.float32
    )
    columns = {}
    for at, gene in enumerate(genes):
        columns[gene] = predicted[:, at]
        columns[f"{gene}_lo"], columns[f"{gene}_hi"] = predicted[:, at] - 1, predicted[:, at] + 1
    columns["distance"] = np.linspace(0, 1, ROWS, dtype=np.float32)
    return HeldOut(
        "kinase200",
        ActivityTable(
            smiles=object_array([f"{'C' * (n + 1)}" for n in range(ROWS)]),
            ids=object_array([f"id{n}" for n in range(ROWS)]),
            tasks=tuple(Task(gene, "regression", "pActivity") for gene in genes),
            values=truth,
            bounds=np.where(truth == 5, -1, 0).astype(np.int8),
        ),
        truth,
        Predictions(np.arange(ROWS), [], np.full(ROWS, 20), columns),
    )


def test_figures_are_means_over_the_published_kinases(panel: HeldOut) -> None:
    found = measure_kinases(panel)
    values, without = [], []
    for column in range(5):
        truth = panel.table.values[:, column].astype(float)
        said = panel.column(panel.table.tasks[column].name)
        there, other = ~np.isnan(truth), ~np.isnan(truth) & (truth != 5)
        values.append(r2_score(truth[there], said[there]))
        without.append(r2_score(truth[other], said[other]))
    assert found["r2"].value == pytest.approx(np.mean(values))
    assert found["r2 without mode"].value == pytest.approx(np.mean(without))
    assert found["r2"].low < found["r2"].value < found["r2"].high
    assert found["r2"].of == "5 kinases"
    assert found["rmse"].value == pytest.approx(0.6, abs=0.05)


def test_coverage_is_a_share_of_values_whole_and_by_distance(panel: HeldOut) -> None:
    found = measure_kinases(panel)
    measured = panel.table.is_measured[:, :5]
    said = np.stack([panel.column(task.name) for task in panel.table.tasks[:5]], axis=1)
    inside = np.abs(panel.table.values[:, :5] - said) <= 1
    assert found["coverage"].value == pytest.approx(inside[measured].mean())
    thirds = [found[f"coverage, {name} third"] for name in ("nearest", "middle", "farthest")]
    counts = [int(one.of.split()[0]) for one in thirds]
    assert sum(counts) == measured.sum()
    assert max(counts) - min(counts) < 20
    whole = sum(one.value * count for one, count in zip(thirds, counts, strict=True))
    assert whole == pytest.approx(inside[measured].sum())
    columns = {name: one for name, one in panel.predictions.columns.items() if name != "distance"}
    unaware = panel._replace(predictions=panel.predictions._replace(columns=columns))
    assert "coverage, nearest third" not in measure_kinases(unaware)


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        (Bar("kinase", "r2", low=0.47), 0.48, "met"),
        (Bar("kinase", "r2", low=0.47), 0.46, "not met"),
        (Bar("kinase", "rmse", high=0.755), 0.755, "met"),
        (Bar("kinase", "rmse", high=0.755), 0.76, "not met"),
        (Bar("kinase", "coverage", low=0.87, high=0.93), 0.95, "not met"),
        (Bar("kinase", "coverage", low=0.87, high=0.93), float("nan"), ""),
        (None, 0.5, ""),
    ],
)
def test_bars(bar: Bar | None, value: float, met: str) -> None:
    ours = MetricEstimate(value, value, value, "")
    assert Line("activity", "kinase", "r2", ours, None, bar, (), "card").met == met


def test_every_bar_can_be_read() -> None:
    assert {bar.text for bar in BARS} >= {"at least 0.5", "at most 0.735", "0.88 to 0.92"}


def test_without_the_sets_a_card_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HITLIST_MIRROR", raising=False)
    lines, told = measure_bundle("toxicity")
    assert {line.source for line in lines} == {"card"}
    assert any("not measured now" in remark for remark in told)
    assert read_card(find_bundle("toxicity")).refit  # so no row of its sets is left to measure on
    assert any("hitlist train toxicity --held-out" in remark for remark in told)
    by = {(line.benchmark, line.metric): line for line in lines}
    card = {task.name: task for task in read_card(find_bundle("toxicity")).tasks}
    assert by["herg", "auroc"].ours.value == card["herg"].metrics["auroc"].network
    assert by["ld50_zhu", "mae"].bar == Bar("ld50_zhu", "mae", high=0.55)
    tox21 = [task.metrics["auroc"] for name, task in card.items() if name[:3] in ("NR-", "SR-")]
    assert len(tox21) == 12
    assert by["tox21", "auroc"].ours.value == pytest.approx(np.mean([m.network for m in tox21]))
    assert by["tox21", "auroc"].published[0].low == 0.759


def test_gains_are_those_of_the_card(
    monkeypatch: pytest.MonkeyPatch, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    monkeypatch.delenv("HITLIST_MIRROR", raising=False)
    gain = Gain(value=0.021, interval=(0.004, 0.04))
    for folder, known in (("old", None), ("new", gain)):
        bundle = make_bundle(tmp_path / folder, tasks=(("solo", "c"), ("herg", "c")))
        metric = Metric(network=0.9, network_interval=(0.8, 1), forest=0.879, gain=known)
        tasks = tuple(
            task.model_copy(update={"metrics": {"auroc": metric}}) for task in bundle.card.tasks
        )
        card = bundle.card.model_copy(update={"tasks": tasks})
        save_bundle(tmp_path / folder, card, [net.state_dict() for net in bundle.networks])
    lines, _ = measure_bundle(str(tmp_path / "old"))
    assert "gain over forest" not in table(lines)[0]
    measured, _ = measure_bundle(str(tmp_path / "new"))
    assert [line.gain for line in measured] == [gain, gain]
    headers, rows = table([*lines, *measured])
    cells = [row[headers.index("gain over forest")] for row in rows]
    assert cells == [*([""] * len(lines)), *(["+0.021 (0.004 to 0.040)"] * 2)]
    assert any("a positive gain is better" in remark for remark in remarks(measured))


def test_an_own_assay_beside_tox21_is_no_task_of_it() -> None:
    card = read_card(find_bundle("toxicity"))
    own = card.tasks[0].model_copy(update={"name": "our_assay"})
    beside = card.model_copy(
        update={"tasks": (*card.tasks, own), "data": [*card.data, {"name": "our.csv"}]}
    )
    before, found = group_tasks(card), group_tasks(beside)
    assert found.pop("our_assay") == [own]
    assert found == before
    assert len(found["tox21"]) == 12


def test_a_task_is_measured_by_its_main_metric_on_its_scale() -> None:
    hours = np.geomspace(0.1, 100, 30).astype(np.float32)
    said = hours.copy()
    said[:2] = said[1::-1]  # one pair in the wrong order
    held = HeldOut(
        "tdc_half_life_obach",
        ActivityTable(
            smiles=object_array(["C" * (n + 1) for n in range(30)]),
            ids=object_array([f"id{n}" for n in range(30)]),
            tasks=(Task("half_life_obach", "regression", "h", scale="log10"),),
            values=hours[:, None],
            bounds=np.zeros((30, 1), np.int8),
        ),
        hours[:, None],
        Predictions(np.arange(30), [], np.full(30, 20), {"half_life_obach": said}),
    )
    step = np.log10(hours[1] / hours[0])
    found = measure_tasks(held)["half_life_obach", "mae"]
    assert found.value == pytest.approx(2 * step / 30, rel=1e-4)
    task = held.table.tasks[0]._replace(main_metric="spearman")
    ranked = held._replace(table=replace(held.table, tasks=(task,)))
    assert measure_tasks(ranked)["half_life_obach", "spearman"].value > 0.99
    negative = ranked.predictions.columns["half_life_obach"] - 1  # of a bundle that learned values
    older = ranked._replace(
        predictions=ranked.predictions._replace(columns={"half_life_obach": negative})
    )
    assert measure_tasks(older)["half_life_obach", "spearman"].value > 0.99
