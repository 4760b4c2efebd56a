"""``hitlist deploy`` against a real server: what an operator set stays, and slots are apart."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelled

from flows.doctor.finding import Look, State
from flows.doctor.watch import check_watch
from flows.operation.attempts import NO_SLOT, Newer, catch_up
from flows.operation.automations import LOST_RUN, NAMES
from flows.operation.deploy_server import POOL_REMEDY, server_client
from tests.flows.conftest import Rows, Run, WriteLibrary
from tests.flows.test_prefect import server as server
from tests.prefect_server import (
    EAGER,
    POOL,
    PREFECT,
    ROOT,
    TEMPLATE,
    Environment,
    as_client,
    ask,
    prefect,
    running,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Deploy(Protocol):
    """Gives a command to ``hitlist deploy``, and returns all that it says."""

    def __call__(self, *words: str, folder: Path | None = None) -> str:
        """Run it in a folder, by default that of the test."""


@pytest.fixture
def deploy(
    server: Environment, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deploy]:
    """``hitlist deploy`` in this process, with the profile of the server."""

    def give(*words: str, folder: Path | None = None) -> str:
        monkeypatch.chdir(folder or tmp_path)
        answer = run("deploy", *words)
        assert answer.code == 0, answer.err
        return answer.out + answer.err

    with as_client(server):
        yield give


def found(server: Environment, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = ask(server, f"/deployments/name/screen/{name}")
    return answer


def change(server: Environment, path: str, body: object) -> None:
    """Change something as the server's page does."""
    ask(server, path, body, method="PATCH")


def automations(server: Environment) -> set[str]:
    return {one["name"] for one in ask(server, "/automations/filter", {})}


def write_screen(folder: Path, name: str, schedule: str = "") -> Path:
    """Write a screen of a name with a schedule or none."""
    text = (ROOT / "flows/screens/kinase.toml").read_text()
    text = text[: text.index("\n[schedule]")].replace('name = "kinase"', f'name = "{name}"')
    path = folder / f"{name}.toml"
    path.write_text(text.replace('"approved_drugs"', '"library.csv"') + "\n" + schedule)
    return path


def test_what_an_operator_set_stays(server: Environment, deploy: Deploy, tmp_path: Path) -> None:
    path = write_screen(tmp_path, "stays", '[schedule]\ncron = "0 2 * * *"\nmax_runtime = "6h"\n')
    said = deploy("stays.toml")
    assert "screen/stays-nightly: made; runs at 0 2 * * * UTC" in said
    assert "library.csv is not there yet" in said
    night, hand = found(server, "stays-nightly"), found(server, "stays")
    assert night["parameters"] == hand["parameters"] == {"screen": str(path)}
    assert (hand["schedules"], len(night["schedules"])) == ([], 1)
    own = f"/deployments/{night['id']}"
    change(server, f"{own}/schedules/{night['schedules'][0]['id']}", {"active": False})
    change(server, own, {"parameters": {"screen": str(path), "hits": 7}})
    path.write_text(path.read_text().replace("0 2 * * *", "0 3 * * *"))
    said = deploy("stays.toml")
    assert "kept hits=7" in said
    assert "stays paused" in said
    assert "its schedule was 0 2 * * * UTC" in said
    prefect(server, "work-pool", "create", "hitlist", "--overwrite", "--type", "process")
    said = deploy("stays.toml")
    assert "kept its own job template" in said
    assert "runs send too few heartbeats" in said
    assert automations(server) == set(NAMES) - {LOST_RUN}
    with server_client() as client:
        watch, _ = check_watch(Look(client=client, deployments=client.read_deployments()))
    assert (watch.state, POOL_REMEDY in watch.remedy) == (State.FAULT, True)
    assert "too few heartbeats" in watch.found
    prefect(server, *POOL, *TEMPLATE)
    assert f"automation {LOST_RUN!r}: made" in deploy("stays.toml")
    assert automations(server) == set(NAMES)
    prefect(server, "--no-prompt", "deploy", "--all")
    night = found(server, "stays-nightly")
    assert night["parameters"]["hits"] == 7
    (schedule,) = night["schedules"]
    assert (schedule["active"], schedule["schedule"]["cron"]) == (False, "0 3 * * *")
    cron = {"cron": "30 4 * * *", "timezone": "Europe/Berlin"}
    change(server, f"{own}/schedules/{schedule['id']}", {"schedule": cron})
    assert "kept 30 4 * * * Europe/Berlin" in deploy("stays.toml")
    said = deploy("stays.toml", "--cron", "0 5 * * *", "--param", "hits=null")
    assert "runs at 0 5 * * * Europe/Berlin" in said
    assert "hits" not in found(server, "stays-nightly")["parameters"]
    assert "stays-nightly: removed" in deploy("stays.toml", "--no-schedule")
    assert "screen/stays: removed" in deploy("--remove", "stays")
    assert "stays" not in deploy("--list")


