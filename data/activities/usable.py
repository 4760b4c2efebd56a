"""Tells whether a column of measurements is sufficient for training."""

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.records.message_text import counted
from data.activities.activity import ActivityTable

MINIMUM_ROWS = 20
MINIMUM_OF_A_CLASS = 5
"""One for each fold of the cross-validation."""


def find_problem(
    name: str, classes: bool, values: npt.NDArray[np.float32], minimum_rows: int = MINIMUM_ROWS
) -> str:
    """Return why values [n] (NaN = not measured) cannot be trained on, or an empty text.

    The reason is one sentence: what was found, what is needed, what to do.
    """
    present = values[~np.isnan(values)]
    if len(present) < minimum_rows:
        return (
            f"{name} has {counted(len(present), 'measurement')}, at least {minimum_rows} are "
            "needed to train; add more."
        )
    distinct, counts = np.unique(present, return_counts=True)
    if len(distinct) == 1:
        what = "one class only" if classes else "the same value everywhere"
        return (
            f"{name} has {what} ({distinct[0]:g}); there is nothing to learn, add compounds that "
            "differ."
        )
    if classes and counts.min() < MINIMUM_OF_A_CLASS:
        rare = "active" if distinct[counts.argmin()] == 1 else "inactive"
        found = counted(int(counts.min()), f"{rare} compound")
        return (
            f"{name} has {found} of {len(present):,}, at least "
            f"{MINIMUM_OF_A_CLASS} of each class are needed; add more."
        )
    return ""


def keep_usable(table: ActivityTable) -> tuple[ActivityTable, list[str]]:
    """Return the table without tasks that cannot be trained on, and why they were left out.

    Only rows that are not marked ``test`` count. Rows left without any value are left out, too.

    Raises:
        InputError: No task is left.
    """
    trained = np.ones(len(table), bool) if table.split is None else table.split != "test"
    problems = {
        task.name: find_problem(
            f"task {task.name}, after standardizing and merging,",
            task.kind == "classification",
            table.values[trained, column],
        )
        for column, task in enumerate(table.tasks)
    }
    usable = [name for name, problem in problems.items() if not problem]
    if not usable:
        raise InputError(next(iter(problems.values())))
    if len(usable) == len(problems):
        return table, []
    kept = table.select_tasks(usable)
    rows = kept.is_measured.any(axis=1)
    return kept.select(rows), [f"left out: {problem}" for problem in problems.values() if problem]
