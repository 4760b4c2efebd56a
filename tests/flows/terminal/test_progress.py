import pytest

from flows.terminal.progress import ProgressRate, progress_line


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
