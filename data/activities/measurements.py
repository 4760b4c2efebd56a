"""Collects the measurements of each compound, which are shown beside predictions.

Training merges all its sets into one row per structure. Here a compound keeps the id that the
source of its value gave it: there is one row per structure and id.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.activities.activity import EXACT, ActivityTable, object_array
from data.activities.repeats import drop_contradictions, merge_duplicates

Progress = Callable[[str, int, int], None]


def collect_measurements(
    tables: Sequence[ActivityTable],
    tasks: Sequence[str],
    strict: bool = False,
    progress: Progress | None = None,
) -> ActivityTable:
    """Return the compounds of sets that have a value for any of ``tasks``, with these tasks.

    SMILES are standardized, and repeated measurements merged as for training
    (:func:`data.activities.repeats.merge_duplicates`): within a set, and between sets that have a
    task in common. Molecules that cannot be standardized are left out, and so are compounds that a
    set holds back as ``test``. Those marked ``valid`` are measured compounds like any other. Rows
    are in the order of the sets, then of their SMILES.

    ``strict`` is for a team's own file, as in training: measurements that contradict each other
    are left out (:func:`data.activities.repeats.drop_contradictions`).

    Raises:
        KeyError: No set has one of the tasks.
    """
    found = []
    for family in _families(tables, tasks):
        table = _standardized(ActivityTable.concat(family), progress)
        if strict:
            table, _ = drop_contradictions(table)
        table, _ = merge_duplicates(table)
        table = table.select(table.is_measured.any(axis=1) & (table.split != "test"))
        order = np.argsort(table.smiles, kind="stable")
        found.append(replace(table.select(order), split=None))
    return _by_compound(ActivityTable.concat(found)).select_tasks(tasks)


def _families(tables: Sequence[ActivityTable], tasks: Sequence[str]) -> list[list[ActivityTable]]:
    """Return the tables with only these tasks, grouped by tasks that they have in common."""
    families: list[list[ActivityTable]] = []
    for table in tables:
        names = {task.name for task in table.tasks} & set(tasks)
        if not names:
            continue
        own_tasks = table.select_tasks([task.name for task in table.tasks if task.name in names])
        split = np.full(len(own_tasks), "train") if own_tasks.split is None else own_tasks.split
        joined: list[list[ActivityTable]] = []
        apart: list[list[ActivityTable]] = []
        for family in families:
            known = {task.name for one in family for task in one.tasks}
            (joined if known & names else apart).append(family)
        own = replace(own_tasks, split=split).select(own_tasks.is_measured.any(axis=1))
        families = [*apart, [*(one for family in joined for one in family), own]]
    return families


def _standardized(table: ActivityTable, progress: Progress | None) -> ActivityTable:
    """Return the rows that can be standardized, with their standardized SMILES."""
    found: list[str] = []
    for done, smiles in enumerate(table.smiles):
        result = standardize(smiles, "smiles")
        found.append("" if isinstance(result, Failure) else result.smiles)
        if progress is not None and done % 500 == 0:
            progress("standardize the measured compounds", done, len(table))
    kept = np.array([bool(smiles) for smiles in found], dtype=bool)
    return replace(table.select(kept), smiles=object_array([smiles for smiles in found if smiles]))


def _by_compound(table: ActivityTable) -> ActivityTable:
    """Join the rows of one SMILES and id, which must not have two values of one task."""
    codes, _ = pd.factorize(pd.MultiIndex.from_arrays([table.smiles, table.ids]))
    joined = table.select(np.unique(codes, return_index=True)[1])  # codes count up from the first
    rows, columns = np.nonzero(table.is_measured)
    values = np.full_like(joined.values, np.nan)
    bounds = np.full_like(joined.bounds, EXACT)
    values[codes[rows], columns] = table.values[rows, columns]
    bounds[codes[rows], columns] = table.bounds[rows, columns]
    return replace(joined, values=values, bounds=bounds)
