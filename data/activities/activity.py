"""Holds measured activities of molecules: one row per molecule, one column per task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

EXACT, UPPER, LOWER = 0, -1, 1
"""Relations of the true value to a stored one: equal to it, at most it, at least it."""


class Task(NamedTuple):
    """One property that was measured."""

    name: str
    """Unique in its table, such as ``EGFR`` or ``herg``."""
    kind: Literal["regression", "classification"]
    unit: str
    """``pActivity`` is −log10(molar); for a class, the meaning of 1."""
    direction: Literal["up", "down"] = "up"
    """``up``: a larger value is more of the measured property (more potent, more toxic)."""
    uniprot: str = ""
    """UniProt accession of the protein target, or ``""``."""
    scale: Literal["linear", "log10"] = "linear"
    """``log10``: values, all above 0, are learned and compared as logarithms, and shown in the
    unit."""
    main_metric: str = ""
    """The metric by which the field compares models of it (:mod:`gnn.evaluation.metrics`); empty:
    none in particular."""


@dataclass(frozen=True, eq=False)
class ActivityTable:
    """Measurements of ``n`` molecules on ``t`` tasks; most of the cells are usually empty.

    The shapes are checked when a table is made. Treat its arrays as read-only.
    """

    smiles: npt.NDArray[np.object_]
    """[n] SMILES as the source gives them."""
    ids: npt.NDArray[np.object_]
    """[n] compound ids, text."""
    tasks: tuple[Task, ...]
    """[t] the tasks."""
    values: npt.NDArray[np.float32]
    """[n, t] in the task's unit, 0 or 1 for a class; NaN = not measured."""
    bounds: npt.NDArray[np.int8]
    """[n, t] 0: the true value equals the stored one; −1: it is at most that; +1: at least."""
    split: npt.NDArray[np.str_] | None = None
    """[n] ``train``, ``valid`` or ``test`` if the source gives a split."""
    notes: tuple[str, ...] = ()
    """Decisions and omissions of reading, one line each."""

    def __post_init__(self) -> None:
        shape = (len(self.smiles), len(self.tasks))
        if self.values.shape != shape or self.bounds.shape != shape:
            raise ValueError(
                f"values {self.values.shape} and bounds {self.bounds.shape} must both be {shape}"
            )
        if len(self.ids) != len(self.smiles):
            raise ValueError(f"{len(self.ids)} ids for {len(self.smiles)} molecules")
        if self.split is not None and self.split.shape != shape[:1]:
            raise ValueError(f"split {self.split.shape} must be {shape[:1]}")
        names = [task.name for task in self.tasks]
        if len(set(names)) != len(names):
            raise ValueError(f"task names must be unique: {names}")
        if self.values.dtype != np.float32 or self.bounds.dtype != np.int8:
            raise ValueError(f"dtypes {self.values.dtype}, {self.bounds.dtype}: float32, int8")
        if np.isinf(self.values).any():
            raise ValueError("values must be finite, or NaN where nothing was measured")
        logs = [task.scale == "log10" for task in self.tasks]
        if (self.values[:, logs] <= 0).any():
            raise ValueError("values of a task that is learned as logarithms must be above 0")
        if (self.bounds[np.isnan(self.values)] != EXACT).any():
            raise ValueError("a value that was not measured cannot be a bound")

    def __len__(self) -> int:
        return len(self.smiles)

    @property
    def is_measured(self) -> npt.NDArray[np.bool_]:
        """Return bool [n, t], True where a value is present."""
        return ~np.isnan(self.values)

    def select(self, rows: npt.ArrayLike) -> "ActivityTable":
        """Return the rows of a mask or of indices, in that order."""
        picked = np.asarray(rows)
        if picked.dtype != np.bool_:
            picked = picked.astype(np.intp)
        return replace(
            self,
            smiles=self.smiles[picked],
            ids=self.ids[picked],
            values=self.values[picked],
            bounds=self.bounds[picked],
            split=None if self.split is None else self.split[picked],
        )

    def select_tasks(self, names: Sequence[str]) -> "ActivityTable":
        """Return the named tasks, in that order; every row stays.

        Raises:
            KeyError: A name is not a task of the table.
        """
        columns = {task.name: column for column, task in enumerate(self.tasks)}
        picked = [columns[name] for name in names]
        return replace(
            self,
            tasks=tuple(self.tasks[column] for column in picked),
            values=self.values[:, picked],
            bounds=self.bounds[:, picked],
        )

    @classmethod
    def concat(cls, tables: Sequence["ActivityTable"]) -> "ActivityTable":
        """Stack tables row by row over the union of their tasks.

        Tasks with the same name must be equal. The result has a split only if every table has one.
        """
        tasks: dict[str, Task] = {}
        for table in tables:
            for task in table.tasks:
                if tasks.setdefault(task.name, task) != task:
                    raise ValueError(f"{task} and {tasks[task.name]} share a name")
        columns = {name: column for column, name in enumerate(tasks)}
        rows = sum(len(table) for table in tables)
        values = np.full((rows, len(tasks)), np.nan, np.float32)
        bounds = np.zeros((rows, len(tasks)), np.int8)
        start = 0
        for table in tables:
            block = slice(start, start + len(table))
            where = [columns[task.name] for task in table.tasks]
            values[block, where] = table.values
            bounds[block, where] = table.bounds
            start += len(table)
        splits = [table.split for table in tables if table.split is not None]
        whole = bool(tables) and len(splits) == len(tables)
        return cls(
            smiles=np.concatenate([object_array([]), *(table.smiles for table in tables)]),
            ids=np.concatenate([object_array([]), *(table.ids for table in tables)]),
            tasks=tuple(tasks.values()),
            values=values,
            bounds=bounds,
            split=np.concatenate(splits) if whole else None,
            notes=tuple(note for table in tables for note in table.notes),
        )


def object_array(texts: Sequence[str]) -> npt.NDArray[np.object_]:
    """Return texts as an object array, which never truncates or converts them."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array
