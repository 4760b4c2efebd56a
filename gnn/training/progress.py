"""Prints the progress of a training, with its rate and the time that is left."""

from time import monotonic


class ProgressPrinter:
    """Prints a line for each report: the work done, its rate, and the time left of this part."""

    def __init__(self) -> None:
        self._line = ""
        self._began, self._first, self._last = 0.0, 0, 0

    def __call__(self, line: str, done: int, most: int) -> None:
        """Print one report of a training, whose parts follow one another."""
        now = monotonic()
        if line != self._line or done < self._last:
            self._line, self._began, self._first = line, now, done
        self._last = done
        told = f"{line}: {done:,}/{most:,}"
        seconds, units = now - self._began, done - self._first
        if seconds > 0 and units > 0:
            rate = units / seconds
            told += f", {rate:,.3g}/s" if rate < 1000 else f", {rate:,.0f}/s"
            told += f", {(most - done) / rate:,.0f} s left"
        print(told, flush=True)
