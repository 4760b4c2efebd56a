"""Measuring an ensemble on rows it did not train on, beside a random forest."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibration import UNCALIBRATED, Calibration, fit_regression, fit_slope
from gnn.card import Metric, Summary, TaskCard
from gnn.metrics import METRICS, Estimate, evaluate, measurable
from gnn.training import target_scale
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
    centres, _ = target_scale(data, 0)
    held = [_held_out(data, outputs, int(task)) for task in kept]
    slopes = _slopes(data, held, centres, kept)
    cards, inside = [], []
    for task, found in zip(kept, held, strict=True):
        truth, mean, spread, rows = found
        calibration = UNCALIBRATED
        if not data.binary[task] and len(rows) >= MINIMUM_ROWS:
            centre = float(centres[task])
            drawn = centre + slopes.overall * (mean - centre)
            calibration = replace(
                fit_regression(truth, drawn, slopes.overall * spread),
                centre=centre,
                slope=slopes.overall,
            )
            other = slopes.other_half[rows]  # what is measured was fitted on the other half
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


class _Slopes(NamedTuple):
    overall: float
    """Fitted on every held-out measurement: what the bundle gets."""
    other_half: Floats
    """[M] fitted on the half of the molecules that this one is not in: what is measured with."""


def _slopes(
    data: TrainingSet,
    held: list[_Held],
    centres: npt.NDArray[np.float32],
    kept: npt.NDArray[np.int64],
) -> _Slopes:
    half = np.random.default_rng(1).random(data.graphs.molecules) < 0.5
    values = [
        (found, float(centres[task]))
        for task, found in zip(kept, held, strict=True)
        if not data.binary[task]
    ]
    rows = np.concatenate([np.zeros(0, np.int64), *(found.rows for found, _ in values)])
    # Every task counts in units of its own spread, so that none dominates.
    scales = [
        max(float(found.truth.std()), 1e-6) if len(found.rows) else 1.0 for found, _ in values
    ]
    pairs = list(zip(values, scales, strict=True))
    truth = np.concatenate([np.zeros(0), *((f.truth - c) / s for (f, c), s in pairs)])
    mean = np.concatenate([np.zeros(0), *((f.mean - c) / s for (f, c), s in pairs)])
    in_half = half[rows]
    first = fit_slope(truth[in_half], mean[in_half])
    second = fit_slope(truth[~in_half], mean[~in_half])
    return _Slopes(fit_slope(truth, mean), np.where(half, second, first))


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
