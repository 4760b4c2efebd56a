"""The last stage: a ranking and its evidence become the files of a run's folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chem.disk.files import remove_durably, write_atomic
from chem.errors import InputError
from gnn.bundle.bundle import Bundle
from screening.cluster.meter import Clock
from screening.errors import told_in_one_line
from screening.evidence.evidence import Evidence
from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.prepare.prepared import Prepared
from screening.rank.rank import Ranking
from screening.rank.scored_frames import duplicates, rejects
from screening.report.manifest import Artefact, RunFacts, check_accounts
from screening.runs.runfolder import MANIFEST, WHERE, check_no_links
from screening.runs.write import hand_over
from screening.score.predicted_columns import calibrated_tasks, domain_limits, task_units
from screening.storage.ledger import Lock


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
    where: Mapping[str, Any],
    fresh: bool = False,
) -> Outcome:
    """Write every file of a run; the manifest comes last.

    where: of its parts, for ``where.json``. fresh: refuse, with InputError, a folder that by now
    holds a finished run.
    """
    facts = RunFacts(
        library=Artefact(prepared.library, prepared.sha256),
        bundles=tuple(Artefact(bundle.card.name, bundle.sha256) for bundle in bundles),
        featurizer=prepared.featurizer,
        standardizer=prepared.standardizer,
        rows=prepared.rows,
        accepted=prepared.accepted,
        rejected=prepared.rejected,
        duplicates=prepared.duplicates,
        reject_codes=prepared.reject_codes,
        reading=prepared.notes,
        seconds=clock.seconds,
        peak_memory_mb=clock.peak_memory_mb,
        units=task_units(tuple(bundles)),
        measured_compounds={
            bundle.card.name: bundle.measured_compounds.sha256
            for bundle in bundles
            if bundle.measured_compounds is not None
        },
        limits=domain_limits(tuple(bundles)),
        calibrated=calibrated_tasks(tuple(bundles)),
    )
    with Lock(out), told_in_one_line(out):
        if fresh and (out / MANIFEST).exists():
            raise InputError(
                f"another run was written into {out} meanwhile; name another folder with --out"
            )
        check_no_links(out)
        check_accounts(facts, ranking, screen)  # or an earlier run stays as it is
        remove_durably(out / MANIFEST)
        write_atomic(out / WHERE, json.dumps(where, indent=1, ensure_ascii=False) + "\n")
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
