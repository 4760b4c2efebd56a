"""A real server, a real worker, and a flow whose process is killed: it goes on where it was.

Set HITLIST_TEST_POSTGRESQL to an empty database (``postgresql+asyncpg://…``) to try that too.
"""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import psutil
import pytest

from flows.operation.automations import ensure_automations
from flows.operation.deploy_server import server_client
from tests import prefect_server as real
from tests.flows.conftest import Rows, Run, WriteLibrary

DATABASES = ["sqlite", *filter(None, [os.environ.get("HITLIST_TEST_POSTGRESQL")])]
TOKEN = "CANARY7WEBHOOK"
"""In the address of the webhook, as a secret is."""


class Receiver(ThreadingHTTPServer):
    """Keeps the messages that were posted to it, with the path of each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[tuple[str, dict[str, Any]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{TOKEN}"

    def titles(self) -> list[str]:
        return [message["title"] for _, message in self.messages if "title" in message]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.append((self.path, json.loads(body)))
        self.send_response(403 if self.path.endswith("/refused") else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module", params=DATABASES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[real.Environment]:
    """The environment of a server with a home and a database of its own, and the automations."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(home), "COLUMNS": "200", "PYTHONPATH": str(real.ROOT)}
    if request.param != "sqlite":
        environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = request.param
    log = home / "server.log"
    with real.running(log, environment, real.HITLIST, "server", "--port", str(port)) as process:
        wait(lambda: process.poll() is None and real.is_healthy(environment), 300, "the server")
        real.prefect(environment, *real.POOL, *real.TEMPLATE)
        real.prefect(environment, "deploy", "kinase", program=real.HITLIST)
        with real.as_client(environment):
            for _ in range(2):
                with server_client() as client:
                    made = ensure_automations(client)
        assert made == []  # the second time
        yield environment


class Notify(Protocol):
    """Gives a command to ``hitlist notify``, and returns all that it says."""

    def __call__(self, *words: str, text: str = "") -> str:
        """Run it with a text as its standard input."""


@pytest.fixture
def notify(server: real.Environment, run: Run, monkeypatch: pytest.MonkeyPatch) -> Notify:
    """``hitlist notify`` in this process, with the profile of the server."""

    def give(*words: str, text: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with real.as_client(server):
            answer = run("notify", *words)
        assert answer.code == 0, answer.err
        assert TOKEN not in answer.out + answer.err
        return answer.out + answer.err

    return give


def python(environment: real.Environment, *words: str, text: str = "", code: int = 0) -> str:
    """Run Python, or a module of ours, as an operator would; returns what it said."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=real.ROOT,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


def wait(ready: Any, seconds: float, what: str) -> float:
    """Wait for something to become true; returns the seconds that it took."""
    began = time.monotonic()
    while not ready():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds:g} seconds"
        time.sleep(0.5)
    return time.monotonic() - began


def states_of(environment: real.Environment, run: str) -> list[str]:
    """The names of the states of a run, in their order."""
    found = real.ask(environment, f"/flow_run_states/?flow_run_id={run}")
    return [state["name"] for state in sorted(found, key=lambda state: str(state["timestamp"]))]


def flow_process(worker: int) -> psutil.Process:
    """The process of the flow, below the worker's."""
    (found,) = [
        one
        for one in psutil.Process(worker).children(recursive=True)
        if "prefect.engine" in " ".join(one.cmdline())
    ]
    return found


def start(environment: real.Environment, parameters: dict[str, Any]) -> str:
    """Start a run of the deployment; returns its id."""
    wanted = {"deployments": {"name": {"any_": ["kinase"]}}}
    (deployment,) = real.ask(environment, "/deployments/filter", wanted)
    path = f"/deployments/{deployment['id']}/create_flow_run"
    run = real.ask(environment, path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})
    return str(run["id"])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_run_is_told_once_and_goes_on_from_its_ledger(
    server: real.Environment, drugs: Rows, tmp_path: Path, write_library: WriteLibrary
) -> None:
    out, library = tmp_path / "run", write_library(tmp_path / "library.csv", drugs)
    own = {"HITLIST_CACHE": str(tmp_path / "cache"), "HITLIST_ROOTS": str(tmp_path)}
    words = ("worker", "start", "--pool", "hitlist")
    log = tmp_path / "worker.log"
    with (
        receiver() as received,
        real.running(log, server | own | real.EAGER, real.PREFECT, *words) as worker,
    ):
        notify = ("-m", "flows.cli", "notify")
        python(server, *notify, "--webhook", "-", "--on", "crashed,finished", text=received.address)
        given = {"library": str(library), "out": str(out), "exhaustive": True, "workers": 1}
        run = start(server, given)
        ledger = out / "scores/ledger.jsonl"
        wait(lambda: ledger.is_file() and ledger.read_text().count("\n") > 1, 200, "scores")
        before = ledger.read_text()
        flow_process(worker.pid).kill()
        marked = wait(lambda: "Crashed" in states_of(server, run), 120, "Crashed")
        done = wait(lambda: states_of(server, run)[-1] == "Completed", 400, "Completed")
        wait(lambda: len(received.messages) == 2, 60, "the message")
    print(f"marked after {marked:.0f} s, completed {done:.0f} s later")
    assert states_of(server, run).count("AwaitingRetry") == 1
    assert received.titles() == ["hitlist: screen/kinase crashed", "hitlist: kinase finished"]
    assert ledger.read_text().startswith(before)
    assert_messages_are_right(received, run)
    assert_the_secret_is_kept(Path(server["PREFECT_HOME"]), log)


