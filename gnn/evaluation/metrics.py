"""Computes metrics of predictions, each with a bootstrap interval over molecules."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from gnn.features.array_types import Floats

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


def evaluate(
    truth: Floats, predicted: Floats, kind: str, rounds: int = 500, seed: int = 0
) -> dict[str, Estimate]:
    """Score one task. ``truth`` and ``predicted`` [n] hold no NaN; see :func:`measurable`."""
    generator = np.random.default_rng(seed)
    draws: dict[str, list[float]] = {name: [] for name in METRICS[kind]}
    for _ in range(rounds):
        rows = generator.integers(0, len(truth), len(truth))
        if measurable(truth[rows], kind):
            for name, score in METRICS[kind].items():
                draws[name].append(score(truth[rows], predicted[rows]))
    return {
        name: Estimate.of(score(truth, predicted), draws[name])
        for name, score in METRICS[kind].items()
    }
