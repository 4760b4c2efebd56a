"""Choosing between the models of an own assay by its own rows: networks, kernel machine, or both.

All are compared on the same rows, none of which the model that predicts it has seen. The simplest
wins unless the best is better in three of five bootstrap draws of the molecules: the Gaussian
process first (it is one model, and the fastest), then the networks, then both together. The bar is
no higher because it is one network that predicts a row held out, and the average of all of them,
which is better, that is shipped.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.blend import Rivals, fit_blends
from gnn.card import Candidate, Comparison
from gnn.errors import ModelError
from gnn.outputs import Outputs
from gnn.training_set import TrainingSet

Floats = npt.NDArray[np.float64]
Choice = Literal["gp", "network", "blend"]
SIMPLEST: tuple[Choice, ...] = ("gp", "network", "blend")
TITLES = {
    "gp": "the Gaussian process on shared substructures alone",
    "network": "the networks on the pretrained encoder alone",
    "blend": "the Gaussian process and the networks together",
}
CONVINCING = 0.6
"""Share of bootstrap draws in which a less simple model must be better."""
_DRAWS = 1000


class _Judged(NamedTuple):
    """Summed squared errors and counted values by molecule."""

    squared: Floats
    """[C, M] for each candidate."""
    counts: Floats
    """[M]"""


def compare(data: TrainingSet, outputs: Outputs, choices: Sequence[Choice]) -> Comparison:
    """Compare what was predicted of rows held out, and choose.

    ``outputs`` are NaN where a model may not be measured; a row counts where all have a value.
    """
    names = [name for name in SIMPLEST if name in choices]
    judged = _judge(data, outputs, names)
    if not judged.counts.any():
        raise ModelError("no row was held out, so no model can be chosen")
    generator = np.random.default_rng(0)
    rows = len(judged.counts)
    draws = generator.multinomial(rows, np.full(rows, 1 / rows), size=_DRAWS).astype(np.float64)
    seen = np.maximum(draws @ judged.counts, 1)
    drawn = np.sqrt(draws @ judged.squared.T / seen[:, None])
    errors = np.sqrt(judged.squared.sum(axis=1) / judged.counts.sum())
    best = int(errors.argmin())
    chosen = next(
        at for at in range(len(names)) if (drawn[:, best] < drawn[:, at]).mean() < CONVINCING
    )
    firsts = np.bincount(drawn.argmin(axis=1), minlength=len(names)) / _DRAWS
    candidates = tuple(
        Candidate(
            name=name,
            error=round(float(errors[at]), 4),
            interval=_interval(drawn[:, at]),
            better=round(float(firsts[at]), 3),
        )
        for at, name in enumerate(names)
    )
    why = _explain(candidates, chosen, best, float((drawn[:, best] < drawn[:, chosen]).mean()))
    return Comparison(chosen=names[chosen], why=why, candidates=candidates)


def _explain(found: Sequence[Candidate], chosen: int, best: int, often: float) -> str:
    errors = ", ".join(f"{each.name} {each.error:.3f}" for each in found)
    start = f"{TITLES[found[chosen].name]}: error on rows held out {errors}"
    if len(found) == 1:
        return f"{start}; no other model was asked for"
    if chosen == best:
        return f"{start}; it has the least"
    return (
        f"{start}; {found[best].name} is better in only {often:.0%} of bootstrap draws, "
        "and the simpler model is taken"
    )


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = np.percentile(draws, [2.5, 97.5])
    return round(float(low), 4), round(float(high), 4)


def _judge(data: TrainingSet, outputs: Outputs, names: Sequence[Choice]) -> _Judged:
    molecules = data.graphs.molecules
    squared, counts = np.zeros((len(names), molecules)), np.zeros(molecules)
    half = np.random.default_rng(2).random(molecules) < 0.5
    several = len(data.tasks) > 1
    for task in range(len(data.tasks)):
        truth = data.values[:, task].astype(np.float64)
        said = _predictions(outputs, task, bool(data.binary[task]))
        rows = np.flatnonzero(np.isfinite(truth) & np.isfinite(list(said.values())).all(axis=0))
        if not len(rows):
            continue
        here = {name: values[rows] for name, values in said.items()}
        if "blend" in names:
            here["blend"] = _blend(truth[rows], here, half[rows], bool(data.binary[task]))
        scale = (float(truth[rows].std()) or 1.0) if several else 1.0
        for at, name in enumerate(names):
            error = _errors(here[name], truth[rows], data.bounds[rows, task])
            squared[at, rows] += np.square(error / scale)
        counts[rows] += 1
    return _Judged(squared, counts)


def _predictions(outputs: Outputs, task: int, binary: bool) -> dict[str, Floats]:
    """Return each model's values or probabilities [M], NaN where it has none."""
    said = {}
    if outputs.kernel is not None:
        kernel = outputs.kernel[:, task]
        said["gp"] = np.clip(kernel, 0, 1) if binary else kernel
    if len(outputs.networks):
        members = outputs.networks[:, :, task]
        there = np.isfinite(members)
        mean = np.where(there, members, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
        mean[~there.any(axis=0)] = np.nan
        said["network"] = 1 / (1 + np.exp(-mean)) if binary else mean
    return said


def _blend(
    truth: Floats, said: dict[str, Floats], half: npt.NDArray[np.bool_], binary: bool
) -> Floats:
    """Blend values [n], each half of the rows with the weight that is best for the other."""
    weights = np.full(len(truth), 0.5)
    if not binary:
        for fitted in (half, ~half):
            pair = Rivals(truth[fitted], said["network"][fitted], said["gp"][fitted])
            weights[~fitted] = fit_blends([pair])[0]
    return weights * said["gp"] + (1 - weights) * said["network"]


def _errors(said: Floats, truth: Floats, bounds: npt.NDArray[np.int8]) -> Floats:
    """Return errors [n]; there is none on the permitted side of a bound."""
    error = said - truth
    permitted = ((bounds < 0) & (error < 0)) | ((bounds > 0) & (error > 0))
    return np.where(permitted, 0.0, error)
