"""The Prefect flow ``screen``: the stages of ``hitlist screen``, one task each.

The same functions do the work, so both doors give the same files. The tasks keep no results on
the server: what is done is in the ledgers of the run's folders, and a stage that is run again
goes on from there.
"""

from typing import Any

from prefect import flow, task

from chem.records.text import counted
from flows.planning.planning import plan_screen
from flows.prefect_support.artifacts import publish
from flows.prefect_support.stages import (
    AGAIN,
    ONCE,
    Cluster,
    hold_to_roots,
    log_if,
    log_reading,
    stage_progress,
)
from flows.terminal.options import ScoringOptions
from screening.cluster.cluster import connect
from screening.cluster.remote import Tls
from screening.cluster.stage_costs import Clock
from screening.evidence.evidence import Evidence
from screening.prepare.older_standardization import told_of_library
from screening.prepare.prepared import Prepared
from screening.rank.rank import Ranking
from screening.runs.hand_over import Outcome
from screening.runs.plan import Plan
from screening.runs.run import (
    evidence_stage,
    hand_over_stage,
    prepare_stage,
    rank_stage,
    score_stage,
)
from screening.select.rank_run import Scores


@task(name="plan", **ONCE)
def plan(
    screen: str,
    library: str | None,
    out: str | None,
    hits: int | None,
    scoring: ScoringOptions,
) -> Plan:
    """Find and check all that the run needs."""
    with stage_progress("screen-plan", "Finding the library and the models") as report:
        planned = plan_screen(screen, library, out, hits, scoring=scoring, progress=report)
    log_if(told_of_library(planned.library, planned.prepared))
    log_reading(planned.library)
    return planned


@task(name="prepare", **AGAIN)
def prepare(plan: Plan, cluster: Cluster) -> Prepared:
    """Standardize and featurize the library, or take what was prepared before."""
    with (
        stage_progress("screen-prepare", f"Preparing {plan.library.path.name}") as report,
        connect(*cluster) as client,
    ):
        prepared = prepare_stage(plan, client, report)
    log_reading(plan.library, prepared.notes)
    return prepared


@task(name="score", **AGAIN)
def score(plan: Plan, prepared: Prepared, cluster: Cluster) -> Scores:
    """Score the accepted compounds: the promising ones, or all."""
    with (
        stage_progress(
            "screen-score", f"Scoring {counted(prepared.accepted, 'compound')}"
        ) as report,
        connect(*cluster) as client,
    ):
        return score_stage(plan, prepared, client, report)


@task(name="rank", **ONCE)
def rank(plan: Plan, prepared: Prepared, scores: Scores) -> Ranking:
    """Rank everything and keep the hits."""
    return rank_stage(plan, prepared, scores)


@task(name="explain", **AGAIN)
def explain(
    plan: Plan,
    prepared: Prepared,
    ranking: Ranking,
    cluster: Cluster,
) -> list[Evidence]:
    """Gather the evidence of each hit: measured neighbours, atoms, alerts."""
    with (
        stage_progress(
            "screen-explain", f"Explaining {counted(len(ranking.hits), 'hit')}"
        ) as report,
        connect(*cluster) as client,
    ):
        return evidence_stage(plan, prepared, ranking, client, report)


@task(name="hand over", **ONCE)
def hand_over(
    plan: Plan, prepared: Prepared, ranking: Ranking, evidence: list[Evidence], clock: Clock
) -> Outcome:
    """Write the run's files; the manifest comes last."""
    return hand_over_stage(plan, prepared, ranking, evidence, clock)


@flow(name="screen", persist_result=False)
def screen(  # noqa: PLR0913 - Prefect reads a deployment's parameters here
    screen: str = "kinase",
    library: str | None = None,
    out: str | None = None,
    hits: int | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    tls_ca: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
    exhaustive: bool = False,
    device: str = "cpu",
    store: str | None = None,
) -> dict[str, Any]:
    """Rank a library against a screen and hand over the best compounds.

    Args:
        screen: a shipped screen's name, or the path of a TOML file.
        library: a library file or a name of the catalogue; by default the screen's.
        out: folder of the run; by default a new one below ``runs``.
        hits: compounds to hand over; by default the screen's.
        scheduler: address of a Dask scheduler; by default processes on the worker's machine.
        workers: processes to start there; by default one for each core.
        tls_ca: certificate of the authority of a ``tls://`` scheduler, a PEM file; by default
            what HITLIST_TLS_CA names, or Dask's own configuration. The next two likewise.
        tls_cert: certificate to show to the scheduler.
        tls_key: its key.
        exhaustive: have the ensembles score every compound, not only the promising ones.
        device: where networks run, ``cpu``, ``cuda`` or ``auto``.
        store: where partitions and scores are kept, a shared folder or such as ``s3://bucket/x``;
            by default the cache and the run's folder.
    """
    hold_to_roots()
    cluster = (scheduler, workers, Tls.find(tls_ca, tls_cert, tls_key))
    clock = Clock()
    planned = plan(
        screen,
        library,
        out,
        hits,
        ScoringOptions(exhaustive=exhaustive, device=device, store=store),
    )
    prepared = clock.time("prepare", lambda: prepare(planned, cluster))
    scores = clock.time("score", lambda: score(planned, prepared, cluster))
    ranking = clock.time("rank", lambda: rank(planned, prepared, scores))
    evidence = clock.time("explain", lambda: explain(planned, prepared, ranking, cluster))
    outcome = clock.time(
        "hand_over", lambda: hand_over(planned, prepared, ranking, evidence, clock)
    )
    publish(planned.screen, outcome)
    return {"folder": str(outcome.folder), **outcome.manifest.counts._asdict()}