def test_a_night_that_lost_its_slot_is_caught_up_in_a_minute(
    server: Environment, deploy: Deploy, tmp_path: Path
) -> None:
    write_screen(tmp_path, "missed", '[schedule]\ncron = "0 2 * * *"\n')
    deploy("missed.toml")
    with server_client() as client:
        night = client.read_deployment_by_name("screen/missed-nightly")
        run = client.create_flow_run_from_deployment(night.id, state=Cancelled(message=NO_SLOT))
        assert catch_up(client, Newer(run, False, [])) == ""
        assert client.read_flow_run(run.id).state_type == StateType.CANCELLED
        assert catch_up(client, Newer(run, True, [])) == ""
        again = client.read_flow_run(run.id)
        assert again.state is not None
        assert again.state_type == StateType.SCHEDULED
        start = again.state.state_details.scheduled_time
        assert start is not None
        assert 30 < start.timestamp() - time.time() <= 60
        client.delete_flow_run(run.id)
        assert catch_up(client, Newer(run, True, [])) == "it is gone"


def test_another_screen_of_the_same_name_is_refused(
    server: Environment, deploy: Deploy, tmp_path: Path
) -> None:
    write_screen(tmp_path, "mine")
    deploy("mine.toml")
    other = tmp_path / "other"
    other.mkdir()
    write_screen(other, "mine")
    with pytest.raises(AssertionError, match="give this screen another `name`"):
        deploy("mine.toml", folder=other)
    (tmp_path / "mine.toml").unlink()  # it was moved
    assert f"its screen was {tmp_path / 'mine.toml'}" in deploy("mine.toml", folder=other)
    write_screen(tmp_path, "mine-nightly")
    deploy("mine.toml", "--cron", "0 2 * * *", folder=other)
    with pytest.raises(AssertionError, match="belongs to another screen"):
        deploy("mine-nightly.toml")


def test_a_deployment_that_nights_and_hands_shared_is_parted(
    server: Environment, deploy: Deploy, tmp_path: Path
) -> None:
    """As prefect.yaml made it before."""
    write_screen(tmp_path, "shared", '[schedule]\ncron = "0 2 * * *"\n')
    (flow,) = ask(server, "/flows/filter", {"flows": {"name": {"any_": ["screen"]}}})
    cron = {"cron": "0 1 * * *", "timezone": "Europe/Berlin"}
    body = {
        "name": "shared",
        "flow_id": flow["id"],
        "entrypoint": "flows/screen.py:screen",
        "parameters": {"screen": str(tmp_path / "shared.toml"), "hits": 9},
        "schedules": [{"schedule": cron, "active": False, "slug": "nightly"}],
    }
    ask(server, "/deployments/", body)
    said = deploy("shared.toml")
    assert "its schedule is now that of screen/shared-nightly" in said
    night, hand = found(server, "shared-nightly"), found(server, "shared")
    assert hand["schedules"] == []
    assert night["parameters"]["hits"] == hand["parameters"]["hits"] == 9
    (schedule,) = night["schedules"]
    assert (schedule["active"], schedule["schedule"]["cron"]) == (False, "0 1 * * *")


