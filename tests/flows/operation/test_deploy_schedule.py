"""Which schedule a nightly deployment gets: the file's, the server's or the one of an option."""

from datetime import timedelta
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule

from chem.errors import InputError
from flows.operation.deploy import when_it_runs
from flows.operation.deploy_schedule import (
    SLUG,
    Cron,
    Options,
    decide,
    find_schedule,
    remember,
    remembered,
)

TWO, THREE, FOUR = (Cron(f"0 {hour} * * *", "UTC") for hour in (2, 3, 4))
BERLIN = Cron("0 2 * * *", "Europe/Berlin")
NOTHING = Options()


def on_server(
    cron: Cron | None, active: bool = True, slug: str | None = SLUG
) -> DeploymentSchedule:
    kind = (
        IntervalSchedule(interval=timedelta(hours=5))
        if cron is None
        else CronSchedule(cron=cron.cron, timezone=cron.timezone)
    )
    return DeploymentSchedule(id=uuid4(), schedule=kind, active=active, slug=slug)


# fmt: off
DECISIONS = [
    # on the server, in the file at the last deployment and now, options, the result, words
    (None, None, TWO, NOTHING, TWO, []),
    (None, None, None, NOTHING, None, []),
    (None, None, None, Options("0 3 * * *"), THREE, []),
    (None, None, None, Options("0 2 * * *", "Europe/Berlin"), BERLIN, []),
    (TWO, TWO, TWO, NOTHING, TWO, []),
    (TWO, TWO, THREE, NOTHING, THREE, ["its schedule was 0 2 * * * UTC"]),
    (THREE, TWO, TWO, NOTHING, THREE, ["kept 0 3 * * * UTC", "the screen says 0 2 * * * UTC"]),
    (THREE, TWO, FOUR, NOTHING, THREE, ["kept 0 3 * * * UTC", "the screen says 0 4 * * * UTC"]),
    (THREE, None, TWO, NOTHING, THREE, ["kept 0 3 * * * UTC"]),
    (TWO, TWO, None, NOTHING, TWO, ["kept, although", "--no-schedule"]),
    (THREE, TWO, TWO, Options("0 4 * * *"), FOUR, []),
    (TWO, TWO, TWO, Options(None, "Europe/Berlin"), BERLIN, []),
    (BERLIN, TWO, TWO, Options("0 2 * * *"), BERLIN, []),
    (None, TWO, TWO, NOTHING, None, ["what was set on the server stays"]),
    (None, TWO, TWO, Options("0 3 * * *"), THREE, []),
]
# fmt: on


@pytest.mark.parametrize(("now", "before", "file", "options", "cron", "words"), DECISIONS)
@pytest.mark.parametrize("active", [True, False])
def test_what_an_operator_set_stays(
    now: Cron | None,
    before: Cron | None,
    file: Cron | None,
    options: Options,
    cron: Cron | None,
    words: list[str],
    active: bool,
) -> None:
    current = None if now is None else on_server(now, active)
    decision = decide(current, before, file, options)
    told = "; ".join(decision.told)
    assert decision.cron == cron
    assert [word for word in words if word not in told] == []
    assert ("stays paused" in told) == (current is not None and not active)
    assert bool(told) == bool(words or "stays paused" in told)


def test_a_schedule_that_is_no_cron_line_stays() -> None:
    assert decide(on_server(None), TWO, TWO, NOTHING).cron is None
    assert decide(on_server(None), TWO, TWO, Options("0 3 * * *")).cron == THREE


def test_a_time_zone_alone_needs_a_schedule() -> None:
    with pytest.raises(InputError, match="--timezone needs a cron line"):
        decide(None, None, None, Options(None, "UTC"))


@pytest.mark.parametrize("cron", [None, TWO, BERLIN, Cron("*/5 1,2 * * mon", "America/New_York")])
def test_a_schedule_is_remembered(cron: Cron | None) -> None:
    assert remembered(remember(cron)) == cron


@pytest.mark.parametrize("version", [None, "", "3f2a9c", "0.1.0", "schedule none"])
def test_other_versions_remember_nothing(version: str | None) -> None:
    assert remembered(version) is None


def test_the_schedule_of_the_screen_is_found_among_others() -> None:
    ours, other, third = on_server(TWO), on_server(THREE, slug=None), on_server(FOUR, slug="x")
    assert find_schedule([other, ours]) is ours
    assert find_schedule([other]) is other
    assert find_schedule([other, third]) is None
    assert find_schedule([]) is None


@pytest.mark.parametrize("options", [Options("0 25 * * *"), Options(None, "Mars/Olympus")])
def test_options_are_checked(options: Options) -> None:
    with pytest.raises(InputError):
        options.check()
    assert Options(" 0  2 * * * ", "UTC").check() == Options("0 2 * * *", "UTC")


@pytest.mark.parametrize(
    ("cron", "found", "told"),
    [
        (TWO, [], "runs at 0 2 * * * UTC"),
        (None, [on_server(None)], "runs at its schedule on the server"),
        (None, [], "has no schedule, so no night runs; --cron adds one"),
    ],
)
def test_a_deleted_schedule_is_told(
    cron: Cron | None, found: list[DeploymentSchedule], told: str
) -> None:
    assert when_it_runs(cron, found) == told
