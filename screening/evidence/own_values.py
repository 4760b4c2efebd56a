"""Finds what was measured of a hit itself, on every target of a panel."""

from collections.abc import Sequence

import numpy as np

from gnn.bundle.bundle import Bundle
from gnn.bundle.measured_compounds import RELATIONS, as_written
from screening.evidence.evidence import OwnValue
from screening.evidence.neighbours import same_measured
from screening.score.target_panel import TargetPanel

OwnValues = dict[str, tuple[OwnValue, ...]]
"""The measured values by task; tasks without any are left out."""


def find_own_values(
    smiles: Sequence[str], bundles: Sequence[Bundle], panel: TargetPanel | None
) -> list[OwnValues]:
    """Return the values measured of each molecule itself, by registration key.

    smiles: standardized. Without a panel, and if its bundle does not keep its training compounds,
    no molecule has any. Several compounds of the source can be one compound by the current rules,
    so a task can have several values.

    Raises ModelError if the bundle's file of measured compounds is damaged or another bundle's.
    """
    found: list[OwnValues] = [{} for _ in smiles]
    bundle = next((one for one in bundles if panel and one.card.name == panel.bundle), None)
    measured = None if bundle is None else bundle.measured_compounds
    if panel is None or measured is None:
        return found
    wanted = {one.task for one in panel.targets}
    tasks = [f"{panel.bundle}_{name}" for name in measured.tasks]
    search, every = same_measured(measured), np.arange(len(measured))
    for text, own in zip(smiles, found, strict=True):
        for compound in search.find_itself(text, every):
            first, last = np.searchsorted(measured.rows, [compound, compound + 1])
            for at in range(first, last):
                task = tasks[measured.columns[at]]
                if task in wanted:
                    value = as_written(measured.values[at])
                    one = OwnValue(value, RELATIONS[int(measured.bounds[at])])
                    own[task] = (*own.get(task, ()), one)
    return found
