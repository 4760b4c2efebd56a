"""What each stage of a run costs: seconds, and the most memory that all its processes held."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from time import monotonic, perf_counter
from typing import TypeVar

import psutil  # type: ignore[import-untyped]

Result = TypeVar("Result")

SECONDS = 0.1
"""Between two readings."""
SHARE = 0.004
"""Of one core's time: what counting shared pages may take. It takes 3 ms for each process that
holds 700 MB, where reading its resident size takes 0.01 ms."""


class Clock:
    """Seconds and peak memory of each stage, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """Wall clock of the stages that are over."""
        self.peak_memory_mb: dict[str, float] = {}
        """Millions of bytes that this process and its descendants held together at most, each
        stage's up to now. Workers on other machines are not seen."""

    def time(self, stage: str, work: Callable[[], Result]) -> Result:
        """Do some work, and note how long it took and how much memory."""

        def note(held: int) -> None:
            self.peak_memory_mb[stage] = max(held / 1e6, self.peak_memory_mb.get(stage, 0.0))

        started = perf_counter()
        with PeakMemory(note):
            result = work()
        self.seconds[stage] = perf_counter() - started
        return result


class PeakMemory:
    """Tells how many bytes are held, ten times a second while the block runs."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self._note = note
        self._family = Family()
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
    """This process and all its descendants.

    A page that processes share counts once: Linux knows each process's proportional share of it.
    That is slow to ask, so what resident sizes count too much is asked for now and then, and
    taken off the resident sizes in between. Elsewhere resident sizes are added up.
    """

    def __init__(self) -> None:
        self._parent = psutil.Process()
        self._members: list[psutil.Process] = []
        self._twice = 0  # bytes of shared pages that the sum of resident sizes counts too often
        self._due = 0.0  # when to ask again who there is, and what they share

    def held(self) -> int:
        """Return the bytes that all hold now."""
        if monotonic() >= self._due:
            self._meet()
        return max(0, self._resident() - self._twice)

    def _meet(self) -> None:
        started = monotonic()
        self._members = [self._parent, *self._parent.children(recursive=True)]
        self._twice = sum(_counted_twice(member) for member in self._members)
        now = monotonic()
        self._due = now + max(10 * SECONDS, (now - started) / SHARE)

    def _resident(self) -> int:
        total = 0
        for member in self._members:
            try:
                total += member.memory_info().rss
            except psutil.Error:  # it is gone: those who shared with it hold more of what is left
                self._due = 0.0
        return total


def _counted_twice(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        found = process.memory_full_info()
        if hasattr(found, "pss"):
            return int(found.rss - found.pss)
    return 0
