"""What a change did to measured values: the statistics of matched pairs of a bundle's compounds.

All compounds measured on a task are cut once, which takes some milliseconds each, and the cuts are
kept in the cache. Only exact values count: how far a bound is from another value is not known.
A hydrogen is compared where another compound has a substituent of at most 4 heavy atoms.
"""

from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from chem.analogs.single_cuts import HYDROGEN, SMALL, single_cuts, with_hydrogen
from chem.disk.files import make_folder
from chem.structure.valid_smiles import read_molecules
from data.activities.activity import EXACT
from data.catalogue.fetch import cache_folder
from gnn.bundle.bundle import Bundle
from screening.analogs.search import Progress
from screening.errors import StoreError
from screening.storage.store import Store

LEAST_PAIRS = 3
"""The fewest pairs from which a statistic is given."""
_RULES = 2
"""The number of the rules by which compounds are cut."""
_KINDS = {"compound": "int64", "core": "str", "substituent": "str"}
_BLOCK = 200


class Statistic(NamedTuple):
    """What a change did to the values of a task."""

    pairs: int
    mean: float
    """In the task's unit; above 0 if the new part has the higher value."""
    deviation: float
    """The standard deviation of the differences."""


class MeasuredPairs(NamedTuple):
    """The compounds measured on one task, cut."""

    cuts: pd.DataFrame
    """``core``, ``substituent`` and ``value``, one row for each core and substituent."""

    def statistic(self, change: str) -> Statistic | None:
        """Return what a change such as ``CO[*:1]>>Cl[*:1]`` did; None for fewer than 3 pairs."""
        old, new = change.split(">>")
        differences = (self._of(new) - self._of(old)).dropna()
        if len(differences) < LEAST_PAIRS:
            return None
        numbers = differences.to_numpy(np.float64)
        return Statistic(len(numbers), float(numbers.mean()), float(numbers.std(ddof=1)))

    def _of(self, substituent: str) -> "pd.Series[float]":
        """Return the values of the compounds with a substituent, by core."""
        rows = self.cuts[self.cuts["substituent"] == substituent]
        return rows.set_index("core")["value"]


def measured_pairs(
    bundle: Bundle, task: str, progress: Progress | None = None
) -> MeasuredPairs | None:
    """Return the cut compounds of a task of a bundle.

    None if the bundle ships no measured compounds, if the task is a class, or if its values are
    learned as logarithms.

    Raises ModelError for a damaged file of measured compounds.
    """
    card = next(one for one in bundle.card.tasks if one.name == task)
    measured = bundle.measured_compounds
    if not measured or card.kind != "regression" or card.scale == "log10":
        return None
    rows, values, bounds = measured.of(task)
    exact = bounds == EXACT
    smiles = measured.smiles[rows[exact]]
    frame = pd.DataFrame({"smiles": smiles, "value": values[exact].astype(np.float64)})
    means = frame.groupby("smiles")["value"].mean()
    cuts = _cuts(means.index.tolist(), progress)
    cuts["value"] = means.to_numpy()[cuts.pop("compound").to_numpy()]
    return MeasuredPairs(cuts.groupby(["core", "substituent"])["value"].mean().reset_index())


def _cuts(smiles: Sequence[str], progress: Progress | None) -> pd.DataFrame:
    """Return ``compound``, ``core`` and ``substituent`` of each cut, from the cache if it is there.

    ``compound`` is the position of the SMILES.
    """
    text = "\n".join([str(_RULES), version("rdkit"), *smiles])
    name = f"{sha256(text.encode()).hexdigest()[:32]}.parquet"
    store = Store(Path(cache_folder()) / "matched_pairs")
    try:
        known: pd.DataFrame = store.read_table(name, list(_KINDS)).to_pandas()
        return known
    except StoreError:
        pass
    found: dict[tuple[int, str, str], None] = {}
    places = {text: at for at, text in enumerate(smiles)}
    for at, mol in enumerate(read_molecules(smiles)):
        for cut in single_cuts(mol):
            found[at, cut.core, cut.substituent] = None
            if mol.GetNumAtoms() - len(cut.atoms) <= SMALL:
                plain = places.get(with_hydrogen(mol, cut) or "")
                if plain is not None:
                    found[plain, cut.core, HYDROGEN] = None
        if progress is not None and at % _BLOCK == 0:
            progress("matched pairs", at, len(smiles))
    frame = pd.DataFrame(list(found), columns=list(_KINDS)).astype(_KINDS)
    try:
        assert store.folder is not None
        make_folder(store.folder)
        store.write_table(name, pa.Table.from_pandas(frame, preserve_index=False))
    except (OSError, StoreError):  # a cache that cannot be written costs time alone
        pass
    return frame
