"""Measures a bundle's models on rows that they did not train on, beside a random forest."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gnn.calibration.calibrate import HeldTask, calibrate
from gnn.calibration.calibration import (
    Calibration,
    Outputs,
    apply_classification,
    apply_regression,
    mean_and_spread,
)
from gnn.calibration.domain import Domain
from gnn.calibration.fit_inactivity import fit_inactivity
from gnn.calibration.shrinkage import EARLIEST_OOD_START, OOD_START
from gnn.calibration.source_shift import SourceShift
from gnn.card.card import Probabilities, TaskCard
from gnn.card.domain_card import DistanceBin, DomainCard, SharedErrorCard, ShiftCard
from gnn.card.inactivity_card import InactivitySummary
from gnn.card.metric_card import Metric, Summary
from gnn.evaluation.held_tasks import Outside, held_task, outside_task
from gnn.evaluation.inactivity_quality import inactivity_card, summarize_inactivity
from gnn.evaluation.metrics import is_error, means, measure
from gnn.evaluation.operating_points import measure_operating_points
from gnn.evaluation.reliability import (
    CrossFitted,
    average_probabilities,
    compare_probabilities,
    coverage_by_third,
    errors_by_distance,
    measure_shared_error,
)
from gnn.evaluation.shift import Shifted, measure_shift
from gnn.features.array_types import Bools, Floats, Floats64, Ints
from gnn.models.losses import logistic
from gnn.training.training_set import TrainingSet

MIXED = "standard deviations"
"""Unit of the errors of tasks with different units."""


class Assessment(NamedTuple):
    """The measured quality of a bundle's models."""

    tasks: tuple[TaskCard, ...]
    summary: dict[str, Summary]
    main_summary: dict[str, Summary]
    coverage: float | None
    coverage_by_third: tuple[float, float, float] | None
    probabilities: Probabilities | None
    inactivity: InactivitySummary | None
    limit: float
    """Distance to the training compounds that 95 % of the held-out molecules do not reach."""
    thirds: tuple[float, float]
    """The distances that divide the held-out molecules into thirds."""
    unit: str
    errors: tuple[DistanceBin, ...]
    shifts: tuple[ShiftCard, ...] = ()
    shared_error: SharedErrorCard | None = None

    def facts(self, domain: Domain) -> dict[str, Any]:
        """Return the fields of a card that it fills."""
        found = self._asdict()
        about = {name: found.pop(name) for name in ("limit", "thirds", "unit", "errors")}
        return found | {"domain": DomainCard(compounds=len(domain.bits), **about)}


