"""Accuracy of bundles on held-out rows, beside a random forest, targets and published results."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chem.records.message_text import counted
from data.activities.activity import Task
from data.catalogue.catalogue import datasets
from data.catalogue.published_results import Published, published
from flows.model_benchmark.held_out import HeldOut, measure_held_out
from flows.model_benchmark.kinase_metrics import (
    MetricEstimate,
    average,
    measure_kinases,
    published_genes,
)
from flows.terminal.card_metrics import GAIN, GAIN_HEADER, describe_gain
from flows.terminal.tables import write_csv
from gnn.bundle.find_bundle import find_bundle, read_card
from gnn.card.card import Card, TaskCard
from gnn.card.metric_card import Gain
from gnn.evaluation.metrics import evaluate, mean_over_tasks, measurable


class Bar(NamedTuple):
    """A value that a model should reach on a benchmark."""

    benchmark: str
    metric: str
    low: float = -np.inf
    high: float = np.inf

    @property
    def text(self) -> str:
        """``at least 0.47``, ``at most 0.755`` or ``0.87 to 0.93``."""
        if np.isfinite(self.low) and np.isfinite(self.high):
            return f"{self.low:g} to {self.high:g}"
        return f"at least {self.low:g}" if np.isfinite(self.low) else f"at most {self.high:g}"


BARS = (
    Bar("kinase", "r2", low=0.50),
    Bar("kinase", "rmse", high=0.735),
    Bar("kinase", "r2 without mode", low=0.40),
    Bar("kinase", "coverage", low=0.88, high=0.92),
    Bar("kinase", "coverage, nearest third", low=0.88),
    Bar("kinase", "coverage, middle third", low=0.88),
    Bar("kinase", "coverage, farthest third", low=0.88),
    Bar("tox21", "auroc", low=0.825),
    Bar("herg", "auroc", low=0.885),
    Bar("ames", "auroc", low=0.88),
    Bar("dili", "auroc", low=0.935),
    Bar("ld50_zhu", "mae", high=0.55),
)
HEADERS = ["bundle", "benchmark", "metric", "of", "ours", "95 % interval", "forest"]
HEADERS += [GAIN_HEADER, "bar", "met"]
_CARD_METRICS = {"r2": "r2", "rmse": "rmse", "r2 without mode": "r2_exact"}


class Line(NamedTuple):
    """One number of one bundle."""

    bundle: str
    benchmark: str
    metric: str
    ours: MetricEstimate
    forest: float | None
    """The same metric of the random forest, from the card."""
    bar: Bar | None
    published: tuple[Published, ...]
    source: str
    """``measured now``, or ``card``."""
    gain: Gain | None = None
    """Over the forest, from the card; None in cards that lack it."""

    @property
    def met(self) -> str:
        """``met`` or ``not met``; empty without a bar."""
        if self.bar is None or np.isnan(self.ours.value):
            return ""
        return "met" if self.bar.low <= self.ours.value <= self.bar.high else "not met"


def measure_bundle(name: str) -> tuple[list[Line], list[str]]:
    """Return a bundle's lines, and remarks on its split and on what was not measured."""
    card = read_card(find_bundle(name))
    held, problem = measure_held_out(name)
    remarks = [f"{card.name}: {card.split}"]
    if problem:
        remarks.append(f"{card.name}: figures of the card, not measured now: {problem}")
    found = _from_rows(held) if held else _from_card(card)
    source = "measured now" if held else "card"
    lines = []
    for (benchmark, metric), ours in found.items():
        bar = next((one for one in BARS if one[:2] == (benchmark, metric)), None)
        forest = _forest(card, benchmark, metric)
        known = tuple(published(benchmark, metric))
        gain = _gain(card, benchmark, metric)
        lines.append(Line(card.name, benchmark, metric, ours, forest, bar, known, source, gain))
    return lines, remarks


def _from_rows(held: Sequence[HeldOut]) -> dict[tuple[str, str], MetricEstimate]:
    found: dict[tuple[str, str], MetricEstimate] = {}
    for one in held:
        if one.set == "kinase200":
            found |= {("kinase", name): ours for name, ours in measure_kinases(one).items()}
        else:
            found |= measure_tasks(one)
    return found


def measure_tasks(held: HeldOut) -> dict[tuple[str, str], MetricEstimate]:
    """Measure the one task of a dataset, or the mean of its tasks. Not for the kinase panel.

    Each is measured by its main metric, on the scale on which it is learned.
    """
    estimates: dict[str, list[MetricEstimate]] = {}
    for column, task in enumerate(held.table.tasks):
        rows = np.flatnonzero(held.table.is_measured[:, column])
        truth = held.table.values[rows, column].astype(np.float64)
        if measurable(truth, task.kind):
            said = held.column(task.name)[rows]
            # A bundle from before the scale was known learned values, and may predict some below 0.
            if task.scale == "log10" and (said > 0).all():
                truth, said = np.log10(truth), np.log10(said)
            scores = evaluate(truth, said, task.kind)
            name = _metric_of(task)
            one = scores[name]
            count = MetricEstimate(one.value, one.low, one.high, counted(len(rows), "molecule"))
            estimates.setdefault(name, []).append(count)
    benchmark = held.set.removeprefix("tdc_")
    return {
        (benchmark, name): many[0]
        if len(many) == 1
        else average([one.value for one in many], counted(len(many), "task"))
        for name, many in estimates.items()
    }


