import subprocess
import sys
import threading
from pathlib import Path
from time import sleep

import psutil
import pytest

from screening.dask_cluster.stage_costs import Clock, Family

HOLD = "import os, sys, time; held = b'x' * {bytes}; {then}; print(flush=True); {wait}"


def hold(megabytes: int, wait: str, then: str = "pass") -> list[str]:
    """A program that holds memory, says so, and waits."""
    code = HOLD.format(bytes=megabytes * 1_000_000, wait=wait, then=then)
    return [sys.executable, "-c", code]


def test_stages_have_seconds_and_peak_memory_in_order() -> None:
    def make() -> str:
        sleep(0.3)
        return "made"

    clock = Clock()
    assert clock.time("first", make) == "made"
    clock.time("second", lambda: None)
    assert list(clock.seconds) == list(clock.peak_memory_mb) == ["first", "second"]
    assert 0.3 <= clock.seconds["first"] < 30
    resident = psutil.Process().memory_info().rss / 1e6
    assert all(0.2 * resident < peak < 5 * resident for peak in clock.peak_memory_mb.values())


def test_memory_of_descendants_counts_though_it_is_gone_at_the_end() -> None:
    clock = Clock()
    clock.time("idle", lambda: None)
    inner = hold(400, "time.sleep(1.6)")
    outer = [sys.executable, "-c", f"import subprocess; subprocess.run({inner!r})"]
    clock.time("busy", lambda: subprocess.run(outer, check=True, capture_output=True))
    grown = clock.peak_memory_mb["busy"] - clock.peak_memory_mb["idle"]
    # This process's own part may fall by a few MB, as others that start share its pages.
    assert 390 < grown < 500


def test_a_peak_is_known_while_the_stage_goes_on() -> None:
    clock = Clock()
    assert clock.time("hand_over", lambda: clock.peak_memory_mb["hand_over"]) > 0
    assert "hand_over" not in clock.seconds or clock.seconds["hand_over"] > 0


def test_a_stage_that_fails_leaves_no_thread_behind() -> None:
    def fail() -> None:
        raise ValueError("no")

    before = threading.active_count()
    with pytest.raises(ValueError, match="no"):
        Clock().time("bad", fail)
    assert threading.active_count() == before


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux tells shares")
def test_pages_that_processes_share_count_once() -> None:
    words = hold(200, "sys.stdin.read()", "held += b'y'; os.fork(); os.fork()")
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        for _ in range(4):  # all are there
            parent.stdout.readline()
        held = Family(parent.pid).held()
        every = psutil.Process(parent.pid)
        resident = [one.memory_info().rss for one in (every, *every.children(recursive=True))]
        parent.communicate()  # their input ends, and so do they
    assert sum(resident) > 800e6
    assert 200e6 < held < 300e6


def test_a_family_that_is_gone_holds_nothing() -> None:
    with subprocess.Popen(hold(1, "pass"), stdout=subprocess.DEVNULL) as process:
        family = Family(process.pid)
    assert family.held() == 0
