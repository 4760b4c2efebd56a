"""Ctrl-C that strikes where Python would print a traceback, or lose it."""

import signal
import subprocess
import sys
import textwrap

import pytest

HALF_MADE = """
class HalfMade:
    def __init__(self):
        signal.raise_signal(signal.SIGINT)
        self.whole = True
    def __del__(self):
        print("destroyed", self.whole)

HalfMade()
"""
DESTROYED = """
class Destroyed:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

thing = Destroyed()
del thing
time.sleep(10)
"""
BUSY = """
from flows.terminal import interrupt
later = interrupt._raise_later
def slowly():
    interrupt._raise_later = later
    later()
    time.sleep(0.3)
interrupt._raise_later = slowly
"""
"""The machine is so busy that the second Ctrl-C comes while the first is still being handled."""
PROGRAM = """
import signal
import time
from flows.terminal.interrupt import heed_interrupts

def strike():
{code}

heed_interrupts()
try:
    strike()
    print("went on")
except KeyboardInterrupt:
    print("stopped")
"""


def program(code: str) -> str:
    return PROGRAM.format(code=textwrap.indent(code, "    "))


@pytest.mark.parametrize("sign", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    "code", [HALF_MADE, DESTROYED, BUSY + DESTROYED], ids=["half made", "destroyed", "busy"]
)
def test_it_stops_and_says_nothing_else(code: str, sign: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", program(code.replace("SIGINT", sign))],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "stopped\n", "")


def test_where_it_is_ignored_it_stays_ignored() -> None:
    run = subprocess.run(
        [sys.executable, "-c", program("signal.raise_signal(signal.SIGINT)")],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "went on\n", "")


@pytest.mark.parametrize(("sign", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_the_exit_code_says_what_stopped_it(sign: str, code: int) -> None:
    ending = "from flows.terminal.interrupt import exit_code\nraise SystemExit(exit_code())"
    run = subprocess.run(
        [sys.executable, "-c", program(f"signal.raise_signal(signal.{sign})") + ending],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (run.returncode, run.stdout, run.stderr) == (code, "stopped\n", "")
