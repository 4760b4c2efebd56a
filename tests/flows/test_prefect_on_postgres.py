"""A screen through a server on PostgreSQL completes, and leaves nothing in the database."""

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.flows.conftest import Rows, WriteLibrary
from tests.postgres import NO_POSTGRES, PROGRAMS, postgres, query, url_of
from tests.prefect_server import EAGER, PREFECT, ask, prefect, profile_of, running, serving

CANARY = "CANARY7SECRET"
WORKER = ("worker", "start", "--pool", "hitlist", "--type", "process")
TEMPLATE = ("--base-job-template", "flows/work_pool.json")
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason=NO_POSTGRES)


def dump(folder: Path) -> str:
    """The whole database as text."""
    words = ["pg_dump", "--host", str(folder), "--username", "hitlist", "--inserts", "hitlist"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_screen_completes_and_leaves_no_structure_and_no_secret(
    tmp_path: Path, drugs: Rows, write_library: WriteLibrary
) -> None:
    library = write_library(tmp_path / "library.csv", drugs)
    home = tmp_path / "prefect"
    home.mkdir()
    own = {"HITLIST_CACHE": str(tmp_path / "cache"), "HITLIST_ROOTS": str(tmp_path)}
    own |= EAGER | {"AWS_SECRET_ACCESS_KEY": CANARY}
    log = tmp_path / "worker.log"
    with postgres() as folder:
        variable = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url_of(folder)}
        with serving(home, **variable) as server:
            # The worker makes the pool, as that of the unit and of the compose file does.
            with running(log, server | own, PREFECT, *WORKER, *TEMPLATE):
                words = ("flows/screen.py:screen", "--name", "on-postgres", "--pool", "hitlist")
                prefect(server, "--no-prompt", "deploy", *words)
                run = ("deployment", "run", "screen/on-postgres", "--watch")
                given = ("-p", f"library={library}", "-p", f"out={tmp_path / 'run'}")
                said = prefect(server, *run, *given, "-p", "workers=1", seconds=400)
            assert "Completed" in said, log.read_text()
            (pool,) = ask(server, "/work_pools/filter", {})
            assert pool["base_job_template"] == json.loads(Path(TEMPLATE[1]).read_text())
            assert not (home / "prefect.db").exists()
            assert query(folder, "select key from artifact_collection").count("-top-hits") == 1
            secret = profile_of(server)["PREFECT_API_AUTH_STRING"].partition(":")[2]
        kept = {"database": dump(folder), "server": (home / "server.log").read_text()}
        kept |= {"worker": log.read_text(), "postgres": (folder / "log").read_text()}
    assert os.fspath(tmp_path / "run") in kept["database"]
    with (tmp_path / "run/hits.csv").open(newline="") as file:
        structures = [row[1] for row in drugs] + [row["smiles"] for row in csv.DictReader(file)]
    long = {text for text in structures if len(text) > 15 and not text.isalpha()}
    assert len(long) > 30
    forms = {form for text in long for form in (text, json.dumps(text)[1:-1])}
    for name, content in kept.items():
        assert secret not in content, name
        assert CANARY not in content, name
        assert [form for form in forms if form in content] == [], name
