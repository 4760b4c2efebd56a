"""Messages on stderr: notes and errors. Results go to stdout."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The user pressed Ctrl-C, or SIGTERM arrived. The message says how to resume."""


def complain(message: str) -> None:
    """Print an error as one line on stderr."""
    print(f"hitlist: {printable(' '.join(message.split()))}", file=sys.stderr)


def note(message: str) -> None:
    """Print a message on stderr."""
    print(printable(message), file=sys.stderr)


def note_if(message: str) -> None:
    """Print a message on stderr unless it is empty."""
    if message:
        note(message)


def printable(text: str) -> str:
    """Replace the control characters of a text except tabs and line breaks."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


@contextmanager
def stoppable(advice: str) -> Iterator[None]:
    """Turn Ctrl-C into one line with advice on how to resume."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(f"stopped; {advice}") from None