def assess(
    data: TrainingSet,
    outputs: Outputs,
    forest: Callable[[int], Floats64] | None,
    kept: Ints,
    distance: Floats | None = None,
    outside: Outside | None = None,
) -> Assessment:
    """Assess the tasks ``kept`` by outputs that are NaN where a row was not held out.

    ``forest`` gives a task's baseline [M]; None leaves the baseline out. ``distance`` [M] is that
    to the training compounds (:func:`gnn.calibration.domain.held_out_distance`); None treats every
    molecule as a near one. Bounds count as measurements in the main metrics; ``*_exact`` leaves
    them out. ``outside`` has the models' outputs for the molecules with values of another source:
    intervals are widened until they hold these (:mod:`gnn.evaluation.shift`).

    The calibrations in the cards are fitted on every held-out row. All measured values are those of
    calibrations that were fitted on the other half of the molecules.
    """
    away = np.zeros(data.graphs.molecules)
    if distance is not None:
        away = np.nan_to_num(distance.astype(np.float64))
    held = [held_task(data, outputs, int(task), away) for task in kept]
    limit, thirds = _distances(held, away)
    # If strangers were presumed to have a value, it holds from where the domain ends.
    ood_start = (
        OOD_START if data.presumed is None else float(np.clip(limit, EARLIEST_OOD_START, OOD_START))
    )
    calibrations = calibrate(held, thirds, ood_start)
    numbers = fit_inactivity(held, calibrations)
    cross_fitted = _cross_fit(held, thirds, ood_start, data.graphs.molecules)
    inactivity = [*map(inactivity_card, held, cross_fitted, numbers)]
    shifted = _shift(data, outside, kept, calibrations)
    calibrations = [
        one if task.binary else shifted.shift.apply_to(one)
        for one, task in zip(calibrations, held, strict=True)
    ]
    cross_fitted = [
        one if task.binary else one.widened(shifted.shift)
        for one, task in zip(cross_fitted, held, strict=True)
    ]
    regressions = [found for found, task in zip(cross_fitted, held, strict=True) if not task.binary]
    classes = [found for found, task in zip(cross_fitted, held, strict=True) if task.binary]
    cards = []
    every = zip(kept, held, calibrations, cross_fitted, inactivity, strict=True)
    for task, found, calibration, seen, known in every:
        baseline = forest(int(task))[found.rows] if forest and len(found.rows) else None
        metrics = task_metrics(found, seen, baseline, data.bounds[found.rows, task] == 0)
        card = task_card(data, int(task), found, calibration, metrics, seen)
        cards.append(card.model_copy(update={"inactivity": known}))
    units = sorted({card.error_unit for card in cards if card.kind == "regression"})
    unit = units[0] if len(units) == 1 else MIXED if units else ""
    if unit != MIXED:
        regressions = [found._replace(scale=1.0) for found in regressions]
    inside = np.concatenate([np.zeros(0, bool), *(found.inside for found in regressions)])
    return Assessment(
        tasks=tuple(cards),
        summary=summarize(cards),
        main_summary=summarize_main(cards),
        coverage=round(float(inside.mean()), 4) if len(inside) else None,
        coverage_by_third=coverage_by_third(regressions, thirds),
        probabilities=average_probabilities([c.probabilities for c in cards if c.probabilities]),
        inactivity=summarize_inactivity(held, cross_fitted, inactivity),
        limit=limit,
        thirds=thirds,
        unit=unit,
        errors=errors_by_distance(regressions, classes),
        shifts=shifted.cards,
        shared_error=measure_shared_error(data, held, cross_fitted),
    )


def _shift(
    data: TrainingSet, outside: Outside | None, kept: Ints, calibrations: list[Calibration]
) -> Shifted:
    """Measure the intervals of calibrations on the values of another source, if there are any."""
    if outside is None or data.outside is None:
        return Shifted(SourceShift(), ())
    held = [outside_task(data, data.outside, outside, int(task)) for task in kept]
    known = np.zeros(data.graphs.molecules, bool)
    known[data.rows(0, "fit", "stop")] = True
    known[outside.rows[np.asarray(outside.distance) == 0]] = True  # other drawings of these
    units = {(about["unit"], about.get("scale")) for about in (data.tasks[at] for at in kept)}
    return measure_shift(held, calibrations, known, len(units) > 1)


def _distances(held: list[HeldTask], distance: Floats64) -> tuple[float, tuple[float, float]]:
    """Return the held-out molecules' 95th percentile of distance, and the ends of the thirds."""
    if not any(len(task.rows) for task in held):
        return 1.0, (1.0, 1.0)
    rows = np.unique(np.concatenate([task.rows for task in held]))
    first, second, limit = np.quantile(distance[rows], [1 / 3, 2 / 3, 0.95])
    return round(float(limit), 4), (round(float(first), 4), round(float(second), 4))


