"""Measures the cost of each stage of a run: seconds, and the peak memory of all its processes."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from time import monotonic, perf_counter
from typing import TypeVar

import psutil

Result = TypeVar("Result")

SECONDS = 0.1
"""Seconds between two readings."""
LISTING_SECONDS = 0.7
"""Seconds between two listings of the processes; one listing takes 0.6 ms."""
SHARE = 0.002
"""The share of one core's time that reading the shares of shared pages may take. It takes 3 ms for
a process that holds 700 MB, whose own memory is read in 0.01 ms."""


class Clock:
    """The seconds and peak memory of each stage, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """The elapsed seconds of the stages that are done."""
        self.peak_memory_mb: dict[str, float] = {}
        """The most memory, in millions of bytes, that this process and its descendants held
        together in each stage so far. Workers on other machines are not counted."""

    def time(self, stage: str, work: Callable[[], Result]) -> Result:
        """Do some work, and note its elapsed time and its peak memory."""

        def note(held: int) -> None:
            self.peak_memory_mb[stage] = max(held / 1e6, self.peak_memory_mb.get(stage, 0.0))

        started = perf_counter()
        with PeakMemory(note):
            result = work()
        self.seconds[stage] = perf_counter() - started
        return result


class PeakMemory:
    """A meter that reports the bytes in use, ten times a second while its block runs.

    note: called with the bytes, from a separate thread.
    pid: the process that is counted with its descendants; by default this one.
    """

    def __init__(self, note: Callable[[int], None], pid: int | None = None) -> None:
        self._note = note
        self._family = Family(pid)
        self._over = Event()
        self._thread = Thread(target=self._watch, name="hitlist-memory", daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._note(self._family.held())  # a stage shorter than one interval has a figure too
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self._note(self._family.held())

    def _watch(self) -> None:
        while not self._over.wait(SECONDS):
            self._note(self._family.held())


class Family:
    """A process, by default this one, and all its descendants.

    A page that several processes share, such as one of a library, counts once: Linux knows each
    process's proportional share of it. Reading the shares is slow, so they are read from time to
    time and whenever a process starts or ends, and are taken as constant in between. The memory of
    each process's own is read every time. On other systems the resident sizes are added up.
    """

    def __init__(self, pid: int | None = None) -> None:
        self._parent: psutil.Process | None = None
        with suppress(psutil.NoSuchProcess):
            self._parent = psutil.Process(pid)
        self._members: list[psutil.Process] = []
        self._shared = 0  # bytes of shared pages, each page once
        self._list_due = 0.0
        self._share_due = 0.0

    def held(self) -> int:
        """Return the bytes that all processes hold now."""
        now = monotonic()
        if now >= self._list_due:
            found = self._find()
            if found != self._members:
                self._members, self._share_due = found, 0.0
            self._list_due = now + LISTING_SECONDS
        if now >= self._share_due:
            self._shared = sum(_shares(member) for member in self._members)
            self._share_due = now + (monotonic() - now) / SHARE
        return max(0, self._shared + sum(_own(member) for member in self._members))

    def _find(self) -> list[psutil.Process]:
        if self._parent is None:
            return []
        try:
            return [self._parent, *self._parent.children(recursive=True)]
        except psutil.Error:
            return []


def _own(process: psutil.Process) -> int:
    """Return the resident bytes without file-backed pages, or all if the system does not tell.

    A forked process may share some of them with its parent; the result of ``_shares`` corrects for
    that.
    """
    try:
        found = process.memory_info()
    except psutil.Error:  # the process has ended
        return 0
    return int(found.rss - getattr(found, "shared", 0))


def _shares(process: psutil.Process) -> int:
    """Return the proportional share of all pages, less the result of ``_own``."""
    with suppress(psutil.Error):
        found = process.memory_full_info()
        if hasattr(found, "pss"):
            return int(found.pss - (found.rss - found.shared))
    return 0
