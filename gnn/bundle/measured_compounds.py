"""The compounds that a bundle learnt from, and what was measured of them."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from data.activities.activity import EXACT, LOWER, UPPER, ActivityTable

Relation = Literal["=", "<", ">"]
RELATIONS: dict[int, Relation] = {EXACT: "=", UPPER: "<", LOWER: ">"}
"""How a bound is written: ``<`` where the true value is at most the one that is stored."""


class TaskValues(NamedTuple):
    """The measurements of one task."""

    rows: npt.NDArray[np.int64]
    """[K] compounds, ascending."""
    values: npt.NDArray[np.float32]
    """[K] in the task's unit; a class is 0 or 1."""
    bounds: npt.NDArray[np.int8]
    """[K] 0: the true value equals it; -1: it is at most that; +1: at least."""


@dataclass(frozen=True, eq=False)
class MeasuredCompounds:
    """N measured compounds with V values of T tasks."""

    ids: npt.NDArray[np.object_]
    """[N] as the source of the values calls them. A structure may be there under several ids."""
    smiles: npt.NDArray[np.object_]
    """[N] standardized."""
    tasks: tuple[str, ...]
    """[T] in the order of the bundle's card."""
    rows: npt.NDArray[np.int64]
    """[V] the compound of each value, ascending."""
    columns: npt.NDArray[np.int64]
    """[V] its task."""
    values: npt.NDArray[np.float32]
    """[V]"""
    bounds: npt.NDArray[np.int8]
    """[V]"""

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of_table(cls, table: ActivityTable) -> "MeasuredCompounds":
        """Take a table of standardized compounds, such as :mod:`data.activities.measurements`
        makes.
        """
        rows, columns = np.nonzero(table.is_measured)
        return cls(
            table.ids,
            table.smiles,
            tuple(task.name for task in table.tasks),
            rows,
            columns,
            table.values[rows, columns],
            table.bounds[rows, columns],
        )

    def of(self, task: str) -> TaskValues:
        """Return what was measured of a task; ValueError where it is none of the bundle's."""
        at = self._order[self.tasks.index(task)]
        return TaskValues(self.rows[at], self.values[at], self.bounds[at])

    @cached_property
    def _order(self) -> list[npt.NDArray[np.intp]]:
        """The values of each task."""
        order = np.argsort(self.columns, kind="stable")
        ends = np.cumsum(np.bincount(self.columns, minlength=len(self.tasks)))
        return np.split(order, ends[:-1])

    @cached_property
    def sha256(self) -> str:
        """Hash of all that it holds."""
        found = sha256(json.dumps([*self.tasks, *self.ids, *self.smiles]).encode())
        for numbers in (self.rows, self.columns, self.values, self.bounds):
            found.update(numbers.tobytes())
        return found.hexdigest()
