"""The lock of a folder: one run at a time writes there."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Self

from filelock import FileLock, Timeout

from chem.disk.files import make_folder, open_unshared, remove_leftovers
from chem.errors import InputError
from screening.errors import BusyError, told_in_one_line

LOCK = ".lock"
"""The lock file, which stays in the folder when the lock is released."""
PATIENCE = 0.5
"""Seconds to wait for a lock in any case: a listing or a removal of old folders may hold it for an
instant."""
TRIES = 5
"""Tries to lock a folder that a removal of old folders takes away at that moment."""
MOST_WAIT = 7200.0
"""The longest wait for another run that does the same work, in seconds."""
_POLL = 5.0
"""The time between two calls that tell of the wait, in seconds."""
Waiting = Callable[[float], None]
"""A callback with the seconds of the wait so far."""


class Lock:
    """A lock that allows one run at a time in a folder, which is made if it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / LOCK, timeout=0)

    def acquire(self, patience: float = 0.0, waiting: Waiting | None = None) -> None:
        """Take the lock, and remove half-written files of a killed run.

        Args:
            patience: The seconds to wait for another run that holds the lock.
            waiting: A callback that is told of the wait every few seconds.

        Raises:
            InputError: Another run holds the lock.
            BusyError: Another run still held the lock at the end of a wait of ``patience``.
        """
        with told_in_one_line(self.folder):
            for left in reversed(range(TRIES)):
                try:
                    self._wait(max(PATIENCE, patience), waiting)
                    break
                except FileNotFoundError:  # the folder was removed meanwhile
                    if not left:
                        raise
            remove_leftovers(self.folder)

    def _wait(self, patience: float, waiting: Waiting | None) -> None:
        """Make the folder and take the lock, or raise InputError or BusyError."""
        make_folder(self.folder)
        with suppress(FileExistsError):
            path = self.folder / LOCK
            os.close(open_unshared(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        begun = monotonic()
        while not self._take(min(_POLL, max(0.0, patience + begun - monotonic()))):
            waited = monotonic() - begun
            if waited >= patience > PATIENCE:
                raise BusyError(
                    f"{self.folder} is in use by another run, which does the same work and was not "
                    f"done after {waited / 60:.0f} minutes; run again when it has ended: what it "
                    "finished is used"
                )
            if waited >= patience:
                raise InputError(
                    f"{self.folder} is in use by another run; wait for it, or name another folder"
                )
            if waiting is not None:
                waiting(waited)

    def _take(self, seconds: float) -> bool:
        """Try to take the lock for some seconds."""
        try:
            self._lock.acquire(timeout=seconds, poll_interval=0.2)
        except Timeout:  # a subclass of OSError, which would be told as a disk fault
            return False
        return True

    @property
    def held(self) -> bool:
        """True if this process holds the lock."""
        return self._lock.is_locked

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()
