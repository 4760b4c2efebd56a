"""Measuring a bundle's models on rows they did not train on, beside a random forest."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gnn.calibrate import HeldTask, Trained, calibrate
from gnn.calibration import (
    Calibration,
    apply_classification,
    apply_regression,
    logistic,
    mean_and_spread,
)
from gnn.card import DistanceBin, DomainCard, Metric, Probabilities, Summary, TaskCard
from gnn.domain import Domain
from gnn.metrics import METRICS, Estimate, evaluate, measurable
from gnn.outputs import Outputs
from gnn.reliability import (
    Judged,
    average_probabilities,
    coverage_by_third,
    errors_by_distance,
    judge_probabilities,
)
from gnn.training_set import TrainingSet

Floats = npt.NDArray[np.float64]
AnyFloats = npt.NDArray[np.floating]
MIXED = "standard deviations"
"""Unit of the errors of tasks of different units."""


class Assessment(NamedTuple):
    """What a bundle's models are worth."""

    tasks: tuple[TaskCard, ...]
    summary: dict[str, Summary]
    coverage: float | None
    coverage_by_third: tuple[float, float, float] | None
    probabilities: Probabilities | None
    limit: float
    """95 % of the held-out molecules are nearer to the training compounds."""
    thirds: tuple[float, float]
    """The distances that part the held-out molecules into thirds."""
    unit: str
    errors: tuple[DistanceBin, ...]

    def facts(self, domain: Domain) -> dict[str, Any]:
        """Return the fields of a card that it fills."""
        return {
            "tasks": self.tasks,
            "summary": self.summary,
            "coverage": self.coverage,
            "coverage_by_third": self.coverage_by_third,
            "probabilities": self.probabilities,
            "domain": DomainCard(
                compounds=len(domain.bits),
                limit=self.limit,
                thirds=self.thirds,
                unit=self.unit,
                errors=self.errors,
            ),
        }


def assess(
    data: TrainingSet,
    outputs: Outputs,
    forest: Callable[[int], Floats] | None,
    kept: npt.NDArray[np.int64],
    distance: AnyFloats | None = None,
) -> Assessment:
    """Assess the tasks ``kept`` by outputs that are NaN where a row was not held out.

    ``forest`` gives a task's baseline [M]; None leaves the baseline out. ``distance`` [M] is that
    to the compounds trained on (:func:`gnn.domain.held_out_distance`); None takes every molecule
    for a near one. Bounds count as measurements in the main metrics; ``*_exact`` leaves them out.

    The calibrations in the cards are fitted on every held-out row. All that is measured is of
    calibrations that were fitted on the other half of the molecules.
    """
    away = np.zeros(data.graphs.molecules)
    if distance is not None:
        away = np.nan_to_num(distance.astype(np.float64))
    held = [_held_out(data, outputs, int(task), away) for task in kept]
    limit, thirds = _distances(held, away)
    calibrations = calibrate(held, thirds)
    judged = _cross_fit(held, thirds, data.graphs.molecules)
    regressions = [found for found, task in zip(judged, held, strict=True) if not task.binary]
    classes = [found for found, task in zip(judged, held, strict=True) if task.binary]
    cards = []
    for task, found, calibration, seen in zip(kept, held, calibrations, judged, strict=True):
        baseline = None
        if forest is not None and len(found.rows):
            baseline = forest(int(task))[found.rows]
        metrics = _metrics(found, seen, baseline, data.bounds[found.rows, task] == 0)
        cards.append(_card(data, int(task), found, calibration, metrics, seen))
    units = sorted({card.unit for card in cards if card.kind == "regression"})
    unit = units[0] if len(units) == 1 else MIXED if units else ""
    if unit != MIXED:
        regressions = [found._replace(scale=1.0) for found in regressions]
    inside = np.concatenate([np.zeros(0, bool), *(found.inside for found in regressions)])
    return Assessment(
        tasks=tuple(cards),
        summary=summarize(cards),
        coverage=round(float(inside.mean()), 4) if len(inside) else None,
        coverage_by_third=coverage_by_third(regressions, thirds),
        probabilities=average_probabilities([c.probabilities for c in cards if c.probabilities]),
        limit=limit,
        thirds=thirds,
        unit=unit,
        errors=errors_by_distance(regressions, classes),
    )


def _held_out(data: TrainingSet, outputs: Outputs, task: int, distance: Floats) -> HeldTask:
    truth = data.values[:, task].astype(np.float64)
    said = np.isfinite(outputs.networks[:, :, task]).any(axis=0)
    if outputs.kernel is not None:
        there = np.isfinite(outputs.kernel[:, task])
        said = there & said if len(outputs.networks) else there
    rows = np.flatnonzero(said & np.isfinite(truth))
    return HeldTask(
        binary=bool(data.binary[task]),
        trained=_trained(data, task),
        truth=truth[rows],
        bounds=data.bounds[rows, task],
        networks=outputs.networks[:, rows, task],
        kernel=None if outputs.kernel is None else outputs.kernel[rows, task],
        distance=distance[rows],
        rows=rows,
    )


