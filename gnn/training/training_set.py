"""Holds the arrays for training and pretraining: made where RDKit is, carried to a GPU machine."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gnn.errors import ModelError
from gnn.features.array_types import Bools, Floats32, Ints, Strings
from gnn.features.graph_arrays import GraphArrays
from gnn.models.durable_file import keep_arrays

_STEPS, _REACH = 25, 5.0
"""Steps per standard deviation, and the limit at which labels are cut: a label fits into a byte."""
_FORMATS = {"training": 4, "pretraining": 1}

UNLABELLED = "unlabelled"
"""The role of a molecule without measurements: only predictions of the teachers are learned."""

OUTSIDE = "outside"
"""The role of a molecule that only sets of another source have: its values are ``outside``."""


@dataclass(frozen=True)
class TrainingSet:
    """M molecules with T tasks."""

    graphs: GraphArrays
    factors: Ints
    """[tokens, 5] description of each atom token."""
    values: Floats32
    """[M, T] measured values on the tasks' scales, or classes (0, 1); NaN where not measured."""
    bounds: npt.NDArray[np.int8]
    """[M, T] 0 measured, -1 the true value is at most this, +1 at least this; for ``spare`` and
    ``outside`` values too."""
    roles: Strings
    """[K, M] the use that each of K members makes of a molecule: ``fit`` (train on it), ``stop``
    (decide by it when to stop; heads alone train on it too), ``valid`` or ``test`` (only measure on
    it), :data:`UNLABELLED`, :data:`OUTSIDE`."""
    tasks: tuple[dict[str, Any], ...]
    """[T] name, kind (``regression`` or ``classification``), unit, scale (``log10``: the values are
    logarithms of numbers in the unit; otherwise, also if missing, such numbers), and others."""
    meta: dict[str, Any]
    """Its origin: featurizer, data hashes, the split in words."""

    presumed: Bools | None = None
    """[M] molecules whose values are presumptions, not measurements; None if there are none."""
    spare: Floats32 | None = None
    """[M, T] measurements of held-back molecules for tasks whose sets did not hold them back:
    neither trained nor measured on before :meth:`everything`. NaN elsewhere; None without any."""
    outside: Floats32 | None = None
    """[M, T] measurements of another source, of molecules that are trained on too or not. Intervals
    are measured on them; nothing is trained on them before :meth:`everything`. NaN elsewhere; None
    without any."""
    descriptors: Floats32 | None = None
    """[M, D] numbers that describe each molecule to the teacher ``trees``, each in its own unit;
    NaN where one has no value. None if trees do not teach."""

    def __post_init__(self) -> None:
        counts = {
            name: len(array)
            for name in ("values", "bounds", "presumed", "spare", "outside", "descriptors")
            if (array := getattr(self, name)) is not None
        } | {"graphs": self.graphs.molecules, "roles": self.roles.shape[1]}
        if len(set(counts.values())) > 1:
            raise ValueError(f"arrays of one training set have several lengths: {counts}")

    @cached_property
    def sha256(self) -> str:
        """Hash of everything on which a network is fitted."""
        found = sha256()
        always = (self.values, self.bounds, self.roles, self.factors, *self.graphs)
        for array in (*always, self.presumed, self.descriptors):
            if array is not None:
                found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()

    @property
    def is_measured(self) -> Bools:
        """Return bool [M, T], True where there is a measured value."""
        present: Bools = np.isfinite(self.values)
        return present if self.presumed is None else present & ~self.presumed[:, None]

    @property
    def binary(self) -> Bools:
        """Return bool [T], True for classifications."""
        return np.array([task["kind"] == "classification" for task in self.tasks])

    def everything(self) -> "TrainingSet":
        """Return the set with the ``valid`` rows used for training too, and none for measuring.

        Rows of ``test`` stay held back.
        """
        test = self.roles[:1] == "test"
        values = self.values
        if self.spare is not None:
            values = np.where(np.isnan(values) & ~test.T, self.spare, values)
        if self.outside is not None:
            values = np.where(np.isnan(values) & ~test.T, self.outside, values)
        kept = np.isin(self.roles[:1], ("test", UNLABELLED))
        roles = np.where(kept, self.roles[:1], "fit").repeat(len(self.roles), axis=0)
        return replace(self, values=values, roles=roles, spare=None, outside=None)

    def rows(self, member: int, *roles: str) -> Ints:
        """Return the rows that have any of these roles for a member."""
        return np.flatnonzero(np.isin(self.roles[member], roles))


