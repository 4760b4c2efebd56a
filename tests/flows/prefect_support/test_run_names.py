"""A flow run has one name and one folder, however often it is tried."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.client.schemas.objects import State, StateDetails, StateType

from chem.library.columns.columns import NamedColumns
from flows.prefect_support import run_names
from flows.prefect_support.run_names import Due, first_due, plan_in_own_folder, run_folder, run_name
from flows.terminal.options import ScoringOptions
from screening.storage.ledger import Ledger

BERLIN = ZoneInfo("Europe/Berlin")


def state(at: datetime, due: datetime | None) -> State:
    kind = StateType.SCHEDULED if due else StateType.RUNNING
    return State(type=kind, timestamp=at, state_details=StateDetails(scheduled_time=due))


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=6), st.randoms())
def test_later_tries_change_nothing(later: list[tuple[int, bool]], order: object) -> None:
    due = datetime(2026, 11, 29, 2, tzinfo=UTC)
    states = [state(due - timedelta(days=1), due)]
    for minutes, is_scheduled in later:
        at = due + timedelta(minutes=minutes)
        states.append(state(at, at if is_scheduled else None))
    order.shuffle(states)  # type: ignore[attr-defined]
    assert first_due(states) == due


def test_a_run_that_was_never_scheduled_has_no_time() -> None:
    assert first_due([state(datetime(2026, 11, 29, tzinfo=UTC), None)]) is None
    assert first_due([]) is None


@given(st.lists(st.integers(0, 3 * 365 * 24 * 60), min_size=2, max_size=5, unique=True))
def test_two_nights_never_share_a_folder(minutes: list[int]) -> None:
    """The time zone changes its clock twice a year."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [(start + timedelta(minutes=one)).astimezone(BERLIN) for one in minutes]
    assert len({run_folder("kinase", Due(time, "")) for time in times}) == len(times)
    assert len({run_name("kinase", time) for time in times}) == len(times)


@pytest.mark.parametrize(
    ("utc", "name", "folder"),
    [
        ((2026, 7, 1, 0, 0), "kinase 2026-07-01 02:00", "kinase-20260701-020000"),
        ((2026, 10, 25, 0, 30), "kinase 2026-10-25 02:30", "kinase-20261025-023000"),
        (
            (2026, 10, 25, 1, 30),
            "kinase 2026-10-25 02:30 (UTC+0100)",
            "kinase-20261025-023000+0100",
        ),
    ],
)
def test_the_hour_that_comes_twice(utc: tuple[int, ...], name: str, folder: str) -> None:
    year, month, day, hour, minute = utc
    time = datetime(year, month, day, hour, minute, tzinfo=UTC).astimezone(BERLIN)
    assert run_name("kinase", time) == name
    assert run_folder("kinase", Due(time, "")).name == folder


def test_runs_by_hand_in_one_second_have_folders_of_their_own() -> None:
    time = datetime(2026, 11, 29, 14, 5, 9, tzinfo=UTC)
    assert run_folder("kinase", Due(time, "aaaaaa")) != run_folder("kinase", Due(time, "bbbbbb"))


def test_a_try_with_another_library_has_the_next_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work of the first try is kept."""
    due = Due(datetime(2026, 11, 29, 2, tzinfo=UTC), "")
    monkeypatch.setattr(run_names, "due_time", lambda _: due)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stock.smi").write_text("CCO Z1\nCCN Z2\n")

    def planned() -> str:
        made = plan_in_own_folder("kinase", "stock.smi", None, NamedColumns(), ScoringOptions())
        return made.out.name

    assert planned() == planned() == "kinase-20261129-020000"
    with Ledger(tmp_path / "runs/kinase-20261129-020000/scores", {"sha256": "another"}):
        pass
    assert planned() == "kinase-20261129-020000-2"
    (tmp_path / "runs/kinase-20261129-020000-2").mkdir()
    (tmp_path / "runs/kinase-20261129-020000-2/letter.txt").write_text("somebody else's")
    assert planned() == "kinase-20261129-020000-3"
