"""Merge repeated measurements: one row per SMILES."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.activities.activity import EXACT, ActivityTable

HELD_BACK = ("train", "valid", "test")


class MergeReport(NamedTuple):
    """What merging did."""

    rows_before: int
    rows_after: int
    merged_values: int
    """Values that disappeared into another one of the same molecule and task."""
    conflicting: int
    """Molecule-task pairs left without a value: classes that disagree, or bounds that do
    (an upper and a lower one, and no exact value)."""
    moved: int
    """Molecules the source had in two parts of its split; they went to the most held-back one."""


def merge_duplicates(table: ActivityTable) -> tuple[ActivityTable, MergeReport]:
    """Return a table with one row per SMILES text, and what was merged.

    SMILES are compared as text: standardize them first. Rows keep the order and the id of their
    first occurrence; values do not depend on the order of the rows.

    - Regression: the median. Where exact values and bounds meet, the exact ones win; bounds of
      one kind give their median and stay that bound; an upper and a lower bound give nothing.
    - Classification: the value all agree on; nothing where they disagree.
    """
    codes, _ = pd.factorize(table.smiles)
    first = np.unique(codes, return_index=True)[1]  # codes count up in order of appearance
    merged = table.select(first)
    values, bounds = merged.values.copy(), merged.bounds.copy()
    split = None if merged.split is None else merged.split.copy()
    measured = table.is_measured  # worked out once: it is as large as the table
    merged_values = conflicting = moved = 0
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(codes))[:-1]) if len(order) else []:
        if len(rows) == 1:
            continue
        row = codes[rows[0]]
        counts = measured[rows].sum(axis=0)
        for task in np.flatnonzero(counts > 1):
            present = rows[measured[rows, task]]
            classes = table.tasks[task].kind == "classification"
            combine = _agree if classes else merge_bounded
            value, bound = combine(table.values[present, task], table.bounds[present, task])
            conflicting += bool(np.isnan(value))
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
    report = MergeReport(len(table), len(merged), merged_values, conflicting, moved)
    return replace(merged, values=values, bounds=bounds, split=split), report


def _agree(values: npt.NDArray[np.float32], bounds: npt.NDArray[np.int8]) -> tuple[float, int]:
    return (float(values[0]) if (values == values[0]).all() else np.nan), EXACT


def merge_bounded(
    values: npt.NDArray[np.float32], bounds: npt.NDArray[np.int8]
) -> tuple[float, int]:
    """Return one value and bound for repeated measurements; NaN where they exclude each other.

    Exact values win over bounds and give their median; bounds of one kind give theirs.
    """
    exact = bounds == EXACT
    if exact.any():
        return float(np.median(values[exact])), EXACT
    if (bounds == bounds[0]).all():
        return float(np.median(values)), int(bounds[0])
    return np.nan, EXACT
