"""The other door: a real Prefect server, a process worker, and the operator's own commands."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prefect.states import exception_to_failed_state

from chem.errors import InputError
from flows.stages import worth_retrying
from gnn.errors import ModelError

ROOT = Path(__file__).parents[2]
PREFECT = Path(sys.executable).with_name("prefect")
Environment = dict[str, str]


@contextmanager
def running(log: Path, environment: Environment, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, all of which is gone at the end."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [PREFECT, *words],
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


def ask(environment: Environment, path: str, body: object = None) -> object:
    """Ask the server's API."""
    request = urllib.request.Request(
        environment["PREFECT_API_URL"] + path,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def prefect(environment: Environment, *words: str, seconds: float = 120) -> str:
    """Run a command of the operator's; it may ask nothing."""
    done = subprocess.run(
        [PREFECT, *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """The environment of a server on a free port of this machine, with a home of its own."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environment = os.environ | {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "COLUMNS": "200",
    }
    for name in [name for name in environment if name.startswith("PREFECT__")]:
        del environment[name]
    log = home / "server.log"
    with running(log, environment, "server", "start", "--port", str(port)) as process:
        end = time.monotonic() + 300  # seconds; 10 where the machine is idle
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            try:
                if ask(environment, "/health") is True:
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.5)
        yield environment


@pytest.mark.timeout(900)
def test_deployment_runs_on_a_real_server_and_gives_what_the_command_line_gives(
    run, crew, server, drugs, tmp_path, write_library
):
    library = write_library(tmp_path / "library.csv", drugs)
    prefect(server, "work-pool", "create", "hitlist", "--type", "process")
    prefect(server, "--no-prompt", "deploy", "--all")
    cache = {"HITLIST_CACHE": str(tmp_path / "cache-of-the-worker")}
    with running(tmp_path / "worker.log", server | cache, "worker", "start", "--pool", "hitlist"):
        words = ["deployment", "run", "screen/kinase", "--watch"]
        words += ["-p", f"library={library}", "-p", f"out={tmp_path / 'flow'}"]
        said = prefect(server, *words, seconds=400)
        assert "Completed" in said, (tmp_path / "worker.log").read_text()
        words = ["deployment", "run", "rank/again", "--watch", "-p", f"run={tmp_path / 'flow'}"]
        said = prefect(server, *words, "-p", f"out={tmp_path / 'again'}", seconds=400)
    assert "Completed" in said, (tmp_path / "worker.log").read_text()
    assert str(tmp_path / "flow/hits.csv") in (tmp_path / "worker.log").read_text()
    again = tmp_path / "again/hits.csv"
    assert again.read_bytes() == (tmp_path / "flow/hits.csv").read_bytes()
    answer = run("screen", "kinase", "--library", library, "--out", tmp_path / "cli", *crew)
    assert answer.code == 0, answer.err
    for name in ("hits.csv", "hits.sdf", "rejects.csv", "duplicates.csv", "screen.toml"):
        assert (tmp_path / "flow" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes()
    keys = {artifact["key"] for artifact in ask(server, "/artifacts/filter", {})}
    assert {"kinase-top-hits", "kinase-run", "screen-prepare", "screen-score"} <= keys
    assert {"kinase-again-top-hits", "kinase-again-run"} <= keys
    wait_for_the_nightly_runs(server)


def wait_for_the_nightly_runs(server: Environment) -> None:
    """The server makes the runs of the schedule: tonight's is the first."""
    wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    end = time.monotonic() + 90
    while not (runs := ask(server, "/flow_runs/filter", wanted)):
        assert time.monotonic() < end, "no run was scheduled"
        time.sleep(1)
    assert all(run["expected_start_time"][11:16] == "02:00" for run in runs)


@pytest.mark.parametrize(
    ("error", "again"),
    [(InputError("x"), False), (ModelError("x"), False), (OSError("disk"), True)],
)
def test_a_mistake_of_the_user_is_not_tried_again(error, again):
    async def decide():
        return await worth_retrying(None, None, await exception_to_failed_state(error))

    assert asyncio.run(decide()) is again
