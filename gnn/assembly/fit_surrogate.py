"""Fits a surrogate to a bundle's own predictions, from graphs."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from chem.records.message_text import counted
from gnn.bundle.bundle import Bundle
from gnn.bundle.predict import Predictor
from gnn.bundle.surrogate import (
    Surrogate,
    SurrogateCard,
    SurrogateSizes,
    predictions_hash,
    round_weights,
)
from gnn.bundle.surrogate_predict import widening
from gnn.calibration.conformal import INTERVAL_STDS
from gnn.errors import ModelError
from gnn.features.array_types import Floats, Floats64, Ints, Report, pieces
from gnn.features.batch import batches, make_batch
from gnn.features.graph_arrays import GraphArrays, take
from gnn.models.runtime import is_bfloat16_fast, one_thread
from gnn.training.loop import Descent, half_cosine

HELD_OUT = 0.02
"""Share of molecules used only for measuring."""
LEAST = 1000
"""Fewest molecules that a surrogate needs."""
_PIECE = 5000
_STD_WEIGHT = 0.3
"""Weight of a standard deviation relative to a value."""
_EDGE = 1e-4
"""Distance that probabilities keep from 0 and 1, and the least standard deviation."""

_LEAST_VALUE = 1e-30
"""The least value of which a logarithm is taken: float32 rounds smaller ones to 0."""


class SurrogateTraining(NamedTuple):
    """Settings of a surrogate's training."""

    epochs: int = 8
    batch: int = 512
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup: int = 200
    seed: int = 0


def surrogate_targets(bundle: Bundle, graphs: GraphArrays, report: Report | None = None) -> Floats:
    """Return float16 [M, 2 T + 1], a bundle's predictions in the form of a surrogate's outputs.

    Deviations are divided by the :func:`~gnn.bundle.surrogate_predict.widening` of their task.
    """
    predictor = Predictor([bundle])
    tasks = bundle.card.tasks
    found = np.empty((graphs.molecules, 2 * len(tasks) + 1), np.float16)
    for rows in pieces(graphs.molecules, _PIECE):
        columns = predictor.predict(take(graphs, rows))
        name = bundle.card.name
        for at, task in enumerate(tasks):
            value = columns[f"{name}_{task.name}"].astype(np.float64)
            if task.kind == "classification":
                value = np.clip(value, _EDGE, 1 - _EDGE)
                value = np.log(value / (1 - value))
            std: Floats = columns[f"{name}_{task.name}_std"]
            if task.scale == "log10":
                value = _log10(value)
                low, high = (_log10(columns[f"{name}_{task.name}_{end}"]) for end in ("lo", "hi"))
                std = (high - low) / INTERVAL_STDS
            std = np.maximum(std / np.float32(widening(task)), _EDGE)
            found[rows, at], found[rows, len(tasks) + at] = value, np.log(std)
        away = columns.get(f"{name}_distance")
        found[rows, -1] = 0 if away is None else away
        if report is not None:
            report(f"predictions of {name}", int(rows[-1]) + 1, graphs.molecules)
    return found


def _log10(values: Floats) -> Floats64:
    found: Floats64 = np.log10(np.maximum(values.astype(np.float64), _LEAST_VALUE))
    return found


def fit_surrogate(
    bundle: Bundle,
    graphs: GraphArrays,
    targets: Floats,
    data: str,
    sizes: SurrogateSizes | None = None,
    config: SurrogateTraining | None = None,
    report: Report | None = None,
) -> tuple[Surrogate, SurrogateCard]:
    """Train a surrogate on M molecules and their :func:`surrogate_targets`.

    ``data`` describes the molecules in words. The card's errors are those of the rounded weights,
    on 2 % of the molecules, which were held out.
    """
    sizes = sizes or SurrogateSizes(len(bundle.card.tasks))
    config = config or SurrogateTraining()
    if graphs.molecules < LEAST:
        found = counted(graphs.molecules, "molecule")
        raise ModelError(f"found {found} to train a surrogate on, expected at least {LEAST}")
    order = np.random.default_rng(config.seed).permutation(graphs.molecules)
    held = max(100, round(HELD_OUT * len(order)))
    network = _train(graphs, targets, np.sort(order[held:]), sizes, config, report)
    round_weights(network)
    out, rows = outputs(network, take(graphs, order[:held])), order[:held]
    wanted = targets[rows].astype(np.float64)
    squared = np.square(out - wanted).mean(axis=0)
    r2 = 1 - squared / np.maximum(wanted.var(axis=0), 1e-12)
    names = [task.name for task in bundle.card.tasks]
    count = len(names)
    card = SurrogateCard(
        imitates=predictions_hash(bundle.card),
        sizes=sizes,
        errors={n: round(float(e), 4) for n, e in zip(names, np.sqrt(squared), strict=False)},
        r2={n: round(float(r), 4) for n, r in zip(names, r2[:count], strict=True)},
        data=data,
    )
    return network, card


def _train(
    graphs: GraphArrays,
    targets: Floats,
    rows: Ints,
    sizes: SurrogateSizes,
    config: SurrogateTraining,
    report: Report | None,
) -> Surrogate:
    torch.manual_seed(config.seed)
    network = Surrogate(sizes)
    wanted = targets[rows].astype(np.float32)
    mean, scale = wanted.mean(axis=0), np.maximum(wanted.std(axis=0), 1e-3)
    network.mean.copy_(torch.from_numpy(mean))
    network.scale.copy_(torch.from_numpy(scale))
    weights = torch.ones(wanted.shape[1])
    weights[sizes.tasks : 2 * sizes.tasks] = _STD_WEIGHT
    count = math.ceil(len(rows) / config.batch)
    steps = config.epochs * count
    generator = np.random.default_rng(config.seed)
    bfloat16 = is_bfloat16_fast(torch.device("cpu"))

    def loss_of(some: Ints) -> Tensor:
        given = network.given(make_batch(take(graphs, rows[some])))
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            found = network.run_head(given)
        right = torch.from_numpy((targets[rows[some]].astype(np.float32) - mean) / scale)
        return (torch.square(found - right) * weights).mean()

    descent = Descent(
        torch.optim.AdamW(
            network.parameters(), config.learning_rate, weight_decay=config.weight_decay, fused=True
        ),
        loss_of,
        lambda step: _rate(step, steps, config),
    )
    losses = descent.run(
        lambda _: generator.permutation(len(rows)), config.batch, count, range(steps)
    )
    with one_thread():
        for step, _ in enumerate(losses):
            if report is not None and step % 50 == 0:
                report("surrogate", step, steps)
    return network.eval().requires_grad_(False)


def _rate(step: int, steps: int, config: SurrogateTraining) -> float:
    rise = min(1.0, (step + 1) / config.warmup)
    return config.learning_rate * rise * half_cosine(math.pi * step / steps) + 1e-6


@torch.inference_mode()
def outputs(network: Surrogate, graphs: GraphArrays) -> Floats64:
    """Return [M, 2 T + 1], a surrogate's outputs for M molecules, on the tasks' scales."""
    found = np.empty((graphs.molecules, len(network.mean)))
    for rows, batch in batches(graphs, 512):
        found[rows] = network(batch).double().numpy()
    return found
