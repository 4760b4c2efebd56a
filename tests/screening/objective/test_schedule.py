"""Cron lines, time zones and times: each is read, or refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.client.schemas.schedules import CronSchedule

from screening.objective.schedule import (
    Schedule,
    check_cron,
    check_timezone,
    read_seconds,
)

CRON = ["0 2 * * *", "*/15 * * * *", "30 1 1,15 * *", "0 22 * * mon-fri", "5 4 29 feb *"]
NO_CRON = [
    ("0 2 * *", "has 4"),
    ("0 0 2 * * *", "has 6"),
    ("@daily", "has 1"),
    ("60 2 * * *", '"60" is no minute'),
    ("0 24 * * *", '"24" is no hour'),
    ("0 2 0 * *", '"0" is no day'),
    ("0 2 * 13 *", '"13" is no month'),
    ("0 2 * * 8", '"8" is no weekday'),
    ("0 2 * * feb", '"feb" is no weekday'),
    ("0 5-2 * * *", '"5-2" is no hour'),
    ("*/0 2 * * *", '"*/0" is no minute'),
    ("0 2 L * *", '"L" is no day'),
    ("R 2 * * *", '"R" is no minute'),
    ("0,, 2 * * *", '"" is no minute'),
    ("0 2 30 2 *", "never comes"),
    ("0 2 31 4,jun *", "never comes"),
    ("", "has 0"),
]


@pytest.mark.parametrize("line", CRON)
def test_a_cron_line_is_one_to_the_server_too(line: str) -> None:
    assert check_cron(line) == line
    assert CronSchedule(cron=line, timezone="UTC").cron == line


@pytest.mark.parametrize(("line", "words"), NO_CRON)
def test_what_is_no_cron_line_is_refused(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"cron line|never comes") as refused:
        check_cron(line)
    assert words in str(refused.value)


NUMBER = st.integers(0, 70).map(str)
PART = st.one_of(
    NUMBER,
    st.just("*"),
    st.sampled_from(["mon", "JAN", "?", "*/5"]),
    st.tuples(NUMBER, NUMBER).map("-".join),
    st.tuples(NUMBER, NUMBER).map(",".join),
)


@given(st.lists(PART, min_size=4, max_size=6).map(" ".join))
def test_every_accepted_line_is_accepted_by_the_server(line: str) -> None:
    try:
        checked = check_cron(line)
    except ValueError:
        return
    assert CronSchedule(cron=checked, timezone="UTC").cron == checked


@pytest.mark.parametrize("name", ["Europe/Berlim", "CET+1", "", "../../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Europe/Berlin"):
        check_timezone(name)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6h", 21_600), ("90min", 5_400), ("1h 30min", 5_400), ("2 d", 172_800), ("1d2h", 93_600)],
)
def test_times(text: str, seconds: int) -> None:
    assert read_seconds(text) == seconds
    assert Schedule(cron="0 2 * * *", max_runtime=text).seconds == seconds


@pytest.mark.parametrize("text", ["", "6", "h", "0h", "6 hours", "-1h", "31d", "1.5h", "٦h"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="1h 30min"):
        read_seconds(text)
