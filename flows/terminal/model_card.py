"""Show a model card on a terminal: metrics, sources, reliability and explanations."""

from typing import TYPE_CHECKING

from chem.errors import InputError
from chem.records.message_text import counted
from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gnn.bundle.measured_compounds import MeasuredCompounds
    from gnn.evaluation.card import Card, Metric, Summary, TaskCard
    from gnn.evaluation.domain_card import DistanceBin

HEADERS = [
    *("group", "molecules", "ranks above others", "95 % interval", "heteroatoms do"),
    *("among the top", "by chance", "lost without it", "without others"),
]
METRICS = {
    "r2": "coefficient of determination, 1 at best",
    "rmse": "root mean square error, in the unit of the task",
    "mae": "mean absolute error, in the unit of the task",
    "spearman": "rank correlation, 1 for the same order",
    "r2_exact": "r2 without values that are only bounds",
    "rmse_exact": "rmse without values that are only bounds",
    "mae_exact": "mae without values that are only bounds",
    "spearman_exact": "spearman without values that are only bounds",
    "auroc": "probability that an active compound ranks above an inactive one, 0.5 for guessing",
    "auprc": "mean precision over all thresholds; the share of actives for guessing",
}
"""Explanations of a card's metrics."""
_UNMEASURED = ["too few values", "", "", ""]


def show_card(card: "Card", every_task: bool = True) -> None:
    """Show the metrics of every task and their means over the tasks."""
    show_main_metrics(card)
    show_tasks(card, card.tasks if every_task else (), means=len(card.tasks) > 1)
    show_ablation(card)
    show_reliability(card)


def find_task(card: "Card", name: str) -> "TaskCard":
    """Return a task of a card by its name or column. Raises InputError if there is none."""
    from screening.objective.screen_settings import suggest

    known = {task.name.casefold(): task for task in card.tasks}
    word = name.removeprefix(f"{card.name}_").casefold()
    if word in known:
        return known[word]
    hint = suggest(name, [task.name for task in card.tasks])
    raise InputError(
        f"bundle {card.name} has no task {name!r};{hint} `hitlist bundles show {card.name}` lists "
        f"all {len(card.tasks)}"
    )


def show_main_metrics(card: "Card") -> None:
    """Show each task by the one metric by which the field compares models of it, if any has one."""
    rows = [
        [task.name, task.error_unit, f"{task.validated_on:,}", *_cells(task.main_metric, found)]
        for task in sorted(card.tasks, key=lambda task: (task.main_metric, task.name.casefold()))
        if (found := task.main_result) is not None
    ]
    if rows:
        headers = ["task", "unit", "measured on", "metric", "ours", "95 % interval", "forest"]
        title = f"{card.name}: each task by the metric of the field"
        show_table(headers, rows, title, numbers=3)


def show_tasks(card: "Card", tasks: "Sequence[TaskCard]", means: bool = False) -> None:
    """Show the metrics of tasks, sorted by name, and optionally the means over all tasks."""
    rows = [
        [task.name, task.error_unit, f"{task.trained_on:,}", f"{task.validated_on:,}", *cells]
        for task in sorted(tasks, key=lambda task: task.name.casefold())
        for cells in [_cells(*item) for item in task.metrics.items()] or [_UNMEASURED]
    ]
    if means:
        rows += [
            [f"mean of {counted(mean.tasks, 'task')}", "", "", "", *_cells(key, mean)]
            for key, mean in card.summary.items()
            if _have_one_unit(card, key)
        ]
    headers = ["task", "unit", "trained on", "measured on"]
    headers += ["metric", "ours", "95 % interval", "forest"]
    show_table(headers, rows, f"{card.name}: ours beside a random forest", numbers=3)
    known = [key for key in METRICS if any(row[4].rpartition(" ")[2] == key for row in rows)]
    apart = "none is in both"
    if "cross-validation" in card.split:
        apart = "each was predicted by models that had not seen it"
    note(f"trained on, measured on: numbers of measurements; {apart}")
    if means and (left := [key for key in card.summary if not _have_one_unit(card, key)]):
        note(f"no mean of {', '.join(left)}: the units of the tasks differ")
    note("ours: the calibrated model; forest: a random forest on fingerprints, on the same rows")
    for key in known:
        note(f"{key}: {METRICS[key]}")
    if any(task.scale == "log10" for task in tasks):
        note(
            "log10(…): learned and measured as logarithms, so an error of 0.3 is a factor of 2; "
            "predictions are in the unit"
        )
    if len(tasks) == 1:
        _tell_inactivity(tasks[0])


