"""Shows a model card in short on a terminal: one line for each task, the domain, the terms."""

from collections import Counter
from typing import TYPE_CHECKING

from chem.records.message_text import counted
from flows.terminal.card_metrics import GAIN, METRICS, have_one_unit, main_cells, show_numbers
from flows.terminal.console import note
from flows.terminal.model_card import show_limits

if TYPE_CHECKING:
    from gnn.card.card import Card, TaskCard

MOST_TASKS = 40
"""The most tasks that have a line each; of more there are their names, and the means."""


def show_summary(card: "Card", name: str) -> None:
    """Show what a bundle predicts, how well, where it may be relied on, and under which terms.

    Args:
        card: the card.
        name: the name or folder that the user gave, for the advice.
    """
    tasks = sorted(card.tasks, key=lambda task: task.name.casefold())
    each = {task.name: main_cells(task) for task in tasks}
    rows = [_about(task) + each[task.name] for task in tasks] if len(tasks) <= MOST_TASKS else []
    keys = {cells[0] for cells in each.values()}
    rows += [
        [f"mean of {counted(mean.tasks, 'task')}", "", "", "", *main_cells(mean, key)]
        for key, mean in card.summary.items()
        if mean.tasks > 1 and key.rpartition(" ")[2] in keys and have_one_unit(card, key)
    ]
    if len(tasks) > MOST_TASKS:
        note(f"{len(tasks):,} tasks: {', '.join(task.name for task in tasks)}")
    headers = ["task", "unit", "trained on", "measured on"]
    show_numbers(headers, rows, f"{card.name}: ours beside a random forest, on held-out rows")
    if any(row[-1] for row in rows):
        note(GAIN)
    for key in METRICS:
        if key in keys:
            note(f"{key}: {METRICS[key]}")
    show_limits(card)
    for terms, sets in Counter(source.get("licence", "") for source in card.data).items():
        note(f"terms of {counted(sets, 'training set')}: {terms or 'not known'}")
    note(
        f"all metrics, errors by distance, training sets and their faults: `hitlist bundles show "
        f"{name} --full`; one task: `hitlist bundles show {name} TASK`"
    )


def _about(task: "TaskCard") -> list[str]:
    return [task.name, task.error_unit, f"{task.trained_on:,}", f"{task.validated_on:,}"]