def start(server: Environment, name: str) -> tuple[str, str]:
    """Make a run of a deployment and ask for its slot, as a worker does."""
    run = ask(server, f"/deployments/{found(server, name)['id']}/create_flow_run", {})
    pending = {"state": {"type": "PENDING"}}
    answer = ask(server, f"/flow_runs/{run['id']}/set_state", pending)
    return run["id"], answer["state"]["name"]


def test_hands_and_nights_never_cost_each_other_a_slot(
    server: Environment, deploy: Deploy, tmp_path: Path
) -> None:
    write_screen(tmp_path, "slots", '[schedule]\ncron = "0 2 * * *"\n')
    deploy("slots.toml")
    hand, state = start(server, "slots")
    assert state == "Pending"
    night, state = start(server, "slots-nightly")
    assert state == "Pending"  # although a run by hand is at work
    assert start(server, "slots-nightly")[1] == "Cancelled"
    assert start(server, "slots")[1] == "AwaitingConcurrencySlot"
    listed = deploy("--list")
    assert listed.count("held by") == 2
    leases = Path(server["PREFECT_HOME"], "concurrency_leases")
    assert len([one for one in leases.iterdir() if len(one.stem) == 36]) == 2
    for run in (hand, night):
        ask(server, f"/flow_runs/{run}/set_state", {"state": {"type": "FAILED"}})
    listed = deploy("--list")
    assert listed.count("\tfree") >= 2
    assert "held by" not in listed


@contextmanager
def worker(server: Environment, folder: Path) -> Iterator[Path]:
    log = folder / "worker.log"
    own = server | EAGER | {"HITLIST_CACHE": str(folder / "cache")}
    with running(log, own, PREFECT, "worker", "start", "--pool", "hitlist"):
        yield log


def wait_for_try(server: Environment, run: str, number: int) -> dict[str, Any]:
    """Wait until a flow run has ended so many times; ``flow-run watch`` stops at the first end."""
    end = time.monotonic() + 400
    while True:
        found: dict[str, Any] = ask(server, f"/flow_runs/{run}")
        is_final = found["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        if is_final and found["run_count"] >= number:
            return found
        assert time.monotonic() < end, found["state"]
        time.sleep(0.5)


def test_a_run_has_one_folder_and_says_its_result_last(
    server: Environment,
    deploy: Deploy,
    tmp_path: Path,
    drugs: Rows,
    write_library: WriteLibrary,
) -> None:
    write_library(tmp_path / "library.csv", drugs[:12])
    write_screen(tmp_path, "twice", '[schedule]\ncron = "0 2 * * *"\nmax_runtime = "2h"\n')
    deploy("twice.toml", "--param", "hits=3", "--param", "workers=1")
    words = ("deployment", "run", "screen/twice-nightly")
    with worker(server, tmp_path) as log:
        said = prefect(server, *words, "--watch", seconds=400)
        assert "3 hits from 12 records: " in said, log.read_text()
        named = {"flow_runs": {"deployment_id": {"any_": [found(server, "twice-nightly")["id"]]}}}
        runs = [one for one in ask(server, "/flow_runs/filter", named) if not one["auto_scheduled"]]
        (first,) = runs
        assert first["name"].startswith("twice 20")
        (folder,) = (tmp_path / "runs").glob("twice-*")
        assert f"{folder}: 3 hits" in first["state"]["message"]
        before = {path.name: path.read_bytes() for path in folder.glob("hits.*")}
        now = datetime.now(UTC).isoformat()
        state: dict[str, Any] = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        state["state_details"] = {"scheduled_time": now}
        ask(server, f"/flow_runs/{first['id']}/set_state", {"state": state, "force": True})
        again = wait_for_try(server, first["id"], 2)
        assert list((tmp_path / "runs").glob("twice-*")) == [folder]
        assert (folder / "hits.csv").read_bytes() == before["hits.csv"]
        assert (again["name"], again["state"]["name"]) == (first["name"], "Completed")
        with pytest.raises(AssertionError) as failed:
            prefect(server, *words, "--watch", "-p", "library=gone.csv", seconds=200)
        assert "gone.csv" in str(failed.value).rpartition("Finished in state Failed")[2]
