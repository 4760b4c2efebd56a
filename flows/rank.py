"""The Prefect flow ``rank``: the stages of ``hitlist rank``, one task each.

Flow and command call the same functions, so they write the same files.
"""

from pathlib import Path
from typing import Any

from prefect import flow, task

from chem.records.message_text import counted
from flows.planning.planning import plan_ranking
from flows.prefect_support.artifacts import publish
from flows.prefect_support.stages import (
    AGAIN,
    ONCE,
    Cluster,
    completed,
    hold_to_roots,
    log_if,
    stage_progress,
)
from flows.prefect_support.without_reader import go_on_without_reader
from flows.terminal.outcome import outcome_line
from screening.changes.since_last_run import tell_changes
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.remote import Tls
from screening.dask_cluster.stage_costs import Clock
from screening.evidence.evidence import Evidence
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.runs.past_run import PastRun
from screening.runs.rerank import evidence_stage, hand_over_stage, rank_stage
from screening.runs.write_run import Outcome
from screening.storage.in_use import marking

Planned = tuple[PastRun, Screen, Path]
"""The finished run, the screen to rank by, and the folder for the new files."""


@task(name="plan", **ONCE)
def plan(run: str, screen: str, out: str | None, hits: int | None) -> Planned:
    """Open the run and check everything that the ranking needs."""
    past, objective, folder, told = plan_ranking(Path(run), screen, out, hits)
    for line in (past.told_of_older, *told):
        log_if(line)
    return past, objective, folder


@task(name="rank", **AGAIN)
def rank_scored(planned: Planned, cluster: Cluster) -> Ranking:
    """Rank the scored compounds and select the hits."""
    past, screen, _ = planned
    with (
        stage_progress("rank-rank", f"Ranking the compounds of {past.scored_in.name}") as report,
        connect(*cluster) as client,
    ):
        return rank_stage(past, screen, client, report)


@task(name="explain", **AGAIN)
def explain(planned: Planned, ranking: Ranking, cluster: Cluster) -> list[Evidence]:
    """Collect the evidence of each hit: measured neighbours, atom contributions, alerts."""
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
    """Write the files of the ranking, the manifest last."""
    return tell_changes(hand_over_stage(*planned, ranking, evidence, clock))


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
    """Rank the compounds of a finished run by another objective, without scoring them again.

    Args:
        run: folder of the finished run.
        screen: the new objective, a shipped name or a TOML file; the library and the bundles stay
            those of the run.
        out: folder for the new files; by default a new one below ``runs``.
        hits: number of hits to select; by default from the screen.
        scheduler: address of a Dask scheduler; by default processes on the worker's machine.
        workers: number of processes to start there; by default one per core, fewer for little work.
        tls_ca: PEM file with the CA certificate of a ``tls://`` scheduler; by default the file in
            HITLIST_TLS_CA, or Dask's configuration.
        tls_cert: PEM file with the client certificate; by default from HITLIST_TLS_CERT likewise.
        tls_key: PEM file with its private key; by default from HITLIST_TLS_KEY likewise.
    """
    hold_to_roots()
    go_on_without_reader()
    cluster = (scheduler, workers, Tls.find(tls_ca, tls_cert, tls_key))
    clock = Clock()
    with marking():
        planned = plan(run, screen, out, hits)
        ranking = clock.time("rank", lambda: rank_scored(planned, cluster))
        evidence = clock.time("explain", lambda: explain(planned, ranking, cluster))
        outcome = clock.time("hand_over", lambda: hand_over(planned, ranking, evidence, clock))
    publish(planned[1], outcome, "-again")
    counts = outcome.manifest.counts._asdict()
    return completed(outcome_line(outcome), {"folder": str(outcome.folder), **counts})
