"""Finds the measured compounds of the series among the hits: those with the scaffold of several."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from chem.assess.clusters import scaffold
from chem.assess.ring_counts import ring_counts
from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from gnn.bundle.measured_compounds import RELATIONS, MeasuredCompounds, as_written
from screening.evidence.evidence import MeasuredMember, OwnValue


def find_measured_series(
    scaffolds: Sequence[str], bundles: Sequence[Bundle], tasks: Sequence[str]
) -> list[tuple[MeasuredMember, ...]]:
    """Return, for each hit, the measured compounds of its scaffold, sorted by id.

    Hits whose scaffold no other hit has have none, and so have hits without rings. Scaffolds are
    compared as the bundle's compounds are drawn; nothing is standardized again.

    Args:
        scaffolds: The scaffold of each hit; "" without rings.
        bundles: The bundles of the screen.
        tasks: The predicted columns whose measurements count, such as ``activity_EGFR``.

    Raises:
        ModelError: A bundle's file of measured compounds is damaged or another bundle's.
    """
    wanted = {core for core, hits in Counter(scaffolds).items() if core and hits > 1}
    found: dict[str, list[MeasuredMember]] = {core: [] for core in wanted}
    for bundle in bundles if wanted else ():
        named = {f"{bundle.card.name}_{one.name}": one.name for one in bundle.card.tasks}
        own = {task: named[task] for task in tasks if task in named}
        if own and (measured := bundle.measured_compounds):
            _add_members(found, measured, own)
    members = {
        core: tuple(sorted(some, key=lambda one: (one.id, one.smiles)))
        for core, some in found.items()
    }
    return [members.get(core, ()) for core in scaffolds]


def _add_members(
    found: dict[str, list[MeasuredMember]], measured: MeasuredCompounds, tasks: dict[str, str]
) -> None:
    """Add the compounds of each scaffold with their values; ``tasks`` are names by column."""
    alike = {ring_counts(core) for core in found}
    values: dict[int, dict[str, OwnValue]] = {}
    rows = {task: measured.of(name).rows for task, name in tasks.items()}
    for row in np.unique(np.concatenate([*rows.values()])).tolist():
        text = measured.smiles[row]
        if ring_counts(text) in alike and (core := _scaffold(text)) in found:
            values[row] = {}
            found[core].append(MeasuredMember(measured.ids[row], text, values[row]))
    for task, name in tasks.items():
        of_task = measured.of(name)
        for at in np.flatnonzero(np.isin(of_task.rows, list(values))).tolist():
            values[int(of_task.rows[at])][task] = OwnValue(
                as_written(of_task.values[at]), RELATIONS[int(of_task.bounds[at])]
            )


def _scaffold(smiles: str) -> str:
    """Return the scaffold, "" for a SMILES that this RDKit cannot read."""
    try:
        return scaffold(smiles)
    except InputError:
        return ""
