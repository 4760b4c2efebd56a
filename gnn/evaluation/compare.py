"""Chooses the model of an own assay by its own rows: networks, kernel machine, or both.

All are compared on the same rows, none of which was seen by the model that predicts it. The
simplest wins unless the best is better in three of five bootstrap draws of the molecules. The order
is the Gaussian process (one model, and the fastest), then the networks, then both together. The bar
is no higher because one network predicts a row held out, while the average of all of them, which is
better, is shipped.

In both together, the weight of each is fitted to such rows too, here and in the bundle. A weight
for the average could be derived from the spread of networks on compounds that none of them saw, but
each row is held out by only one network, and those that trained on it differ a tenth as much (in
variance). It would not help, either: on five MoleculeACE assays the best weight of the average, as
seen from the test rows, was better by an RMSE of 0.0001 to 0.0025 than the fitted one; the weight
derived from the networks' variance on the test rows was worse on four, by up to 0.012.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibration.blend import Rivals, Votes, fit_blends, fit_platt
from gnn.calibration.calibration import Outputs, blend, log_odds, mean_and_spread
from gnn.card.card import Candidate, Comparison
from gnn.errors import ModelError
from gnn.evaluation.metrics import Estimate
from gnn.features.array_types import Bools, Floats, Ints
from gnn.models.losses import logistic
from gnn.training.training_set import TrainingSet

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


class _SquaredErrors(NamedTuple):
    """Sums of squared errors and counts of values, by molecule."""

    squared: Floats
    """[C, M] for each candidate."""
    counts: Floats
    """[M] values of each molecule."""


def compare(data: TrainingSet, outputs: Outputs, choices: Sequence[Choice]) -> Comparison:
    """Compare predictions for rows held out, and choose a model.

    ``outputs`` are NaN where a model may not be measured; a row counts if all have a value.
    """
    names = [name for name in SIMPLEST if name in choices]
    measured_errors = _square_errors(data, outputs, names)
    if not measured_errors.counts.any():
        raise ModelError("no row was held out, so no model can be chosen")
    generator = np.random.default_rng(0)
    rows = len(measured_errors.counts)
    draws = generator.multinomial(rows, np.full(rows, 1 / rows), size=_DRAWS).astype(np.float64)
    seen = np.maximum(draws @ measured_errors.counts, 1)
    drawn = np.sqrt(draws @ measured_errors.squared.T / seen[:, None])
    errors = np.sqrt(measured_errors.squared.sum(axis=1) / measured_errors.counts.sum())
    best = int(errors.argmin())
    chosen = next(
        at for at in range(len(names)) if (drawn[:, best] < drawn[:, at]).mean() < CONVINCING
    )
    firsts = np.bincount(drawn.argmin(axis=1), minlength=len(names)) / _DRAWS
    candidates = tuple(
        Candidate(
            name=name,
            error=round(float(errors[at]), 4),
            interval=Estimate.of(float(errors[at]), drawn[:, at]).interval,
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


class _Held(NamedTuple):
    """The n held-out rows of a task, with the predictions for them."""

    binary: bool
    rows: Ints
    """[n] the molecule of each."""
    truth: Floats
    networks: Floats | None
    """[n] mean values, for a class mean logits; None if networks are no part of the model."""
    kernel: Floats | None
    """[n] values or scores; None if the kernel machine is no part of the model."""

    def among(self, inside: Bools) -> "_Held":
        """Return only the molecules inside a mask [M]."""
        kept = inside[self.rows]
        networks = None if self.networks is None else self.networks[kept]
        kernel = None if self.kernel is None else self.kernel[kept]
        return _Held(self.binary, self.rows[kept], self.truth[kept], networks, kernel)


def _square_errors(data: TrainingSet, outputs: Outputs, names: Sequence[Choice]) -> _SquaredErrors:
    molecules = data.graphs.molecules
    squared, counts = np.zeros((len(names), molecules)), np.zeros(molecules)
    fold = np.random.default_rng(2).random(molecules) < 0.5
    held = [_held(data, outputs, task) for task in range(len(data.tasks))]
    for at, name in enumerate(names):
        for task, (found, said) in enumerate(zip(held, _predict(held, name, fold), strict=True)):
            scale = _scale(found) if len(held) > 1 else 1.0
            error = _errors(said, found.truth, data.bounds[found.rows, task])
            squared[at, found.rows] += np.square(error / scale)
    for found in held:
        counts[found.rows] += 1
    return _SquaredErrors(squared, counts)


def _held(data: TrainingSet, outputs: Outputs, task: int) -> _Held:
    """Return the rows that have a value and a prediction of every existing model."""
    truth = data.values[:, task].astype(np.float64)
    there, mean, kernel = np.isfinite(truth), None, None
    if len(outputs.networks):
        members = outputs.networks[:, :, task]
        mean, _ = mean_and_spread(np.where(np.isfinite(members).any(axis=0), members, 0.0))
        there &= np.isfinite(members).any(axis=0)
    if outputs.kernel is not None:
        kernel = outputs.kernel[:, task]
        there &= np.isfinite(kernel)
    every = np.arange(len(truth))
    return _Held(bool(data.binary[task]), every, truth, mean, kernel).among(there)


def _predict(held: Sequence[_Held], name: Choice, fold: Bools) -> list[Floats]:
    """Return values or probabilities [n] for each task's rows.

    Both models are combined as in a bundle (:mod:`gnn.calibration.calibrate`): with weights that
    are fitted to all tasks, and for classes by Platt scaling, on the other half of the molecules.
    The values of a single model for a regression are used unchanged.
    """
    masked = [
        found._replace(
            networks=None if name == "gp" else found.networks,
            kernel=None if name == "network" else found.kernel,
        )
        for found in held
    ]
    said: list[Floats] = [np.zeros(len(task.rows)) for task in masked]
    for fitted in (fold, ~fold):
        seen = [task.among(fitted) for task in masked]
        weights = iter(_weights([task for task in seen if not task.binary]))
        scales = iter(fit_platt([Votes(x.truth, x.networks, x.kernel) for x in seen if x.binary]))
        for task, into in zip(masked, said, strict=True):
            new = task.among(~fitted)
            mean = np.zeros(len(new.rows)) if new.networks is None else new.networks
            if task.binary:
                found = logistic(log_odds(mean, new.kernel, *next(scales)))
            else:
                found = blend(mean[None], new.kernel, next(weights))
            into[~fitted[task.rows]] = found
    return said


def _weights(held: Sequence[_Held]) -> list[float]:
    """Return the weight of the Gaussian process in each regression."""
    rivals = []
    for task in held:
        if task.networks is None or task.kernel is None:
            return [float(task.networks is None)] * len(held)
        scale = _scale(task)
        rivals.append(Rivals(task.truth / scale, task.networks / scale, task.kernel / scale))
    return fit_blends(rivals)


def _scale(task: _Held) -> float:
    """Return the task's own unit: the standard deviation of its values, never 0."""
    return (float(task.truth.std()) if len(task.truth) else 0.0) or 1.0


def _errors(said: Floats, truth: Floats, bounds: npt.NDArray[np.int8]) -> Floats:
    """Return errors [n], which are 0 on the permitted side of a bound."""
    error = said - truth
    permitted = ((bounds < 0) & (error < 0)) | ((bounds > 0) & (error > 0))
    return np.where(permitted, 0.0, error)
