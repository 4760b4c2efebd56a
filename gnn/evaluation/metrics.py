"""Computes metrics of predictions beside a forest's, and their means over tasks.

Intervals are bootstraps over molecules; those of means over several tasks are over tasks. A gain is
paired: both models are measured on the same draws.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from gnn.card.metric_card import Gain, Metric, Summary
from gnn.features.array_types import Floats, Floats64

Score = Callable[[Floats, Floats], float]


class Estimate(NamedTuple):
    """A metric and its 95 % percentile-bootstrap interval."""

    value: float
    low: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        """Return its ends, rounded for a card."""
        return round(self.low, 4), round(self.high, 4)

    @classmethod
    def of(cls, value: float, draws: Floats | Sequence[float]) -> "Estimate":
        """Take a metric and its values in draws with replacement; without any, the ends are NaN."""
        if not len(draws):
            return cls(value, math.nan, math.nan)
        low, high = np.percentile(draws, [2.5, 97.5])
        return cls(value, float(low), float(high))


def r2(truth: Floats, predicted: Floats) -> float:
    """Return the coefficient of determination: 1 is perfect, 0 is the mean, negative is worse."""
    spread = float(np.square(truth - truth.mean()).sum())
    return 1.0 - float(np.square(truth - predicted).sum()) / spread


def rmse(truth: Floats, predicted: Floats) -> float:
    """Return the root mean squared error, in the values' unit."""
    return float(np.sqrt(np.square(truth - predicted).mean()))


def mae(truth: Floats, predicted: Floats) -> float:
    """Return the mean absolute error, in the values' unit."""
    return float(np.abs(truth - predicted).mean())


def spearman(truth: Floats, predicted: Floats) -> float:
    """Return the rank correlation: 1 for the same order, 0 for none, also if all predicted equal.

    Equal values share the mean of their ranks.
    """
    first, second = (ranks - ranks.mean() for ranks in (rankdata(truth), rankdata(predicted)))
    spread = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    return float((first * second).sum()) / spread if spread else 0.0


def auroc(truth: Floats, predicted: Floats) -> float:
    """Return the area under the ROC curve: the chance that a positive outranks a negative."""
    return float(roc_auc_score(truth, predicted))


def auprc(truth: Floats, predicted: Floats) -> float:
    """Return the average precision; chance level is the share of positives."""
    return float(average_precision_score(truth, predicted))


METRICS: dict[str, dict[str, Score]] = {
    "regression": {"r2": r2, "rmse": rmse, "mae": mae, "spearman": spearman},
    "classification": {"auroc": auroc, "auprc": auprc},
}
"""The metrics of each kind of task; models are compared by the first."""


def measurable(truth: Floats, kind: str) -> bool:
    """Tell whether the metrics exist: two classes, or at least ten values that differ."""
    distinct = len(np.unique(truth))
    return distinct == 2 if kind == "classification" else len(truth) >= 10 and distinct > 1


def is_error(metric: str) -> bool:
    """Tell whether less of a metric is better, as of ``rmse`` and ``mae_exact``."""
    return metric.startswith(("rmse", "mae"))


def evaluate(
    truth: Floats, predicted: Floats, kind: str, rounds: int = 500, seed: int = 0
) -> dict[str, Estimate]:
    """Score one task. ``truth`` and ``predicted`` [n] hold no NaN; see :func:`measurable`."""
    scores = _score(truth, [predicted], kind, rounds, seed)
    return {name: Estimate.of(found[0, 0], found[0, 1:]) for name, found in scores.items()}


def measure(truth: Floats, ours: Floats, forest: Floats | None, kind: str) -> dict[str, Metric]:
    """Return the metrics of a task's n rows beside the forest's; none if they do not exist.

    ``truth`` and ``ours`` [n] hold no NaN. A ``forest`` [n] with a value that is not finite counts
    as none.
    """
    if not measurable(truth, kind):
        return {}
    said = [ours]
    if forest is not None and np.isfinite(forest).all():
        said.append(forest)
    found = {}
    for name, scores in _score(truth, said, kind).items():
        mine, *others = (Estimate.of(row[0], row[1:]) for row in scores)
        metric = Metric(network=round(mine.value, 4), network_interval=mine.interval)
        for theirs in others:
            ahead = (scores[0] - scores[1]) * (-1 if is_error(name) else 1)
            update = {
                "forest": round(theirs.value, 4),
                "forest_interval": theirs.interval,
                "gain": _gain(Estimate.of(ahead[0], ahead[1:])),
            }
            metric = metric.model_copy(update=update)
        found[name] = metric
    return found


def _gain(found: Estimate) -> Gain:
    return Gain(value=round(found.value, 4), interval=found.interval)


def _score(
    truth: Floats, said: Sequence[Floats], kind: str, rounds: int = 500, seed: int = 0
) -> dict[str, Floats64]:
    """Return the scores [models, 1 + draws] of each metric: on all rows, then on the same draws."""
    generator = np.random.default_rng(seed)
    every = [np.arange(len(truth))]
    for _ in range(rounds):
        rows = generator.integers(0, len(truth), len(truth))
        if measurable(truth[rows], kind):
            every.append(rows)
    return {
        name: np.array([[score(truth[rows], one[rows]) for rows in every] for one in said])
        for name, score in METRICS[kind].items()
    }


def mean_over_tasks(metrics: Sequence[Metric], seed: int = 0) -> Summary:
    """Average one metric over tasks; one task keeps its own intervals."""
    rows = np.random.default_rng(seed).integers(0, len(metrics), (1000, len(metrics)))
    ours = np.array([metric.network for metric in metrics])
    forest = [metric.forest for metric in metrics if metric.forest is not None]
    gains = [metric.gain for metric in metrics if metric.gain is not None]
    mean = Estimate.of(float(ours.mean()), ours[rows].mean(axis=1))
    gain = None
    if len(gains) == len(metrics):
        ahead = np.array([one.value for one in gains])
        gain = _gain(Estimate.of(float(ahead.mean()), ahead[rows].mean(axis=1)))
    return Summary(
        tasks=len(metrics),
        network=round(mean.value, 4),
        network_interval=mean.interval if len(metrics) > 1 else metrics[0].network_interval,
        forest=round(float(np.mean(forest)), 4) if len(forest) == len(metrics) else None,
        gain=gain if len(metrics) > 1 else metrics[0].gain,
    )


def means(groups: Mapping[str, Sequence[Metric]]) -> dict[str, Summary]:
    """Average each group of metrics over its tasks."""
    return {name: mean_over_tasks(metrics) for name, metrics in groups.items()}
