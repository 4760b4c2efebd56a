"""Defines the root of our exceptions, and InputError, which means that the user can fix it.

A machine that only trains has this file too, but no RDKit: nothing is imported here.
"""

import re

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def in_one_line(message: object) -> str:
    """Return a message in which each run of line breaks and control characters is one blank."""
    return _BREAKS.sub(" ", str(message))


class HitlistError(Exception):
    """Any exception that this program raises by a class of its own."""


class InputError(HitlistError, ValueError):
    """A mistake in what the user gave: a file, a column, a name, a value.

    The message is one line that says what was found, what was expected and what to do. Text that it
    quotes, such as a path, may hold line breaks: they become blanks.
    The command line prints it and exits with code 2; it never shows a traceback for it.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(in_one_line(message))


class IncompleteLibraryError(InputError):
    """A library file that is not whole, or may not be: it is still being copied, or was cut.

    The same file may be whole a few minutes later, so that a nightly run tries again.
    """
