"""A real Prefect server of a test's own, and the programs of an operator around it."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

ROOT = Path(__file__).parents[1]
PREFECT = Path(sys.executable).with_name("prefect")
HITLIST = PREFECT.with_name("hitlist")
POOL = ("work-pool", "create", "hitlist", "--overwrite", "--type", "process")
TEMPLATE = ("--base-job-template", "flows/work_pool.json")
EAGER = {"PREFECT_WORKER_QUERY_SECONDS": "1"}
"""Makes a worker look for runs each second and not every ten: a test waits for each of its runs."""
BUSY_TRIES = 10
Environment = dict[str, str]


@contextmanager
def running(
    log: Path, environment: Environment, program: Path, *words: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, all of which is gone at the end."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [program, *words],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            for sign, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
                try:
                    os.killpg(process.pid, sign)
                    process.wait(seconds)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue


def profile_of(environment: Environment) -> dict[str, str]:
    """The settings that `hitlist server` wrote."""
    file = Path(environment["PREFECT_HOME"], "profiles.toml")
    profiles: dict[str, dict[str, str]] = tomllib.loads(file.read_text())["profiles"]
    return profiles["hitlist"]


@contextmanager
def as_client(environment: Environment) -> Iterator[None]:
    """Make this process a client of a server, as its profile does for the operator's programs."""
    profile = profile_of(environment)
    settings = {
        PREFECT_API_URL: profile["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: profile["PREFECT_API_AUTH_STRING"],
    }
    with temporary_settings(updates=settings):
        yield


def ask(
    environment: Environment,
    path: str,
    body: object = None,
    secret: str | None = None,
    method: str | None = None,
) -> Any:
    """Ask the server's API, by default with the secret of the profile.

    A server whose SQLite file is locked for longer than it waits answers 503. Prefect's own
    clients ask again then, and so does this one.
    """
    profile = profile_of(environment)
    shown = profile["PREFECT_API_AUTH_STRING"] if secret is None else secret
    request = urllib.request.Request(
        profile["PREFECT_API_URL"] + path,
        None if body is None else json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": f"Basic {base64.b64encode(shown.encode()).decode()}",
        },
        method=method,
    )
    for left in reversed(range(BUSY_TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                content = answer.read()
                return json.loads(content) if content else None
        except urllib.error.HTTPError as refused:
            if refused.code != HTTPStatus.SERVICE_UNAVAILABLE or not left:
                raise
            time.sleep(1)
    raise AssertionError("no try was made")


def prefect(
    environment: Environment,
    *words: str,
    seconds: float = 120,
    program: Path = PREFECT,
    folder: Path = ROOT,
) -> str:
    """Run a command of the operator's; it may ask nothing."""
    done = subprocess.run(
        [program, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + (done.stderr if program is HITLIST else "")


def is_healthy(environment: Environment) -> bool:
    """Tell whether the server of an environment answers."""
    try:
        return ask(environment, "/health") is True
    except (OSError, KeyError):
        return False


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def serving(home: Path, **own: str) -> Iterator[Environment]:
    """A server with a home of its own; yields the environment of its clients.

    Further variables, such as that of a database, are the server's alone.
    """
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(home), "COLUMNS": "200"}
    log = home / "server.log"
    words = ("server", "--port", str(free_port()))
    with running(log, environment | own, HITLIST, *words) as process:
        end = time.monotonic() + 300  # seconds; 10 where the machine is idle
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            try:
                if ask(environment, "/health") is True:
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError, FileNotFoundError):
                time.sleep(0.5)
        yield environment
