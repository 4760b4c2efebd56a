"""A window of work on a Dask cluster that changes while the work goes on."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
from distributed import Client, LocalCluster, Scheduler, SpecCluster, Worker, get_worker

import screening.dask_cluster.cluster
from chem.errors import InputError
from screening.dask_cluster.cluster import connect, run_window
from screening.dask_cluster.installation import OtherInstallationError
from screening.dask_cluster.lazy_client import started
from screening.errors import SchedulerLostError, WorkerLostError


@pytest.fixture(autouse=True)
def _unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the same without TLS, and quicker to start."""
    monkeypatch.setenv("HITLIST_UNENCRYPTED", "1")


@pytest.fixture(autouse=True)
def _work_of_these_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that a test starts find the work here, also under PYTHONSAFEPATH."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """No worker yet; they are threads of this process."""
    with LocalCluster(
        n_workers=0,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield cluster


def nap(number: int) -> int:
    time.sleep(0.05)
    return number


BEGUN, DONE = threading.Event(), threading.Event()


def wait(number: int) -> int:
    BEGUN.set()
    assert DONE.wait(30)
    return number


def end(number: int) -> int:
    os._exit(1)


def test_results_are_forgotten_as_they_are_yielded(lone: Client) -> None:
    """Or a run over millions of molecules would hold on to all of its results."""
    seen = 0
    for _ in run_window(lone, abs, range(120), window=3):
        seen += 1
        assert len(lone.futures) <= 4  # one may be on its way out
    assert seen == 120


def test_meanwhile_runs_while_the_first_items_are_in_flight(lone: Client) -> None:
    def meanwhile() -> None:
        assert BEGUN.wait(30)
        DONE.set()

    assert sorted(run_window(lone, wait, range(3), meanwhile=meanwhile)) == [0, 1, 2]

    def fail() -> None:
        raise ValueError("meanwhile")

    with pytest.raises(ValueError, match="meanwhile"):
        list(run_window(lone, int, range(3), meanwhile=fail))


def test_the_window_follows_workers_that_join(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening.dask_cluster.cluster, "LOOK_SECONDS", 0.1)
    pulled = 0

    def source() -> Iterator[int]:
        nonlocal pulled
        while pulled < 80:
            pulled += 1
            yield pulled

    cluster.scale(1)
    with Client(cluster) as client:
        client.wait_for_workers(1)
        widths, done = [], []
        for number in run_window(client, nap, source()):
            done.append(number)
            widths.append(pulled - len(done) + 1)
            if len(done) == 5:
                assert max(widths) <= 2
                cluster.scale(4)
        assert sorted(done) == list(range(1, 81))
        assert max(widths) == 8


def test_a_worker_with_two_threads_is_refused_also_when_it_comes_late(
    cluster: LocalCluster,
) -> None:
    address = cluster.scheduler_address
    cluster.scale(1)
    with connect(address) as client:
        results = run_window(client, nap, range(2000), window=4)
        assert next(results) in range(4)
        words = ["distributed.cli.dask_worker", address, "--nthreads", "2", "--no-nanny"]
        with subprocess.Popen(
            [sys.executable, "-m", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as late:
            try:
                with pytest.raises(
                    OtherInstallationError, match=r"^[^\n]*threads 2 instead of 1[^\n]*$"
                ):
                    for _ in results:
                        pass
                with (
                    pytest.raises(OtherInstallationError, match=r"the worker tcp://.* differs"),
                    connect(address),
                ):
                    pass
            finally:
                late.terminate()


def test_a_scheduler_without_workers_is_told_in_one_line(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HITLIST_WORKER_SECONDS", "0.5")
    started = time.monotonic()
    with (
        pytest.raises(InputError, match=r"^[^\n]*has no workers, and none came in 0.5 s[^\n]*$"),
        connect(cluster.scheduler_address),
    ):
        pass
    assert time.monotonic() - started < 60


def test_a_run_whose_workers_all_left_ends_in_the_end(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening.dask_cluster.cluster, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(screening.dask_cluster.cluster, "PATIENCE_SECONDS", 1.0)
    cluster.scale(1)
    with Client(cluster) as client:
        client.wait_for_workers(1)
        results = run_window(client, nap, range(1000), window=2)
        next(results)
        cluster.scale(0)
        with pytest.raises(WorkerLostError, match=r"^[^\n]*had no worker for 1 s$"):
            list(results)


def test_work_that_kills_every_worker_ends_the_run_in_one_line() -> None:
    with (
        connect(workers=1) as client,
        pytest.raises(
            WorkerLostError, match=r"^[^\n]*died again and again on the same work[^\n]*$"
        ),
    ):
        list(run_window(client, end, [1]))


@pytest.mark.parametrize("times", [1, math.inf])
def test_workers_that_are_killed_while_they_start(times: float) -> None:
    """Once is put right; again and again is told in one line."""
    over = threading.Event()
    # Workers of other tests are not meant: theirs would be started again, and killed instead.
    others = {child.pid for child in psutil.Process().children(recursive=True)}

    def kill() -> None:
        killed: set[int] = set()
        while len(killed) < times and not over.wait(0.01):
            for child in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    if child.pid not in others | killed and "spawn_main" in str(child.cmdline()):
                        child.kill()
                        killed.add(child.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        if times == 1:
            with connect(workers=1) as client:
                assert list(run_window(client, abs, [-3])) == [3]
        else:
            with (
                pytest.raises(WorkerLostError, match=r"^no worker processes start here[^\n]*$"),
                connect(workers=1) as lazy,
            ):
                started(lazy)
    finally:
        over.set()
        killer.join()


@pytest.mark.parametrize("cards", [0, 1])
def test_items_go_to_the_workers_that_have_the_resource(cards: int) -> None:
    """If no worker has it, all of them work."""
    options = [{"nthreads": 1}, {"nthreads": 1, "resources": {"GPU": cards} if cards else {}}]
    workers = {
        name: {"cls": Worker, "options": one} for name, one in zip("ab", options, strict=True)
    }
    scheduler = {"cls": Scheduler, "options": {"dashboard_address": ":0"}}

    def name_here(item: int) -> str:
        time.sleep(0.01)
        return str(get_worker().name)

    with SpecCluster(workers, scheduler) as cluster, Client(cluster) as client:
        client.wait_for_workers(2, timeout=30)
        found = set(run_window(client, name_here, range(20), window=8, resource="GPU"))
        assert found == ({"b"} if cards else {"a", "b"})
        assert set(run_window(client, name_here, range(20), window=8)) == {"a", "b"}


def test_something_else_at_the_port_is_no_scheduler() -> None:
    """A port that says something before it is asked, as a mail server does."""
    code = (
        "import socket\nwith socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    print(server.getsockname()[1], flush=True)\n"
        "    while True:\n        server.accept()[0].sendall(b'220 mail ready' * 9)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            port = int(other.stdout.readline())
            with (
                pytest.raises(
                    InputError, match=rf"^[^\n]*no Dask scheduler answers at [^\n]*{port}"
                ),
                connect(f"tcp://127.0.0.1:{port}"),
            ):
                pass
        finally:
            other.kill()


def test_a_scheduler_that_dies_while_it_answers_is_told_in_one_line(tmp_path: Path) -> None:
    """A result is asked for, and the connection breaks before it has come."""
    file = tmp_path / "scheduler.json"
    where = ["--scheduler-file", str(file)]
    programs = (
        ["distributed.cli.dask_scheduler", *where, "--host", "127.0.0.1", "--port", "0"],
        ["distributed.cli.dask_worker", *where, "--nthreads", "1", "--no-nanny"],
    )
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", *words, "--no-dashboard"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            for words in programs
        ]
        for process in processes:
            stack.callback(process.kill)
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(1)
            results = run_window(client, nap, [1, 2], window=2)
            next(results)
            while any(future.status != "finished" for future in list(client.futures.values())):
                time.sleep(0.01)
            os.kill(processes[0].pid, signal.SIGSTOP)
            killer = threading.Timer(0.5, processes[0].kill)
            killer.start()
            with pytest.raises(SchedulerLostError, match=r"^the Dask scheduler at \S+ was lost"):
                next(results)
            killer.join()


@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_is_started_again() -> None:
    """Dask would give it up where it is not there 15 seconds after it was lost."""
    with connect(workers=1) as lazy:
        client = started(lazy)
        killed, end = 0, time.monotonic() + 20
        while time.monotonic() < end:  # it is dead at nearly every moment of them
            for pid in client.run(os.getpid, on_error="ignore").values():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            time.sleep(0.05)
        assert killed > 2
        client.wait_for_workers(1, timeout=120)
        assert client.submit(pow, 2, 5, pure=False).result(timeout=120) == 32
