"""What a bundle's card says of each task, and of all of them together."""

import numpy as np
import numpy.typing as npt

from gnn.calibration.calibrate import HeldTask
from gnn.calibration.calibration import Calibration, mean_and_spread
from gnn.evaluation.card import Metric, Summary, TaskCard
from gnn.evaluation.metrics import METRICS, Estimate, evaluate, measurable
from gnn.evaluation.reliability import CrossFitted, compare_probabilities
from gnn.models.outputs import logistic
from gnn.training.training_set import TrainingSet

Floats = npt.NDArray[np.float64]
AnyFloats = npt.NDArray[np.floating]


def task_card(
    data: TrainingSet,
    task: int,
    held: HeldTask,
    calibration: Calibration,
    metrics: dict[str, Metric],
    cross_fitted: CrossFitted,
) -> TaskCard:
    """Return what the card says of one task of the training set."""
    about = data.tasks[task]
    trained = data.is_measured[:, task] & np.isin(data.roles, ("fit", "stop")).any(axis=0)
    coverage, probabilities = None, None
    if len(held.truth) and held.binary:
        probabilities = compare_probabilities(held.truth, _before(held), cross_fitted.value)
    elif len(held.truth):
        coverage = round(float(cross_fitted.inside.mean()), 4)
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


def task_metrics(
    held: HeldTask,
    cross_fitted: CrossFitted,
    baseline: Floats | None,
    exact: npt.NDArray[np.bool_],
) -> dict[str, Metric]:
    """Measure a task's n held-out rows, beside a baseline [n]; ``*_exact`` without bounds.

    exact: [n] rows whose measurement is no bound.
    """
    kind = "classification" if held.binary else "regression"
    metrics = _compare(held.truth, cross_fitted.value, baseline, kind)
    if not exact.all():
        without = baseline[exact] if baseline is not None else None
        some = _compare(held.truth[exact], cross_fitted.value[exact], without, kind)
        metrics |= {f"{name}_exact": metric for name, metric in some.items()}
    return metrics


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


def _before(held: HeldTask) -> AnyFloats:
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
