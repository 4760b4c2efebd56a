"""The settings, the version and the clock of a server."""

from datetime import UTC, datetime
from email.utils import format_datetime

import prefect
import pytest

from flows.doctor.finding import State
from flows.doctor.server import check_clock, check_leases, check_version

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("skew", "state"), [(0, State.OK), (4, State.OK), (20, State.WARNING), (-20, State.WARNING)]
)
def test_clock(skew: int, state: State) -> None:
    assert check_clock(format_datetime(NOW), NOW.timestamp() - skew).state is state


def test_a_server_without_a_date() -> None:
    assert check_clock("", NOW.timestamp()).state is State.SKIPPED


@pytest.mark.parametrize(("kind", "state"), [("filesystem", State.OK), ("memory", State.FAULT)])
def test_leases(kind: str, state: State) -> None:
    storage = f"prefect.server.concurrency.lease_storage.{kind}"
    settings = {"server": {"concurrency": {"lease_storage": storage}}}
    assert check_leases(settings).state is state


@pytest.mark.parametrize(
    ("version", "state"), [(prefect.__version__, State.OK), ("2.0.0", State.FAULT)]
)
def test_version(version: str, state: State) -> None:
    assert check_version("http://x", version).state is state
