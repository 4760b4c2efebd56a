"""Loads public assays in which all results are known, as libraries of simulated campaigns."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.features.fingerprints import count_fingerprints
from chem.features.graphs import state_factors
from data.public_sets.sets import load_activities
from flows.model_benchmark.predicting import read_graphs
from gnn.features.graph_arrays import collect
from gnn.features.mean_kernel import MeanKernel

Floats = npt.NDArray[np.float64]

ASSAYS = {"MAPK14": ("kinase200", "MAPK14"), "KDR": ("kinase200", "KDR")} | {
    "hERG": ("herg_pic50", "herg_pic50")
}
"""The assays: the set of the catalogue, and its task. The ways to pick were chosen on EGFR, CDK2
and another draw of hERG."""
ACTIVE_SHARE = 0.05
"""The most potent share of an assay, whose compounds count as active."""
LEAST = 400
"""The fewest compounds of an assay."""


class Assay(NamedTuple):
    """M compounds with their results."""

    name: str
    values: Floats
    """[M] pActivity."""
    level: float
    """The value from which a compound is active."""
    kernel: npt.NDArray[np.float32]
    """[M, M] similarities, 0 to 1."""
    counts: npt.NDArray[np.float32]
    """[M, bits] counted ECFP4, for the forest."""

    @property
    def is_active(self) -> npt.NDArray[np.bool_]:
        """[M], True for the active compounds."""
        found: npt.NDArray[np.bool_] = self.values >= self.level
        return found


@lru_cache(maxsize=1)
def load_assay(name: str, most: int, seed: int) -> Assay:
    """Load an assay; of more than ``most`` compounds so many are drawn.

    Raises:
        InputError: The name is none of ``ASSAYS``, or the assay is too small.
    """
    if name not in ASSAYS:
        raise InputError(f"found the assay {name!r}, expected {', '.join(ASSAYS)}")
    dataset, task = ASSAYS[name]
    table = load_activities(dataset)
    column = [one.name for one in table.tasks].index(task)
    rows = np.flatnonzero(np.isfinite(table.values[:, column]))
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    read, _, graphs = read_graphs([str(text) for text in table.smiles[rows]])
    rows = rows[read]
    if len(rows) < LEAST:
        raise InputError(f"{name}: found {len(rows)} compounds, expected at least {LEAST}")
    values = table.values[rows, column].astype(np.float64)
    level = float(np.sort(values)[-max(1, round(ACTIVE_SHARE * len(values)))])
    counts = count_fingerprints([str(text) for text in table.smiles[rows]])
    every = np.arange(len(values))
    kernel = MeanKernel(collect(graphs), np.asarray(state_factors())).between(every, every)
    return Assay(name, values, level, kernel, np.asarray(counts, dtype=np.float32))
