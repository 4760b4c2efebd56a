"""Adds analogs of a training set's molecules, without measurements: the teachers label them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chem.features.graphs import MolGraph, featurize
from chem.records.message_text import counted
from chem.records.records import Failure
from chem.structure.analogs import draw_analogs
from data.activities.activity import EXACT
from gnn.assembly.assemble import Assembled
from gnn.errors import ModelError
from gnn.features.array_types import Report
from gnn.features.graph_arrays import collect, join_graphs
from gnn.training.training_set import UNLABELLED

_TRIES = 20
"""Draws for each analog that is asked for, before the molecules are given up as too uniform."""


def add_analogs(
    assembled: Assembled, count: int, seed: int = 0, progress: Report | None = None
) -> Assembled:
    """Return a training set with analogs of the molecules on which every member trains.

    They have no value, and the role :data:`gnn.training.training_set.UNLABELLED` for every member.
    """
    data = assembled.data
    own = np.isin(data.roles, ("fit", "stop")).all(axis=0) & data.is_measured.any(axis=1)
    smiles = [assembled.smiles[row] for row in np.flatnonzero(own)]
    analogs = make_analogs(smiles, count, seed, progress, known=assembled.smiles)
    empty = np.full((count, len(data.tasks)), np.nan, np.float32)
    roles = np.full((len(data.roles), count), UNLABELLED)
    more = replace(
        data,
        graphs=join_graphs([data.graphs, collect(list(analogs.values()))]),
        values=np.concatenate([data.values, empty]),
        bounds=np.concatenate([data.bounds, np.full(empty.shape, EXACT, np.int8)]),
        roles=np.concatenate([data.roles, roles], axis=1),
        presumed=_longer(data.presumed, np.zeros(count, bool)),
        spare=_longer(data.spare, empty),
        outside=_longer(data.outside, empty),
    )
    note = (
        f"{counted(count, 'analog')} without measurements: the shipped networks learned the "
        "teachers' predictions for them, too"
    )
    return Assembled(more, [*assembled.smiles, *analogs], [*assembled.notes, note])


def _longer(array: Any, more: Any) -> Any:
    return None if array is None else np.concatenate([array, more])


def make_analogs(
    smiles: Sequence[str],
    count: int,
    seed: int = 0,
    progress: Report | None = None,
    known: Iterable[str] = (),
) -> dict[str, MolGraph]:
    """Return ``count`` analogs of molecules by standardized SMILES, with their graphs.

    None is among ``smiles`` or the ``known``, which are standardized. The same arguments give the
    same analogs.

    Raises:
        ModelError: The molecules have too few bonds to cut for so many analogs.
    """
    seen = {*smiles, *known}
    found: dict[str, MolGraph] = {}
    for _, analogs in zip(range(_TRIES * count), draw_analogs(smiles, seed), strict=False):
        for analog in analogs:
            graph = featurize(analog.mol) if analog.smiles not in seen else None
            if graph is not None and not isinstance(graph, Failure):
                found[analog.smiles] = graph
            seen.add(analog.smiles)
        if progress is not None and len(found) % 500 == 0:
            progress("analogs", len(found), count)
        if len(found) >= count:
            return dict(list(found.items())[:count])
    raise ModelError(
        f"{len(smiles):,} molecules gave {len(found):,} analogs, expected {count:,}; ask for fewer"
    )
