"""Progress of a piece of work: its rate, and the time left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

MOLECULES = ("prepare", "triage", "score")
"""What is reported in molecules; of anything else only the time left is told."""
SECONDS = 1.0
"""Before this much time nothing is said: two workers that are ready at once are no rate."""


@dataclass
class Start:
    """Where a piece of work stood when it was first heard of."""

    time: float
    done: int
    last: int
    """Of what was done, the latest that was heard."""


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