def _tell_inactivity(task: "TaskCard") -> None:
    """Tell what counts as inactive on a task, and how well that is predicted, if the card knows."""
    from screening.text.inactivity_words import describe_level

    if (found := task.inactivity) is None:
        return
    told = f"inactive is {describe_level(found.level)}: {found.inactive:,} of {found.rows:,} values"
    measured = [("log loss", found.log_loss), ("AUROC", found.auroc)]
    numbers = [f"{name} {number:.3f}" for name, number in measured if number is not None]
    note("; ".join([told, *([f"its probability has {', '.join(numbers)}"] if numbers else [])]))


def show_lines(task: "TaskCard") -> None:
    """Show the errors of a class at each line, and the predictions for approved drugs."""
    if (found := task.operating_points) is not None:
        rows = [
            [f"{line:.2f}", f"{(1 - line) / line:.2g}", f"{above:.1%}", f"{below:.1%}"]
            for line, above, below in zip(
                found.thresholds, found.sensitivity, found.specificity, strict=True
            )
        ]
        show_table(
            ["line", "cost ratio", "positives above it", "negatives below it"],
            rows,
            f"{task.name}: {found.positives:,} positives and {found.negatives:,} negatives that "
            "were held out",
        )
        note(
            "cost ratio: the cost of missing a positive, in units of the cost of giving up a "
            "negative, for which this line costs least (`cost_ratio` in a screen)"
        )
    if task.drug_quantiles:
        least, *middle, most = (task.drug_quantiles[at] for at in (0, 5, 10, 15, 20))
        unit = "probability" if task.kind == "classification" else task.unit
        note(
            f"predictions for approved drugs ({unit}): {least:g} to {most:g}, quartiles "
            f"{', '.join(f'{number:g}' for number in middle)}"
        )


def _have_one_unit(card: "Card", key: str) -> bool:
    """Tell whether the tasks of a mean, such as ``regression rmse``, may be averaged."""
    kind, _, metric = key.rpartition(" ")
    if not metric.startswith(("rmse", "mae")):
        return True
    of = [task for task in card.tasks if metric in task.metrics and kind in ("", task.kind)]
    return len({task.error_unit for task in of}) < 2


def show_sources(card: "Card", measured: "MeasuredCompounds | None") -> None:
    """Show the sources of the training data, their licences and the measured compounds."""
    rows = [
        [*(source.get(key, "") for key in ("name", "licence", "citation")), f"{source['rows']:,}"]
        for source in card.data
    ]
    show_table(["trained on", "licence", "citation", "rows"], rows, "Sources", numbers=1)
    if measured is not None:
        note(
            f"measured.parquet holds {counted(len(measured), 'compound')} and "
            f"{counted(len(measured.values), 'measured value')} of these sources, under the "
            "licences of the sources"
        )


def show_ablation(card: "Card") -> None:
    """Show how each stage of the training changed the metrics, if the card knows."""
    every = dict.fromkeys(key for stage in card.ablation for key in stage.metrics)
    keys = [key for key in every if _have_one_unit(card, key)]
    if keys:
        show_table(
            ["model", *keys],
            [
                [stage.name, *(f"{stage.metrics[key]:.3f}" for key in keys)]
                for stage in card.ablation
            ],
            f"{card.name}: metrics after each stage of the training, before calibration",
            numbers=1,
        )


