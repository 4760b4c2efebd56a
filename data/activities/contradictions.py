"""Measurements of one compound that cannot all be right, found before they are merged."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.activities.activity import EXACT, ActivityTable, Task

APART = 1.0
"""Log units (tenfold) that replicates of a −log10(molar) may differ by. Two laboratories' values
of one compound and target differ by 0.5 in the mean (Kalliokoski et al. 2013, doi
10.1371/journal.pone.0061007)."""
_NAMED = 3


class _Found(NamedTuple):
    label: str
    low: float
    high: float


def drop_contradictions(
    table: ActivityTable, apart: float = APART
) -> tuple[ActivityTable, list[str]]:
    """Return the table without values that contradict each other, and what was left out.

    Rows of one SMILES text are one compound: standardize first. Two classes contradict each other;
    so do exact values of a pActivity that are more than ``apart`` log units apart, and bounds that
    exclude each other. Such a compound loses all its values of that task. Other units are not
    judged. Rows that are left without a value stay.
    """
    codes, _ = pd.factorize(table.smiles)
    groups = [rows for rows in _groups(codes) if len(rows) > 1]
    values, bounds = table.values.copy(), table.bounds.copy()
    measured = table.is_measured  # worked out once: it is as large as the table
    notes = []
    for column, task in enumerate(table.tasks):
        found = []
        for rows in groups:
            present = rows[measured[rows, column]]
            if len(present) < 2:
                continue
            low, high = _span(table.values[present, column], table.bounds[present, column])
            if high - low > (apart if task.kind == "regression" else 0.5) and _can_contradict(task):
                found.append(_Found(str(table.ids[present[0]]), low, high))
                values[present, column], bounds[present, column] = np.nan, EXACT
        if found:
            notes.append(_tell(task, found, apart))
    return replace(table, values=values, bounds=bounds), notes


def _groups(codes: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1]) if len(order) else []


def _can_contradict(task: Task) -> bool:
    return task.kind == "classification" or task.unit == "pActivity"


def _span(values: npt.NDArray[np.float32], bounds: npt.NDArray[np.int8]) -> tuple[float, float]:
    """Return how far apart the measurements are at least: ends of the gap or of the exact values.

    An exact value below an upper bound agrees with it; one above it is apart by the difference.
    """
    floor = values[bounds >= EXACT]  # the truth is at least each of these
    ceiling = values[bounds <= EXACT]  # and at most each of these
    if not len(floor) or not len(ceiling):
        return 0.0, 0.0
    low, high = float(ceiling.min()), float(floor.max())
    return (low, high) if high > low else (low, low)


def _tell(task: Task, found: list[_Found], apart: float) -> str:
    named = ", ".join(
        one.label
        if task.kind == "classification"
        else f"{one.label} ({one.low:.2f} and {one.high:.2f})"
        for one in found[:_NAMED]
    )
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    why = (
        "both classes" if task.kind == "classification" else f"values over {apart:g} log unit apart"
    )
    compounds = "compound has" if len(found) == 1 else "compounds have"
    return f"{task.name}: {len(found)} {compounds} {why}, left out: {named}{more}"
