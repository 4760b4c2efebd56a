"""Measuring an ensemble on rows it did not train on, beside a random forest."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibration import UNCALIBRATED, Calibration, fit_regression
from gnn.card import Metric, Summary, TaskCard
from gnn.metrics import METRICS, Estimate, evaluate, measurable
from gnn.shrinkage import HeldOut, fit_shrinkage, keep
from gnn.training_set import TrainingSet

Floats = npt.NDArray[np.float64]
MINIMUM_ROWS = 10


class Assessment(NamedTuple):
    """What an ensemble is worth."""

    tasks: tuple[TaskCard, ...]
    summary: dict[str, Summary]
    coverage: float | None


def assess(
    data: TrainingSet,
    outputs: Floats,
    forest: Callable[[int], Floats] | None,
    kept: npt.NDArray[np.int64],
) -> Assessment:
    """Assess the tasks ``kept`` by outputs [K, M, T], which are NaN where a row was not held out.

    ``forest`` gives a task's baseline [M]; None leaves the baseline out. Bounds count as
    measurements in the main metrics; ``*_exact`` leaves them out.
    """
    held = [_held_out(data, outputs, int(task)) for task in kept]
    shrinkage = _fit_shrinkage(data, held, kept)
    cards, inside = [], []
    for task, found in zip(kept, held, strict=True):
        truth, mean, spread, rows = found
        calibration = UNCALIBRATED
        if not data.binary[task] and len(rows) >= MINIMUM_ROWS:
            centre, _, count = _trained(data, int(task))
            slope = keep(count, shrinkage.overall)
            drawn = centre + slope * (mean - centre)
            calibration = replace(
                fit_regression(truth, drawn, slope * spread),
                centre=centre,
                slope=slope,
            )
            # What is measured was fitted on the other half of the molecules.
            first, second = (keep(count, k) for k in (shrinkage.first, shrinkage.second))
            other = np.where(shrinkage.half[rows], second, first)
            mean, spread = centre + other * (mean - centre), other * spread
            inside.append(_cross_fitted_coverage(truth, mean, spread))
        baseline = forest(int(task))[rows] if forest is not None and len(rows) else None
        exact = data.bounds[rows, task] == 0
        kind = str(data.tasks[task]["kind"])
        metrics = _compare(truth, mean, baseline, kind)
        if not exact.all():
            without = baseline[exact] if baseline is not None else None
            some = _compare(truth[exact], mean[exact], without, kind)
            metrics |= {f"{name}_exact": metric for name, metric in some.items()}
        cards.append(_card(data, int(task), rows, calibration, metrics))
    coverage = float(np.concatenate(inside).mean()) if inside else None
    return Assessment(tuple(cards), summarize(cards), coverage)


class _Held(NamedTuple):
    """A task's held-out measurements: values, predictions, members' spread, rows; each [n]."""

    truth: Floats
    mean: Floats
    spread: Floats
    rows: npt.NDArray[np.int64]


def _held_out(data: TrainingSet, outputs: Floats, task: int) -> _Held:
    truth = data.values[:, task].astype(np.float64)
    rows = np.flatnonzero(np.isfinite(outputs[:, :, task]).any(axis=0) & np.isfinite(truth))
    mean, spread = _combine(outputs[:, rows, task], bool(data.binary[task]))
    return _Held(truth[rows], mean, spread, rows)


class _Shrinkage(NamedTuple):
    overall: float
    """Fitted on every held-out molecule: what the bundle gets."""
    first: float
    """Fitted on one half of them."""
    second: float
    """Fitted on the other half."""
    half: npt.NDArray[np.bool_]
    """[M] which molecules are in the first half."""


def _fit_shrinkage(data: TrainingSet, held: list[_Held], kept: npt.NDArray[np.int64]) -> _Shrinkage:
    half = np.random.default_rng(1).random(data.graphs.molecules) < 0.5
    pairs = [(int(task), found) for task, found in zip(kept, held, strict=True)]
    regressions = [(task, found) for task, found in pairs if not data.binary[task]]

    def fit(inside: npt.NDArray[np.bool_]) -> float:
        tasks = []
        for task, found in regressions:
            centre, scale, count = _trained(data, task)
            rows = inside[found.rows]
            truth, mean = found.truth[rows] - centre, found.mean[rows] - centre
            tasks.append(HeldOut(truth, mean, count, scale))
        return fit_shrinkage(tasks)

    return _Shrinkage(fit(np.ones_like(half)), fit(half), fit(~half), half)


def _trained(data: TrainingSet, task: int) -> tuple[float, float, int]:
    """Return mean, standard deviation and number of the measured values trained on."""
    rows = data.measured[:, task] & np.isin(data.parts, ("fit", "stop")).any(axis=0)
    values = data.values[rows, task].astype(np.float64)
    return float(values.mean()), float(values.std()), len(values)


def _combine(members: Floats, binary: bool) -> tuple[Floats, Floats]:
    """Average the members that held a row out: mean and std, each [n]."""
    if not members.size:
        return np.zeros(0), np.zeros(0)
    if binary:
        members = 1 / (1 + np.exp(-members))
    return np.nanmean(members, axis=0), np.nanstd(members, axis=0)


def _cross_fitted_coverage(truth: Floats, mean: Floats, spread: Floats) -> npt.NDArray[np.bool_]:
    """Fit on one half of the rows, look into the other, both ways: in the interval or not [n]."""
    covered = np.zeros(len(truth), dtype=bool)
    half = np.random.default_rng(0).permutation(len(truth)) % 2 == 0
    for fitted, tested in ((half, ~half), (~half, half)):
        if not fitted.any():
            continue
        found = fit_regression(truth[fitted], mean[fitted], spread[fitted])
        std = np.hypot(found.noise, found.spread * spread[tested])
        covered[tested] = np.abs(truth[tested] - mean[tested]) <= found.quantile * std
    return covered


def _compare(truth: Floats, mean: Floats, baseline: Floats | None, kind: str) -> dict[str, Metric]:
    if not measurable(truth, kind):
        return {}
    ours = evaluate(truth, mean, kind)
    theirs: dict[str, Estimate] = {}
    if baseline is not None and np.isfinite(baseline).all():
        theirs = evaluate(truth, baseline, kind)
    return {
        name: Metric(
            network=round(ours[name].value, 4),
            network_interval=(round(ours[name].low, 4), round(ours[name].high, 4)),
            forest=round(theirs[name].value, 4) if theirs else None,
            forest_interval=(
                (round(theirs[name].low, 4), round(theirs[name].high, 4)) if theirs else None
            ),
        )
        for name in METRICS[kind]
    }


def _card(
    data: TrainingSet,
    task: int,
    rows: npt.NDArray[np.int64],
    calibration: Calibration,
    metrics: dict[str, Metric],
) -> TaskCard:
    about = data.tasks[task]
    trained = data.measured[:, task] & np.isin(data.parts, ("fit", "stop")).any(axis=0)
    return TaskCard(
        name=about["name"],
        kind=about["kind"],
        unit=about["unit"],
        direction=about["direction"],
        uniprot=about.get("uniprot", ""),
        trained_on=int(trained.sum()),
        bounded=int((trained & (data.bounds[:, task] != 0)).sum()),
        validated_on=len(rows),
        calibration=calibration.to_dict(),
        metrics=metrics,
    )


def summarize(cards: list[TaskCard]) -> dict[str, Summary]:
    """Average each metric over the tasks that have it, by ``<kind> <metric>``."""
    found: dict[str, list[Metric]] = {}
    for card in cards:
        for name, metric in card.metrics.items():
            found.setdefault(f"{card.kind} {name}", []).append(metric)
    generator = np.random.default_rng(0)
    summary = {}
    for name, metrics in found.items():
        ours = np.array([metric.network for metric in metrics])
        theirs = [metric.forest for metric in metrics if metric.forest is not None]
        draws = ours[generator.integers(0, len(ours), (1000, len(ours)))].mean(axis=1)
        low, high = np.percentile(draws, [2.5, 97.5])
        if len(metrics) == 1:
            low, high = metrics[0].network_interval
        summary[name] = Summary(
            tasks=len(metrics),
            network=round(float(ours.mean()), 4),
            network_interval=(round(float(low), 4), round(float(high), 4)),
            forest=round(float(np.mean(theirs)), 4) if len(theirs) == len(metrics) else None,
        )
    return summary
