"""Molecules and labels that need no experiment, as arrays: what an encoder is pretrained on."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gnn.errors import ModelError
from gnn.features.batch import GraphArrays
from gnn.models.kept_file import keep_arrays

_FORMAT = 1
_STEPS, _REACH = 25, 5.0
"""Steps per standard deviation, and where labels are cut: a label fits a byte."""


@dataclass(frozen=True)
class PretextSet:
    """M unlabelled molecules with P descriptors each."""

    graphs: GraphArrays
    factors: npt.NDArray[np.int64]
    """[tokens, 5] what each atom token stands for."""
    labels: npt.NDArray[np.int8]
    """[M, P] standardized descriptors, in steps of 1/25 standard deviation, cut at 5."""
    mean: npt.NDArray[np.float32]
    """[P] mean of each descriptor, in its own unit."""
    std: npt.NDArray[np.float32]
    """[P] standard deviation of each descriptor."""
    names: tuple[str, ...]
    """[P]"""
    meta: dict[str, Any]
    """Featurizer and where the molecules are from."""

    @cached_property
    def sha256(self) -> str:
        """Hash of all that an encoder is fitted on."""
        found = sha256()
        for array in (self.labels, *self.graphs):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()

    def standardized(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return float32 [len(rows), P], mean 0 and standard deviation 1 over the whole set."""
        found: npt.NDArray[np.float32] = self.labels[rows].astype(np.float32) / np.float32(_STEPS)
        return found


def standardize_labels(
    values: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Turn descriptors [M, P] into byte labels; returns them with mean and deviation [P].

    A missing descriptor (NaN) gets the mean.
    """
    exact = values.astype(np.float64)
    mean, std = np.nanmean(exact, axis=0), np.nanstd(exact, axis=0)
    std = np.where(std < 1e-6, 1.0, std)
    scaled = np.clip(np.nan_to_num((exact - mean) / std), -_REACH, _REACH)
    labels = np.round(scaled * _STEPS).astype(np.int8)
    return labels, np.asarray(mean, np.float32), np.asarray(std, np.float32)


def save_pretext_set(path: Path, data: PretextSet) -> None:
    """Write it as one ``.npz`` file, without pickles."""
    note = {"format": _FORMAT, "names": data.names, "meta": data.meta}
    keep_arrays(
        path,
        **data.graphs._asdict(),
        factors=data.factors,
        labels=data.labels,
        mean=data.mean,
        std=data.std,
        note=np.array(json.dumps(note)),
    )


def load_pretext_set(path: Path) -> PretextSet:
    """Read what :func:`save_pretext_set` wrote."""
    if not path.is_file():
        raise ModelError(f"no pretraining set at {path}; make one with `hitlist pretrain --arrays`")
    with np.load(path, allow_pickle=False) as stored:
        note = json.loads(str(stored["note"]))
        if note["format"] != _FORMAT:
            raise ModelError(
                f"{path} has format {note['format']}, expected {_FORMAT}; make it again"
            )
        return PretextSet(
            GraphArrays(*(stored[field] for field in GraphArrays._fields)),
            stored["factors"],
            stored["labels"],
            stored["mean"],
            stored["std"],
            tuple(note["names"]),
            note["meta"],
        )