def _metric_of(task: Task | TaskCard) -> str:
    """Return the metric by which the field compares models of a task, or the usual one."""
    return task.main_metric or ("auroc" if task.kind == "classification" else "mae")


def _from_card(card: Card) -> dict[tuple[str, str], MetricEstimate]:
    found: dict[tuple[str, str], MetricEstimate] = {}
    for benchmark, tasks in group_tasks(card).items():
        metrics = _CARD_METRICS
        if benchmark != "kinase":
            metrics = {name: name for name in dict.fromkeys(map(_metric_of, tasks))}
        for metric, key in metrics.items():
            have = [task.metrics[key] for task in tasks if key in task.metrics]
            if len(have) == 1:
                low, high = have[0].network_interval
                rows = counted(tasks[0].validated_on, "molecule")
                found[benchmark, metric] = MetricEstimate(have[0].network, low, high, rows)
            elif have:
                values = [one.network for one in have]
                found[benchmark, metric] = average(values, counted(len(have), "task"))
        if benchmark == "kinase" and card.coverage is not None:
            of = "all kinases of the card"
            found[benchmark, "coverage"] = MetricEstimate(card.coverage, np.nan, np.nan, of)
    return found


def group_tasks(card: Card) -> dict[str, list[TaskCard]]:
    """Return the bundle's tasks by benchmark: the catalogue's set that has the task.

    A task of another set, such as an own assay, is a benchmark of its own.
    """
    sets = {str(entry["name"]) for entry in card.data}
    tasks = card.tasks
    if "kinase200" in sets:
        genes = set(published_genes())
        return {"kinase": [task for task in tasks if task.name in genes]}
    known = datasets()
    of_set = {
        task.name: name.removeprefix("tdc_")
        for name in sorted(sets & {*known})
        for task in known[name].all_tasks
    }
    groups: dict[str, list[TaskCard]] = {}
    for task in tasks:
        groups.setdefault(of_set.get(task.name, task.name), []).append(task)
    return groups


def _forest(card: Card, benchmark: str, metric: str) -> float | None:
    key = _CARD_METRICS.get(metric, metric)
    tasks = group_tasks(card).get(benchmark, [])
    have = [task.metrics[key].forest for task in tasks if key in task.metrics]
    known = [value for value in have if value is not None]
    return float(np.mean(known)) if known else None


def _gain(card: Card, benchmark: str, metric: str) -> Gain | None:
    """Return the card's gain over the forest: of the one task, or the mean over all of them."""
    key = _CARD_METRICS.get(metric, metric)
    tasks = group_tasks(card).get(benchmark, [])
    have = [task.metrics[key] for task in tasks if key in task.metrics]
    return mean_over_tasks(have).gain if have else None


def table(lines: Sequence[Line]) -> tuple[list[str], list[list[str]]]:
    """Return the headers and the cells of the table; without gains if no card has one."""
    headers, rows = [*HEADERS, "published"], [_cells(line) for line in lines]
    if any(line.gain is not None for line in lines):
        return headers, rows
    at = HEADERS.index(GAIN_HEADER)
    without = [row[:at] + row[at + 1 :] for row in (headers, *rows)]
    return without[0], without[1:]


def _cells(line: Line) -> list[str]:
    interval = ""
    if not np.isnan(line.ours.low):
        interval = f"{line.ours.low:.3f} to {line.ours.high:.3f}"
    return [
        line.bundle,
        line.benchmark,
        line.metric,
        line.ours.of,
        f"{line.ours.value:.3f}",
        interval,
        "" if line.forest is None else f"{line.forest:.3f}",
        describe_gain(line.gain),
        "" if line.bar is None else line.bar.text,
        line.met,
        "; ".join(f"{one.model} {one.text}" for one in line.published),
    ]


def remarks(lines: Sequence[Line]) -> list[str]:
    """Return the footnotes of the table, one per line."""
    sources = {line.source for line in lines}
    found = []
    if "measured now" in sources:
        found.append("ours: measured now with the bundle, on its held-out rows")
    if "card" in sources:
        found.append("ours: from the cards if the training sets are missing (set HITLIST_MIRROR)")
    found.append("forest: random forest, from the cards, on rows of the same split")
    if any(line.gain is not None for line in lines):
        found.append(f"{GAIN}; from the cards")
    found.append("intervals: bootstrap over tasks for means of tasks, otherwise over molecules")
    cited = {
        f"published, {one.benchmark}: {one.source}" + (f"; {one.note}" if one.note else "")
        for line in lines
        for one in line.published
    }
    return found + sorted(cited)


def write_lines(file: Path, lines: Sequence[Line]) -> None:
    """Write the table as CSV."""
    write_csv(file, *table(lines))
