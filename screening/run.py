"""The stages of a screen, one function each: the command line and the flows call these."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client

from chem.errors import InputError
from screening.errors import told_in_one_line
from screening.frames import duplicates, rejects
from screening.handover.manifest import Artefact, RunFacts
from screening.handover.table import HitTable
from screening.handover.write import hand_over
from screening.judge import Scores, judge
from screening.ledger import LEDGER, Ledger, Lock, check_purpose
from screening.loaded import known_bundles
from screening.meter import Clock
from screening.places import prepared_key
from screening.plan import Plan, domain_limits, task_units
from screening.prepare import Progress, prepare_library
from screening.prepared import Prepared
from screening.rank import Ranking
from screening.score import Scoring, chosen_units, score_units, scoring_purpose, whole_units
from screening.triage import look_at_library


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
    """Rank everything that was scored, and keep the hits."""
    return judge(plan.screen, plan.bundles, prepared, scores)


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
