"""Checks for runs whose process is gone, and for slots that nobody holds; ``--fix`` ends both."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.doctor.finding import Finding, Look, fault, listed, ok, skipped
from flows.operation.automations import BEAT, FLOWS, HEARTBEAT, HEARTBEAT_VARIABLE
from flows.operation.deploy_server import POOL

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse

SILENCE = timedelta(minutes=3)
"""The time without a heartbeat after which a run counts as lost."""
START = timedelta(minutes=10)
"""The time that a run may take from Pending to Running."""
SECOND_LOOK = HEARTBEAT + 15
"""Seconds until runs are looked at again before they are marked: a live one sends a heartbeat."""
PAUSE = 1.0
"""Seconds until a slot is looked at again: a run may be between two states."""
_HOLDS = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_PAGE = 200
_LAST = 20
"""The number of last runs whose leases are released with a slot."""


class Lost(NamedTuple):
    """A run without a process."""

    run: FlowRun
    why: str


def check_lost_runs(look: Look) -> Iterator[Finding]:
    """Check runs first, because the end of a run frees its slot."""
    yield _check_runs(look)
    yield _check_slots(look)


def _check_runs(look: Look) -> Finding:
    if not _sends_heartbeats(look):
        return skipped(
            "lost runs",
            "runs send no heartbeats: the job template of the work pool does not ask for them",
            "make the work pool again with the shipped job template: see the worker's checks",
        )
    found = find_lost(look)
    if not found:
        return ok("lost runs", "none")
    names = [f"{one.run.name} ({one.why})" for one in found]
    told = fault(
        "lost runs",
        f"{len(found)} without a process: {listed(names)}",
        "hitlist doctor --fix marks them Crashed; a screen then goes on from its ledgers",
    )
    if not look.fix:
        return told
    time.sleep(SECOND_LOOK)
    still = {one.run.id for one in find_lost(look)}
    gone = [one for one in found if one.run.id in still]
    if not gone:
        return ok("lost runs", "none; a heartbeat arrived late")
    for one in gone:
        look.server.set_flow_run_state(one.run.id, Crashed(message=f"hitlist doctor: {one.why}"))
    left = [one.run.name for one in find_lost(look)]
    if left:
        return told._replace(found=f"{told.found}; could not mark {listed(left)}")
    return told.mend(f"marked as Crashed: {listed([one.run.name for one in gone])}")


def _sends_heartbeats(look: Look) -> bool:
    try:
        template = look.server.read_work_pool(POOL).base_job_template
    except ObjectNotFound:
        return False
    variables = template.get("job_configuration", {}).get("env")
    return isinstance(variables, dict) and variables.get(HEARTBEAT_VARIABLE) == str(HEARTBEAT)


def find_lost(look: Look) -> list[Lost]:
    """Return the runs that send no heartbeat, and those that were taken and never started."""
    now = datetime.now(UTC)
    found = []
    for run in _runs(look, (StateType.RUNNING, StateType.PENDING)):
        if run.state is None:
            continue
        age = now - run.state.timestamp
        if run.state.type == StateType.PENDING and age > START:
            found.append(Lost(run, f"not started for {age.total_seconds() / 60:.0f} minutes"))
        elif run.state.type == StateType.RUNNING and age > SILENCE and not _beats(look, run, now):
            found.append(Lost(run, f"no heartbeat for {SILENCE.seconds // 60} minutes"))
    return found


def _runs(look: Look, states: Sequence[StateType]) -> list[FlowRun]:
    return look.server.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(FLOWS))),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))
        ),
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])),
        limit=_PAGE,
    )


def _beats(look: Look, run: FlowRun, now: datetime) -> bool:
    """Tell whether a run sent a heartbeat lately."""
    wanted = {
        "occurred": {"since": (now - SILENCE).isoformat()},
        "event": {"name": [BEAT]},
        "resource": {"id": [f"prefect.flow-run.{run.id}"]},
    }
    page = look.server.request("POST", "/events/filter", json={"filter": wanted, "limit": 1})
    return bool(page.json()["events"])


def _check_slots(look: Look) -> Finding:
    stuck = [one for one in look.deployments if _is_stuck(look, one)]
    if stuck:
        time.sleep(PAUSE)
        stuck = [one for one in stuck if _is_stuck(look, one)]
    count = sum(1 for one in look.deployments if one.global_concurrency_limit is not None)
    if not stuck:
        return ok("slots", f"{count} slots, each free or held by a run")
    names = [f"screen/{one.name}" for one in stuck]
    told = fault(
        "slots",
        f"held by no run, so the next one waits or is cancelled: {listed(names)}",
        "hitlist doctor --fix releases them",
    )
    if not look.fix:
        return told
    for one in stuck:
        _release(look, one)
    left = [f"screen/{one.name}" for one in stuck if _is_stuck(look, one)]
    if left:
        return told._replace(found=f"{told.found}; could not release {listed(left)}")
    return told.mend(f"released the slots of {listed(names)}")


def _is_stuck(look: Look, deployment: "DeploymentResponse") -> bool:
    """Tell whether slots are held while no run of the deployment can hold one."""
    limit = deployment.global_concurrency_limit
    if limit is None:
        return False
    now = look.server.read_global_concurrency_limit_by_name(limit.name)
    if not now.active_slots:
        return False
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_HOLDS)))
    holders = look.server.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]), state=states
        ),
        limit=1,
    )
    return not holders


def _release(look: Look, deployment: "DeploymentResponse") -> None:
    """Release the leases of the last runs, then set the number of held slots to 0.

    A lease that stayed would end later, and free the slot of the run that holds it by then.
    """
    limit = deployment.global_concurrency_limit
    if limit is None:
        return
    runs = look.server.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id])
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=_LAST,
    )
    for run in runs:
        if run.state is not None and run.state.type != StateType.SCHEDULED:
            for lease in _leases(look, run):
                look.server.release_concurrency_slots_with_lease(lease)
    look.server.update_global_concurrency_limit(
        limit.name, GlobalConcurrencyLimitUpdate(active_slots=0)
    )


def _leases(look: Look, run: FlowRun) -> set[UUID]:
    states = look.server.read_flow_run_states(run.id)
    found = {one.state_details.deployment_concurrency_lease_id for one in states}
    return {one for one in found if one is not None}
