"""Checks the work pool, its job template, its workers, and runs that are late."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateName,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import Worker
from prefect.exceptions import ObjectNotFound

from flows.doctor.finding import Finding, Look, fault, listed, ok, skipped, warning
from flows.operation.deploy_server import POOL, POOL_REMEDY, TEMPLATE

_START = f"systemctl start hitlist-worker, or prefect worker start --pool {POOL}"
BEATS = 3
"""The heartbeats that a worker may miss until it counts as gone."""


def check_worker(look: Look) -> Iterator[Finding]:
    """Check the pool, the template, the workers and late runs."""
    try:
        pool = look.server.read_work_pool(POOL)
    except ObjectNotFound:
        if look.deployments:
            yield fault(
                "work pool", f"there is no pool {POOL}", f"hitlist deploy, or {POOL_REMEDY}"
            )
        else:
            yield skipped("work pool", "nothing is deployed", "hitlist deploy SCREEN")
        return
    if pool.is_paused:
        yield fault("work pool", f"{POOL} is paused", f"prefect work-pool resume {POOL}")
    else:
        yield ok("work pool", f"{POOL} exists")
    yield check_template(pool.base_job_template)
    yield check_workers(look.server.read_workers_for_work_pool(POOL), look.now)
    yield _check_late(look)


def check_template(found: dict[str, object]) -> Finding:
    """Compare a pool's job template with the shipped one."""
    import json

    if found == json.loads(TEMPLATE.read_text(encoding="utf-8")):
        return ok("job template", "the shipped one")
    return warning(
        "job template",
        "the pool has another one, with which a caller may change what runs",
        POOL_REMEDY,
    )


def check_workers(workers: Sequence[Worker], now: datetime) -> Finding:
    """Check that a worker has sent a heartbeat lately."""
    ages = {one.name: _age(one, now) for one in workers}
    fresh = [
        one.name
        for one in workers
        if ages[one.name] <= BEATS * (one.heartbeat_interval_seconds or 30)
    ]
    if fresh:
        youngest = min(ages[name] for name in fresh)
        return ok("worker", f"{listed(fresh)}; last heartbeat {max(0, youngest):.0f} s ago")
    if workers:
        youngest = min(ages.values())
        told = "never" if youngest == float("inf") else f"{youngest / 60:.0f} minutes ago"
        return fault("worker", f"none is alive; the last heartbeat was {told}", _START)
    return fault("worker", "none has ever started", _START)


def _age(worker: Worker, now: datetime) -> float:
    last = worker.last_heartbeat_time
    return float("inf") if last is None else (now - last).total_seconds()


def _check_late(look: Look) -> Finding:
    late = look.server.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Late"]))
        ),
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])),
        limit=100,
    )
    if late:
        names = listed([one.name for one in late])
        return warning("late runs", f"{len(late)}: {names}", _START)
    return ok("late runs", "none")
