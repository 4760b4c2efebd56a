"""Progress of a piece of work: its rate and the time left, shown as bars or as lines."""

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
"""Called with what is being done, how much is done, and of how much (None: not known)."""

PLAIN_SECONDS = 10.0
"""Time between two lines of progress, at least, where stderr is no terminal."""
MOLECULES = ("prepare", "triage", "score")
"""Stages that are reported in molecules; of any other only the time left is told."""
SECONDS = 1.0
"""Before this much time nothing is said: two workers that are ready at once are no rate."""


@dataclass
class Start:
    """A piece of work as it stood in its first report."""

    time: float
    done: int
    last: int
    """The same of its latest report."""


class ProgressRate:
    """Tells the rate of each piece of work, and the time left, from its progress reports.

    The first report is where the work stood when it went on: what was done by an earlier run is
    in it, and counts for nothing in the rate.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._starts: dict[str, Start] = {}

    def tell(self, what: str, done: int, total: int | None) -> str:
        """Take in a report, and return such as ``1,234 molecules/s, 0:00:42 left``.

        Empty while nothing can be said. Without a total only the rate is told.
        """
        now = self._now()
        start = self._starts.get(what)
        if start is None or done < start.last:  # fewer than before: the same work begins again
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
    """Return a report in words: ``score: 5,000 of 20,000 (1,234 molecules/s, 0:00:12 left)``."""
    counted = f"{what}: {done:,}" + ("" if total is None else f" of {total:,}")
    return f"{counted} ({rate})" if rate else counted


@contextmanager
def progress(one_bar: bool = False) -> Iterator[Report]:
    """Give a function that shows progress: bars on a terminal, a line now and then elsewhere.

    one_bar: what is being done changes at every step, so it is one bar's text.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        lines = _Lines()
        yield lines.report
        lines.end()  # not where it failed: that was no end
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
    """Progress as lines: one now and then, and the end of each stage of which any was said."""

    def __init__(self) -> None:
        self._last = monotonic()
        self._rate = ProgressRate()
        self._what = ""
        self._unsaid = ""
        self._begun = False

    def report(self, what: str, done: int, total: int | None) -> None:
        """Take in a report, and say it where the last line is old enough."""
        if what != self._what:
            self.end()
            self._what, self._begun = what, False
        told = self._rate.tell(what, done, total)  # every report, said or not
        self._unsaid = progress_line(what, done, total, "")  # at the end no rate matters
        if monotonic() - self._last >= PLAIN_SECONDS:
            note(progress_line(what, done, total, told))
            self._last, self._begun, self._unsaid = monotonic(), True, ""

    def end(self) -> None:
        """Say where the stage ended, of which earlier lines were seen."""
        if self._begun and self._unsaid:
            note(self._unsaid)
        self._unsaid = ""
