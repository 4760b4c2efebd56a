"""Marks the files that a process uses, so that no other process removes them, and their last use.

A mark is a shared lock (``flock``) on a file or a folder that is there anyway. It ends with the
process at the latest, even if that is killed, and a cache that may only be read can be marked too.
Where a file system has no locks, nothing is marked.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

_MARKS: ContextVar[list[int] | None] = ContextVar("marks", default=None)
_TRIES, _PAUSE = 10, 0.05
"""Tries to mark, and seconds between two: a listing looks at each lock for an instant."""


@contextmanager
def marking() -> Iterator[None]:
    """Keep the marks that are made in this block until it ends."""
    marks: list[int] = []
    token = _MARKS.set(marks)
    try:
        yield
    finally:
        _MARKS.reset(token)
        for handle in marks:
            _close(handle)


def mark_in_use(path: Path) -> bool:
    """Mark a file or a folder as in use until the block of ``marking`` ends.

    Returns False if it is missing, or is being removed. Outside such a block nothing is marked.
    """
    marks = _MARKS.get()
    if marks is None:
        return path.exists()
    for _ in range(_TRIES):
        handle = _open(path)
        if handle is None:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            time.sleep(_PAUSE)
            continue
        except OSError:  # a file system without locks
            os.close(handle)
            return True
        if _is_still(handle, path):
            marks.append(handle)
            return True
        os.close(handle)
    return False


@contextmanager
def claim(path: Path) -> Iterator[bool]:
    """Keep others from marking a file or a folder while the block runs.

    Yields False if it is in use. A missing path, or one on a file system without locks, is not.
    """
    handle = _open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    if handle is None:
        yield True
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        except OSError:
            free = True
        yield free
    finally:
        _close(handle)


def is_marked(path: Path) -> bool:
    """Tell whether a process uses a file or a folder now; a missing one is not used."""
    with claim(path) as free:
        return not free


def record_use(folder: Path) -> None:
    """Set a folder's time of last use, if it may be written."""
    with suppress(OSError):
        os.utime(folder)


def _open(path: Path, mode: int = os.O_RDONLY) -> int | None:
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with suppress(OSError):
        return os.open(path, mode | flags)
    with suppress(OSError):
        return os.open(path, os.O_RDONLY | flags)
    return None


def _is_still(handle: int, path: Path) -> bool:
    """Tell whether an open file still has its name."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.lstat())
    return False


def _close(handle: int) -> None:
    with suppress(OSError):  # child processes may hold copies of the handle
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)
