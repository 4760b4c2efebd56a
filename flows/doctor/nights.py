"""Checks each nightly deployment: its schedule, its next run, and whether the last night ran."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.doctor.finding import Finding, Look, fault, ok, skipped, warning
from flows.operation.deploy_schedule import Cron, cron_of

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse

GRACE = timedelta(minutes=15)
"""The time after a due time within which a run may still start."""
_NEAR = 120
"""Seconds between a due time and the start that the server planned for it."""
_MOST = 50
_AT_WORK = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
_READ = "read the run's page and the worker's log; `hitlist deploy --list` shows all"


class Night(NamedTuple):
    """One schedule of a deployment, with the runs that the server made for it."""

    name: str
    cron: Cron
    begun: datetime
    """The time from which the schedule has been as it is."""
    runs: Sequence[FlowRun]
    """Its last runs, and those to come."""


def check_nights(look: Look) -> Iterator[Finding]:
    """Check each schedule."""
    scheduled = [one for one in look.deployments if one.schedules]
    if not scheduled:
        yield skipped("nights", "no deployment has a schedule", "hitlist deploy SCREEN")
    for deployment in scheduled:
        for schedule in deployment.schedules:
            yield _check(look, deployment, schedule)


def _check(look: Look, deployment: "DeploymentResponse", schedule: DeploymentSchedule) -> Finding:
    name = f"screen/{deployment.name}"
    if deployment.paused or not schedule.active:
        what = "deployment" if deployment.paused else "schedule"
        return warning(name, f"its {what} is paused: no night runs", "resume it on its page")
    cron = cron_of(schedule)
    if cron is None:
        return skipped(name, "its schedule is no cron line", "look at its page")
    wanted = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]))
    runs = look.server.read_flow_runs(
        flow_run_filter=wanted, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=_MOST
    )
    times = [one for one in (deployment.created, schedule.created, schedule.updated) if one]
    begun = max(times, default=look.now)
    return check_night(Night(name, cron, begun, runs), look.now)


def check_night(night: Night, now: datetime) -> Finding:
    """Check that the last night that was due has completed, and that one is to come."""
    due = last_due(night.cron, now)
    following = f"next {_when(_time(night.cron, now, 'get_next'))}"
    if due < night.begun:
        return ok(night.name, f"none was due yet; {following}")
    run = _run_of(night.runs, due)
    told = f"the night of {_when(due)}"
    if run is None or run.state is None:
        if now - due < GRACE:
            return ok(night.name, f"{told} is to start; {following}")
        return fault(
            night.name,
            f"{told} has no run: the server was down, or makes no runs; {following}",
            "look at the server (journalctl -u hitlist-server); start a run by hand",
        )
    state = run.state
    if state.type == StateType.COMPLETED:
        return ok(night.name, f"{told}: {state.name}; {following}")
    if state.type in _AT_WORK:
        return ok(night.name, f"{told} is at work ({state.name}); {following}")
    if state.type == StateType.SCHEDULED and now - due < GRACE:
        return ok(night.name, f"{told} is to start ({state.name}); {following}")
    return fault(night.name, f"{told} did not complete: {state.name}; {following}", _READ)


def last_due(cron: Cron, now: datetime) -> datetime:
    """Return the last time at which a schedule was due.

    >>> from datetime import UTC
    >>> str(last_due(Cron("0 2 * * *", "UTC"), datetime(2026, 11, 29, 1, tzinfo=UTC)))
    '2026-11-28 02:00:00+00:00'
    """
    return _time(cron, now, "get_prev")


def _time(cron: Cron, now: datetime, which: str) -> datetime:
    """Return the last or the next due time as Prefect's server computes it: on the local clock.

    With a time zone, croniter is an hour off on the days on which the clock changes.
    """
    zone = ZoneInfo(cron.timezone)
    croniter: Any = import_module("prefect._vendor.croniter").croniter  # it has no types
    local = now.astimezone(zone).replace(tzinfo=None)
    found: datetime = getattr(croniter(cron.cron, local), which)(datetime)
    return found.replace(tzinfo=zone)


def _run_of(runs: Sequence[FlowRun], due: datetime) -> FlowRun | None:
    for run in runs:
        start = run.expected_start_time
        if not run.auto_scheduled or start is None:
            continue
        away = abs(start.timestamp() - due.timestamp())
        if away < _NEAR or (_clock_changes(due) and abs(away - 3600) < _NEAR):
            return run
    return None


def _clock_changes(due: datetime) -> bool:
    """Tell whether the clock changes about a time, so that it happens twice or never."""
    hours = timedelta(hours=3)
    return (due - hours).utcoffset() != (due + hours).utcoffset()


def _when(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M %Z}"
