"""Worker processes that are forked from one process, which has imported everything."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import psutil
import pytest

from screening.dask_cluster import fork_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers start anew")

VARIABLES = fork_server.DASK_VARIABLES | fork_server.SAFE_PATH
WORKERS = """
import json, os, sys
from screening.dask_cluster.cluster import connect
from screening.dask_cluster.fork_server import start_fork_server, start_method
from screening.dask_cluster.lazy_client import started

if __name__ == "__main__":
    before = start_method()
    start_fork_server()
    found = [before, start_method()]
    {change}
    found.append(start_method())
    with connect(workers=2) as client:
        def look():
            import os, sys
            named = {names!r}
            environment = {{one: os.environ.get(one) for one in named}}
            return [os.getppid(), "torch" in sys.modules, environment]
        seen = list(started(client).run(look).values())
        print(json.dumps({{"methods": found, "own": os.getpid(), "seen": seen}}), flush=True)
        {last}
"""


def _script(folder: Path, change: str = "pass", last: str = "pass") -> list[str]:
    names = [*VARIABLES, "HITLIST_OF_A_TEST", "of_dask"]
    path = folder / "workers.py"
    path.write_text(WORKERS.format(change=change, last=last, names=names))
    return [sys.executable, str(path)]


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return own | {"PYTHONPATH": str(Path(__file__).parents[3])}


def _run(command: list[str], **more: str) -> dict:  # type: ignore[type-arg]  # any JSON
    done = subprocess.run(
        command, env=_environment() | more, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_workers_come_from_one_process_with_everything_imported(tmp_path: Path) -> None:
    told = _run(_script(tmp_path))
    assert told["methods"] == ["spawn", "forkserver", "forkserver"]
    parents = {parent for parent, _, _ in told["seen"]}
    assert len(told["seen"]) == 2
    assert len(parents) == 1
    assert told["own"] not in parents
    for _, has_torch, environment in told["seen"]:
        assert has_torch
        wanted = VARIABLES | {"HITLIST_OF_A_TEST": None, "of_dask": None}
        assert environment == wanted


def test_what_the_user_sets_counts(tmp_path: Path) -> None:
    told = _run(_script(tmp_path), OMP_NUM_THREADS="3")
    assert told["methods"] == ["spawn", "forkserver", "forkserver"]
    assert {environment["OMP_NUM_THREADS"] for _, _, environment in told["seen"]} == {"3"}


def test_variables_of_dasks_configuration_reach_the_workers(tmp_path: Path) -> None:
    name = "DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON__OF_DASK"  # Dask reads it in small letters
    told = _run(_script(tmp_path), **{name: "new"})
    for parent, _, environment in told["seen"]:
        assert parent == told["own"]
        assert environment["of_dask"] == "new"


def test_interrupts_during_the_imports_print_nothing(tmp_path: Path) -> None:
    command = (
        "import os, signal, time\n"
        "from screening.dask_cluster.fork_server import start_fork_server\n"
        "start_fork_server()\n"
        "time.sleep(0.7)\n"
        "os.killpg(0, signal.SIGINT)\n"
        "time.sleep(5)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", command],
        env=_environment(),
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert done.stderr.count("KeyboardInterrupt") == 1, done.stderr  # that of the command itself


def test_a_changed_environment_reaches_the_workers(tmp_path: Path) -> None:
    told = _run(_script(tmp_path, change="os.environ['HITLIST_OF_A_TEST'] = 'new'"))
    assert told["methods"] == ["spawn", "forkserver", "spawn"]
    for parent, has_torch, environment in told["seen"]:
        assert parent == told["own"]
        assert not has_torch
        assert environment["HITLIST_OF_A_TEST"] == "new"


def test_a_folder_with_too_long_a_path_for_a_socket_gives_other_workers(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100)
    deep.mkdir()
    done = subprocess.run(
        _script(tmp_path),
        env=_environment() | {"TMPDIR": str(deep)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["methods"] == ["spawn", "spawn", "spawn"]


def test_nothing_stays_when_the_command_is_killed(tmp_path: Path) -> None:
    command = _script(tmp_path, last="import time; time.sleep(600)")
    with subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        told = json.loads(run.stdout.readline())
        others = [one.pid for one in psutil.Process(run.pid).children(recursive=True)]
        assert {parent for parent, _, _ in told["seen"]} <= set(others)
        os.kill(run.pid, signal.SIGKILL)
    end = time.monotonic() + 60
    while any(_is_running(pid) for pid in others):
        assert time.monotonic() < end, others
        time.sleep(0.1)


def test_a_command_that_ends_early_does_not_wait_for_the_imports(tmp_path: Path) -> None:
    command = (
        "from screening.dask_cluster.fork_server import start_fork_server\n"
        "import psutil\n"
        "start_fork_server()\n"
        "print(*(one.pid for one in psutil.Process().children(recursive=True)))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", command], env=_environment(), capture_output=True, check=True
    )
    pids = [int(pid) for pid in told.stdout.split()]
    assert pids
    end = time.monotonic() + 1
    while any(_is_running(pid) for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_every_imported_module_exists() -> None:
    """The fork server itself is silent about a module that it cannot import."""
    for name in fork_server._IMPORTED:
        import_module(name)
