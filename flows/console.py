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
from rich.table import Table
from rich.text import Text

from flows.pace import Pace, progress_line

Report = Callable[[str, int, int | None], None]
"""Called with what is being done, how much is done, and of how much (None: not known)."""

PLAIN_SECONDS = 10.0
"""Where stderr is no terminal, a line of progress at most this often."""


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The user pressed Ctrl-C; the message says how to go on."""


def complain(message: str) -> None:
    """Say what is wrong in one line on stderr."""
    print(f"hitlist: {printable(' '.join(message.split()))}", file=sys.stderr)


def note(message: str) -> None:
    """Say something on stderr, beside the result."""
    print(printable(message), file=sys.stderr)


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
        yield _plain_report()
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
        pace = Pace()

        def report(what: str, done: int, total: int | None) -> None:
            key = "" if one_bar else what
            if key not in known:
                known[key] = bars.add_task(what, total=total, pace="")
            told = "" if one_bar else pace.tell(what, done, total)
            bars.update(known[key], description=what, completed=done, total=total, pace=told)

        yield report


def _plain_report() -> Report:
    last = monotonic()
    pace = Pace()

    def report(what: str, done: int, total: int | None) -> None:
        nonlocal last
        told = pace.tell(what, done, total)  # every report, said or not
        if monotonic() - last >= PLAIN_SECONDS:
            last = monotonic()
            note(progress_line(what, done, total, told))

    return report


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
    table = Table(title=Text(title) if title else None, title_justify="left")
    for at, header in enumerate(headers):
        right = at >= len(headers) - numbers
        table.add_column(Text(header), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)
