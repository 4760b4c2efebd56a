"""Turns a long table (one row per measurement, its task in a column) into one row per molecule."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from chem.errors import InputError
from chem.records.message_text import counted
from data.catalogue.catalogue import Dataset


def widen(
    frame: pd.DataFrame, entry: Dataset, labels: Sequence[str]
) -> tuple[pd.DataFrame, npt.NDArray[np.float64], tuple[str, ...]]:
    """Return the first row of each SMILES text, the values [n, labels] and notes on omissions.

    ``labels`` are the texts in the entry's ``task_column``, in the order wanted; the values of
    other tasks are left out, and a note counts them. NaN = not measured.

    Raises:
        InputError: A SMILES text has two values of one task.
    """
    assert entry.task_column is not None, f"{entry.name} is no long table"
    is_kept = frame[entry.task_column].isin(labels)
    notes = _count_others(frame[entry.task_column][~is_kept], entry)
    frame = frame[is_kept]
    repeats = int(frame.duplicated([entry.smiles_column, entry.task_column]).sum())
    if repeats:
        raise InputError(
            f"dataset {entry.name}: {counted(repeats, 'row')} of a SMILES and task that an earlier "
            "row has, expected one row for each; merge them in the file."
        )
    molecules = frame.drop_duplicates(entry.smiles_column)
    rows = {smiles: row for row, smiles in enumerate(molecules[entry.smiles_column])}
    columns = {label: column for column, label in enumerate(labels)}
    values = np.full((len(rows), len(labels)), np.nan)
    row = frame[entry.smiles_column].map(rows).to_numpy()
    column = frame[entry.task_column].map(columns).to_numpy()
    values[row, column] = frame[entry.value_column].astype(np.float64).to_numpy()
    return molecules, values, notes


def _count_others(labels: "pd.Series[str]", entry: Dataset) -> tuple[str, ...]:
    if not len(labels):
        return ()
    others = counted(labels.nunique(), "other task")
    return (
        f"{entry.name}: {counted(len(labels), 'value')} of {others} in its column "
        f"{entry.task_column} left out",
    )