def _cross_fit(
    held: list[HeldTask], thirds: tuple[float, float], ood_start: float, molecules: int
) -> list[CrossFitted]:
    """Predict every held-out row with calibrations fitted on the molecules in the other half."""
    fold = np.random.default_rng(1).random(molecules) < 0.5
    found = [np.full((4, len(task.truth)), np.nan) for task in held]
    for fitted in (fold, ~fold):
        seen = [task.among(fitted) for task in held]
        calibrations = calibrate(seen, thirds, ood_start)
        every = zip(held, calibrations, fit_inactivity(seen, calibrations), found, strict=True)
        for task, calibration, numbers, into in every:
            new = task.among(~fitted)
            apply = apply_classification if task.binary else apply_regression
            value, _, low, high = apply(new.networks, new.kernel, new.distance, calibration)
            into[:3, ~fitted[task.rows]] = value, low, high
            if numbers is not None:
                into[3, ~fitted[task.rows]] = numbers.probability(value, new.distance)
    return [
        CrossFitted(
            *(task.truth, estimates[0], estimates[1], estimates[2]),
            *(task.distance, task.trained.scale),
            estimates[3] if np.isfinite(estimates[3]).all() else None,
        )
        for task, estimates in zip(held, found, strict=True)
    ]


def task_card(
    data: TrainingSet,
    task: int,
    held: HeldTask,
    calibration: Calibration,
    metrics: dict[str, Metric],
    cross_fitted: CrossFitted,
) -> TaskCard:
    """Return the card of one task of the training set."""
    about = data.tasks[task]
    trained = data.is_measured[:, task] & np.isin(data.roles, ("fit", "stop")).any(axis=0)
    coverage, probabilities, points = None, None, None
    if len(held.truth) and held.binary:
        probabilities = compare_probabilities(held.truth, _before(held), cross_fitted.value)
        points = measure_operating_points(held.truth, cross_fitted.value)
    elif len(held.truth):
        coverage = round(float(cross_fitted.inside.mean()), 4)
    return TaskCard(
        name=about["name"],
        kind=about["kind"],
        unit=about["unit"],
        direction=about["direction"],
        uniprot=about.get("uniprot", ""),
        scale=about.get("scale", "linear"),
        main_metric=about.get("main_metric", ""),
        trained_on=held.trained.values,
        bounded=int((trained & (data.bounds[:, task] != 0)).sum()),
        validated_on=len(held.rows),
        calibration=calibration.to_dict(),
        metrics=metrics,
        coverage=coverage,
        probabilities=probabilities,
        operating_points=points,
    )


def task_metrics(
    held: HeldTask,
    cross_fitted: CrossFitted,
    baseline: Floats64 | None,
    exact: Bools,
) -> dict[str, Metric]:
    """Measure a task's n held-out rows, beside a baseline [n]; ``*_exact`` without bounds.

    exact: [n] rows whose measurement is not a bound.
    """
    kind = "classification" if held.binary else "regression"
    metrics = measure(held.truth, cross_fitted.value, baseline, kind)
    if not exact.all():
        without = baseline[exact] if baseline is not None else None
        some = measure(held.truth[exact], cross_fitted.value[exact], without, kind)
        metrics |= {f"{name}_exact": metric for name, metric in some.items()}
    return metrics


def _before(held: HeldTask) -> Floats:
    """Return the probabilities [n] that a class's models give without calibration."""
    if not len(held.networks) and held.kernel is not None:
        return np.clip(held.kernel, 0.0, 1.0)
    return mean_and_spread(logistic(held.networks))[0]


def summarize(cards: list[TaskCard]) -> dict[str, Summary]:
    """Average each metric over the tasks that have it, by ``<kind> <metric>``."""
    found: dict[str, list[Metric]] = {}
    for card in cards:
        for name, metric in card.metrics.items():
            found.setdefault(f"{card.kind} {name}", []).append(metric)
    return means(found)


def summarize_main(cards: list[TaskCard]) -> dict[str, Summary]:
    """Average the tasks' own metrics over the tasks that share one, by metric.

    Different metrics are never averaged, nor errors in different units.
    """
    found: dict[str, list[Metric]] = {}
    units: dict[str, set[str]] = {}
    for card in cards:
        if card.main_result is not None:
            found.setdefault(card.main_metric, []).append(card.main_result)
            units.setdefault(card.main_metric, set()).add(card.error_unit)
    return means(
        {name: some for name, some in found.items() if not is_error(name) or len(units[name]) == 1}
    )
