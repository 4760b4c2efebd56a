"""Collects the evidence of hits: measured neighbours, the contribution of each atom, alerts."""

from collections.abc import Sequence

import pandas as pd
from distributed import Client

from chem.assess.alerts import flag_atoms
from chem.library.read import Library
from gnn.bundle.bundle import Bundle
from screening.evidence.evidence import Evidence, Flag
from screening.evidence.neighbours import nearest_measured
from screening.evidence.recheck import check_hits
from screening.evidence.shapley import explain_hits
from screening.objective.screen_settings import Screen
from screening.prepare.prepare import Progress
from screening.score.model_refs import ModelRefs

NEIGHBOURS = 3
"""The number of measured compounds that are shown beside a hit."""


def collect_evidence(
    hits: pd.DataFrame,
    library: Library | None,
    screen: Screen,
    bundles: Sequence[Bundle],
    models: ModelRefs,
    client: Client,
    progress: Progress | None = None,
) -> list[Evidence]:
    """Check hits against the library and the models, and collect their evidence in their order.

    The models run in the workers, which takes most of the time.

    Args:
        hits: The hits of a ranking.
        library: The library that the hits are from; None if its file is not available.
        screen: The screen, whose tasks are explained.
        bundles: The bundles of the screen.
        models: The references by which workers load the bundles.
        client: The client of the workers.
        progress: A callback that is told the hits that are done.

    Raises:
        AlteredError: A hit's record or prediction was changed (:mod:`screening.evidence.recheck`).
    """
    check_hits(hits, library, bundles, models, client)
    smiles = [str(text) for text in hits["smiles"]]
    tasks = explained_tasks(screen)
    primaries = [term.task for term in screen.objective.primary]
    said = explain_hits(client, models, smiles, tasks, progress)
    near = nearest_measured(smiles, bundles, primaries, NEIGHBOURS)
    return [
        Evidence(
            neighbours=neighbours,
            contributions=contributions,
            flags=tuple(Flag(alert.source, alert.name, alert.atoms) for alert in flag_atoms(text)),
        )
        for text, contributions, neighbours in zip(smiles, said, near, strict=True)
    ]


def explained_tasks(screen: Screen) -> tuple[str, ...]:
    """Return the tasks whose predictions are explained: the primaries, then the liabilities."""
    parts = (*screen.objective.primary, *screen.objective.liabilities)
    return tuple(dict.fromkeys(term.task for term in parts))
