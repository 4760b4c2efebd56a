"""Lists the deployments of screens with their runs and slots, and removes them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort

from chem.errors import InputError
from chem.records.message_text import did_you_mean
from flows.operation.deploy import FLOW, find, names_of
from flows.operation.deploy_schedule import cron_of

HEADERS = ("deployment", "schedule", "next run", "last run", "slot")
_PAGE = 100
_HOLDS = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


def list_deployments(client: SyncPrefectClient) -> list[list[str]]:
    """Return the cells of each deployment of a screen, in the order of ``HEADERS``.

    Times are those of this machine's time zone.
    """
    return [_row(client, one) for one in _deployments(client)]


def _deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    of_flow = FlowFilter(name=FlowFilterName(any_=[FLOW]))
    found: list[DeploymentResponse] = []
    while True:
        page = client.read_deployments(
            flow_filter=of_flow, limit=_PAGE, offset=len(found), sort=DeploymentSort.NAME_ASC
        )
        found += page
        if len(page) < _PAGE:
            return found


def _row(client: SyncPrefectClient, one: DeploymentResponse) -> list[str]:
    planned = _runs(client, one.id, [StateType.SCHEDULED], FlowRunSort.EXPECTED_START_TIME_ASC)
    others = [state for state in StateType if state is not StateType.SCHEDULED]
    past = _runs(client, one.id, others, FlowRunSort.EXPECTED_START_TIME_DESC)
    return [
        f"{FLOW}/{one.name}",
        _schedules(one),
        _when(planned[0].expected_start_time) if planned else "",
        _last(past[0]) if past else "",
        _slot(client, one),
    ]


def _runs(
    client: SyncPrefectClient, deployment: UUID, states: Iterable[StateType], sort: FlowRunSort
) -> list[FlowRun]:
    wanted = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
    )
    return client.read_flow_runs(flow_run_filter=wanted, sort=sort, limit=1)


def _schedules(one: DeploymentResponse) -> str:
    if not one.schedules:
        return "by hand"
    texts = [
        f"{cron_of(each) or 'no cron line'}{'' if each.active else ' (paused)'}"
        for each in one.schedules
    ]
    return f"{'; '.join(texts)}{' (paused)' if one.paused else ''}"


def _when(time: datetime | None) -> str:
    return "" if time is None else f"{time.astimezone():%Y-%m-%d %H:%M %Z}"


def _last(run: FlowRun) -> str:
    state = run.state.name if run.state else "unknown"
    return f"{state}, {_when(run.start_time or run.expected_start_time)}"


def _slot(client: SyncPrefectClient, one: DeploymentResponse) -> str:
    """Return the state of a slot, and the run that holds it."""
    limit = one.global_concurrency_limit
    if limit is None:
        return "no limit"
    if not limit.active_slots:
        return "free"
    held = _runs(client, one.id, _HOLDS, FlowRunSort.EXPECTED_START_TIME_DESC)
    if held:
        return f"held by {held[0].name}"
    return "held by a run that is gone; it is free within minutes"


def remove(client: SyncPrefectClient, name: str) -> list[str]:
    """Remove the deployments of a screen, and return their names.

    Runs that are at work go on, and all files of runs stay.

    Raises:
        InputError: no deployment is called so.
    """
    screen = name.removeprefix(f"{FLOW}/")
    by_hand, nightly = names_of(screen)
    found = [one for one in (find(client, by_hand), find(client, nightly)) if one is not None]
    if not found:
        known = [one.name for one in _deployments(client)]
        hint = did_you_mean(screen, known, f"known are {', '.join(known) or 'none'}")
        raise InputError(f"there is no deployment {by_hand}; {hint}")
    for one in found:
        client.delete_deployment(one.id)
    return [f"{FLOW}/{one.name}" for one in found]
