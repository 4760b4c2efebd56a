"""A flow, its worker, the server, and all three at once are killed: the night completes.

``HITLIST_KILLS=all`` runs this, in some forty minutes: the server waits before it tries again.
"""

import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.flows.conftest import Rows, WriteLibrary
from tests.flows.operation.test_recovery import flow_process, python, receiver, states_of, wait
from tests.prefect_server import (
    HITLIST,
    POOL,
    PREFECT,
    TEMPLATE,
    Environment,
    ask,
    free_port,
    is_healthy,
    prefect,
    running,
)

ALL = os.environ.get("HITLIST_KILLS") == "all"
MARKED = 120
"""The most seconds from a kill to the state Crashed."""
DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(0),
    pytest.mark.skipif(not ALL, reason="takes forty minutes: set HITLIST_KILLS=all"),
]


class Service:
    """A program that is started, killed and started again."""

    def __init__(self, stack: ExitStack, log: Path, environment: Environment, *words: Any) -> None:
        self._stack, self._words = stack, (log, environment, *words)
        self.start()

    def start(self) -> None:
        self.process = self._stack.enter_context(running(*self._words))

    def kill(self) -> None:
        """Kill it with its own processes, but for flows, which outlive their worker."""
        own = psutil.Process(self.process.pid)
        for one in (own, *own.children(recursive=True)):
            words = " ".join(one.cmdline())
            if one == own or ("prefect.engine" not in words and "prefect" in words):
                one.kill()
        self.process.wait(30)


def slots_taken(environment: Environment, name: str) -> int:
    """The number of slots of a deployment that are taken."""
    wanted = {"deployments": {"name": {"any_": [name]}}}
    (deployment,) = ask(environment, "/deployments/filter", wanted)
    limits = ask(environment, "/v2/concurrency_limits/filter", {})
    (found,) = [one for one in limits if str(deployment["id"]) in one["name"]]
    return int(found["active_slots"])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("killed", [["flow"], ["worker"], ["server"], ["server", "worker", "flow"]])
def test_a_night_completes_whatever_is_killed(
    killed: list[str],
    database: str,
    request: pytest.FixtureRequest,
    drugs: Rows,
    tmp_path: Path,
    write_library: WriteLibrary,
) -> None:
    home, work = tmp_path / "prefect", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(home), "COLUMNS": "200"}
    own = {}
    if database == "postgresql":
        own[DATABASE] = request.getfixturevalue("postgres_url")
    library = write_library(work / "library.csv", drugs)
    with receiver() as received, ExitStack() as stack:
        port = str(free_port())
        serve = (HITLIST, "server", "--port", port)
        server = Service(stack, home / "server.log", environment | own, *serve)
        wait(lambda: is_healthy(environment), 300, "the server")
        prefect(environment, *POOL, *TEMPLATE)
        parameters = ("--param", f"library={library}", "--param", "exhaustive=true")
        prefect(environment, "deploy", "kinase", *parameters, program=HITLIST, folder=work)
        events = "crashed,finished,failed,cancelled"
        notify = ("-m", "flows.cli", "notify", "--webhook", "-", "--on", events)
        python(environment, *notify, text=received.address)
        roots = {"HITLIST_CACHE": str(tmp_path / "cache"), "HITLIST_ROOTS": str(tmp_path)}
        start_worker = (PREFECT, "worker", "start", "--pool", "hitlist")
        worker = Service(stack, tmp_path / "worker.log", environment | roots, *start_worker)
        wanted = {"deployments": {"name": {"any_": ["kinase-nightly"]}}}
        (deployment,) = ask(environment, "/deployments/filter", wanted)
        path = f"/deployments/{deployment['id']}/create_flow_run"
        run = str(ask(environment, path, {"state": {"type": "SCHEDULED"}})["id"])

        def ledgers() -> list[Path]:
            found = work.glob("runs/kinase-*/scores/ledger.jsonl")
            return [path for path in found if not path.parents[1].is_symlink()]

        wait(lambda: any(one.read_text().count("\n") > 1 for one in ledgers()), 300, "scores")
        (ledger,) = ledgers()
        before = ledger.read_text()
        flow = flow_process(worker.process.pid)
        services = [one for name, one in (("server", server), ("worker", worker)) if name in killed]
        began = time.monotonic()
        for service in services:
            service.kill()
        if "flow" in killed:
            flow.kill()
        for service in services:  # the server is first: a worker that finds none ends
            service.start()
            wait(lambda: is_healthy(environment), 300, "the server again")
        if "flow" in killed:
            wait(lambda: "Crashed" in states_of(environment, run), MARKED, "Crashed")
            marked = time.monotonic() - began
            wait(lambda: slots_taken(environment, "kinase-nightly") == 0, 60, "a free slot")
            print(f"{killed} on {database}: marked after {marked:.0f} s")
        wait(lambda: states_of(environment, run)[-1] == "Completed", 1800, "Completed")
        print(f"{killed} on {database}: completed after {time.monotonic() - began:.0f} s")
        wait(lambda: any("finished" in title for title in received.titles()), 90, "the message")
        time.sleep(20)  # a second message would come by now
        assert slots_taken(environment, "kinase-nightly") == 0
    crashed = states_of_crash(received.titles())
    assert crashed == ["finished"] if "flow" not in killed else crashed == ["crashed", "finished"]
    assert ledger.read_text().startswith(before)
    assert len(ledgers()) == 1


def states_of_crash(titles: list[str]) -> list[str]:
    """The last words of the messages' titles."""
    return [title.rsplit(" ", 1)[-1] for title in titles]
