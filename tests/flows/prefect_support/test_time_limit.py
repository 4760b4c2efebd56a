"""A deployed run ends when its time is over, even if its main thread does not answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chem.errors import InputError
from flows.prefect_support.time_limit import limit_seconds, time_limit

PLACE = "PREFECT__RUNTIME__DEPLOYMENT__ID"
"""Prefect's own variable: with it, a process counts as a deployed run."""


def run(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run some code in a process of its own, whose server does not answer."""
    return subprocess.run(
        [sys.executable, "-c", f"from flows.prefect_support import time_limit as t\n{code}"],
        env=os.environ
        | {"PREFECT_HOME": str(folder), "PREFECT_API_URL": "http://127.0.0.1:9/api"}
        | {PLACE: "x", "PREFECT__RUNTIME__FLOW_RUN__ID": "00000000-0000-4000-8000-000000000001"}
        | environment,
        capture_output=True,
        text=True,
        timeout=270,
    )


def test_the_main_thread_is_interrupted_again_if_it_goes_on(tmp_path: Path) -> None:
    code = """
import threading
t.REPEAT = 0.2
rung = 0
with t.time_limit(0.3):
    while rung < 3:
        try:
            threading.Event().wait(60)
        except t.AlarmError:
            rung += 1
print(rung)
threading.Event().wait(0.5)  # it is quiet afterwards
"""
    done = run(code, tmp_path)
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


def test_the_error_says_what_happened(tmp_path: Path) -> None:
    code = """
import time
with t.time_limit(1):
    time.sleep(60)
"""
    done = run(code, tmp_path)
    assert done.returncode == 1
    assert "OverdueError: the run was ended after 1 s, its max_runtime; finished" in done.stderr


def test_no_handler_on_the_way_swallows_the_alarm(tmp_path: Path) -> None:
    code = """
import time
from chem.errors import HitlistError, InputError
try:
    with t.time_limit(0.3):
        try:
            time.sleep(60)
        except (HitlistError, InputError, OSError, Exception):
            print("swallowed")
except InputError as error:
    print(type(error).__name__, str(error)[:23])
"""
    done = run(code, tmp_path)
    assert (done.returncode, done.stdout) == (0, "OverdueError the run was ended after\n")


@pytest.mark.slow
def test_the_flow_fails_with_the_reason_and_its_task_is_not_tried_again(tmp_path: Path) -> None:
    """On a server of its own, whose address Prefect chooses."""
    code = """
import signal, time
from prefect import flow, task
from flows.prefect_support.stages import AGAIN
tries = []

@task(**{**AGAIN, "retry_delay_seconds": 0})
def stage():
    tries.append(1)
    signal.setitimer(signal.ITIMER_REAL, 0.5)  # a busy machine may take long to get here
    try:
        time.sleep(60)
    except Exception:
        print("swallowed")

@flow
def night():
    with t.time_limit(240):
        stage()

state = night(return_state=True)
print(len(tries), state.name, state.message)
"""
    own = {"ENABLED": "true", "STARTUP_TIMEOUT_SECONDS": "200"}  # 20 by default, here 5 to 40
    server = {f"PREFECT_SERVER_EPHEMERAL_{name}": value for name, value in own.items()}
    done = run(code, tmp_path, PREFECT_API_URL="", **server)
    assert done.stdout.startswith("1 Failed "), done.stderr
    assert "the run was ended after 4 min, its max_runtime" in done.stdout
    assert "swallowed" not in done.stdout


@pytest.mark.slow
def test_a_process_that_does_not_answer_is_ended(tmp_path: Path) -> None:
    """A blocked signal is like a call of compiled code that does not return."""
    code = """
import signal, time
t.GRACE = 0.5
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
with t.time_limit(0.5):
    time.sleep(100)
"""
    done = run(code, tmp_path, PREFECT_CLIENT_MAX_RETRIES="0")
    assert done.returncode == 1
    assert "the server was not told" in done.stderr
    assert "the run was ended after" in done.stderr


def test_a_flow_that_is_called_from_python_has_no_limit(tmp_path: Path) -> None:
    done = run("import time\nwith t.time_limit(0.1): time.sleep(0.5)", tmp_path, **{PLACE: ""})
    assert done.returncode == 0, done.stderr
    with time_limit(None):
        pass


def test_times_are_read_or_refused() -> None:
    assert limit_seconds("1h 30min") == 5400
    assert limit_seconds(None) is None
    with pytest.raises(InputError, match="max_runtime"):
        limit_seconds("soon")
