"""Keeps a campaign's own results beside a bundle's weights, in ``results.safetensors``."""

from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
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
from gnn.card.domain_card import SharedErrorCard
from gnn.errors import ModelError
from gnn.updating.moved_tasks import OwnResults, TaskResults

FILE = "results.safetensors"
MOST_RESULTS = 2_000
"""Most results that move the predictions of one bundle. On one task they are a matrix of 32 MB, and
4 million products a molecule, a twentieth of what the networks take."""
_MOST_BYTES = 64_000_000
_DAMAGES = (SafetensorError, AttributeError, KeyError, RuntimeError, TypeError, ValueError)


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
    except _DAMAGES as error:
        why = " ".join(str(error).split())[:120]
        raise ModelError(f"{path} does not fit its card ({why}); restore the bundle") from None


def _checked(tensors: Mapping[str, Tensor], card: Card) -> OwnResults:
    """Return the results; raise KeyError or ValueError for inconsistent ones."""
    assert card.own_results is not None
    bits = tensors["bits"].numpy()
    if bits.dtype != np.uint8 or bits.ndim != 2 or bits.shape[1] != COLUMNS // 8:
        raise ValueError("its environments are no packed bits")
    if not 1 <= len(bits) <= MOST_RESULTS:
        raise ValueError(f"{len(bits):,} compounds, expected 1 to {MOST_RESULTS:,}")
    check_together(card)
    tasks = {}
    for name in card.own_results.tasks:
        if name not in {task.name for task in card.tasks if task.kind == "regression"}:
            raise ValueError(f"{name} is no regression of the bundle")
        one = TaskResults(*(tensors[f"{name}.{part}"].numpy() for part in TaskResults._fields))
        kinds = [array.dtype.kind + str(array.dtype.itemsize) for array in one]
        if kinds != ["i8", "f8", "f8", "f8", "f8"] or len({array.shape for array in one}) > 1:
            raise ValueError(f"the arrays of {name} have other types or sizes")
        inside = one.compounds.ndim == 1 and len(one.compounds) > 0
        inside = inside and bool(((one.compounds >= 0) & (one.compounds < len(bits))).all())
        if not inside or not all(np.isfinite(array).all() for array in one):
            raise ValueError(f"the numbers of {name} are impossible")
        tasks[name] = one
    if sum(len(one.error) for one in tasks.values()) > MOST_RESULTS:
        raise ValueError(f"more than {MOST_RESULTS:,} results")
    return OwnResults(bits, tasks)


def check_together(card: Card) -> SharedErrorCard:
    """Return how errors go together; raise ValueError if the card does not say it."""
    found = card.shared_error
    if found is None or not found.series:
        raise ValueError("its card does not say how the errors of similar compounds go together")
    rises = all(low < high for low, high in pairwise(found.similarities))
    if len(found.series) != len(found.similarities) or not rises:
        raise ValueError("its card has correlations of errors at impossible similarities")
    return found
