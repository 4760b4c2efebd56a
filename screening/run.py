"""The stages of a screen, one function each: the command line and the flows call these."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from distributed import Client

from chem.describe import PROPERTIES
from chem.errors import InputError
from gnn.predict import PARTS, domain_columns, predicted_columns, task_columns
from screening.audit import measure_recall
from screening.errors import told_in_one_line
from screening.frames import duplicates, rejects, scored_frames, with_identity
from screening.handover.manifest import Artefact, RunFacts
from screening.handover.table import HitTable
from screening.handover.write import hand_over
from screening.late import rank_and_examine
from screening.ledger import LEDGER, Ledger, Lock, check_purpose
from screening.loaded import known_bundles
from screening.meter import Clock
from screening.objective import needed_columns
from screening.places import prepared_key
from screening.plan import Plan, domain_limits, task_units
from screening.prepare import Progress, prepare_library
from screening.prepared import Prepared
from screening.rank import Ranking
from screening.score import (
    Scoring,
    Unit,
    chosen_units,
    score_units,
    scoring_purpose,
    whole_units,
)
from screening.store import Store
from screening.triage import Triage, look_at_library


@dataclass
class Outcome:
    """What a run made."""

    folder: Path
    table: HitTable
    manifest: dict[str, Any]


def prepare_stage(plan: Plan, client: Client, progress: Progress | None = None) -> Prepared:
    """Prepare the library, or take what was prepared before."""
    return prepare_library(
        plan.library,
        plan.prepared,
        client,
        plan.partition_rows,
        progress=progress,
        store=plan.prepared_store,
    )


@dataclass(frozen=True)
class Scores:
    """Where the scores of a library are, and which compounds have some."""

    folder: Store
    units: tuple[Unit, ...]
    triage: Triage | None
    """None where the ensembles scored everything."""
    why_all: str
    """Why they did."""


def score_stage(
    plan: Plan, prepared: Prepared, client: Client, progress: Progress | None = None
) -> Scores:
    """Score prepared compounds for the run: the most promising ones, or all."""
    scores = plan.scores_store
    known = known_bundles(plan.bundles)
    work = Scoring(prepared.source, scores, known, prepared.featurizer, plan.device, plan.half)
    purpose = scoring_purpose(prepared.sha256, prepared.key, plan.bundles, plan.half, plan.device)
    why_all, triage = plan.without_triage, None
    if not why_all and prepared.accepted < plan.triage_from:
        why_all = f"a triage begins at {plan.triage_from:,} accepted compounds"
    with Ledger(plan.out / "scores", purpose, scores) as ledger:
        if why_all:
            units = whole_units(prepared)
        else:
            triage = look_at_library(
                prepared, plan.screen, plan.bundles, known, ledger, client, plan.half, progress
            )
            units = chosen_units(prepared, triage.rows)
        total = prepared.accepted if triage is None else len(triage.rows)
        score_units(units, work, ledger, client, progress, total)
    return Scores(scores, tuple(units), triage, why_all)


def rank_stage(plan: Plan, prepared: Prepared, scores: Scores) -> Ranking:
    """Rank everything that was scored, keep the hits, and measure the triage if there was one."""
    columns = prediction_columns(plan)

    def frames() -> Iterator[pd.DataFrame]:
        if scores.triage is not None:
            yield _nobody(plan)
        yield from scored_frames(prepared, scores.folder, scores.units, columns)

    ranking = rank_and_examine(frames, plan.screen, keep_every=scores.triage is not None)
    found: dict[str, Any] = {"exhaustive": True, "why": scores.why_all}
    if scores.triage is not None:
        ranking, found = _with_triage(ranking, scores.triage, plan.screen.hits)
    hits = with_identity(prepared, ranking.hits)
    return ranking._replace(hits=hits, triage=found, every=None)


def _with_triage(ranking: Ranking, triage: Triage, hits: int) -> tuple[Ranking, dict[str, Any]]:
    """Count those that were never scored in full, and say what the audit found."""
    assert ranking.every is not None
    # With late filters hits come from further down: recall is measured as deep as they were sought.
    recall = measure_recall(triage, ranking.every, max(hits, ranking.examined))
    filtered = {name: n + triage.filtered.get(name, 0) for name, n in ranking.filtered.items()}
    whole = ranking._replace(
        scored=triage.looked_at + sum(triage.filtered.values()),
        filtered=filtered,
        set_aside=triage.looked_at - ranking.scored,
    )
    counts = {"looked_at": triage.looked_at, "chosen": len(triage.chosen)}
    return whole, {"exhaustive": False, **counts, **recall.as_dict()}


def _nobody(plan: Plan) -> pd.DataFrame:
    """Return a scored frame without rows: of a triage that has nobody to choose from."""
    numbers = [*PROPERTIES, *prediction_columns(plan)]
    empty = {name: pd.Series(dtype=np.float32) for name in numbers}
    return pd.DataFrame({"row": pd.Series(dtype=np.int64), "smiles": pd.Series(dtype=str), **empty})


def prediction_columns(plan: Plan) -> list[str]:
    """Return the prediction columns that a ranking reads or a hit list shows."""
    every = set(predicted_columns(plan.bundles))
    shown = [task for task in plan.screen.tasks if task in every]
    columns = [f"{task}{end}" for task in shown for end in PARTS]
    primaries = {part.task for part in plan.screen.primary}
    domains = [
        column
        for bundle in plan.bundles
        for column in domain_columns(bundle)
        if primaries & set(task_columns(bundle))
    ]
    filtered = [limit.column for limit in plan.screen.limits]
    wanted = [*columns, *domains, *needed_columns(plan.screen), *filtered]
    return [column for column in dict.fromkeys(wanted) if column in every]


def hand_over_stage(plan: Plan, prepared: Prepared, ranking: Ranking, clock: Clock) -> Outcome:
    """Write every file of the run; the manifest comes last."""
    facts = RunFacts(
        library=Artefact(prepared.library, prepared.sha256),
        bundles=tuple(Artefact(bundle.card.name, bundle.sha256) for bundle in plan.bundles),
        featurizer=prepared.featurizer,
        rows=prepared.rows,
        accepted=prepared.accepted,
        rejected=prepared.rejected,
        duplicates=prepared.duplicates,
        reject_codes=prepared.reject_codes,
        seconds=clock.seconds,
        peak_memory_mb=clock.peak_memory_mb,
        units=task_units(plan.bundles),
        limits=domain_limits(plan.bundles),
    )
    with Lock(plan.out), told_in_one_line(plan.out):
        table, manifest = hand_over(
            plan.out,
            ranking,
            plan.screen,
            facts,
            rejects(prepared),
            duplicates(prepared),
            prepared.extra_columns,
        )
    return Outcome(plan.out, table, manifest)


def run_screen(plan: Plan, client: Client, progress: Progress | None = None) -> Outcome:
    """Run every stage. Run it again into the same folder and it goes on from what is there."""
    check_folder(plan)
    clock = Clock()
    prepared = clock.time("prepare", lambda: prepare_stage(plan, client, progress))
    scores = clock.time("score", lambda: score_stage(plan, prepared, client, progress))
    ranking = clock.time("rank", lambda: rank_stage(plan, prepared, scores))
    return clock.time("hand_over", lambda: hand_over_stage(plan, prepared, ranking, clock))


def check_folder(plan: Plan) -> None:
    """Refuse a folder that holds something else than this run, before any work."""
    scores = plan.out / "scores"
    if plan.out.is_dir() and any(plan.out.iterdir()) and not (scores / LEDGER).exists():
        raise InputError(
            f"{plan.out} is not empty and holds no run to go on with; name another folder"
        )
    key = prepared_key(plan.library, plan.partition_rows)
    purpose = scoring_purpose(plan.library.sha256, key, plan.bundles, plan.half, plan.device)
    check_purpose(scores, purpose)
