"""Gather the evidence of hits: neighbours that were measured, what each atom adds, alerts."""

from collections.abc import Sequence

from distributed import Client

from chem.alerts import flag_atoms
from gnn.bundle import Bundle
from screening.evidence import Evidence, Flag
from screening.explanations import explain_hits
from screening.loaded import known_bundles
from screening.neighbours import nearest_measured
from screening.prepare import Progress
from screening.screen import Screen

NEIGHBOURS = 3
"""Measured compounds that are shown beside a hit."""


def gather_evidence(
    smiles: Sequence[str],
    screen: Screen,
    bundles: Sequence[Bundle],
    featurizer: str,
    half: bool,
    client: Client,
    progress: Progress | None = None,
) -> list[Evidence]:
    """Gather the evidence of molecules, in their order.

    smiles: standardized. The models are asked in the workers, which takes most of the time.
    """
    tasks = explained_tasks(screen)
    primaries = [part.task for part in screen.primary]
    known = known_bundles(bundles)
    said = explain_hits(client, known, featurizer, smiles, tasks, half, progress)
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
    parts = (*screen.primary, *screen.liabilities)
    return tuple(dict.fromkeys(part.task for part in parts))
