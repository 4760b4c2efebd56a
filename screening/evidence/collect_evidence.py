"""Collects the evidence of hits: neighbours that were measured, what each atom adds, alerts."""

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
from screening.score.worker_models import ModelRefs

NEIGHBOURS = 3
"""Measured compounds that are shown beside a hit."""


def collect_evidence(
    hits: pd.DataFrame,
    library: Library | None,
    screen: Screen,
    bundles: Sequence[Bundle],
    models: ModelRefs,
    client: Client,
    progress: Progress | None = None,
) -> list[Evidence]:
    """Collect the evidence of hits, in their order, and hold them to what they were made from.

    hits: as a ranking has them. library: whose file they are from; None where it is not at hand.
    The models are asked in the workers, which takes most of the time.

    Raises:
        AlteredError: a hit's record or prediction was changed (:mod:`screening.evidence.recheck`).
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
    """Return the tasks whose predictions are explained: what is wanted, and what is feared."""
    parts = (*screen.objective.primary, *screen.objective.liabilities)
    return tuple(dict.fromkeys(term.task for term in parts))
