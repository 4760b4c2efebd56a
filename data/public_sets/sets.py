"""Loads a catalogue dataset as a table of activities."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from chem.errors import InputError
from data.activities.activity import LOWER, UPPER, ActivityTable, Task, object_array
from data.activities.scales import note_on_omitted, without_logarithm
from data.catalogue.catalogue import Dataset, TaskColumn, dataset
from data.catalogue.download import Progress
from data.catalogue.fetch import fetch_dataset
from data.catalogue.panel import human_kinases

MINIMUM_COUNT = 10
MINIMUM_SHARE = 0.05
TIMES_NEXT = 2
HIGHEST_PLATEAU = 6.5


def load_activities(name: str, progress: Progress | None = None) -> ActivityTable:
    """Fetch and read a catalogue dataset.

    ``kinase200``: 193 human kinases named by gene symbol, pActivity, one row per SMILES; values on
    a kinase's inactive plateau are flagged as upper bounds (see ``find_plateau``). ``tox21``: 12
    classes. ``tdc_*``: one task named like the endpoint. ``moleculeace_*``: one task in pActivity
    (−log10 molar), not −log10 nM as in the file. Values without a logarithm are left out of a task
    that is learned as logarithms, and counted in the notes.

    Raises:
        InputError: The name is unknown, the set is a library without activities, or the file cannot
            be had.
    """
    entry = dataset(name)
    if not entry.tasks and not entry.task_column:
        raise InputError(
            f"dataset {name} is a {entry.kind} without measurements; screen it with --library, or "
            "train on another one (`hitlist data list`)."
        )
    return read_activities(fetch_dataset(entry, progress), entry)


def read_activities(path: Path, entry: Dataset) -> ActivityTable:
    """Read a dataset's file, which must be the catalogue's: its columns are not checked."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return _read_kinases(frame, entry) if entry.task_column else _read_wide(frame, entry)


def _read_wide(frame: pd.DataFrame, entry: Dataset) -> ActivityTable:
    values = np.full((len(frame), len(entry.tasks)), np.nan, np.float32)
    bounds = np.zeros(values.shape, np.int8)
    tasks = tuple(
        Task(one.name, one.kind, one.unit, scale=one.scale, main_metric=one.main_metric)
        for one in entry.tasks
    )
    notes = []
    for column, (source, task) in enumerate(zip(entry.tasks, tasks, strict=True)):
        numbers = _read_column(frame, source, entry.name)
        omitted = without_logarithm(numbers + source.offset, task)
        if omitted.any():
            notes.append(note_on_omitted(int(omitted.sum()), task))
        numbers = np.where(omitted, np.nan, numbers)
        values[:, column] = numbers + source.offset
        bounds[numbers == source.floor, column] = UPPER
        bounds[numbers == source.ceiling, column] = LOWER
    ids = frame[entry.id_column] if entry.id_column else [f"row{i + 1}" for i in range(len(frame))]
    return ActivityTable(
        smiles=object_array(list(frame[entry.smiles_column])),
        ids=object_array(list(ids)),
        tasks=tasks,
        values=values,
        bounds=bounds,
        split=np.asarray(frame[entry.split_column], dtype=str) if entry.split_column else None,
        notes=tuple(notes),
    )


def _read_column(frame: pd.DataFrame, task: TaskColumn, name: str) -> npt.NDArray[np.float64]:
    numbers = np.asarray(pd.to_numeric(frame[task.column].replace("", None)), dtype=np.float64)
    if task.kind == "classification":
        strange = ~np.isnan(numbers) & ~np.isin(numbers, (0.0, 1.0))
        if strange.any():
            raise InputError(f"dataset {name}, column {task.column}: classes must be 0 or 1.")
    return numbers


def _read_kinases(frame: pd.DataFrame, entry: Dataset) -> ActivityTable:
    kinases = human_kinases()
    frame = frame[frame[entry.task_column].isin(kinases)]
    molecules = frame.drop_duplicates(entry.smiles_column)
    rows = {smiles: row for row, smiles in enumerate(molecules[entry.smiles_column])}
    columns = {uniprot: column for column, uniprot in enumerate(kinases)}
    row = frame[entry.smiles_column].map(rows).to_numpy()
    column = frame[entry.task_column].map(columns).to_numpy()
    values = np.full((len(rows), len(columns)), np.nan, np.float32)
    values[row, column] = frame[entry.value_column].astype(np.float64).to_numpy()
    return ActivityTable(
        smiles=object_array(list(molecules[entry.smiles_column])),
        ids=object_array(list(molecules[entry.id_column])),
        tasks=tuple(
            Task(kinase.gene, "regression", "pActivity", uniprot=kinase.uniprot)
            for kinase in kinases.values()
        ),
        values=values,
        bounds=flag_plateaus(values),
        split=np.asarray(molecules[entry.split_column], dtype=str),
    )


def find_plateau(values: npt.NDArray[np.float32]) -> float | None:
    """Return the low value that was given to a target's inactive molecules, or None.

    ``values`` [m] are pActivities of one target, none missing. The most frequent value is such a
    plateau if all of this holds:

    - it occurs at least 10 times;
    - it is at least 5 % of the values, or at least twice as frequent as the next one;
    - it is at or below the target's median, and at or below 6.5 (0.3 µM).

    Measured on the 193 human kinases of kinase200: the most frequent values are 26.9 % of all
    values; this rule takes 177 kinases and 26.6 %. Their plateaus behave like one: molecules at
    EGFR = 5.7 sit on the most frequent value of their other kinases in 68 % of the cases, other
    molecules of EGFR in 3 %; FLT1 = 6.4 gives 70 % against 19 %. The ceiling excludes values that
    do not: EPHB4 = 7.3 (39 % of its values) gives 0 % against 5 %.
    """
    if len(values) == 0:
        return None
    found, counts = np.unique(values, return_counts=True)
    top = int(counts.argmax())  # np.unique sorts, so a tie goes to the lower value
    count, value = int(counts[top]), float(found[top])
    others = int(np.delete(counts, top).max(initial=0))
    frequent = count >= MINIMUM_SHARE * len(values) or count >= TIMES_NEXT * others
    low = value <= float(np.median(values)) and value <= HIGHEST_PLATEAU
    return value if count >= MINIMUM_COUNT and frequent and low else None


def flag_plateaus(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Return bounds [n, t] for ``values`` [n, t]: −1 (upper bound) on each task's plateau."""
    bounds = np.zeros(values.shape, np.int8)
    for task in range(values.shape[1]):
        column = values[:, task]
        plateau = find_plateau(column[~np.isnan(column)])
        if plateau is not None:
            bounds[column == np.float32(plateau), task] = UPPER
    return bounds
