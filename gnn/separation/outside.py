"""Keeps the values of another source apart: intervals are measured on them before a refit."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from chem.structure.equivalence import drawing_blind_key
from data.activities.activity import EXACT, ActivityTable
from gnn.features.array_types import Bools, Floats32, Strings
from gnn.training.training_set import OUTSIDE


class Apart(NamedTuple):
    """A merged table [M, T] without the values of other sources."""

    table: ActivityTable
    values: Floats32
    """[M, T] the values of other sources, NaN elsewhere."""
    only: Bools
    """[M] molecules that no other set has."""


def drop_known(table: ActivityTable, outside: Bools) -> ActivityTable:
    """Leave out the values of other sources that another set has, too, before merging.

    ``table`` [n] has standardized SMILES; ``outside`` [n] marks the rows of other sources. Any
    drawing of a compound counts as this compound: another tautomer, charge or stereoisomer may be
    the same to the models.
    """
    if not outside.any():
        return table
    known: dict[str, Bools] = {}
    measured = table.is_measured
    for row in np.flatnonzero(~outside):
        key = drawing_blind_key(str(table.smiles[row]))
        known[key] = known.get(key, np.zeros(len(table.tasks), bool)) | measured[row]
    values, bounds = table.values.copy(), table.bounds.copy()
    for row in np.flatnonzero(outside):
        own = known.get(drawing_blind_key(str(table.smiles[row])))
        if own is not None:
            values[row, own], bounds[row, own] = np.nan, EXACT
    return replace(table, values=values, bounds=bounds)


def set_outside_apart(table: ActivityTable, outside: Bools, merged: ActivityTable) -> Apart:
    """Part a merged table from the values of other sources.

    ``table`` [n] are the rows before merging, ``outside`` [n] marks those of other sources. A
    molecule that another set holds back has no value of another source here: these were set aside
    (:func:`gnn.separation.held_back.set_aside`).
    """
    if not outside.any():
        nothing = np.full(merged.values.shape, np.nan, np.float32)
        return Apart(merged, nothing, np.zeros(len(merged), bool))
    row_of = {str(smiles): row for row, smiles in enumerate(merged.smiles)}
    cells = np.zeros(merged.values.shape, bool)
    only = np.ones(len(merged), bool)
    measured = table.is_measured
    for row, smiles in enumerate(table.smiles):
        at = row_of.get(str(smiles))
        if at is not None and outside[row]:
            cells[at] |= measured[row]
        elif at is not None:
            only[at] = False
    cells &= merged.is_measured
    values = np.where(cells, np.float32(np.nan), merged.values)
    bounds = np.where(cells, np.int8(EXACT), merged.bounds)
    return Apart(
        replace(merged, values=values, bounds=bounds),
        np.where(cells, merged.values, np.float32(np.nan)),
        only,
    )


def divide_without(
    divide: Callable[[ActivityTable], Strings], table: ActivityTable, only: Bools
) -> Strings:
    """Return the roles [K, M] of a table whose molecules that only other sources have stay apart.

    ``divide`` returns the roles of the others as if they were alone.
    """
    apart = only if table.split is None else only & (table.split == "train")
    if not apart.any():
        return divide(table)
    others = divide(table.select(~apart))
    roles = np.full((len(others), len(table)), OUTSIDE)
    roles[:, ~apart] = others
    return roles
