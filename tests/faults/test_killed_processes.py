"""A whole command with processes of its own: killed, or its worker, and nothing stays behind."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Timer
from typing import Any

import pytest
from distributed import Client

from screening.dask_cluster.cluster import connect
from screening.dask_cluster.lazy_client import started
from tests.faults.conftest import ALL
from tests.faults.small import COMMAND, start_again
from tests.faults.test_killed import after_a_kill, wait_until_alone
from tests.faults.victim import MARK, ROOT, marked_processes

KILLS = 20 if ALL else 1


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
def test_a_command_that_is_killed_leaves_no_process_and_the_next_one_no_folder(
    home: Path, lone: Client, undisturbed: dict[str, Any]
) -> None:
    """It is killed when its worker is there; a worker that starts, or works, has no owner then."""
    rng, wrong = random.Random(7), {}
    mark = token_hex(8)
    environment = {
        **os.environ,
        MARK: mark,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(home / "tmp"),
        "HITLIST_CACHE": str(home / "cache"),
    }
    words = [sys.executable, "-m", "flows.cli", *COMMAND]

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(words, cwd=home, env=environment, stderr=subprocess.DEVNULL)

    for number in range(KILLS):
        start_again(home)
        running = start()
        while running.poll() is None and not list((home / "tmp").glob("hitlist-*/*")):
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 6))
        running.kill()
        running.wait()
        assert list((home / "tmp").glob("hitlist-*")) or running.returncode == 0
        if left := wait_until_alone(lambda: marked_processes(mark)):
            wrong[number] = f"processes are left: {left}"
            continue
        assert start().wait() == 0
        if left := wait_until_alone(lambda: marked_processes(mark)):
            wrong[number] = f"processes are left after the second run: {left}"
        elif said := after_a_kill(home, lone, undisturbed):
            wrong[number] = said
    assert wrong == {}


@pytest.fixture(scope="module")
def crew() -> Iterator[Client]:
    with connect(workers=1) as lazy:
        yield started(lazy)


def wait_for_another(crew: Client, killed: int) -> int:
    """Return the process of a worker that answers; a killed one is listed until that is noticed."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        answers = crew.run(os.getpid, on_error="ignore")
        if found := [pid for pid in answers.values() if pid != killed]:
            return int(found[0])
        time.sleep(0.1)
    raise AssertionError("no worker was started in place of the killed one")


@pytest.mark.slow
@pytest.mark.timeout(0 if ALL else 300)
def test_a_worker_that_is_killed_at_any_time_changes_nothing(
    home: Path, crew: Client, undisturbed: dict[str, Any]
) -> None:
    rng, wrong = random.Random(7), {}
    worker = 0
    for number in range(KILLS):
        start_again(home)
        worker = wait_for_another(crew, worker)

        def kill(pid: int = worker) -> None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        timer = Timer(rng.uniform(0, 2), kill)
        timer.start()
        if said := after_a_kill(home, crew, undisturbed):
            wrong[number] = said
        timer.join()
    assert wrong == {}
