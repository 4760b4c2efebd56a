"""Shows the metrics of a card's tasks and their means, beside those of a random forest."""

from typing import TYPE_CHECKING

from chem.records.message_text import counted
from flows.terminal.console import note
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gnn.card.card import Card, TaskCard
    from gnn.card.metric_card import Gain, Metric, Summary

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
GAIN = (
    "gain: ours minus forest, for errors (rmse, mae) forest minus ours, so a positive gain is "
    "better; its 95 % interval is of the same draws of the molecules (for means, of the tasks)"
)
GAIN_HEADER = "gain over forest"
_NUMBERS = ["metric", "ours", "95 % interval", "forest"]
_UNMEASURED = ["too few values", "", "", "", ""]


def describe_gain(gain: "Gain | None") -> str:
    """Return a gain over the forest with its interval, such as ``+0.021 (0.004 to 0.040)``."""
    if gain is None:
        return ""
    low, high = gain.interval
    return f"{gain.value:+.3f} ({low:.3f} to {high:.3f})"


def show_main_metrics(card: "Card") -> None:
    """Show each task by the one metric by which the field compares models of it, if any has one.

    Tasks of one metric are together, and their mean follows them if their units allow it.
    """
    rows = []
    for metric in sorted({task.main_metric for task in card.tasks}):
        tasks = [task for task in card.tasks if task.main_metric == metric]
        for task in sorted(tasks, key=lambda task: task.name.casefold()):
            if (found := task.main_result) is not None:
                count = f"{task.validated_on:,}"
                rows.append([task.name, task.error_unit, count, *_cells(metric, found)])
        mean = card.main_summary.get(metric)
        if mean is not None and mean.tasks > 1:
            rows.append([f"mean of {counted(mean.tasks, 'task')}", "", "", *_cells(metric, mean)])
    if rows:
        title = f"{card.name}: each task by the metric of the field"
        _show(["task", "unit", "measured on", *_NUMBERS], rows, title)


def show_tasks(card: "Card", tasks: "Sequence[TaskCard]", means: bool = False) -> None:
    """Show the metrics of tasks, sorted by name, and optionally the means over all tasks.

    The first metric of a task is that by which the field compares models of it.
    """
    rows = [
        [task.name, task.error_unit, f"{task.trained_on:,}", f"{task.validated_on:,}", *cells]
        for task in sorted(tasks, key=lambda task: task.name.casefold())
        for cells in [_cells(key, task.metrics[key]) for key in _own_first(task)] or [_UNMEASURED]
    ]
    if means:
        rows += [
            [f"mean of {counted(mean.tasks, 'task')}", "", "", "", *_cells(key, mean)]
            for key, mean in card.summary.items()
            if have_one_unit(card, key)
        ]
    headers = ["task", "unit", "trained on", "measured on", *_NUMBERS]
    _show(headers, rows, f"{card.name}: ours beside a random forest")
    known = [key for key in METRICS if any(row[4].rpartition(" ")[2] == key for row in rows)]
    apart = "none is in both"
    if card.refit:
        apart = "when they were measured, none was in both; then the networks learned all of them"
    if "cross-validation" in card.split:
        apart = "each was predicted by models that had not seen it"
    note(f"trained on, measured on: numbers of measurements; {apart}")
    if means and (left := [key for key in card.summary if not have_one_unit(card, key)]):
        note(f"no mean of {', '.join(left)}: the units of the tasks differ")
    note("ours: the calibrated model; forest: a random forest on fingerprints, on the same rows")
    if any(row[-1] for row in rows):
        note(GAIN)
    for key in known:
        note(f"{key}: {METRICS[key]}")
    if any(task.scale == "log10" for task in tasks):
        note(
            "log10(…): learned and measured as logarithms, so an error of 0.3 is a factor of 2; "
            "predictions are in the unit"
        )
    if len(tasks) == 1:
        _tell_inactivity(tasks[0])


def main_cells(found: "TaskCard | Summary", key: str = "") -> list[str]:
    """Return the cells of one metric: that of a mean, or the first of a task."""
    from gnn.card.card import TaskCard

    if not isinstance(found, TaskCard):
        return _cells(key, found)
    own = _own_first(found)
    return _cells(own[0], found.metrics[own[0]]) if own else _UNMEASURED


def show_numbers(headers: "Sequence[str]", rows: "Sequence[Sequence[str]]", title: str) -> None:
    """Show rows that end with the cells of a metric."""
    _show([*headers, *_NUMBERS], rows, title)


def _show(headers: "Sequence[str]", rows: "Sequence[Sequence[str]]", title: str) -> None:
    """Show a table whose last column is the gain, unless no row has one (in older cards)."""
    if any(row[-1] for row in rows):
        show_table([*headers, GAIN_HEADER], rows, title, numbers=4)
    else:
        show_table(headers, [row[:-1] for row in rows], title, numbers=3)


def _own_first(task: "TaskCard") -> list[str]:
    """Return a task's metrics, the one by which the field compares models of it first."""
    return sorted(task.metrics, key=lambda key: key != task.main_metric)


def _cells(key: str, found: "Metric | Summary") -> list[str]:
    low, high = found.network_interval
    forest = "" if found.forest is None else f"{found.forest:.3f}"
    shown = [key, f"{found.network:.3f}", f"{low:.3f} to {high:.3f}", forest]
    return [*shown, describe_gain(found.gain)]


def _tell_inactivity(task: "TaskCard") -> None:
    """Tell what counts as inactive on a task, and how well that is predicted, if the card knows."""
    from screening.text.inactivity_words import describe_level

    if (found := task.inactivity) is None:
        return
    told = f"inactive is {describe_level(found.level)}: {found.inactive:,} of {found.rows:,} values"
    measured = [("log loss", found.log_loss), ("AUROC", found.auroc)]
    numbers = [f"{name} {number:.3f}" for name, number in measured if number is not None]
    note("; ".join([told, *([f"its probability has {', '.join(numbers)}"] if numbers else [])]))


def have_one_unit(card: "Card", key: str) -> bool:
    """Tell whether the tasks of a mean, such as ``regression rmse``, may be averaged."""
    kind, _, metric = key.rpartition(" ")
    if not metric.startswith(("rmse", "mae")):
        return True
    of = [task for task in card.tasks if metric in task.metrics and kind in ("", task.kind)]
    return len({task.error_unit for task in of}) < 2