def show_reliability(card: "Card") -> None:
    """Show how reliable the error bars are: errors by distance, coverage, probabilities."""
    if card.domain is not None:
        show_table(
            ["distance", "values", "RMSE", "MAE", "in 90 % interval", "classes", "log loss"],
            [_by_distance(found) for found in card.domain.errors],
            f"{card.name}: error by distance to the nearest of {card.domain.compounds:,} training "
            f"compounds{f', in {card.domain.unit}' if card.domain.unit else ''}",
            numbers=1,
        )
        note(
            f"beyond a distance of {card.domain.edge:.2f} a molecule is outside the model's "
            f"domain; 95 % of the held-out molecules are nearer than {card.domain.limit:.3f}"
        )
    if card.coverage is not None:
        thirds = ""
        if card.coverage_by_third is not None:
            near, middle, far = (f"{share:.1%}" for share in card.coverage_by_third)
            thirds = f"; by third of the distance to training {near}, {middle}, {far}"
        note(f"{card.coverage:.1%} of the measured values lie in their 90 % interval{thirds}")
    for shift in card.shifts:
        note(
            f"another source, {shift.kind} ({shift.values:,} values, median distance "
            f"{shift.distance:.2f}): {shift.coverage:.1%} lie in their interval, which was widened "
            f"for new ones ({shift.coverage_before:.1%} before); bias {shift.bias:+.2f}, RMSE "
            f"{shift.rmse:.2f}"
        )
    if (found := card.probabilities) is not None:
        note(
            f"probabilities: calibration error {found.calibration_error:.3f}, log loss "
            f"{found.log_loss:.3f} (before calibration {found.calibration_error_before:.3f} and "
            f"{found.log_loss_before:.3f}; means over the classes)"
        )
    if (chance := card.inactivity) is not None:
        ranks = "" if chance.auroc is None else f", AUROC {chance.auroc:.3f} (mean over the tasks)"
        note(
            f"probabilities of inactivity on {counted(chance.tasks, 'task')} ({chance.rows:,} "
            f"values): calibration error {chance.calibration_error:.3f}, log loss "
            f"{chance.log_loss:.3f} ({chance.log_loss_of_share:.3f} if every compound is given the "
            f"share of its task){ranks}"
        )


def _by_distance(found: "DistanceBin") -> list[str]:
    numbers = [found.rmse, found.mae, found.coverage]
    cells = ["" if number is None else f"{number:.3f}" for number in numbers]
    loss = "" if found.log_loss is None else f"{found.log_loss:.3f}"
    span = f"{found.low:.1f} to {found.high:.1f}"
    return [span, f"{found.values:,}", *cells, f"{found.classes:,}", loss]


def _cells(key: str, found: "Metric | Summary") -> list[str]:
    low, high = found.network_interval
    forest = "" if found.forest is None else f"{found.forest:.3f}"
    return [key, f"{found.network:.3f}", f"{low:.3f} to {high:.3f}", forest]


def show_explanations(card: "Card") -> None:
    """Show how well atom contributions find known toxicophores, if the card knows."""
    if not card.explanations:
        return
    rows = [
        [
            one.group,
            f"{one.molecules:,}",
            f"{one.auroc:.2f}",
            f"{one.low:.2f} to {one.high:.2f}",
            f"{one.hetero:.2f}",
            f"{one.top:.0%}",
            f"{one.top_chance:.0%}",
            f"{one.lost:.2f}",
            f"{one.lost_others:.2f}",
        ]
        for one in card.explanations
    ]
    tasks = ", ".join(dict.fromkeys(one.task for one in card.explanations))
    show_table(
        HEADERS,
        rows,
        f"{card.name}: contributions to {tasks} on known toxicophores",
        numbers=len(HEADERS) - 1,
    )
    better = sum(one.low > 0.5 for one in card.explanations)
    worse = [one.group for one in card.explanations if one.high < 0.5]
    note(
        f"{better} of {len(card.explanations)} groups rank above other atoms more often than by "
        "chance (0.50)" + (f"; less often: {', '.join(worse)}" if worse else "")
    )
    if plain := [one.group for one in card.explanations if one.auroc <= one.hetero]:
        note(f"not better than marking every heteroatom: {', '.join(plain)}")
    note(
        "for molecules predicted to be positive: how often an atom of the group has a larger "
        "contribution than another atom; the same if all heteroatoms are marked; the group's share "
        "of the top atoms, and by chance; log odds lost without the group, and without as many "
        "other atoms"
    )
