"""The last night of a schedule: done, at work, failed, late, or never made."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State, StateType

from flows.doctor.finding import State as Told
from flows.doctor.nights import Night, check_night, last_due
from flows.operation.deploy_schedule import Cron

CRON = Cron("0 2 * * *", "Europe/Berlin")
DUE = datetime(2026, 11, 29, 1, tzinfo=UTC)
BEGUN = DUE - timedelta(days=30)
DONE = StateType.COMPLETED


def run(kind: StateType, name: str, due: datetime = DUE, auto: bool = True) -> FlowRun:
    return FlowRun(
        flow_id=uuid4(),
        state=State(type=kind, name=name),
        expected_start_time=due,
        auto_scheduled=auto,
    )


@pytest.mark.parametrize(
    ("runs", "minutes", "told", "said"),
    [
        ([run(StateType.COMPLETED, "Completed")], 300, Told.OK, "Completed"),
        ([run(StateType.RUNNING, "Running")], 300, Told.OK, "at work"),
        ([run(StateType.FAILED, "Failed")], 300, Told.FAULT, "Failed"),
        ([run(StateType.CRASHED, "Crashed")], 300, Told.FAULT, "Crashed"),
        ([run(StateType.CANCELLED, "Cancelled")], 300, Told.FAULT, "Cancelled"),
        ([run(StateType.SCHEDULED, "Late")], 300, Told.FAULT, "Late"),
        ([run(StateType.SCHEDULED, "Late")], 5, Told.OK, "is to start"),
        ([], 5, Told.OK, "is to start"),
        ([], 300, Told.FAULT, "has no run"),
        ([run(StateType.COMPLETED, "Completed", auto=False)], 300, Told.FAULT, "has no run"),
        (
            [run(StateType.COMPLETED, "Completed", DUE - timedelta(days=1))],
            300,
            Told.FAULT,
            "has no run",
        ),
    ],
)
def test_the_last_night(runs: list[FlowRun], minutes: int, told: Told, said: str) -> None:
    now = DUE + timedelta(minutes=minutes)
    found = check_night(Night("screen/x", CRON, BEGUN, runs), now)
    assert found.state is told
    assert said in found.found
    assert "next 2026-11-30 02:00 CET" in found.found


def test_a_new_schedule_has_missed_nothing() -> None:
    night = Night("screen/x", CRON, DUE + timedelta(hours=1), [])
    assert check_night(night, DUE + timedelta(hours=5)).state is Told.OK


@pytest.mark.parametrize(
    ("cron", "now", "due"),
    [
        (CRON, "2026-10-25T12:00+00:00", "2026-10-25T00:00+00:00"),  # at 3:00 it is 2:00 again
        (CRON, "2026-03-29T12:00+00:00", "2026-03-29T01:00+00:00"),  # at 2:00 it is 3:00
        (CRON, "2026-07-01T12:00+00:00", "2026-07-01T00:00+00:00"),
        (Cron("0 2 * * mon-fri", "UTC"), "2026-11-29T12:00+00:00", "2026-11-27T02:00+00:00"),
    ],
)
def test_due_times_follow_the_time_zone(cron: Cron, now: str, due: str) -> None:
    found = last_due(cron, datetime.fromisoformat(now))
    assert found.timestamp() == datetime.fromisoformat(due).timestamp()


@pytest.mark.parametrize("hour", [0, 1])
def test_a_night_in_the_hour_that_comes_twice(hour: int) -> None:
    due = datetime(2026, 10, 25, hour, tzinfo=UTC)
    night = Night("screen/x", CRON, BEGUN - timedelta(days=90), [run(DONE, "Completed", due)])
    assert check_night(night, due + timedelta(hours=5)).state is Told.OK
