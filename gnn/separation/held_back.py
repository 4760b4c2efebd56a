"""Keeps molecules that one set holds back out of the training by all other sets."""

from collections.abc import Container
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.structure.equivalence import drawing_blind_key
from data.activities.activity import EXACT, ActivityTable
from data.activities.repeats import HELD_BACK
from gnn.features.array_types import Bools, Floats32


class Guarded(NamedTuple):
    """A table of several sets before merging, safe for the rows that are held back."""

    table: ActivityTable
    near: frozenset[str]
    """SMILES that only helping sets have, and that are held back because they are another drawing
    of a held-back molecule."""
    dropped: int
    """Values of helping sets that are left out, because they would change a row of another set."""


def guard_held_back(table: ActivityTable, helps: Bools) -> Guarded:
    """Hold back the rows of helping sets that are drawings of a held-back molecule.

    ``table`` has standardized SMILES and a split; ``helps`` [n] marks the rows of sets that only
    help to train. Sets draw one compound in several ways: without stereochemistry, as another
    tautomer, charged. Such a row gets the split of the held-back molecule, so that its values are
    set aside with those of other sets (:func:`set_aside`). Values are left out where merging would
    change a row of the other sets: those of a held-back molecule's own tasks, and those of a
    drawing that another set trains on.
    """
    if table.split is None or not helps.any():
        return Guarded(table, frozenset(), 0)
    measured = table.is_measured
    own: dict[str, Bools] = {}
    parts: dict[str, str] = {}
    for row in np.flatnonzero(table.split != "train"):
        smiles, part = str(table.smiles[row]), str(table.split[row])
        own[smiles] = own.get(smiles, np.zeros(len(table.tasks), bool)) | measured[row]
        key = drawing_blind_key(smiles)
        parts[key] = max(parts.get(key, "train"), part, key=HELD_BACK.index)
    elsewhere = {str(smiles) for smiles in table.smiles[~helps]}
    split, values, bounds = table.split.copy(), table.values.copy(), table.bounds.copy()
    near: set[str] = set()
    dropped = 0
    for row in np.flatnonzero(helps):
        smiles = str(table.smiles[row])
        key = drawing_blind_key(smiles)
        if key not in parts:
            continue
        if smiles in own or smiles in elsewhere:
            out = measured[row] & own.get(smiles, True)
            dropped += int(out.sum())
            values[row, out], bounds[row, out] = np.nan, EXACT
        else:
            split[row] = parts[key]
            near.add(smiles)
    table = replace(table, split=split, values=values, bounds=bounds)
    return Guarded(table, frozenset(near), dropped)


def set_aside(
    table: ActivityTable, merged: ActivityTable, near: Container[str] = frozenset()
) -> tuple[ActivityTable, Floats32, npt.NDArray[np.int8]]:
    """Set aside the values of held-back molecules that no set itself held back.

    They must not be trained on (another task's held-back rows would be), and measuring on them
    would change the rows on which a given split is measured. ``table`` [n] are the rows before
    merging, with their sets' own split. Returns the merged table without these values, the values
    set aside [M, T], NaN elsewhere, and the bounds of all values, including these. Molecules
    without another value are left out unless they are in ``near``.
    """
    if table.split is None or merged.split is None:
        return merged, np.full(merged.values.shape, np.nan, np.float32), merged.bounds
    row_of = {smiles: row for row, smiles in enumerate(merged.smiles)}
    own = np.zeros(merged.values.shape, dtype=bool)
    measured = table.is_measured  # as large as the table, and computed anew each time
    for row in np.flatnonzero(table.split != "train"):
        own[row_of[table.smiles[row]]] |= measured[row]
    moved = merged.is_measured & ~own & (merged.split != "train")[:, None]
    values = np.where(moved, np.float32(np.nan), merged.values)
    bounds = np.where(moved, np.int8(0), merged.bounds)  # a table has none without a value
    spare = np.where(moved, merged.values, np.float32(np.nan))
    kept = ~np.isnan(values).all(axis=1)
    kept |= np.array([smiles in near for smiles in merged.smiles], bool) & moved.any(axis=1)
    table = replace(merged, values=values, bounds=bounds).select(kept)
    return table, spare[kept], merged.bounds[kept]
