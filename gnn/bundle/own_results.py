"""Keeps a campaign's own results beside a bundle's weights, in ``results.safetensors``."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from chem.disk.bounded_read import read_regular
from chem.disk.files import write_or_say
from gnn.calibration.domain import COLUMNS
from gnn.card.card import Card
from gnn.errors import ModelError
from gnn.updating.moved_tasks import OwnResults, TaskResults

FILE = "results.safetensors"
MOST_COMPOUNDS = 5_000
"""Most measured compounds that move the predictions of one bundle: a matrix of 200 MB."""
_MOST_BYTES = 64_000_000


def save_own_results(folder: Path, results: OwnResults) -> str:
    """Write the results into a bundle's folder; return the hash of the file."""
    tensors = {"bits": torch.from_numpy(np.ascontiguousarray(results.bits))}
    for name, one in results.tasks.items():
        for part, array in one._asdict().items():
            tensors[f"{name}.{part}"] = torch.from_numpy(np.ascontiguousarray(array))
    content = save(tensors)
    write_or_say(folder / FILE, content)
    return sha256(content).hexdigest()


def load_own_results(folder: Path, card: Card) -> OwnResults | None:
    """Load the results that a card names; None if it names none.

    Raises ModelError for a file that is missing, or is not the one of the card.
    """
    if card.own_results is None:
        return None
    path = folder / FILE
    try:
        content = read_regular(path, _MOST_BYTES)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}; restore the bundle") from None
    found = sha256(content).hexdigest()
    if found != card.own_results.sha256:
        raise ModelError(
            f"{path} has sha256 {found[:12]}, its card says {card.own_results.sha256[:12]}; "
            "restore the bundle"
        )
    try:
        return _checked(load(content), card)
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split())[:120]
        raise ModelError(f"{path} does not fit its card ({why}); restore the bundle") from None


def _checked(tensors: Mapping[str, Tensor], card: Card) -> OwnResults:
    """Return the results; raise KeyError or ValueError for inconsistent ones."""
    assert card.own_results is not None
    bits = tensors["bits"].numpy()
    if bits.dtype != np.uint8 or bits.ndim != 2 or bits.shape[1] != COLUMNS // 8:
        raise ValueError("its environments are no packed bits")
    if not 1 <= len(bits) <= MOST_COMPOUNDS:
        raise ValueError(f"{len(bits):,} compounds, expected 1 to {MOST_COMPOUNDS:,}")
    if card.shared_error is None or not card.shared_error.series:
        raise ValueError("its card does not say how errors go together")
    tasks = {}
    for name in card.own_results.tasks:
        if name not in {task.name for task in card.tasks if task.kind == "regression"}:
            raise ValueError(f"{name} is no regression of the bundle")
        one = TaskResults(*(tensors[f"{name}.{part}"].numpy() for part in TaskResults._fields))
        kinds = [array.dtype.kind + str(array.dtype.itemsize) for array in one]
        if kinds != ["i8", "f8", "f8", "f8"] or len({array.shape for array in one}) > 1:
            raise ValueError(f"the arrays of {name} have other types or sizes")
        inside = one.compounds.ndim == 1 and len(one.compounds) > 0
        inside = inside and bool(((one.compounds >= 0) & (one.compounds < len(bits))).all())
        if not inside or not all(np.isfinite(array).all() for array in one):
            raise ValueError(f"the numbers of {name} are impossible")
        tasks[name] = one
    return OwnResults(bits, tasks)
