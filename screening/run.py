"""The stages of a screen, one function each: the command line and the flows call these."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client

from chem.errors import InputError
from gnn.predict import PARTS, Predictor, domain_columns, task_columns
from screening.frames import duplicates, rejects, scored_frames
from screening.handover.manifest import Artefact, RunFacts
from screening.handover.table import HitTable
from screening.handover.write import hand_over
from screening.ledger import LEDGER, check_purpose, hash_purpose
from screening.meter import Clock
from screening.objective import needed_columns
from screening.plan import Plan, domain_limits, task_units
from screening.prepare import Prepared, Progress, prepare_library, prepare_purpose
from screening.rank import Ranking, merge_top
from screening.score import score_library, scoring_purpose


@dataclass
class Outcome:
    """What a run made."""

    folder: Path
    table: HitTable
    manifest: dict[str, Any]


def prepare_stage(plan: Plan, client: Client, progress: Progress | None = None) -> Prepared:
    """Prepare the library, or take what was prepared before."""
    return prepare_library(
        plan.library, plan.prepared, client, plan.partition_rows, progress=progress
    )


def score_stage(
    plan: Plan, prepared: Prepared, client: Client, progress: Progress | None = None
) -> list[Path]:
    """Score the prepared partitions into the run's folder."""
    return score_library(prepared, plan.bundles, plan.out / "scores", client, progress)


def rank_stage(plan: Plan, prepared: Prepared, scores: list[Path]) -> Ranking:
    """Rank everything that was scored, and keep the hits."""
    frames = scored_frames(prepared, scores, prediction_columns(plan))
    return merge_top(frames, plan.screen)


def prediction_columns(plan: Plan) -> list[str]:
    """Return the prediction columns that a ranking reads or a hit list shows."""
    every = set(Predictor(plan.bundles).columns)
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
    key = hash_purpose(prepare_purpose(plan.library, plan.partition_rows))
    check_purpose(scores, scoring_purpose(plan.library.sha256, key, plan.bundles))
