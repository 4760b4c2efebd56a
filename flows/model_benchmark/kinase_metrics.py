"""Metrics of the kinase panel on its held-out rows, computed as in the published results."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.records.message_text import counted
from data.catalogue.panel import human_kinases
from flows.model_benchmark.held_out import HeldOut
from gnn.evaluation.metrics import r2, rmse

Floats = npt.NDArray[np.float64]
LEAST = 10
"""The fewest values with which a kinase is measured."""


class MetricEstimate(NamedTuple):
    """A metric with its 95 % interval and the number of items behind it."""

    value: float
    low: float
    high: float
    of: str


def published_genes() -> list[str]:
    """Return the genes of the 66 kinases with published results."""
    return [kinase.gene for kinase in human_kinases().values() if kinase.published]


def measure_kinases(held: HeldOut, seed: int = 0) -> dict[str, MetricEstimate]:
    """Measure the published kinases: means over kinases, and the coverage of the intervals.

    The metrics are ``r2``, ``rmse`` and ``r2 without mode``. The last omits the most frequent value
    of each kinase, which stands for "inactive at the highest concentration". The interval of a
    mean is a bootstrap over kinases. ``coverage`` is a share of values, overall and by third of
    the distance to the training compounds; its interval is a bootstrap over molecules.
    """
    genes = [task.name for task in held.table.tasks]
    chosen = [genes.index(gene) for gene in published_genes() if gene in genes]
    scores: dict[str, list[float]] = {"r2": [], "rmse": [], "r2 without mode": []}
    for column in chosen:
        rows = np.flatnonzero(held.table.is_measured[:, column])
        truth = held.table.values[rows, column].astype(np.float64)
        predicted = held.column(genes[column])[rows]
        other = truth != most_frequent(held.all_values[:, column])
        for name, kept in (("r2", slice(None)), ("rmse", slice(None)), ("r2 without mode", other)):
            measure: Callable[[Floats, Floats], float] = rmse if name == "rmse" else r2
            if len(truth[kept]) >= LEAST and len(np.unique(truth[kept])) > 1:
                scores[name].append(measure(truth[kept], predicted[kept]))
    found = {
        name: average(values, counted(len(values), "kinase"), seed)
        for name, values in scores.items()
        if values
    }
    return found | _coverages(held, chosen, genes, seed)


def most_frequent(values: npt.NDArray[np.float32]) -> float:
    """Return the most frequent of values [n], without NaN; the lowest one of a tie."""
    found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return float(found[counts.argmax()])


def average(values: Sequence[float], of: str, seed: int = 0) -> MetricEstimate:
    """Average values of tasks, with a bootstrap interval over the tasks."""
    scores = np.asarray(values)
    draws = np.random.default_rng(seed).integers(0, len(scores), (2000, len(scores)))
    low, high = np.percentile(scores[draws].mean(axis=1), [2.5, 97.5])
    return MetricEstimate(float(scores.mean()), float(low), float(high), of)


def _coverages(
    held: HeldOut, chosen: Sequence[int], genes: Sequence[str], seed: int
) -> dict[str, MetricEstimate]:
    measured = held.table.is_measured[:, chosen]
    inside = np.zeros(measured.shape, bool)
    for at, column in enumerate(chosen):
        low, high = (held.column(genes[column], ending) for ending in ("_lo", "_hi"))
        truth = held.table.values[:, column]
        inside[:, at] = (truth >= low) & (truth <= high)
    count = measured.sum(axis=1)
    hits = (inside & measured).sum(axis=1)
    found = {"coverage": _share(hits, count, seed)}
    distance = held.distance()
    if distance is not None:
        weights = np.repeat(distance, count)  # a third of the values, not of the molecules
        first, second = np.quantile(weights, [1 / 3, 2 / 3])
        third = np.digitize(distance, [first, second])
        for at, name in enumerate(("nearest", "middle", "farthest")):
            rows = third == at
            found[f"coverage, {name} third"] = _share(hits[rows], count[rows], seed)
    return found


def _share(hits: npt.NDArray[np.int64], count: npt.NDArray[np.int64], seed: int) -> MetricEstimate:
    if not count.sum():
        return MetricEstimate(float("nan"), float("nan"), float("nan"), "0 values")
    draws = np.random.default_rng(seed).integers(0, len(hits), (2000, len(hits)))
    shares = hits[draws].sum(axis=1) / np.maximum(count[draws].sum(axis=1), 1)
    low, high = np.percentile(shares, [2.5, 97.5])
    value = float(hits.sum() / count.sum())
    return MetricEstimate(value, float(low), float(high), counted(int(count.sum()), "value"))
