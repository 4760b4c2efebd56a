"""Progress of a stage, with its rate and the time left, shown as bars or as lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from flows.terminal.console import note, printable

Report = Callable[[str, int, int | None], None]
"""Called with the name of the stage, the amount done, and the total (None: unknown)."""

PLAIN_SECONDS = 10.0
"""The least time between two lines of progress if stderr is not a terminal, in seconds."""
MOLECULES = ("prepare", "triage", "score")
"""Stages that count molecules. For all others only the time left is shown."""
SECONDS = 1.0
"""Time before the first rate, in seconds: two workers that finish at once are no rate."""


@dataclass
class Start:
    """The state of a stage in its first report."""

    time: float
    done: int
    last: int
    """The amount done in the latest report."""


class ProgressRate:
    """Computes the rate of each stage and the time left from its progress reports.

    The first report includes the work of earlier runs, which does not count in the rate.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._starts: dict[str, Start] = {}

    def tell(self, what: str, done: int, total: int | None) -> str:
        """Record a report and return a text such as ``1,234 molecules/s, 0:00:42 left``.

        The text is empty while no rate is known. Without a total it holds only the rate.
        """
        now = self._now()
        start = self._starts.get(what)
        if start is None or done < start.last:  # fewer than before: the stage starts again
            start = self._starts[what] = Start(now, done, done)
        start.last = done
        seconds = now - start.time
        if seconds < SECONDS or done <= start.done:
            return ""
        rate = (done - start.done) / seconds
        words = [f"{rate:,.0f} molecules/s"] if what in MOLECULES else []
        if total is not None:
            words.append(f"{timedelta(seconds=round(max(0, total - done) / rate))} left")
        return ", ".join(words)


def progress_line(what: str, done: int, total: int | None, rate: str) -> str:
    """Return a report as a line: ``score: 5,000 of 20,000 (1,234 molecules/s, 0:00:12 left)``."""
    counted = f"{what}: {done:,}" + ("" if total is None else f" of {total:,}")
    return f"{counted} ({rate})" if rate else counted


@contextmanager
def progress(one_bar: bool = False) -> Iterator[Report]:
    """Yield a function that shows progress: bars on a terminal, occasional lines elsewhere.

    Args:
        one_bar: show one bar whose text changes, for work whose stage changes at every step.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        lines = _Lines()
        yield lines.report
        lines.end()  # not after a failure: the stage did not end
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[pace]}", markup=False),
    )
    with Progress(*columns, console=console) as bars:
        known: dict[str, TaskID] = {}
        rate = ProgressRate()

        def report(what: str, done: int, total: int | None) -> None:
            key = "" if one_bar else what
            if key not in known:
                known[key] = bars.add_task(printable(what), total=total, pace="")
            told = "" if one_bar else rate.tell(what, done, total)
            shown = printable(what)
            bars.update(known[key], description=shown, completed=done, total=total, pace=told)

        yield report


class _Lines:
    """Progress as lines: occasional ones, and the end of each stage that had any."""

    def __init__(self) -> None:
        self._last = monotonic()
        self._rate = ProgressRate()
        self._what = ""
        self._unsaid = ""
        self._begun = False

    def report(self, what: str, done: int, total: int | None) -> None:
        """Record a report and print it if the last line is old enough."""
        if what != self._what:
            self.end()
            self._what, self._begun = what, False
        told = self._rate.tell(what, done, total)  # every report, printed or not
        self._unsaid = progress_line(what, done, total, "")  # the last line needs no rate
        if monotonic() - self._last >= PLAIN_SECONDS:
            note(progress_line(what, done, total, told))
            self._last, self._begun, self._unsaid = monotonic(), True, ""

    def end(self) -> None:
        """Print the end of a stage that printed earlier lines."""
        if self._begun and self._unsaid:
            note(self._unsaid)
        self._unsaid = ""
