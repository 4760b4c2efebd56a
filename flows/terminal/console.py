"""Words for a person on stderr: notes and complaints; results go to stdout."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