def _trained(data: TrainingSet, task: int) -> Trained:
    seen = np.isin(data.parts, ("fit", "stop")).any(axis=0)
    values = data.values[seen & data.measured[:, task], task].astype(np.float64)
    if data.binary[task]:
        share = (values.sum() + 0.5) / (len(values) + 1)
        odds = float(np.log(share / (1 - share)))
        return Trained(centre=odds, scale=1.0, values=len(values), remote=odds)
    if not len(values):
        return Trained(centre=0.0, scale=1.0, values=0, remote=0.0)
    centre, scale = float(values.mean()), float(values.std())
    remote = centre
    if data.presumed is not None:
        # Molecules unlike any measured one were presumed to be of such a value.
        strange = data.values[seen & data.presumed, task].astype(np.float64)
        strange = strange[np.isfinite(strange)]
        remote = float(strange.mean()) if len(strange) else centre
    return Trained(centre=centre, scale=scale or 1.0, values=len(values), remote=remote)


def _distances(held: list[HeldTask], distance: Floats) -> tuple[float, tuple[float, float]]:
    """Return the held-out molecules' 95th percentile of distance, and the ends of the thirds."""
    if not any(len(task.rows) for task in held):
        return 1.0, (1.0, 1.0)
    rows = np.unique(np.concatenate([task.rows for task in held]))
    first, second, limit = np.quantile(distance[rows], [1 / 3, 2 / 3, 0.95])
    return round(float(limit), 4), (round(float(first), 4), round(float(second), 4))


def _cross_fit(held: list[HeldTask], thirds: tuple[float, float], molecules: int) -> list[Judged]:
    """Judge every held-out row by calibrations of the molecules in the other half."""
    half = np.random.default_rng(1).random(molecules) < 0.5
    found = [np.full((3, len(task.truth)), np.nan) for task in held]
    for fitted in (half, ~half):
        calibrations = calibrate([task.among(fitted) for task in held], thirds)
        for task, calibration, into in zip(held, calibrations, found, strict=True):
            new = task.among(~fitted)
            apply = apply_classification if task.binary else apply_regression
            value, _, low, high = apply(new.networks, new.kernel, new.distance, calibration)
            into[:, ~fitted[task.rows]] = value, low, high
    return [
        Judged(task.truth, parts[0], parts[1], parts[2], task.distance, task.trained.scale)
        for task, parts in zip(held, found, strict=True)
    ]


def _metrics(
    held: HeldTask,
    judged: Judged,
    baseline: Floats | None,
    exact: npt.NDArray[np.bool_],
) -> dict[str, Metric]:
    kind = "classification" if held.binary else "regression"
    metrics = _compare(held.truth, judged.value, baseline, kind)
    if not exact.all():
        without = baseline[exact] if baseline is not None else None
        some = _compare(held.truth[exact], judged.value[exact], without, kind)
        metrics |= {f"{name}_exact": metric for name, metric in some.items()}
    return metrics


def _before(held: HeldTask) -> AnyFloats:
    """Return the probabilities [n] that a class's models give without calibration."""
    if not len(held.networks) and held.kernel is not None:
        return np.clip(held.kernel, 0.0, 1.0)
    return mean_and_spread(logistic(held.networks))[0]


def _compare(
    truth: AnyFloats, mean: AnyFloats, baseline: AnyFloats | None, kind: str
) -> dict[str, Metric]:
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
    held: HeldTask,
    calibration: Calibration,
    metrics: dict[str, Metric],
    judged: Judged,
) -> TaskCard:
    about = data.tasks[task]
    trained = data.measured[:, task] & np.isin(data.parts, ("fit", "stop")).any(axis=0)
    coverage, probabilities = None, None
    if len(held.truth) and held.binary:
        probabilities = judge_probabilities(held.truth, _before(held), judged.value)
    elif len(held.truth):
        coverage = round(float(judged.inside.mean()), 4)
    return TaskCard(
        name=about["name"],
        kind=about["kind"],
        unit=about["unit"],
        direction=about["direction"],
        uniprot=about.get("uniprot", ""),
        trained_on=held.trained.values,
        bounded=int((trained & (data.bounds[:, task] != 0)).sum()),
        validated_on=len(held.rows),
        calibration=calibration.to_dict(),
        metrics=metrics,
        coverage=coverage,
        probabilities=probabilities,
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
