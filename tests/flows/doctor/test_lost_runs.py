"""A real server with a stuck slot, a run without a process and no automations: told and mended."""

import json
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from flows.operation.automations import NAMES
from tests.prefect_server import (
    HITLIST,
    PREFECT,
    Environment,
    ask,
    prefect,
    profile_of,
    running,
    serving,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def doctor(environment: Environment, folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Run ``hitlist doctor --json``; returns its code, and the findings by check."""
    done = subprocess.run(
        [HITLIST, "doctor", "--json", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    return done.returncode, {f"{one['group']}: {one['check']}": one for one in told["findings"]}


def states(found: dict[str, Any], state: str) -> set[str]:
    return {name for name, one in found.items() if one["state"] == state}


def wait_for_worker(environment: Environment) -> None:
    end = time.monotonic() + 120
    while not ask(environment, "/work_pools/hitlist/workers/filter", {}):
        assert time.monotonic() < end, "no worker"
        time.sleep(0.5)


def make_faults(environment: Environment, home: Path) -> str:
    """Make a run that ended without releasing its slot, and one whose process is gone.

    Returns the ID of the second one.
    """
    by_hand, nightly = (
        ask(environment, f"/deployments/name/screen/{name}")["id"]
        for name in ("kinase", "kinase-nightly")
    )
    ended = ask(environment, f"/deployments/{by_hand}/create_flow_run", {})["id"]
    taken = {"state": {"type": "PENDING"}}
    assert ask(environment, f"/flow_runs/{ended}/set_state", taken)["status"] == "ACCEPT"
    at_work = {"state": {"type": "RUNNING"}}
    lost = ask(environment, f"/deployments/{nightly}/create_flow_run", at_work)["id"]
    changes = {
        "UPDATE flow_run SET state_type = 'CRASHED', state_name = 'Crashed' WHERE id = ?": ended,
        "UPDATE flow_run_state SET timestamp = '2026-01-01 02:00:00.000000' "
        "WHERE flow_run_id = ?": lost,
    }
    with sqlite3.connect(home / "prefect.db", timeout=60) as database:
        for change, run in changes.items():
            assert database.execute(change, (run,)).rowcount == 1
    database.close()
    assert len(leases(home)) == 1
    return str(lost)


def leases(home: Path) -> list[Path]:
    """The leases of slots that the server keeps on disk."""
    return [one for one in (home / "concurrency_leases").glob("*.json") if "-" in one.name]


def test_faults_of_a_real_server_are_told_and_mended(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    for folder in (home, work, tmp_path / "cache"):
        folder.mkdir()
    with serving(home) as environment:
        environment["HITLIST_CACHE"] = str(tmp_path / "cache")
        prefect(environment, "deploy", "kinase", program=HITLIST, folder=work)
        # As on a server that was set up before there were any.
        prefect(environment, "--no-prompt", "automation", "delete", "--all")
        wrong = {**environment, "PREFECT_API_AUTH_STRING": "hitlist:CANARY7"}
        code, found = doctor(wrong, work)
        assert (code, states(found, "fault")) == (2, {"server: server"})
        assert "refuses the secret" in found["nights: nights"]["found"]
        assert "CANARY7" not in json.dumps(found)
        run = make_faults(environment, home)
        log = tmp_path / "worker.log"
        with running(log, environment, PREFECT, "worker", "start", "--pool", "hitlist"):
            wait_for_worker(environment)
            code, found = doctor(environment, work)
            broken = {"recovery: automations", "recovery: lost runs", "recovery: slots"}
            assert (code, states(found, "fault")) == (2, broken)
            assert "screen/kinase" in found["recovery: slots"]["found"]
            assert "no heartbeat" in found["recovery: lost runs"]["found"]
            assert found["server: authentication"]["state"] == "ok"
            assert found["server: leases"]["state"] == "ok"
            assert found["recovery: messages"]["state"] == "warning"
            code, found = doctor(environment, work, "--fix")
            assert code == 0, found
            assert {name for name, one in found.items() if one["mended"]} == broken
            code, found = doctor(environment, work)
            assert (code, states(found, "fault")) == (0, set())
            assert not any(one["mended"] for one in found.values())
            assert doctor(environment, work, "--strict")[0] == 1  # nobody hears
            prefect(environment, "automation", "pause", NAMES[0])
            assert states(doctor(environment, work)[1], "fault") == {"recovery: automations"}
            mended = doctor(environment, work, "--fix")[1]["recovery: automations"]["mended"]
            assert mended == f"made {NAMES[0]}"
            assert doctor(environment, work)[0] == 0
        assert ask(environment, f"/flow_runs/{run}")["state"]["type"] == "CRASHED"
        by_hand = ask(environment, "/deployments/name/screen/kinase")
        assert by_hand["global_concurrency_limit"]["active_slots"] == 0
        assert leases(home) == []
        secret = profile_of(environment)["PREFECT_API_AUTH_STRING"]
        assert secret.partition(":")[2] not in json.dumps(found)