@dataclass(frozen=True)
class PretextSet:
    """M unlabelled molecules with P descriptors each."""

    graphs: GraphArrays
    factors: Ints
    """[tokens, 5] description of each atom token."""
    labels: npt.NDArray[np.int8]
    """[M, P] standardized descriptors, in steps of 1/25 standard deviation, cut at 5."""
    mean: Floats32
    """[P] mean of each descriptor, in its own unit."""
    std: Floats32
    """[P] standard deviation of each descriptor."""
    names: tuple[str, ...]
    """[P] names of the descriptors."""
    meta: dict[str, Any]
    """Featurizer and origin of the molecules."""

    @cached_property
    def sha256(self) -> str:
        """Hash of everything on which an encoder is fitted."""
        found = sha256()
        for array in (self.labels, *self.graphs):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()

    def standardized(self, rows: Ints) -> Floats32:
        """Return float32 [len(rows), P], mean 0 and standard deviation 1 over the whole set."""
        found: Floats32 = self.labels[rows].astype(np.float32) / np.float32(_STEPS)
        return found


def standardize_labels(
    values: Floats32,
) -> tuple[npt.NDArray[np.int8], Floats32, Floats32]:
    """Turn descriptors [M, P] into byte labels, and return them with mean and deviation [P].

    A missing descriptor (NaN) gets the mean.
    """
    exact = values.astype(np.float64)
    mean, std = np.nanmean(exact, axis=0), np.nanstd(exact, axis=0)
    std = np.where(std < 1e-6, 1.0, std)
    scaled = np.clip(np.nan_to_num((exact - mean) / std), -_REACH, _REACH)
    labels = np.round(scaled * _STEPS).astype(np.int8)
    return labels, np.asarray(mean, np.float32), np.asarray(std, np.float32)


def save_training_set(path: Path, data: TrainingSet) -> None:
    """Write a training set as one ``.npz`` file, without pickles."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "values": data.values,
        "bounds": data.bounds,
        "parts": data.roles,
        "presumed": np.zeros(0, bool) if data.presumed is None else data.presumed,
        "spare": np.zeros(0, np.float32) if data.spare is None else data.spare,
        "outside": np.zeros(0, np.float32) if data.outside is None else data.outside,
        "descriptors": np.zeros(0, np.float32) if data.descriptors is None else data.descriptors,
    }
    _save(path, "training", data, arrays, {"tasks": data.tasks})


def load_training_set(path: Path) -> TrainingSet:
    """Read a file that :func:`save_training_set` wrote."""
    graphs, factors, arrays, note = _load(path, "training", "hitlist train RECIPE --arrays")
    return TrainingSet(
        graphs,
        factors,
        arrays["values"],
        arrays["bounds"],
        arrays["parts"],
        tuple(note["tasks"]),
        note["meta"],
        arrays["presumed"] if len(arrays["presumed"]) else None,
        arrays["spare"] if len(arrays["spare"]) else None,
        arrays["outside"] if len(arrays["outside"]) else None,
        arrays["descriptors"] if len(arrays["descriptors"]) else None,
    )


def save_pretext_set(path: Path, data: PretextSet) -> None:
    """Write a pretraining set as one ``.npz`` file, without pickles."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "labels": data.labels,
        "mean": data.mean,
        "std": data.std,
    }
    _save(path, "pretraining", data, arrays, {"names": data.names})


def load_pretext_set(path: Path) -> PretextSet:
    """Read a file that :func:`save_pretext_set` wrote."""
    graphs, factors, arrays, note = _load(path, "pretraining", "hitlist pretrain --arrays")
    return PretextSet(
        graphs,
        factors,
        arrays["labels"],
        arrays["mean"],
        arrays["std"],
        tuple(note["names"]),
        note["meta"],
    )


def _save(
    path: Path,
    kind: str,
    data: TrainingSet | PretextSet,
    arrays: dict[str, npt.NDArray[Any]],
    note: dict[str, Any],
) -> None:
    note = {"format": _FORMATS[kind], **note, "meta": data.meta}
    keep_arrays(
        path,
        **data.graphs._asdict(),
        factors=data.factors,
        **arrays,
        note=np.array(json.dumps(note)),
    )


def _load(
    path: Path, kind: str, command: str
) -> tuple[GraphArrays, Ints, dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return the graphs, their factors, the other arrays and the note of a file."""
    if not path.is_file():
        raise ModelError(f"no {kind} set at {path}; make one with `{command}`")
    with np.load(path, allow_pickle=False) as stored:
        note = json.loads(str(stored["note"]))
        if note["format"] != _FORMATS[kind]:
            raise ModelError(
                f"{path} has format {note['format']}, expected {_FORMATS[kind]}; make it again"
            )
        arrays = {name: stored[name] for name in stored.files}
    graphs = GraphArrays(*(arrays[field] for field in GraphArrays._fields))
    return graphs, arrays["factors"], arrays, note
