"""Read a team's own assay: any file of structures and measurements becomes an activity table."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from data.activity import ActivityTable, Task, object_array
from data.cells import Cells, read_column
from data.choose import choose_measures
from data.headers import Measure
from data.plausible import check_plausible
from data.rows import AssayRows, read_rows
from data.targets import check_one_target
from data.usable import MINIMUM_ROWS, find_problem

SPLIT_COLUMN = "split"
_TASK_NAME = re.compile(r"[\w.+-]+")
_PARTS = {"train": "train", "training": "train", "valid": "valid", "val": "valid"}
_PARTS |= {"validation": "valid", "dev": "valid", "test": "test", "holdout": "test"}


def read_assay(
    path: str | Path,
    *,
    smiles_column: str | None = None,
    id_column: str | None = None,
    value_column: str | None = None,
    units: str | None = None,
    task_name: str | None = None,
    minimum_rows: int = MINIMUM_ROWS,
) -> ActivityTable:
    """Read an assay from a CSV (or any other format that ``chem.read.open_library`` reads).

    Columns of measurements are recognised by their header: ``IC50 nM``, ``Ki [µM]``,
    ``EC50_uM``, ``pIC50``, ``% inhibition``, ``active``. Concentrations become pActivity
    (−log10 molar). Qualifiers (``<5``, ``>10000``, ``~3``) become bounds. Each recognised column
    is a task, or only ``value_column`` if named. A column ``split`` with train, valid and test is
    kept. What was used and left out is in the table's ``notes``.

    Args:
        units: for a header without a unit: ``nM``, ``uM``, ``mM``, ``M``, ``pM``, ``pActivity``,
            ``%``, ``class``, or ``number`` for any other quantity, taken as written.
        task_name: name of the task, where there is one value column.

    Raises:
        InputError: a missing or unknown column or unit, a cell that is no number (row and column
            are named), values that cannot be in their unit, fewer than ``minimum_rows``
            measurements or five of a class, values that are all the same, or several targets in
            one column of values.

    Rows without a structure or without any value are left out and counted in the notes.
    """
    rows = read_rows(path, smiles_column, id_column)
    measures, notes = choose_measures(rows, str(path), value_column, units)
    notes += check_one_target(rows, {measure.column for measure in measures})
    if task_name is not None:
        if not _TASK_NAME.fullmatch(task_name):
            raise InputError(
                f"task name {task_name!r} would become a column name: use letters, digits, "
                "'_', '-', '.' and '+' only."
            )
        if len(measures) > 1:
            found = ", ".join(measure.column for measure in measures)
            raise InputError(
                f"a task name was given, but {path} has {len(measures)} value columns ({found}); "
                "name one with --value-column."
            )
        measures = [measures[0]._replace(task=task_name)]
    columns = [read_column(rows.cells[m.column], rows.numbers, m) for m in measures]
    measures, columns = _keep_usable(measures, columns, str(path), minimum_rows, notes)
    for measure, column in zip(measures, columns, strict=True):
        notes += check_plausible(measure, column)
    values = np.stack([column.values for column in columns], axis=1)
    kept = ~np.isnan(values).all(axis=1)
    if rows.unread:
        row, reason = rows.unread[0]
        notes.append(f"{len(rows.unread)} rows without structure left out (row {row}: {reason})")
    if not kept.all():
        notes.append(f"{int((~kept).sum())} rows without any measurement left out")
    table = ActivityTable(
        smiles=object_array(rows.smiles),
        ids=object_array(rows.ids),
        tasks=tuple(_task(measure) for measure in measures),
        values=values,
        bounds=np.stack([column.bounds for column in columns], axis=1),
        split=_read_split(rows, notes),
        notes=tuple(notes),
    )
    return table.select(kept)


def _task(measure: Measure) -> Task:
    if measure.kind == "class":
        return Task(measure.task, "classification", "1 = active")
    unit = "pActivity" if measure.kind == "concentration" else measure.unit
    return Task(measure.task, "regression", unit, measure.direction)


def _keep_usable(
    measures: Sequence[Measure],
    columns: Sequence[Cells],
    path: str,
    minimum_rows: int,
    notes: list[str],
) -> tuple[list[Measure], list[Cells]]:
    problems = [
        find_problem(f"column {m.column!r}", m.kind == "class", c.values, minimum_rows)
        for m, c in zip(measures, columns, strict=True)
    ]
    usable = [index for index, problem in enumerate(problems) if not problem]
    if not usable:
        raise InputError(f"{path}: {next(problem for problem in problems if problem)}")
    notes += [f"left out: {problem}" for problem in problems if problem]
    notes += [
        f"column {measures[i].column!r} became task {measures[i].task!r}"
        + (" in pActivity, −log10(molar)" if measures[i].kind == "concentration" else "")
        for i in usable
    ]
    return [measures[i] for i in usable], [columns[i] for i in usable]


def _read_split(rows: AssayRows, notes: list[str]) -> npt.NDArray[np.str_] | None:
    column = next((name for name in rows.columns if name.lower() == SPLIT_COLUMN), None)
    if column is None:
        return None
    words = [cell.strip().lower() for cell in rows.cells[column]]
    if not set(words) <= set(_PARTS):
        strange = sorted(set(words) - set(_PARTS))[0]
        notes.append(f"column {column!r} is no split (it has {strange!r}); ignored")
        return None
    return np.array([_PARTS[word] for word in words], dtype="<U5")
