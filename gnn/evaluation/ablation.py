"""Measures the gain of each part of a bundle's training on the rows held out (ablation)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gnn.card.card import Stage
from gnn.evaluation.metrics import METRICS, measurable
from gnn.features.array_types import Floats, Ints
from gnn.training.training_set import TrainingSet

_SHOWN = {"regression": ("r2", "rmse"), "classification": ("auroc",)}
_NAMES = {
    "networks": "networks, trained on the measurements",
    "process": "Gaussian processes",
    "forest": "random forests on the networks' counts",
    "trees": "boosted trees on descriptors",
    "dmpnn": "networks of directed messages",
}


class Said(NamedTuple):
    """A model's outputs for every molecule."""

    name: str
    values: Floats
    """[M, T] on the task's scale; for a class, any number that rises with its probability."""


def stages(
    by_teacher: dict[str, Floats], soft_targets: Floats | None, networks: Floats
) -> list[Said]:
    """Return the teachers, their mean, one distilled network and all of them ([K, M, T])."""
    if soft_targets is None:
        return []
    found = [Said(_NAMES[name], values) for name, values in by_teacher.items()]
    if len(by_teacher) > 1:
        found.append(Said("teachers together", soft_targets))
    found.append(Said("one network taught by them", networks[0]))
    if len(networks) > 1:
        found.append(Said(f"shipped: {len(networks)} such networks", networks.mean(axis=0)))
    return found


def ablate(data: TrainingSet, role: str, kept: Ints, said: Sequence[Said]) -> tuple[Stage, ...]:
    """Measure models, before calibration, on the rows that have one ``role`` for every member.

    Each metric is the mean over the measurable tasks among ``kept``.
    """
    rows = np.flatnonzero((data.roles == role).all(axis=0))
    return tuple(Stage(name=one.name, metrics=_mean(data, rows, kept, one.values)) for one in said)


def _mean(data: TrainingSet, rows: Ints, kept: Ints, values: Floats) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for task in kept:
        at = rows[np.isfinite(data.values[rows, task])]
        kind = data.tasks[task]["kind"]
        truth = data.values[at, task].astype(np.float64)
        if measurable(truth, kind):
            for name in _SHOWN[kind]:
                score = METRICS[kind][name](truth, values[at, task].astype(np.float64))
                found.setdefault(f"{kind} {name}", []).append(score)
    return {name: round(float(np.mean(scores)), 4) for name, scores in found.items()}
