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

from screening.cluster.cluster import connect
from tests.faults.conftest import ALL
from tests.faults.small import COMMAND, start_again
from tests.faults.test_killed import after_a_kill, wait_until_alone
from tests.faults.victim import MARK, ROOT, marked_processes

KILLS = 20 if ALL else 1


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
    with connect(workers=1) as client:
        yield client


@pytest.mark.timeout(0 if ALL else 300)
def test_a_worker_that_is_killed_at_any_time_changes_nothing(
    home: Path, crew: Client, undisturbed: dict[str, Any]
) -> None:
    rng, wrong = random.Random(7), {}
    for number in range(KILLS):
        start_again(home)
        (worker,) = crew.run(os.getpid).values()

        def kill(pid: int = worker) -> None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        timer = Timer(rng.uniform(0, 2), kill)
        timer.start()
        if said := after_a_kill(home, crew, undisturbed):
            wrong[number] = said
        timer.join()
        crew.wait_for_workers(1, timeout=60)
    assert wrong == {}
