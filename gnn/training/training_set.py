"""All that training needs, as arrays: made where RDKit is, carried to where the GPU is."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gnn.errors import ModelError
from gnn.features.batch import GraphArrays
from gnn.models.kept_file import keep_arrays

_FORMAT = 3


@dataclass(frozen=True)
class TrainingSet:
    """M molecules with T tasks."""

    graphs: GraphArrays
    factors: npt.NDArray[np.int64]
    """[tokens, 5] what each atom token stands for."""
    values: npt.NDArray[np.float32]
    """[M, T] measured values or classes (0, 1); NaN where not measured."""
    bounds: npt.NDArray[np.int8]
    """[M, T] 0 measured, -1 the true value is at most this, +1 at least this; of ``spare`` values
    too."""
    roles: npt.NDArray[np.str_]
    """[K, M] what each of K members does with a molecule: ``fit`` (train on it), ``stop`` (decide
    by it when to stop; heads alone train on it too), ``valid`` or ``test`` (only measure on it)."""
    tasks: tuple[dict[str, Any], ...]
    """[T] name, kind (``regression`` or ``classification``), unit, and what else describes it."""
    meta: dict[str, Any]
    """What it was made of: featurizer, data hashes, the split in words."""

    presumed: npt.NDArray[np.bool_] | None = None
    """[M] molecules whose values are presumptions, not measurements; None where none are."""
    spare: npt.NDArray[np.float32] | None = None
    """[M, T] measurements of held-back molecules for tasks whose sets did not hold them back:
    neither trained nor measured on before :meth:`everything`. NaN elsewhere; None without any."""

    @cached_property
    def sha256(self) -> str:
        """Hash of all that a network is fitted on."""
        found = sha256()
        presumed = () if self.presumed is None else (self.presumed,)
        for array in (self.values, self.bounds, self.roles, self.factors, *self.graphs, *presumed):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()

    @property
    def is_measured(self) -> npt.NDArray[np.bool_]:
        """[M, T] where there is a value that was measured."""
        present: npt.NDArray[np.bool_] = np.isfinite(self.values)
        return present if self.presumed is None else present & ~self.presumed[:, None]

    @property
    def binary(self) -> npt.NDArray[np.bool_]:
        """[T] which tasks are classifications."""
        return np.array([task["kind"] == "classification" for task in self.tasks])

    def everything(self) -> "TrainingSet":
        """Return the set with the ``valid`` rows trained on too, and nothing to measure on.

        Rows of ``test`` stay held back.
        """
        test = self.roles[:1] == "test"
        values = self.values
        if self.spare is not None:
            values = np.where(np.isnan(values) & ~test.T, self.spare, values)
        roles = np.where(test, "test", "fit").repeat(len(self.roles), axis=0)
        return replace(self, values=values, roles=roles.astype("<U5"), spare=None)

    def rows(self, member: int, *roles: str) -> npt.NDArray[np.int64]:
        """Return the rows that have any of these roles for a member."""
        return np.flatnonzero(np.isin(self.roles[member], roles))


def save_training_set(path: Path, data: TrainingSet) -> None:
    """Write it as one ``.npz`` file, without pickles."""
    note = {"format": _FORMAT, "tasks": data.tasks, "meta": data.meta}
    keep_arrays(
        path,
        **data.graphs._asdict(),
        factors=data.factors,
        values=data.values,
        bounds=data.bounds,
        parts=data.roles,
        presumed=np.zeros(0, bool) if data.presumed is None else data.presumed,
        spare=np.zeros(0, np.float32) if data.spare is None else data.spare,
        note=np.array(json.dumps(note)),
    )


def load_training_set(path: Path) -> TrainingSet:
    """Read what :func:`save_training_set` wrote."""
    if not path.is_file():
        raise ModelError(
            f"no training set at {path}; make one with `hitlist train RECIPE --arrays`"
        )
    with np.load(path, allow_pickle=False) as stored:
        note = json.loads(str(stored["note"]))
        if note["format"] != _FORMAT:
            raise ModelError(
                f"{path} has format {note['format']}, expected {_FORMAT}; make it again"
            )
        return TrainingSet(
            GraphArrays(*(stored[field] for field in GraphArrays._fields)),
            stored["factors"],
            stored["values"],
            stored["bounds"],
            stored["parts"],
            tuple(note["tasks"]),
            note["meta"],
            stored["presumed"] if len(stored["presumed"]) else None,
            stored["spare"] if len(stored["spare"]) else None,
        )
