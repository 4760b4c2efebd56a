"""A night goes on unless it crashed too often or a newer night waits."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import (
    OrchestrationResult,
    SetStateStatus,
    StateAbortDetails,
    StateAcceptDetails,
    StateRejectDetails,
    StateWaitDetails,
)

from chem.errors import InputError
from flows.operation.attempts import (
    CATCH_UP,
    JUST_NOW,
    MOST_TRIES,
    NO_SLOT,
    catch_up_state,
    check_attempt,
    find_newer,
    is_accepted,
    refuse_crashes,
)

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
WORDS = {
    "crashed": StateType.CRASHED,
    "scheduled": StateType.SCHEDULED,
    "running": StateType.RUNNING,
    "failed": StateType.FAILED,
    "completed": StateType.COMPLETED,
    "cancelled": StateType.CANCELLED,
}


def states(*words: str) -> list[State[object]]:
    """One state a minute; each message has its number."""
    return [
        State(type=WORDS[word], timestamp=NOW + timedelta(minutes=n), message=f"number {n}")
        for n, word in enumerate(words)
    ]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["scheduled", "running"],
        ["running", "crashed"] * MOST_TRIES,
        [*["crashed"] * 4, "failed", "scheduled", "running", "crashed", "running"],
        [*["crashed"] * 3, "completed", *["crashed"] * 3],
        [*["crashed"] * 3, "cancelled", *["crashed"] * 3],
    ],
)
def test_few_crashes_are_no_reason_to_stop(words: list[str]) -> None:
    refuse_crashes(states(*words))


@pytest.mark.parametrize("backwards", [False, True])
def test_a_fourth_crash_is_the_last_one(backwards: bool) -> None:
    found = states(*["running", "crashed", "scheduled"] * (MOST_TRIES + 1))
    with pytest.raises(InputError) as refused:
        refuse_crashes(found[::-1] if backwards else found)
    assert "crashed 4 times and is not tried again; the last time: number 10;" in str(refused.value)


def night(day: int, kind: str, message: str = "", ago: timedelta = timedelta(minutes=1)) -> FlowRun:
    """The night of a day in November, in a state since some time ago."""
    state: State[object] = State(type=WORDS[kind], timestamp=NOW - ago, message=message or None)
    return FlowRun(
        id=uuid4(),
        flow_id=uuid4(),
        name=f"{day}",
        state=state,
        state_type=state.type,
        auto_scheduled=True,
        expected_start_time=datetime(2026, 11, day, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("nights", "newest", "between", "lost"),
    [
        ([], None, [], False),
        ([night(28, "completed"), night(29, "failed")], None, [], False),
        ([night(28, "cancelled", "by hand")], None, [], False),
        ([night(28, "cancelled", NO_SLOT, JUST_NOW * 2)], None, [], False),
        ([night(29, "scheduled"), night(28, "scheduled")], "29", ["28"], False),
        ([night(27, "scheduled"), night(28, "running")], "28", ["27"], False),
        ([night(28, "scheduled"), night(29, "completed")], "28", [], False),
        ([night(28, "cancelled", NO_SLOT), night(29, "cancelled", NO_SLOT)], "29", [], True),
        ([night(28, "scheduled"), night(29, "cancelled", NO_SLOT)], "29", ["28"], True),
        ([night(29, "scheduled"), night(28, "cancelled", NO_SLOT)], "29", [], False),
    ],
)
def test_the_newest_night_is_the_one_that_runs(
    nights: list[FlowRun], newest: str | None, between: list[str], lost: bool
) -> None:
    found = find_newer(nights, NOW, {})
    if newest is None:
        assert found is None
        return
    assert found is not None
    assert found.run.name == newest
    assert [one.name for one in found.between] == between
    assert found.lost_slot is lost


def test_a_night_with_other_parameters_takes_no_place() -> None:
    own = {"screen": "kinase", "library": "first.csv"}
    same, other = night(28, "scheduled"), night(29, "cancelled", NO_SLOT)
    between = night(27, "scheduled")
    same.parameters, other.parameters, between.parameters = own, {**own, "library": "b.csv"}, {}
    assert find_newer([other, between], NOW, own) is None
    found = find_newer([other, same, between], NOW, own)
    assert found is not None
    assert (found.run, found.lost_slot, found.between) == (same, False, [])


def test_a_night_is_caught_up_when_the_older_one_has_freed_its_slot() -> None:
    state = catch_up_state(NOW)
    assert state.type == StateType.SCHEDULED
    assert state.state_details.scheduled_time == NOW + CATCH_UP
    assert timedelta(seconds=30) < CATCH_UP < JUST_NOW


@pytest.mark.parametrize(
    ("status", "kind", "accepted"),
    [
        (SetStateStatus.ACCEPT, "scheduled", True),
        (SetStateStatus.ACCEPT, "cancelled", False),
        (SetStateStatus.REJECT, "cancelled", False),
        (SetStateStatus.ABORT, None, False),
        (SetStateStatus.WAIT, None, False),
    ],
)
def test_only_an_accepted_night_takes_the_place(
    status: SetStateStatus, kind: str | None, accepted: bool
) -> None:
    state = states(kind)[0] if kind else None
    details = {
        SetStateStatus.ACCEPT: StateAcceptDetails(),
        SetStateStatus.REJECT: StateRejectDetails(reason="no"),
        SetStateStatus.ABORT: StateAbortDetails(reason="no"),
        SetStateStatus.WAIT: StateWaitDetails(delay_seconds=5),
    }[status]
    answer: OrchestrationResult[object] = OrchestrationResult(
        state=state, status=status, details=details
    )
    assert is_accepted(answer) is accepted


def test_a_flow_that_is_called_from_python_goes_on() -> None:
    assert check_attempt() is None
