import re
from collections.abc import Callable

import pytest

from flows.terminal.console import progress
from flows.terminal.progress import ProgressRate

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that lets time pass for progress."""
    now = [1000.0]
    monkeypatch.setattr("flows.terminal.console.monotonic", lambda: now[0])
    monkeypatch.setattr("flows.terminal.console.ProgressRate", lambda: ProgressRate(lambda: now[0]))

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have rich take stderr for a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")


def test_a_log_gets_a_line_now_and_then(later, capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as report:
        report("score", 40_000, 100_000)  # resumed there
        for done in (45_000, 50_000, 55_000, 60_000):
            later(4)
            report("score", done, 100_000)
        assert capsys.readouterr().err.splitlines() == [
            "score: 55,000 of 100,000 (1,250 molecules/s, 0:00:36 left)"
        ]


def test_a_log_tells_the_end_of_what_it_told_of(later, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_a_log_tells_no_end_of_what_failed(later, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="disk"), progress() as report:  # noqa: PT012
        report("score", 0, 3)
        later(11)
        report("score", 1, 3)
        report("score", 2, 3)
        raise OSError("disk")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("_terminal")
def test_a_terminal_shows_rate_and_time_left(later, capsys: pytest.CaptureFixture[str]) -> None:
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
def test_one_bar_of_changing_work_has_no_pace(later, capsys: pytest.CaptureFixture[str]) -> None:
    with progress(one_bar=True) as report:
        report("score", 1, 3)
        later(10)
        report("score", 2, 3)
    shown = ESCAPE.sub("", capsys.readouterr().err)
    assert "2/3" in shown
    assert "left" not in shown
