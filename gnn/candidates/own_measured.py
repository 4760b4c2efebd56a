"""Adds a campaign's own values to the measured compounds of a bundle.

So a hit is shown beside what the campaign itself measured, and matched pairs know it, too.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from chem.records.records import Failure
from gnn.assembly.structures import read_graph
from gnn.bundle.measured_compounds import OWN, MeasuredCompounds, is_own
from gnn.features.array_types import Bools


class Result(NamedTuple):
    """One result of a campaign."""

    task: str
    """Name of the task in the bundle, such as ``EGFR``."""
    smiles: str
    """Standardized."""
    value: float
    """In the task's unit."""
    bound: int
    """0 measured, -1 the true value is at most the value, +1 at least."""
    event: int
    """Place in time of the event in which it came, ascending."""
    repeated: bool = False
    """True if an earlier event has another value of the compound."""
    compound_id: str = ""


def with_own_results(measured: MeasuredCompounds, results: Sequence[Result]) -> MeasuredCompounds:
    """Return the measured compounds with those of the results before them.

    Their IDs end in ``OWN``. Those of earlier results are replaced. Results of other tasks, and of
    structures that cannot be read, are left out.
    """
    tasks = {name: at for at, name in enumerate(measured.tasks)}
    found: dict[tuple[str, str], dict[int, Result]] = {}
    for one in results:
        if one.task in tasks and not isinstance(read_graph(one.smiles), Failure):
            own = found.setdefault((f"{one.compound_id}{OWN}".strip(), one.smiles), {})
            own[tasks[one.task]] = one
    values = [
        (row, task, one.value, one.bound)
        for row, own in enumerate(found.values())
        for task, one in sorted(own.items())
    ]
    kept = np.array([not is_own(one) for one in measured.ids], bool)
    place = len(found) + np.cumsum(kept) - 1
    theirs = kept[measured.rows]
    return MeasuredCompounds(
        ids=_joined([one for one, _ in found], measured.ids, kept),
        smiles=_joined([one for _, one in found], measured.smiles, kept),
        tasks=measured.tasks,
        rows=np.concatenate([_column(values, 0, np.int64), place[measured.rows[theirs]]]),
        columns=np.concatenate([_column(values, 1, np.int64), measured.columns[theirs]]),
        values=np.concatenate([_column(values, 2, np.float32), measured.values[theirs]]),
        bounds=np.concatenate([_column(values, 3, np.int8), measured.bounds[theirs]]),
    )


def _column(rows: Sequence[tuple[Any, ...]], at: int, kind: Any) -> Any:
    return np.array([row[at] for row in rows], kind)


def _joined(own: Sequence[str], theirs: Any, kept: Bools) -> Any:
    return np.concatenate([np.array(own, object), theirs[kept]])
