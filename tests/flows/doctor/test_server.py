"""The settings, the version, the clock and the secret of a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import prefect
import pytest

from flows.doctor.finding import State
from flows.doctor.server import check_clock, check_leases, check_secret, check_version

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


@contextmanager
def answering(status: int) -> Iterator[str]:
    """Yield the address of a program that gives every call the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


@pytest.mark.parametrize(("status", "state"), [(401, State.OK), (200, State.WARNING)])
def test_a_server_that_answers_anyone_is_told(status: int, state: State) -> None:
    with answering(status) as address:
        assert check_secret(address).state is state
