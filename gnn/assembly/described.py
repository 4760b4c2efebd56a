"""Describes the molecules of a training set: in several processes, and resumed after a stop.

A hundred thousand molecules take minutes, for the arrays, for the bundle, and for every recipe of
the same sets. So pieces of the result are kept in the cache for ``KEPT_DAYS`` after their last use.
"""

import time
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import numpy as np

from chem.disk.files import is_leftover, make_folder, write_atomic
from chem.features.descriptors import COLUMNS_EDITION, descriptors
from data.catalogue.fetch import cache_folder
from gnn.assembly.structures import in_processes
from gnn.features.array_types import Floats32, Report

KEPT_DAYS = 30
_PIECE = 1000
_ALONE = 200
"""Fewer molecules are described without processes, which take a second to start."""


def describe_molecules(
    smiles: Sequence[str], progress: Report | None = None, processes: int | None = None
) -> Floats32:
    """Return the descriptors [M, D] of M molecules (:mod:`chem.features.descriptors`).

    Raises InputError for a SMILES that RDKit cannot read.
    """
    if len(smiles) < _ALONE:
        return descriptors(smiles, progress)
    folder = cache_folder() / "training" / "descriptors"
    _remove_old(folder)
    do = partial(_describe, folder)
    pieces = in_processes(do, smiles, _PIECE, "descriptors", processes, progress)
    return np.concatenate(list(pieces))


def _describe(folder: Path, smiles: Sequence[str]) -> Floats32:
    """Describe a piece, or read what an earlier training kept; runs in a process of its own."""
    file = folder / f"{_key(smiles)}.npz"
    kept = _read(file, len(smiles))
    if kept is not None:
        return kept
    found = descriptors(smiles)
    content = BytesIO()
    np.savez_compressed(content, descriptors=found)
    with suppress(OSError):  # a full disk costs the time of the next training, not this one
        make_folder(folder)
        write_atomic(file, content.getvalue())
    return found


def _key(smiles: Sequence[str]) -> str:
    """Return the name of a piece, which depends on everything that changes its numbers."""
    basis = (version("rdkit"), str(COLUMNS_EDITION), *smiles)
    return sha256("\n".join(basis).encode()).hexdigest()[:32]


def _read(file: Path, molecules: int) -> Floats32 | None:
    """Return a piece that was kept; None if there is none, or if it is damaged."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            found: Floats32 = arrays["descriptors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if found.dtype != np.float32 or found.ndim != 2 or len(found) != molecules:
        return None
    with suppress(OSError):
        file.touch()
    return found


def _remove_old(folder: Path) -> None:
    """Remove pieces that no training has read for a month, and what a killed writer left."""
    before = time.time() - KEPT_DAYS * 24 * 3600
    with suppress(OSError):
        for file in list(folder.iterdir()):
            if file.stat().st_mtime < before and (file.suffix == ".npz" or is_leftover(file.name)):
                file.unlink(missing_ok=True)