def assert_messages_are_right(received: Receiver, run: str) -> None:
    (path, crashed), (_, finished) = received.messages
    assert path == f"/{TOKEN}"
    assert "SIGKILL" in crashed["message"]
    for message in (crashed, finished):
        text, _, link = message["message"].partition("\n\n")
        assert link.startswith("http://127.0.0.1:")
        assert link.endswith(run)
    assert text.startswith("kinase: not compared with an earlier run (")
    assert text.endswith(" hits of 57 records in run")


def assert_the_secret_is_kept(home: Path, log: Path) -> None:
    """The address of the webhook is in no file of the server and in no log, as it is written."""
    for path in (*home.rglob("*"), log):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_notify_is_configured_in_one_place(server: real.Environment, notify: Notify) -> None:
    """What meets a refused address is the program itself: nothing of it may say the address."""
    program = ("-m", "flows.cli", "notify")
    with receiver() as received:
        notify("--webhook", "-", "--on", "late,failed", text=received.address)
        notify("--slack", "-", text=received.address)
        listed = notify("--list").splitlines()
        assert listed[0] == "webhook\t127.0.0.1\tfailed, late"
        assert listed[1].startswith("slack\t127.0.0.1\tfailed, late, cancelled, crashed, nothing")
        notify("--test")
        assert received.titles() == ["hitlist: a test"]
        (slack,) = [message for _, message in received.messages if "title" not in message]
        assert slack == {"text": "hitlist: a test\nthis is a test of hitlist notify"}
        refused = f"{received.address}/refused"
        python(server, *program, "--slack", "-", text=refused)
        said = python(server, *program, "--test", code=2)
        assert "error=403" in said
        assert TOKEN not in said
        assert [path for path, _ in received.messages].count(f"/{TOKEN}/refused") == 1
    home = Path(server["PREFECT_HOME"])
    assert_the_secret_is_kept(home, home / "server.log")
    assert "there was none" in notify("--remove", "email")
    notify("--remove", "all")
    assert "no channel is configured" in notify("--list")
    names = {one["name"] for one in real.ask(server, "/automations/filter", {})}
    assert names == {
        "hitlist: lost run",
        "hitlist: run that never started",
        "hitlist: crashed screen",
    }
