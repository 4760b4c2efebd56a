"""Rates and times left, as lines and as bars."""

import re
from collections.abc import Callable

import pytest

from flows.terminal.progress import ProgressRate, progress, progress_line


class Watch:
    """A clock that a test sets."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pace(watch: Watch) -> ProgressRate:
    return ProgressRate(watch)


def test_rate_and_time_left(pace: ProgressRate, watch: Watch) -> None:
    assert pace.tell("score", 0, 100_000) == ""
    watch.seconds += 10
    assert pace.tell("score", 20_000, 100_000) == "2,000 molecules/s, 0:00:40 left"


def test_what_an_earlier_run_did_counts_for_nothing(pace: ProgressRate, watch: Watch) -> None:
    pace.tell("score", 90_000, 100_000)  # resumed: heard of for the first time
    watch.seconds += 5
    assert pace.tell("score", 95_000, 100_000) == "1,000 molecules/s, 0:00:05 left"


def test_without_a_total_there_is_a_rate_alone(pace: ProgressRate, watch: Watch) -> None:
    pace.tell("prepare", 5000, None)
    watch.seconds += 2
    assert pace.tell("prepare", 10_000, None) == "2,500 molecules/s"


def test_what_is_not_counted_in_molecules_has_a_time_left_alone(
    pace: ProgressRate, watch: Watch
) -> None:
    pace.tell("zinc.csv.gz", 0, 4_000_000)
    watch.seconds += 3
    assert pace.tell("zinc.csv.gz", 1_000_000, 4_000_000) == "0:00:09 left"


def test_nothing_is_said_of_two_reports_at_once(pace: ProgressRate, watch: Watch) -> None:
    pace.tell("score", 5000, 20_000)
    watch.seconds += 0.1
    assert pace.tell("score", 10_000, 20_000) == ""


def test_a_standstill_is_not_divided_by(pace: ProgressRate, watch: Watch) -> None:
    pace.tell("score", 5000, 20_000)
    watch.seconds += 60
    assert pace.tell("score", 5000, 20_000) == ""


def test_work_that_begins_again_is_timed_anew(pace: ProgressRate, watch: Watch) -> None:
    pace.tell("prepare", 0, None)
    watch.seconds += 10
    pace.tell("prepare", 1000, None)
    pace.tell("prepare", 0, None)
    watch.seconds += 2
    assert pace.tell("prepare", 800, None) == "400 molecules/s"


def test_stages_are_timed_apart(pace: ProgressRate, watch: Watch) -> None:
    pace.tell("prepare", 0, None)
    watch.seconds += 100
    pace.tell("score", 0, 2000)
    watch.seconds += 2
    assert pace.tell("score", 1000, 2000).startswith("500 molecules/s")


def test_line() -> None:
    assert progress_line("score", 5000, 20_000, "") == "score: 5,000 of 20,000"
    assert progress_line("prepare", 5000, None, "90 molecules/s") == (
        "prepare: 5,000 (90 molecules/s)"
    )


ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that lets time pass for progress."""
    now = [1000.0]
    monkeypatch.setattr("flows.terminal.progress.monotonic", lambda: now[0])
    monkeypatch.setattr(
        "flows.terminal.progress.ProgressRate", lambda: ProgressRate(lambda: now[0])
    )

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have rich take stderr for a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")


def test_a_log_gets_a_line_now_and_then(
    later: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress() as report:
        report("score", 40_000, 100_000)  # resumed there
        for done in (45_000, 50_000, 55_000, 60_000):
            later(4)
            report("score", done, 100_000)
        assert capsys.readouterr().err.splitlines() == [
            "score: 55,000 of 100,000 (1,250 molecules/s, 0:00:36 left)"
        ]


def test_a_log_tells_the_end_of_what_it_told_of(
    later: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress() as report:
        report("prepare", 1000, 2000)  # too short to be told of
        report("prepare", 2000, 2000)
        for done in (0, 447, 1704):
            report("score", done, 1704)
            later(11 if not done else 1)
        report("explain", 1, 2)
        later(11)
        report("explain", 2, 2)
    assert capsys.readouterr().err.splitlines() == [
        "score: 447 of 1,704 (41 molecules/s, 0:00:31 left)",
        "score: 1,704 of 1,704",
        "explain: 2 of 2 (0:00:00 left)",
    ]


def test_a_log_tells_no_end_of_what_failed(
    later: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OSError, match="disk"), progress() as report:  # noqa: PT012
        report("score", 0, 3)
        later(11)
        report("score", 1, 3)
        report("score", 2, 3)
        raise OSError("disk")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("_terminal")
def test_a_terminal_shows_rate_and_time_left(
    later: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress() as report:
        report("prepare", 0, None)
        later(2)
        report("prepare", 5000, None)
        report("score", 0, 100_000)
        later(10)
        report("score", 20_000, 100_000)
    shown = ESCAPE.sub("", capsys.readouterr().err)
    assert "2,500 molecules/s" in shown
    assert "20000/100000" in shown
    assert "2,000 molecules/s, 0:00:40 left" in shown


@pytest.mark.usefixtures("_terminal")
def test_one_bar_of_changing_work_has_no_pace(
    later: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress(one_bar=True) as report:
        report("score", 1, 3)
        later(10)
        report("score", 2, 3)
    shown = ESCAPE.sub("", capsys.readouterr().err)
    assert "2/3" in shown
    assert "left" not in shown
