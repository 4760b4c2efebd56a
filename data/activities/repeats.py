"""Merges repeated measurements to one row per SMILES, and drops those that cannot all be right."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.activities.activity import EXACT, ActivityTable, Task

HELD_BACK = ("train", "valid", "test")
APART = 1.0
"""Most log units by which replicates of a −log10(molar) may differ. Two laboratories' values of one
compound and target differ by 0.5 on average (Kalliokoski et al. 2013, doi
10.1371/journal.pone.0061007)."""
_NAMED = 3
_Merge = Callable[[npt.NDArray[np.float32], npt.NDArray[np.int8]], tuple[float, int]]
"""From the values [n] of one cell and their bounds [n] to one value and bound."""


class MergeReport(NamedTuple):
    """Counts of the changes that merging made."""

    rows_before: int
    rows_after: int
    merged_values: int
    """Values that were merged into another one of the same molecule and task."""
    conflicting: int
    """Molecule-task pairs left without a value: classes that disagree, or bounds that do
    (an upper and a lower one, and no exact value)."""
    moved: int
    """Molecules that were in two parts of the source's split; the most held-back one took them."""
    conflicts: dict[str, int]
    """``conflicting`` by task."""
    apart: dict[str, int]
    """Molecules by task with values more than ``APART`` apart, of which the median was taken; only
    tasks in log units."""


def merge_duplicates(table: ActivityTable) -> tuple[ActivityTable, MergeReport]:
    """Return a table with one row per SMILES text, and a report on the merging.

    SMILES are compared as text: standardize them first. Rows keep the order and the id of their
    first occurrence; values do not depend on the order of the rows.

    - Regression: the median, of the logarithms if the task is learned as such. If there are exact
      values and bounds, the exact ones win; bounds of one kind give their median and stay that
      bound; an upper and a lower bound give no value.
    - Classification: the value on which all agree; no value if they disagree.
    """
    codes, _ = pd.factorize(table.smiles)
    first = np.unique(codes, return_index=True)[1]  # codes count up in order of appearance
    merged = table.select(first)
    values, bounds = merged.values.copy(), merged.bounds.copy()
    split = None if merged.split is None else merged.split.copy()
    measured = table.is_measured  # computed once: it is as large as the table
    merged_values = moved = 0
    conflicts, apart = Counter[str](), Counter[str]()
    for rows in _groups(codes):
        row = codes[rows[0]]
        counts = measured[rows].sum(axis=0)
        for task in np.flatnonzero(counts > 1):
            present = rows[measured[rows, task]]
            about = table.tasks[task]
            combine = _way_to_merge(about)
            value, bound = combine(table.values[present, task], table.bounds[present, task])
            conflicts[about.name] += bool(np.isnan(value))
            low, high = _span(table.values[present, task], table.bounds[present, task])
            apart[about.name] += (
                _is_logarithmic(about) and not np.isnan(value) and high - low > APART
            )
            merged_values += len(present) - 1
            values[row, task], bounds[row, task] = value, bound
        for task in np.flatnonzero(counts == 1):
            present = rows[measured[rows, task]]
            values[row, task] = table.values[present[0], task]
            bounds[row, task] = table.bounds[present[0], task]
        if split is not None and table.split is not None:
            parts = set(table.split[rows])
            moved += len(parts) > 1
            split[row] = max(parts, key=HELD_BACK.index)
    report = MergeReport(
        len(table),
        len(merged),
        merged_values,
        conflicts.total(),
        moved,
        dict(+conflicts),
        dict(+apart),
    )
    return replace(merged, values=values, bounds=bounds, split=split), report


def _way_to_merge(task: Task) -> _Merge:
    if task.kind == "classification":
        return _agree
    return _merge_logarithms if task.scale == "log10" else merge_bounded


def _agree(values: npt.NDArray[np.float32], bounds: npt.NDArray[np.int8]) -> tuple[float, int]:
    return (float(values[0]) if (values == values[0]).all() else np.nan), EXACT


def merge_bounded(
    values: npt.NDArray[np.floating[Any]], bounds: npt.NDArray[np.int8]
) -> tuple[float, int]:
    """Return one value and bound for repeated measurements; NaN if they exclude each other.

    Exact values win over bounds and give their median; bounds of one kind give theirs.
    """
    exact = bounds == EXACT
    if exact.any():
        return float(np.median(values[exact])), EXACT
    if (bounds == bounds[0]).all():
        return float(np.median(values)), int(bounds[0])
    return np.nan, EXACT


def _merge_logarithms(
    values: npt.NDArray[np.float32], bounds: npt.NDArray[np.int8]
) -> tuple[float, int]:
    value, bound = merge_bounded(np.log10(values.astype(np.float64)), bounds)
    return 10.0**value, bound


class _Found(NamedTuple):
    label: str
    low: float
    high: float


def drop_contradictions(
    table: ActivityTable, apart: float = APART
) -> tuple[ActivityTable, list[str]]:
    """Return the table without values that contradict each other, and notes on the omissions.

    Rows of one SMILES text are one compound: standardize first. Two classes contradict each other;
    so do exact values of a pActivity that are more than ``apart`` log units apart, and bounds that
    exclude each other. Such a compound loses all its values of that task. Other units are not
    checked. Rows that are left without a value stay.
    """
    codes, _ = pd.factorize(table.smiles)
    groups = _groups(codes)
    values, bounds = table.values.copy(), table.bounds.copy()
    measured = table.is_measured  # computed once: it is as large as the table
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
    """Return the rows of each code that occurs in several rows."""
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(codes))[:-1]) if len(order) else []
    return [rows for rows in groups if len(rows) > 1]


def _can_contradict(task: Task) -> bool:
    return task.kind == "classification" or task.unit == "pActivity"


def _is_logarithmic(task: Task) -> bool:
    return task.unit == "pActivity" or task.unit.startswith("log10")


def _span(values: npt.NDArray[np.float32], bounds: npt.NDArray[np.int8]) -> tuple[float, float]:
    """Return how far the measurements are apart at least: ends of the gap or of the exact values.

    An exact value below an upper bound agrees with it; one above it is apart by the difference.
    """
    floor = values[bounds >= EXACT]  # the true value is at least each of these
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
