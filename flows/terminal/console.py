"""What a person sees: results on stdout, progress and complaints on stderr."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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

from flows.terminal.progress import ProgressRate, progress_line
from flows.terminal.tables import TerminalTable

Report = Callable[[str, int, int | None], None]
"""Called with what is being done, how much is done, and of how much (None: not known)."""

PLAIN_SECONDS = 10.0
"""Where stderr is no terminal, a line of progress at most this often."""


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The user pressed Ctrl-C, or a SIGTERM came; the message says how to go on."""


def complain(message: str) -> None:
    """Say what is wrong in one line on stderr."""
    print(f"hitlist: {printable(' '.join(message.split()))}", file=sys.stderr)


def note(message: str) -> None:
    """Say something on stderr, beside the result."""
    print(printable(message), file=sys.stderr)


def note_if(message: str) -> None:
    """Say something on stderr where there is something to say."""
    if message:
        note(message)


def printable(text: str) -> str:
    """Return text whose control characters cannot act on a terminal; line breaks stay."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


@contextmanager
def stoppable(advice: str) -> Iterator[None]:
    """Turn Ctrl-C into one line with advice on how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(f"stopped; {advice}") from None


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


def show_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", numbers: int = 0
) -> None:
    """Show a table on stdout: drawn on a terminal, tab-separated lines in a pipe.

    numbers: how many of the last columns are numbers, to be aligned right.
    """
    console = Console()
    if not console.is_terminal:
        for row in (headers, *rows):
            print("\t".join(printable(" ".join(cell.split())) for cell in row))
        return
    head, *shown = [[printable(cell) for cell in row] for row in (headers, *rows)]
    console.print(TerminalTable(head, shown, printable(title), numbers))


def terminal_width() -> int | None:
    """Return how many cells a line on stdout has; None where it is no terminal."""
    console = Console()
    return console.width if console.is_terminal else None
