"""The last stage: a ranking and its evidence become the files of a run's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn.bundle import Bundle
from screening.errors import told_in_one_line
from screening.evidence import Evidence
from screening.frames import duplicates, rejects
from screening.handover.manifest import Artefact, RunFacts
from screening.handover.table import HitTable
from screening.handover.write import hand_over
from screening.ledger import Lock
from screening.meter import Clock
from screening.plan import domain_limits, task_units
from screening.prepared import Prepared
from screening.rank import Ranking
from screening.screen import Screen


@dataclass
class Outcome:
    """What a run made."""

    folder: Path
    table: HitTable
    manifest: dict[str, Any]


def publish(
    out: Path,
    screen: Screen,
    bundles: Sequence[Bundle],
    prepared: Prepared,
    ranking: Ranking,
    evidence: Sequence[Evidence],
    clock: Clock,
) -> Outcome:
    """Write every file of a run; the manifest comes last."""
    facts = RunFacts(
        library=Artefact(prepared.library, prepared.sha256),
        bundles=tuple(Artefact(bundle.card.name, bundle.sha256) for bundle in bundles),
        featurizer=prepared.featurizer,
        rows=prepared.rows,
        accepted=prepared.accepted,
        rejected=prepared.rejected,
        duplicates=prepared.duplicates,
        reject_codes=prepared.reject_codes,
        seconds=clock.seconds,
        peak_memory_mb=clock.peak_memory_mb,
        units=task_units(tuple(bundles)),
        measured={
            bundle.card.name: bundle.measured.sha256
            for bundle in bundles
            if bundle.measured is not None
        },
        limits=domain_limits(tuple(bundles)),
    )
    with Lock(out), told_in_one_line(out):
        table, manifest = hand_over(
            out,
            ranking,
            screen,
            facts,
            rejects(prepared),
            duplicates(prepared),
            prepared.extra_columns,
            evidence,
        )
    return Outcome(out, table, manifest)
