"""The other door: a real Prefect server, a process worker, and the operator's own commands."""

import asyncio
import base64
import csv
import json
import sqlite3
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import websockets
from prefect.states import exception_to_failed_state

from chem.errors import InputError
from flows.prefect_support.prefect_profile import Ready, server_environment
from flows.prefect_support.stages import worth_retrying
from gnn.errors import ModelError
from tests.flows.conftest import Crew, Rows, Run, WriteLibrary
from tests.prefect_server import (
    EAGER,
    HITLIST,
    POOL,
    PREFECT,
    ROOT,
    TEMPLATE,
    Environment,
    ask,
    prefect,
    profile_of,
    running,
    serving,
)

PROTOCOL = websockets.Subprotocol("prefect")
CANARY = "CANARY7SECRET"
"""In the environment of the worker, as the key of a store is."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """The environment of a server on a free port of this machine, with a home of its own."""
    with serving(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_deployment_runs_on_a_real_server_and_gives_what_the_command_line_gives(
    run: Run,
    crew: Crew,
    server: Environment,
    drugs: Rows,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    write_library: WriteLibrary,
) -> None:
    library = write_library(tmp_path / "library.csv", drugs)
    prefect(server, *POOL, *TEMPLATE)
    prefect(server, "--no-prompt", "deploy", "--all")
    prefect(server, "deploy", "kinase", program=HITLIST)
    own = {"HITLIST_CACHE": str(tmp_path / "cache-of-the-worker"), "HITLIST_ROOTS": str(tmp_path)}
    own["AWS_SECRET_ACCESS_KEY"] = CANARY
    worker = ("worker", "start", "--pool", "hitlist")
    with running(tmp_path / "worker.log", server | own | EAGER, PREFECT, *worker):
        words = ["deployment", "run", "screen/kinase", "--watch"]
        words += ["-p", f"library={library}", "-p", f"out={tmp_path / 'flow'}"]
        said = prefect(server, *words, seconds=400)
        assert "Completed" in said, (tmp_path / "worker.log").read_text()
        words = ["deployment", "run", "rank/again", "--watch", "-p", f"run={tmp_path / 'flow'}"]
        said = prefect(server, *words, "-p", f"out={tmp_path / 'again'}", seconds=400)
        assert_nothing_outside_the_roots_is_read(server, tmp_path_factory.mktemp("elsewhere"))
        assert_nobody_else_says_what_runs(server)
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
    with again.open(newline="") as file:
        standardized = [row["smiles"] for row in csv.DictReader(file)]
    structures = [row[1] for row in drugs] + standardized
    assert_no_structure_and_no_secret_is_kept(server, structures, tmp_path)
    wait_for_the_nightly_runs(server)


def kept_by(home: Path) -> dict[str, str]:
    """All that a server's home holds, by file and by table, but for the profile with its secret."""
    pages = home / "pages"  # Prefect's own
    files = [path for path in home.rglob("*") if path.is_file() and pages not in path.parents]
    files.remove(home / "profiles.toml")
    kept = {str(path.relative_to(home)): path.read_text(errors="replace") for path in files}
    for path in (home / "storage").glob("*"):  # what a task returned or raised, pickled
        packed = base64.b64decode(path.read_bytes())
        kept[f"storage/{path.name}"] = packed.decode(errors="replace")
    # Table by table too: in the file a long text lies in pages, and may be cut anywhere.
    with closing(sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'"):
            rows = database.execute(f'select * from "{table}"')
            kept[table] = "\n".join(_text(cell) for row in rows for cell in row)
    return kept


def _text(cell: object) -> str:
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def assert_no_structure_and_no_secret_is_kept(
    server: Environment, structures: list[str], folder: Path
) -> None:
    """In the server's home and in the logs of both; what a rejected record says is no log."""
    secret = profile_of(server)["PREFECT_API_AUTH_STRING"].partition(":")[2]
    kept = kept_by(Path(server["PREFECT_HOME"]))
    kept["worker.log"] = (folder / "worker.log").read_text(errors="replace")
    assert "kinase-top-hits" in kept["artifact"]
    assert {"flow_run", "log", "flow_run_state", "server.log"} <= set(kept)
    assert any("lies outside" in text for name, text in kept.items() if "storage" in name)
    long = [text for text in structures if len(text) > 15 and not text.isalpha()]
    assert len(long) > 30
    needles = {form for text in long for form in (text, json.dumps(text)[1:-1])}
    for name, content in kept.items():
        assert secret not in content, name
        assert CANARY not in content, name
        assert [text for text in needles if text in content] == [], name


def assert_nothing_outside_the_roots_is_read(server: Environment, elsewhere: Path) -> None:
    """A caller names a file of the worker's account, straight and by a link below a root."""
    secret = elsewhere / "secret.txt"
    secret.write_text("root:SECRETHASH:1\n")
    words = ("deployment", "run", "screen/kinase", "--watch", "-p", f"library={secret}")
    done = subprocess.run(
        [PREFECT, *words], cwd=ROOT, env=server, capture_output=True, text=True, timeout=200
    )
    assert "Failed" in done.stdout + done.stderr
    wanted = {"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}
    (failed,) = ask(server, "/flow_runs/filter", wanted)
    assert "lies outside the folders that may be used here" in failed["state"]["message"]
    for path in ("/flow_runs/filter", "/logs/filter", "/artifacts/filter"):
        assert "SECRETHASH" not in json.dumps(ask(server, path, {}))


def assert_nobody_else_says_what_runs(server: Environment) -> None:
    """A run with a command of the caller's is refused, of whoever knows the secret too."""
    (deployment,) = ask(
        server, "/deployments/filter", {"deployments": {"name": {"any_": ["kinase"]}}}
    )
    path = f"/deployments/{deployment['id']}/create_flow_run"
    for variables in ({"command": "sh -c id"}, {"env": {"PATH": "/tmp"}}, {"working_dir": "/tmp"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(server, path, {"job_variables": variables})
        assert refused.value.code in (409, 422)


def test_nobody_gets_in_without_the_secret(server: Environment) -> None:
    profile = profile_of(server)
    assert len(profile["PREFECT_API_AUTH_STRING"]) > 40
    file = Path(server["PREFECT_HOME"], "profiles.toml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(server["PREFECT_HOME"], "prefect.db").stat().st_mode) == 0o600
    asked: tuple[tuple[str, object], ...] = (
        ("/flows/filter", {}),
        ("/flow_runs/filter", {}),
        ("/work_pools/filter", {}),
        ("/artifacts/filter", {}),
        ("/variables/filter", {}),
        ("/admin/settings", None),
    )
    for path, body in asked:
        for secret in ("", "hitlist:", "hitlist:wrong"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                ask(server, path, body, secret=secret)
            assert refused.value.code == 401
        ask(server, path, body)
    log = Path(server["PREFECT_HOME"], "server.log").read_text()
    assert profile["PREFECT_API_AUTH_STRING"] not in log
    assert profile["PREFECT_API_AUTH_STRING"].partition(":")[2] not in log


def test_a_page_of_another_origin_may_not_ask(server: Environment) -> None:
    """What a browser asks first, for a page that somebody else made."""
    profile = profile_of(server)

    def allowed(origin: str) -> object:
        request = urllib.request.Request(
            profile["PREFECT_API_URL"] + "/flows/filter",
            method="OPTIONS",
            headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.headers.get("Access-Control-Allow-Origin")
        except urllib.error.HTTPError as refused:
            return refused.headers.get("Access-Control-Allow-Origin")

    own = profile["PREFECT_API_URL"].removesuffix("/api")
    assert allowed("http://evil.example") is None
    assert allowed("null") is None
    assert allowed(own) == own


def test_a_websocket_without_the_secret_is_closed(server: Environment) -> None:
    host = profile_of(server)["PREFECT_API_URL"].removeprefix("http").removesuffix("/api")

    async def answer(place: str) -> object:
        async with websockets.connect(f"ws{host}/api{place}", subprotocols=[PROTOCOL]) as socket:
            await socket.send(json.dumps({"type": "auth", "token": "wrong"}))
            return await asyncio.wait_for(socket.recv(), 10)

    for place in ("/events/in", "/events/out", "/logs/out"):
        with pytest.raises(websockets.WebSocketException):
            asyncio.run(answer(place))


def test_the_server_listens_on_this_machine_alone(server: Environment) -> None:
    port = int(profile_of(server)["PREFECT_API_URL"].rsplit(":", 1)[1].removesuffix("/api"))
    found = {
        one.laddr.ip
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr.port == port
    }
    assert found == {"127.0.0.1"}


def test_nothing_comes_before_the_profiles_secret() -> None:
    ready = Ready(Path("p"), "hitlist", {"PREFECT_SERVER_API_AUTH_STRING": "hitlist:secret"})
    for empty in ({"PREFECT_SERVER_API_AUTH_STRING": ""}, {"PREFECT_API_AUTH_STRING": ""}, {}):
        found = server_environment({"PATH": "/bin", **empty}, ready)
        assert found["PREFECT_SERVER_API_AUTH_STRING"] == "hitlist:secret"
        assert found["PATH"] == "/bin"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "server.example"])
def test_it_refuses_to_listen_elsewhere(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    monkeypatch.setenv("PREFECT_SERVER_API_HOST", host)
    answer = run("server")
    assert answer.code == 2
    assert f"PREFECT_SERVER_API_HOST is {host}" in answer.err
    assert answer.err.count("\n") == 1


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
def test_a_mistake_of_the_user_is_not_tried_again(error: Exception, again: bool) -> None:
    async def decide() -> bool:
        failed = await exception_to_failed_state(error)
        return await worth_retrying(None, None, failed)  # type: ignore[arg-type]  # only the state counts

    assert asyncio.run(decide()) is again
