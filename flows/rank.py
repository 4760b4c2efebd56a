"""The Prefect flow ``rank``: the stages of ``hitlist rank``, one task each.

The same functions do the work, so both doors give the same files.
"""

from pathlib import Path
from typing import Any

from prefect import flow, task

from chem.records.text import counted
from flows.planning.planning import plan_ranking
from flows.prefect_support.artifacts import publish
from flows.prefect_support.stages import AGAIN, ONCE, Cluster, hold_to_roots, log_if, stage_progress
from screening.cluster.cluster import connect
from screening.cluster.remote import Tls
from screening.cluster.stage_costs import Clock
from screening.evidence.evidence import Evidence
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.runs.hand_over import Outcome
from screening.runs.past_run import PastRun
from screening.runs.rerank import evidence_stage, hand_over_stage, rank_stage

Planned = tuple[PastRun, Screen, Path]
"""The run that scored, the screen as it will be judged, and the folder to write to."""


@task(name="plan", **ONCE)
def plan(run: str, screen: str, out: str | None, hits: int | None) -> Planned:
    """Open the run and check all that the ranking needs."""
    planned = plan_ranking(Path(run), screen, out, hits)
    log_if(planned[0].told_of_older)
    return planned


@task(name="rank", **AGAIN)
def rank_scored(planned: Planned, cluster: Cluster) -> Ranking:
    """Rank what was scored and keep the hits."""
    past, screen, _ = planned
    with (
        stage_progress("rank-rank", f"Ranking the compounds of {past.scored_in.name}") as report,
        connect(*cluster) as client,
    ):
        return rank_stage(past, screen, client, report)


@task(name="explain", **AGAIN)
def explain(planned: Planned, ranking: Ranking, cluster: Cluster) -> list[Evidence]:
    """Gather the evidence of each hit: measured neighbours, atoms, alerts."""
    past, screen, _ = planned
    with (
        stage_progress("rank-explain", f"Explaining {counted(len(ranking.hits), 'hit')}") as report,
        connect(*cluster) as client,
    ):
        return evidence_stage(past, screen, ranking, client, report)


@task(name="hand over", **ONCE)
def hand_over(
    planned: Planned, ranking: Ranking, evidence: list[Evidence], clock: Clock
) -> Outcome:
    """Write the files of the ranking; the manifest comes last."""
    return hand_over_stage(*planned, ranking, evidence, clock)


@flow(name="rank", persist_result=False)
def rank(  # noqa: PLR0913 - Prefect reads a deployment's parameters here
    run: str,
    screen: str = "kinase",
    out: str | None = None,
    hits: int | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    tls_ca: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
) -> dict[str, Any]:
    """Rank the compounds of a finished run by another objective, without scoring anything.

    Args:
        run: folder of the run that scored.
        screen: the objective, a shipped screen's name or the path of a TOML file; its library and
            bundles are the run's.
        out: folder to write to; by default a new one below ``runs``.
        hits: compounds to hand over; by default the screen's.
        scheduler: address of a Dask scheduler; by default processes on the worker's machine.
        workers: processes to start there; by default one for each core.
        tls_ca: certificate of the authority of a ``tls://`` scheduler, a PEM file; by default
            what HITLIST_TLS_CA names, or Dask's own configuration. The next two likewise.
        tls_cert: certificate to show to the scheduler.
        tls_key: its key.
    """
    hold_to_roots()
    cluster = (scheduler, workers, Tls.find(tls_ca, tls_cert, tls_key))
    clock = Clock()
    planned = plan(run, screen, out, hits)
    ranking = clock.time("rank", lambda: rank_scored(planned, cluster))
    evidence = clock.time("explain", lambda: explain(planned, ranking, cluster))
    outcome = clock.time("hand_over", lambda: hand_over(planned, ranking, evidence, clock))
    publish(planned[1], outcome, "-again")
    return {"folder": str(outcome.folder), **outcome.manifest.counts._asdict()}
