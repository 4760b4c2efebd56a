"""The Prefect flow ``screen``: the stages of ``hitlist screen``, one task each.

Flow and command call the same functions, so they write the same files. The tasks keep no results
on the server. The ledgers in the run folder record finished work, and a stage that runs again
resumes from them.
"""

from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import State

from chem.errors import HitlistError, in_one_line
from chem.library.columns.columns import NamedColumns
from chem.records.message_text import counted
from flows.operation.attempts import check_attempt
from flows.operation.news import tell_news
from flows.planning.planning import plan_screen
from flows.planning.screen_paths import find_and_load
from flows.prefect_support.artifacts import publish
from flows.prefect_support.run_names import name_run, plan_in_own_folder
from flows.prefect_support.stages import (
    AGAIN,
    ONCE,
    WAITING,
    Cluster,
    completed,
    hold_to_roots,
    log_if,
    log_reading,
    refuse_doubts,
    stage_progress,
)
from flows.prefect_support.time_limit import limit_seconds, time_limit
from flows.prefect_support.without_reader import go_on_without_reader
from flows.terminal.options import ScoringOptions
from flows.terminal.outcome import outcome_line, passed_over
from screening.changes.since_last_run import tell_changes
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.remote import Tls
from screening.dask_cluster.stage_costs import Clock
from screening.evidence.evidence import Evidence
from screening.prepare.older_standardization import told_of_library
from screening.prepare.prepared import Prepared
from screening.rank.rank import Ranking
from screening.runs.plan import Plan
from screening.runs.run import (
    evidence_stage,
    hand_over_stage,
    prepare_stage,
    rank_stage,
    score_stage,
)
from screening.runs.write_run import Outcome
from screening.select.rank_scores import Scores
from screening.storage.in_use import marking
from screening.upkeep.apply import apply_retention


@task(name="plan", **WAITING)
def plan(
    screen: str,
    library: str | None,
    out: str | None,
    hits: int | None,
    scoring: ScoringOptions,
    columns: NamedColumns | None = None,
) -> Plan:
    """Find and check everything that the run needs; wait for a library that is not whole yet."""
    with stage_progress("screen-plan", "Finding the library and the models") as report:
        if out is None:
            planned = plan_in_own_folder(screen, library, hits, columns, scoring, report)
        else:
            planned = plan_screen(screen, library, out, hits, columns, scoring, report)
        refuse_doubts(planned)
    log_if(told_of_library(planned.library, planned.prepared))
    log_reading(planned.library)
    for line in planned.told:
        log_if(line)
    return planned


@task(name="prepare", **AGAIN)
def prepare(plan: Plan, cluster: Cluster) -> Prepared:
    """Standardize and featurize the library, or reuse its prepared form."""
    with (
        stage_progress("screen-prepare", f"Preparing {plan.library.path.name}") as report,
        connect(*cluster) as client,
    ):
        prepared = prepare_stage(plan, client, report)
    log_reading(plan.library, prepared.notes)
    return prepared


@task(name="score", **AGAIN)
def score(plan: Plan, prepared: Prepared, cluster: Cluster) -> Scores:
    """Score the accepted compounds, either those that the triage selects or all."""
    with (
        stage_progress(
            "screen-score", f"Scoring {counted(prepared.accepted, 'compound')}"
        ) as report,
        connect(*cluster) as client,
    ):
        return score_stage(plan, prepared, client, report)


@task(name="rank", **ONCE)
def rank(plan: Plan, prepared: Prepared, scores: Scores) -> Ranking:
    """Rank the scored compounds and select the hits."""
    return rank_stage(plan, prepared, scores)


@task(name="explain", **AGAIN)
def explain(
    plan: Plan,
    prepared: Prepared,
    ranking: Ranking,
    cluster: Cluster,
) -> list[Evidence]:
    """Collect the evidence of each hit: measured neighbours, atom contributions, alerts."""
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
    """Write the files of the run, and what changed since the last run; the manifest comes last."""
    return tell_changes(hand_over_stage(plan, prepared, ranking, evidence, clock))


@task(name="prune", **ONCE)
def prune(plan: Plan) -> None:
    """Remove what the screen's retention does not keep, and log it; a fault fails no run."""
    try:
        log_if(apply_retention(plan.screen, plan.out))
    except (HitlistError, OSError) as error:
        get_run_logger().warning("nothing was pruned: %s", in_one_line(error))


def run_stages(planned: Plan, cluster: Cluster, clock: Clock) -> Outcome:
    """Run every stage after the plan, and publish the hits on the server."""
    prepared = clock.time("prepare", lambda: prepare(planned, cluster))
    scores = clock.time("score", lambda: score(planned, prepared, cluster))
    ranking = clock.time("rank", lambda: rank(planned, prepared, scores))
    evidence = clock.time("explain", lambda: explain(planned, prepared, ranking, cluster))
    outcome = clock.time(
        "hand_over", lambda: hand_over(planned, prepared, ranking, evidence, clock)
    )
    publish(planned.screen, outcome)
    tell_news(planned, outcome)
    return outcome


@flow(name="screen", flow_run_name=name_run, persist_result=False)
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
    smiles_column: str | None = None,
    id_column: str | None = None,
    name_column: str | None = None,
    max_runtime: str | None = None,
) -> dict[str, Any] | State[Any]:
    """Rank a library by the objective of a screen and write the best compounds.

    Args:
        screen: the name of a shipped screen, or the path of a TOML file.
        library: a library file, a pattern such as ``vendor/*.sdf.gz``, which takes the newest file,
            or the name of a dataset; by default from the screen.
        out: run folder; by default one below ``runs`` that belongs to the flow run: tried again, it
            goes on from there.
        hits: number of hits to select; by default from the screen.
        scheduler: address of a Dask scheduler; by default processes on the worker's machine.
        workers: number of processes to start there; by default one per core, fewer for little work.
        tls_ca: PEM file with the CA certificate of a ``tls://`` scheduler; by default the file in
            HITLIST_TLS_CA, or Dask's configuration.
        tls_cert: PEM file with the client certificate; by default from HITLIST_TLS_CERT likewise.
        tls_key: PEM file with its private key; by default from HITLIST_TLS_KEY likewise.
        exhaustive: score every compound with the ensembles, not only those that the triage
            selects.
        device: device for the networks, ``cpu``, ``cuda`` or ``auto``.
        store: place for partitions and scores, a shared folder or a URL such as
            ``s3://bucket/x``; by default the cache and the run folder.
        smiles_column: column with the structures; by default found by its name.
        id_column: column with the compound IDs; by default found by its name.
        name_column: column with the compound names; by default found by its name.
        max_runtime: time such as ``6h`` after which the flow run is ended; by default from the
            ``[schedule]`` of the screen.
    """
    hold_to_roots()
    go_on_without_reader()
    if (ended := check_attempt()) is not None:
        return ended
    schedule = find_and_load(screen)[1].schedule
    seconds = limit_seconds(max_runtime or (schedule.max_runtime if schedule else None))
    cluster = (scheduler, workers, Tls.find(tls_ca, tls_cert, tls_key))
    scoring = ScoringOptions(exhaustive=exhaustive, device=device, store=store)
    columns = NamedColumns(smiles_column, id_column, name_column)
    with time_limit(seconds):
        planned = plan(screen, library, out, hits, scoring, columns)
        with marking():
            outcome = run_stages(planned, cluster, Clock())
            if planned.screen.retention is not None:
                prune(planned)
    counts = outcome.manifest.counts._asdict()
    told = outcome_line(outcome) + passed_over(planned.incomplete)
    return completed(told, {"folder": str(outcome.folder), **counts})
