"""One run at a time in a folder."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from chem.disk.files import is_leftover, make_folder, open_unshared, remove_leftovers
from chem.errors import InputError
from screening.errors import told_in_one_line

LOCK = ".lock"
"""Stays in the folder when the lock is given back."""


def is_unused(folder: Path) -> bool:
    """Tell whether a folder is missing, or holds nothing but what is made before any work.

    A command that was stopped so early can be given again. Raises OSError where it cannot be read.
    """
    if not folder.is_dir():
        return not folder.exists()
    return all(path.name == LOCK or is_leftover(path.name) for path in folder.iterdir())


class Lock:
    """One run at a time in a folder, which is made if it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / LOCK, timeout=0)

    def acquire(self) -> None:
        """Take it, and remove what a killed run left half written.

        Raises InputError where another run has it.
        """
        with told_in_one_line(self.folder):
            make_folder(self.folder)
            with suppress(FileExistsError):
                path = self.folder / LOCK
                os.close(open_unshared(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            try:
                self._lock.acquire()
            except Timeout:  # to the system it is an OSError too
                raise InputError(
                    f"{self.folder} is in use by another run; wait for it, or name another folder"
                ) from None
            remove_leftovers(self.folder)

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
