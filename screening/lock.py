"""One run at a time in a folder."""

from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from chem.errors import InputError
from screening.errors import told_in_one_line

LOCK = ".lock"
"""Stays in the folder when the lock is given back."""


class Lock:
    """One run at a time in a folder, which is made if it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / LOCK, timeout=0)

    def acquire(self) -> None:
        """Take it; raises InputError where another run has it."""
        with told_in_one_line(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout:  # to the system it is an OSError too
                raise InputError(
                    f"{self.folder} is in use by another run; wait for it, or name another folder"
                ) from None

    @property
    def held(self) -> bool:
        """Whether it was taken here."""
        return self._lock.is_locked

    def release(self) -> None:
        """Give it back."""
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()
