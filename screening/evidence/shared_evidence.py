"""Keeps what runs share of the evidence: contributions of atoms, fingerprints of compounds.

Contributions depend on the standardized SMILES of a hit, the models and the tasks, to the last bit
and whatever other hits there are, so a run explains only the hits that no earlier run explained.
``HITLIST_SHARED_SCORES=off`` shares neither. ``hitlist verify`` takes none: it computes them again.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.fingerprints import RADIUS, SIZE, WORDS
from gnn.bundle.batch_shape import EXPLAINED
from gnn.bundle.bundle import Bundle
from gnn.bundle.measured_compounds import FILE as MEASURED
from screening.evidence.evidence import Contributions
from screening.score.model_refs import ModelRefs
from screening.score.shared_scores import common_purpose, is_shared
from screening.storage.ledger import hash_purpose
from screening.storage.shared_rows import SharedRows, add_rows, find_rows, hash_texts, open_rows
from screening.storage.store import Store

ATOMS = 128
"""The most atoms of a hit whose contributions are shared: all rows have one width."""


class SharedEvidence(NamedTuple):
    """The rows that runs share; None: computed in each run."""

    contributions: SharedRows | None = None
    """The contributions of hits, by the hash of their standardized SMILES."""
    fingerprints: SharedRows | None = None
    """The fingerprints of measured compounds, by the hash of their SMILES."""


def open_evidence(
    root: Store | None, bundles: Sequence[Bundle], models: ModelRefs, tasks: Sequence[str]
) -> SharedEvidence:
    """Open the evidence that runs share in a store, for these models and explained tasks."""
    if root is None or not is_shared():
        return SharedEvidence()
    contributions = {
        **common_purpose("contributions", models),
        "bundles": [bundle.sha256 for bundle in bundles],
        "tasks": list(tasks),
        "batch": EXPLAINED,
        "rdkit": version("rdkit"),
    }
    fingerprints = {
        "kind": "fingerprints",
        "radius": RADIUS,
        "bits": SIZE,
        **{name: version(name) for name in ("hitlist", "rdkit", "numpy")},
    }
    width = 1 + (1 + ATOMS) * len(tasks)
    is_measured = any((bundle.path / MEASURED).is_file() for bundle in bundles)
    return SharedEvidence(
        open_rows(root / hash_purpose(contributions), width, "doubles") if tasks else None,
        open_rows(root / hash_purpose(fingerprints), WORDS, "words") if is_measured else None,
    )


def find_contributions(
    shared: SharedRows | None, smiles: Sequence[str], tasks: Sequence[str]
) -> list[tuple[Contributions, ...] | None]:
    """Return the contributions to each task of each molecule; None for one that is not there."""
    found: list[tuple[Contributions, ...] | None] = [None] * len(smiles)
    if shared is None:
        return found
    known, rows = find_rows(shared, hash_texts(smiles))
    if rows is not None:
        for at in np.flatnonzero(known).tolist():
            found[at] = _from_row(rows[at], tasks)
    return found


def add_contributions(
    shared: SharedRows, smiles: Sequence[str], explained: Sequence[tuple[Contributions, ...]]
) -> None:
    """Add the contributions of molecules, except those of very large ones."""
    some = [at for at, one in enumerate(explained) if one and len(one[0].atoms) <= ATOMS]
    if some:
        rows = np.stack([_to_row(explained[at]) for at in some])
        add_rows(shared, hash_texts(smiles[at] for at in some), rows)


def _to_row(explained: tuple[Contributions, ...]) -> npt.NDArray[np.float64]:
    """Return the number of atoms, the bases, and the contributions of each task; the rest is 0."""
    atoms = np.zeros((len(explained), ATOMS))
    for task, one in enumerate(explained):
        atoms[task, : len(one.atoms)] = one.atoms
    bases = [one.base for one in explained]
    return np.concatenate([[len(explained[0].atoms)], bases, atoms.ravel()])


def _from_row(
    row: npt.NDArray[np.float64], tasks: Sequence[str]
) -> tuple[Contributions, ...] | None:
    count = int(row[0])
    if count != row[0] or not 0 < count <= ATOMS:
        return None
    bases, atoms = row[1 : 1 + len(tasks)], row[1 + len(tasks) :].reshape(len(tasks), ATOMS)
    return tuple(
        Contributions(task, float(base), of_task[:count].astype(np.float32))
        for task, base, of_task in zip(tasks, bases, atoms, strict=True)
    )
