"""Decides at the start of a nightly run whether it goes on.

It does not after many crashes, nor if a newer night waits.

After downtime the server has every missed night, and the worker takes them oldest first. Each of
them would screen the same files. Therefore a night gives way to the newest night that is due.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Scheduled

from chem.errors import InputError

MOST_TRIES = 3
"""The number of times that a crashed run is tried again."""
NO_SLOT = "Deployment concurrency limit reached."
"""The message of Prefect for a run that was cancelled because its deployment was at work."""
JUST_NOW = timedelta(minutes=10)
"""How long ago a newer night may have lost its slot to an older one and still be caught up."""
CATCH_UP = timedelta(seconds=60)
"""The time until a night that is caught up starts: the older one has freed the slot by then."""
MOST_NIGHTS = 200
"""The most nights that one request reads; Prefect's own limit."""
_WAITING = (StateType.SCHEDULED, StateType.PENDING)
_ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CANCELLED)


class Newer(NamedTuple):
    """The night to which an older one gives way."""

    run: FlowRun
    lost_slot: bool
    """True if it was cancelled because the older night was at work."""
    between: list[FlowRun]
    """Waiting nights between the two."""


def check_attempt() -> State[Any] | None:
    """Check whether this flow run may go on; a flow that no deployment started may.

    Returns:
        The state in which to end, if a newer night takes the place of this run; otherwise None.

    Raises:
        InputError: The run crashed too often.
    """
    if not runtime.deployment.id:
        return None
    own = UUID(str(runtime.flow_run.id))
    with get_client(sync_client=True) as client:
        refuse_crashes(client.read_flow_run_states(own))
        run = client.read_flow_run(own)
        if not run.auto_scheduled:
            return None
        nights = _newer_nights(client, run)
        newer = find_newer(nights, datetime.now(UTC), run.parameters)
        if newer is None:
            return None
        if refusal := catch_up(client, newer):
            told = "the night of %s cannot be caught up (%s): this older one goes on"
            get_run_logger().warning(told, _night(newer.run), refusal)
            return None
        return _give_way(client, newer)


def refuse_crashes(states: Sequence[State[Any]]) -> None:
    """Refuse a run that crashed more than ``MOST_TRIES`` times since it last ended otherwise.

    Raises:
        InputError: The message has the number of crashes and the message of the last one.
    """
    crashes: list[State[Any]] = []
    for state in sorted(states, key=lambda one: one.timestamp):
        if state.type == StateType.CRASHED:
            crashes.append(state)
        elif state.type in _ENDED:
            crashes.clear()
    if len(crashes) > MOST_TRIES:
        told = " ".join((crashes[-1].message or "no message").split())
        raise InputError(
            f"this run crashed {len(crashes)} times and is not tried again; the last time: {told}; "
            "find the cause in the worker's log and the machine's (such as too little memory), "
            'then choose "Retry" on its page: it goes on from its ledgers'
        )


def find_newer(
    nights: Sequence[FlowRun], now: datetime, parameters: Mapping[str, Any]
) -> Newer | None:
    """Return the newest night that waits or runs, or that lost its slot a moment ago.

    A night with other parameters, such as another library, does not take the place of this one.

    Args:
        nights: The nights of the deployment that are due and newer than the own one, in any order.
        now: The time now.
        parameters: The parameters of the own night.
    """
    same = [one for one in nights if one.parameters == parameters]
    due = sorted(same, key=lambda one: one.expected_start_time or now)
    waiting = [one for one in due if one.state_type in _WAITING]
    lost = [one for one in due if _lost_slot(one, now)]
    running = [one for one in due if one.state_type == StateType.RUNNING]
    found = [one for one in due if one in waiting or one in running or one in lost]
    if not found:
        return None
    newest = found[-1]
    between = [one for one in waiting if one.id != newest.id]
    return Newer(newest, newest in lost, between)


def _lost_slot(run: FlowRun, now: datetime) -> bool:
    state = run.state
    return (
        state is not None
        and state.type == StateType.CANCELLED
        and state.message == NO_SLOT
        and now - state.timestamp < JUST_NOW
    )


def _newer_nights(client: SyncPrefectClient, run: FlowRun) -> list[FlowRun]:
    """Return the nights of the same deployment that are due and newer than this one."""
    assert run.deployment_id is not None  # a run without deployment is not auto-scheduled
    found = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[run.deployment_id])),
        flow_run_filter=FlowRunFilter(
            expected_start_time=FlowRunFilterExpectedStartTime(
                after_=run.expected_start_time, before_=datetime.now(UTC)
            )
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=MOST_NIGHTS,
    )
    return [one for one in found if one.auto_scheduled and one.id != run.id]


def catch_up(client: SyncPrefectClient, newer: Newer) -> str:
    """Schedule a night again that lost its slot, and return why it cannot be; empty if it can.

    The own run holds the only slot until it ends, so the newer one starts a little later.
    """
    if not newer.lost_slot:
        return ""
    state = catch_up_state(datetime.now(UTC))
    try:
        answer = client.set_flow_run_state(newer.run.id, state)
    except ObjectNotFound:  # somebody deleted it
        return "it is gone"
    if is_accepted(answer):
        return ""
    return getattr(answer.details, "reason", None) or answer.status.value


def catch_up_state(now: datetime) -> State[Any]:
    """Return the state in which a night waits that lost its slot to an older one."""
    told = "catches up the nights that were missed"
    return Scheduled(scheduled_time=now + CATCH_UP, message=told)


def is_accepted(answer: OrchestrationResult[Any]) -> bool:
    """Tell whether the server set the state that was asked for; it may set another or none."""
    return (
        answer.status == SetStateStatus.ACCEPT
        and answer.state is not None
        and answer.state.type == StateType.SCHEDULED
    )


def _give_way(client: SyncPrefectClient, newer: Newer) -> State[Any]:
    """Cancel the nights between, and tell."""
    message = f"superseded by the night of {_night(newer.run)}"
    for run in newer.between:
        client.set_flow_run_state(run.id, Cancelled(message=message))
    get_run_logger().warning("%s", message)
    return Cancelled(message=message)


def _night(run: FlowRun) -> str:
    """Return the date and time of a night as its schedule has them."""
    start = run.expected_start_time
    return "" if start is None else f"{start:%Y-%m-%d %H:%M} UTC"
