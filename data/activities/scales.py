"""Puts measurements on the scale on which they are learned: as they are, or as logarithms.

Times, volumes and rates are positive and spread over factors, so an error of a factor of two means
the same for 1 h as for 100 h. The catalogue marks such tasks (``scale = "log10"``).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chem.records.message_text import counted
from data.activities.activity import Task

Values = npt.NDArray[np.float32]


def to_scale(values: Values, tasks: Sequence[Task]) -> Values:
    """Return values [n, t] in the tasks' units as log10 where a task is learned as logarithms."""
    found = values.copy()
    logs = [at for at, task in enumerate(tasks) if task.scale == "log10"]
    found[:, logs] = np.log10(values[:, logs].astype(np.float64))
    return found


def without_logarithm(values: npt.NDArray[np.float64], task: Task) -> npt.NDArray[np.bool_]:
    """Tell which values [n] of a task have no logarithm although the task needs one."""
    return (values <= 0) & (task.scale == "log10")


def note_on_omitted(omitted: int, task: Task) -> str:
    """Describe values that were left out because they have no logarithm."""
    return (
        f"{task.name}: {counted(omitted, 'value')} left out, found at most 0 {task.unit}, expected "
        "more than 0: its logarithm is learned"
    )
