"""The page's commands for a backup, a restore and an upgrade keep the history of a server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.operation.page import blocks, script
from tests.postgres import NO_POSTGRES, PROGRAMS, postgres, url_of
from tests.prefect_server import PREFECT, Environment, ask, prefect, profile_of, serving

DATABASES = (
    pytest.param(
        "SQLite",
        marks=pytest.mark.skipif(
            shutil.which("sqlite3") is None, reason="there is no sqlite3: apt-get install sqlite3"
        ),
    ),
    pytest.param("PostgreSQL", marks=pytest.mark.skipif(PROGRAMS is None, reason=NO_POSTGRES)),
)


@contextmanager
def database_of(name: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Start a database; yields the folder of its socket and the variable of the server."""
    if name == "SQLite":
        yield Path("/nonexistent"), {}
        return
    with postgres() as folder:
        yield folder, {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url_of(folder)}


def history(server: Environment) -> dict[str, Any]:
    """What must come back: deployments, their schedules, runs and artifacts."""
    deployments = ask(server, "/deployments/filter", {})
    runs = ask(server, "/flow_runs/filter", {"flow_runs": {"tags": {"all_": ["test"]}}})
    return {
        "deployments": {one["id"]: one["name"] for one in deployments},
        "schedules": sorted(str(one["schedules"]) for one in deployments),
        "runs": {one["id"]: (one["name"], one["state_type"]) for one in runs},
        "artifacts": {one["id"]: one["data"] for one in ask(server, "/artifacts/filter", {})},
    }


def make_history(server: Environment) -> dict[str, Any]:
    words = ("work-pool", "create", "hitlist", "--type", "process")
    prefect(server, *words, "--base-job-template", "flows/work_pool.json")
    prefect(server, "--no-prompt", "deploy", "--name", "approved-drugs")
    (deployment,) = ask(server, "/deployments/filter", {})
    state = {"type": "COMPLETED", "message": "done"}
    body = {"name": "last-night", "state": state, "tags": ["test"]}
    ask(server, f"/deployments/{deployment['id']}/create_flow_run", body)
    ask(server, "/artifacts/", {"key": "kinase-run", "type": "markdown", "data": "40 hits"})
    return history(server)


def bash(text: str, environment: Environment, backup: Path) -> None:
    own = environment | {"BACKUP": str(backup)}
    done = subprocess.run(["bash", "-c", text], env=own, capture_output=True, text=True)
    assert done.returncode == 0, text + done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", DATABASES)
def test_what_was_backed_up_is_there_after_everything_is_lost(
    tmp_path: Path, database: str
) -> None:
    home, checkout = tmp_path / "var/prefect", tmp_path / "opt"
    home.mkdir(parents=True)
    (checkout / "runs/kinase").mkdir(parents=True)
    (checkout / "runs/kinase/decisions.csv").write_text("order,A\n")
    (checkout / "campaign").mkdir()
    (checkout / "campaign/log.jsonl").write_text("A\n")
    _, save, load = blocks("Back up and restore")
    (tmp_path / "backup").mkdir(mode=0o700)
    with database_of(database) as (sockets, variable):
        places = {
            "/var/lib/hitlist/prefect": str(home),
            "/opt/hitlist": str(checkout),
            "/var/run/postgresql": str(sockets),
        }
        with serving(home, **variable) as server:
            before = make_history(server)
            secret = profile_of(server)["PREFECT_API_AUTH_STRING"]
            bash(script(save, database, places), server, tmp_path / "backup")  # while it is on
        assert len(before["runs"]) == len(before["deployments"]) == len(before["artifacts"]) == 1
        for path in (tmp_path / "backup").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
        shutil.rmtree(home)
        (checkout / "runs/kinase/decisions.csv").write_text("order,B\n")
        (checkout / "runs/newer").mkdir()
        (checkout / "campaign/log.jsonl").write_text("A\nB\n")
    # Another database, in which nothing is.
    with database_of(database) as (sockets, variable):
        places["/var/run/postgresql"] = str(sockets)
        bash(script(load, database, places), server, tmp_path / "backup")
        upgrade(server | variable)
        with serving(home, **variable) as server:
            assert history(server) == before
            assert profile_of(server)["PREFECT_API_AUTH_STRING"] == secret
    assert (checkout / "runs/kinase/decisions.csv").read_text() == "order,A\n"
    assert [path.name for path in (checkout / "runs").iterdir()] == ["kinase"]
    before_it = tmp_path / "backup/before"
    assert sorted(path.name for path in before_it.iterdir()) == ["kinase", "newer"]
    assert (before_it / "kinase/decisions.csv").read_text() == "order,B\n"
    assert (checkout / "campaign/log.jsonl").read_text() == "A\n"
    assert (tmp_path / "backup/before_campaign/log.jsonl").read_text() == "A\nB\n"


def upgrade(environment: Environment) -> None:
    """Run the page's command for Prefect's tables, as it is between two versions."""
    lines = [line for block in blocks("Upgrade") for line in block]
    (command,) = [m[1] for line in lines if (m := re.search(r'"prefect (server .*)"', line))]
    done = subprocess.run(
        [PREFECT, *command.split()],
        env=environment | {"PREFECT_PROFILE": "hitlist"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "succeeded" in done.stdout


def test_both_blocks_name_both_databases() -> None:
    """Otherwise a test of one of them would run nothing of its own."""
    for block in blocks("Back up and restore")[1:]:
        ends = {line.rpartition("# ")[2] for line in block if "# " in line}
        assert ends == {"SQLite", "PostgreSQL"}
        assert os.linesep not in "".join(block)
