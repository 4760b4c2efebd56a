"""Collects the evidence of hits: measured neighbours, the contribution of each atom, alerts."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from chem.assess.alerts import flag_atoms
from chem.assess.clusters import scaffold
from chem.library.read import Library
from gnn.bundle.bundle import Bundle
from screening.dask_cluster.lazy_client import AnyClient
from screening.evidence.evidence import Evidence, Flag, MeasuredMember
from screening.evidence.measured_series import find_measured_series
from screening.evidence.neighbours import Neighbours, nearest_measured
from screening.evidence.own_values import OwnValues, find_own_values
from screening.evidence.recheck import check_hits
from screening.evidence.shapley import explain_hits
from screening.evidence.shared_evidence import open_evidence
from screening.objective.screen_settings import Screen
from screening.prepare.prepare import Progress
from screening.score.model_refs import ModelRefs
from screening.score.target_panel import panel_of
from screening.storage.store import Store

NEIGHBOURS = 3
"""The number of measured compounds that are shown beside a hit."""


class Sources(NamedTuple):
    """What hits are checked against, and what their evidence comes from."""

    library: Library | None
    """The library that the hits are from; None if its file is not available."""
    screen: Screen
    """The screen, whose tasks are explained."""
    bundles: Sequence[Bundle]
    """The bundles of the screen."""
    models: ModelRefs
    """The references by which workers load the bundles."""
    shared: Store | None = None
    """The store of what runs share; None: everything is computed."""


class _Found(NamedTuple):
    """The evidence that needs no network."""

    neighbours: list[Neighbours]
    flags: list[tuple[Flag, ...]]
    own_values: list[OwnValues]
    series: list[tuple[MeasuredMember, ...]]


def collect_evidence(
    hits: pd.DataFrame, sources: Sources, client: AnyClient, progress: Progress | None = None
) -> list[Evidence]:
    """Check hits against the library and the models, and collect their evidence in their order.

    The workers predict the hits again, and explain them while measured neighbours and alerts are
    found here. If no worker was started yet, up to 128 hits are predicted again here.

    Args:
        hits: The hits of a ranking.
        sources: The library, the screen and the models.
        client: The client of the workers.
        progress: A callback that is told the hits that are done.

    Raises:
        AlteredError: A hit's record or prediction was changed (:mod:`screening.evidence.recheck`).
    """
    library, screen, bundles, models, store = sources
    smiles = [str(text) for text in hits["smiles"]]
    tasks = explained_tasks(screen)
    primaries = [term.task for term in screen.objective.primary]
    shared = open_evidence(store, bundles, models, tasks)
    found: list[_Found] = []

    def find() -> None:
        near = nearest_measured(smiles, bundles, primaries, NEIGHBOURS, shared.fingerprints)
        own = find_own_values(smiles, bundles, panel_of(screen, bundles))
        series = find_measured_series(scaffolds_of(hits), bundles, primaries)
        found.append(_Found(near, [_flags_of(text) for text in smiles], own, series))

    check_hits(hits, library, bundles, models, client)
    known = shared.contributions
    said = explain_hits(client, models, smiles, tasks, progress, known, meanwhile=find)
    return [
        Evidence(near, contributions, flags, own, series)
        for contributions, near, flags, own, series in zip(said, *found[0], strict=True)
    ]


def scaffolds_of(hits: pd.DataFrame) -> list[str]:
    """Return the scaffold of each hit; "" for one without rings."""
    if "scaffold" in hits:
        return [str(text) for text in hits["scaffold"]]
    return [scaffold(str(text)) for text in hits["smiles"]]


def _flags_of(smiles: str) -> tuple[Flag, ...]:
    return tuple(Flag(alert.source, alert.name, alert.atoms) for alert in flag_atoms(smiles))


def explained_tasks(screen: Screen) -> tuple[str, ...]:
    """Return the tasks whose predictions are explained: the primaries, then the liabilities."""
    parts = (*screen.objective.primary, *screen.objective.liabilities)
    return tuple(dict.fromkeys(term.task for term in parts))
