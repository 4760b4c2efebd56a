"""Loads a catalogue dataset as a table of activities."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from chem.errors import InputError
from chem.records.message_text import counted
from data.activities.activity import LOWER, UPPER, ActivityTable, Task, object_array
from data.activities.scales import note_on_omitted, without_logarithm
from data.catalogue.catalogue import Dataset, TaskColumn, dataset
from data.catalogue.download import Progress
from data.catalogue.fetch import fetch_dataset
from data.catalogue.panel import human_kinases
from data.public_sets.long_tables import widen
from data.public_sets.plateaus import flag_plateaus

_YES = ("True", "1")


def load_activities(name: str, progress: Progress | None = None) -> ActivityTable:
    """Fetch and read a catalogue dataset.

    ``kinase200`` and ``extra_kinase_values``: 193 human kinases named by gene symbol, pActivity,
    one row per SMILES; values on a kinase's inactive plateau are flagged as upper bounds (see
    :func:`data.public_sets.plateaus.find_plateau`). Other sets have the tasks and units that the
    catalogue names: ``tdc_*`` one, named like the endpoint; ``moleculeace_*`` one in pActivity
    (−log10 molar), not −log10 nM as in the file. Values without a logarithm are left
    out of a task that is learned as logarithms. Omissions are in the table's notes.

    Raises:
        InputError: The name is unknown, the set is a library or one of mutants, or the file cannot
            be had.
    """
    entry = dataset(name)
    if entry.kind == "mutants":
        raise InputError(
            f"dataset {name} has values of mutants, expected activities; name it as mutants = "
            f'"{name}" in a recipe, or train on another one (`hitlist data list`).'
        )
    if not entry.all_tasks and not entry.task_column:
        raise InputError(
            f"dataset {name} is a {entry.kind} without measurements; screen it with --library, or "
            "train on another one (`hitlist data list`)."
        )
    return read_activities(fetch_dataset(entry, progress), entry)


def read_activities(path: Path, entry: Dataset) -> ActivityTable:
    """Read a dataset's file, which must be the catalogue's: its columns are not checked."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame, notes = _without_left_out(frame, entry)
    is_panel = entry.task_column is not None and not entry.tasks
    columns = _panel_tasks() if is_panel else entry.all_tasks
    if entry.task_column:
        frame, numbers, omissions = widen(frame, entry, [one.column for one in columns])
        notes += omissions
    else:
        numbers = np.stack([_read_numbers(frame[one.column]) for one in columns], axis=1)
    values = np.empty(numbers.shape, np.float32)
    bounds = np.zeros(numbers.shape, np.int8)
    if is_panel:
        bounds = flag_plateaus(numbers.astype(np.float32), entry.floors)
    tasks = tuple(_task(one, is_panel) for one in columns)
    for at, (source, task) in enumerate(zip(columns, tasks, strict=True)):
        _check_classes(numbers[:, at], source, entry.name)
        omitted = without_logarithm(numbers[:, at] + source.offset, task)
        if omitted.any():
            notes += (note_on_omitted(int(omitted.sum()), task),)
        numbers[omitted, at] = np.nan
        values[:, at] = numbers[:, at] + source.offset
        bounds[np.isin(numbers[:, at], source.floors), at] = UPPER
        bounds[numbers[:, at] == source.ceiling, at] = LOWER
    ids = frame[entry.id_column] if entry.id_column else [f"row{i + 1}" for i in range(len(frame))]
    return ActivityTable(
        smiles=object_array(list(frame[entry.smiles_column])),
        ids=object_array(list(ids)),
        tasks=tasks,
        values=values,
        bounds=bounds,
        split=np.asarray(frame[entry.split_column], dtype=str) if entry.split_column else None,
        notes=notes,
    )


def _task(column: TaskColumn, is_panel: bool) -> Task:
    return Task(
        column.name,
        column.kind,
        column.unit,
        uniprot=column.column if is_panel else "",
        scale=column.scale,
        main_metric=column.main_metric,
    )


def _panel_tasks() -> tuple[TaskColumn, ...]:
    return tuple(
        TaskColumn(column=key, name=kinase.gene, kind="regression", unit="pActivity")
        for key, kinase in human_kinases().items()
    )


def _without_left_out(frame: pd.DataFrame, entry: Dataset) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if entry.left_out_column is None:
        return frame, ()
    is_out = frame[entry.left_out_column].isin(_YES)
    note = (
        f"{entry.name}: {counted(int(is_out.sum()), 'row')} left out, marked by the column "
        f"{entry.left_out_column}: another set is measured on these molecules"
    )
    return frame[~is_out], (note,)


def _read_numbers(texts: "pd.Series[str]") -> npt.NDArray[np.float64]:
    return np.asarray(pd.to_numeric(texts.replace("", None)), dtype=np.float64)


def _check_classes(numbers: npt.NDArray[np.float64], task: TaskColumn, name: str) -> None:
    if task.kind == "classification" and not np.isin(numbers[~np.isnan(numbers)], (0, 1)).all():
        raise InputError(f"dataset {name}, column {task.column}: classes must be 0 or 1.")
