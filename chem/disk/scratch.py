"""Makes scratch folders that vanish with their process, or with the next one if it was killed.

A killed process cannot tidy up. So each folder holds a file that its process keeps locked. A folder
of this user whose lock is free is left over, and the next process that makes a scratch folder in
the same place removes it.
"""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir

from chem.errors import InputError

PREFIX = "hitlist-"
_OWNER, _NEW = ".owner", ".owner.new"
_HOUR = 3600.0
"""Age from which an empty folder without a lock counts as left over: a newer one is being made."""


@contextmanager
def scratch_folder(prefix: str = PREFIX, parent: Path | None = None) -> Iterator[Path]:
    """Make a folder that only this user may enter, for as long as the block lasts.

    parent: the system's temporary folder (``TMPDIR``) by default. Folders of killed processes with
    the same prefix are removed from it. Files that cannot be removed at the end stay. Raises
    InputError if no folder can be made.
    """
    where, remedy = str(parent), "fix that and repeat the command"
    if parent is None:
        where = "the temporary folder"
        remedy = "set TMPDIR to a folder that can be written"
    lock = -1
    try:
        try:
            where = str(parent or gettempdir())
            remove_abandoned(Path(where), prefix)
            made = TemporaryDirectory(prefix=prefix, dir=where, ignore_cleanup_errors=True)
            lock = _lock(Path(made.name))
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(f"{where} cannot be written ({reason}); {remedy}") from error
        with made as name:
            yield Path(name)
    finally:
        if lock != -1:
            os.close(lock)


def remove_abandoned(parent: Path, prefix: str = PREFIX) -> None:
    """Remove scratch folders of this user whose processes are gone; report no errors."""
    with suppress(OSError):
        for path in parent.iterdir():
            if path.name.startswith(prefix):
                with suppress(OSError):
                    _remove_if_abandoned(path)


def find_abandoned(parent: Path, prefix: str = PREFIX) -> list[Path]:
    """Return the scratch folders of this user whose processes are gone; report no errors."""
    found = []
    with suppress(OSError):
        for path in sorted(parent.iterdir()):
            if path.name.startswith(prefix):
                with suppress(OSError):
                    if _is_abandoned(path):
                        found.append(path)
    return found


def _is_abandoned(folder: Path) -> bool:
    """Tell whether a folder's lock is free. Raises OSError, also if its process holds the lock."""
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        return False
    lock = os.open(folder / _OWNER, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    finally:
        os.close(lock)
    return True


def _remove_if_abandoned(folder: Path) -> None:
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        return
    try:
        lock = os.open(folder / _OWNER, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        if time.time() - about.st_mtime > _HOUR:
            (folder / _NEW).unlink(missing_ok=True)
            folder.rmdir()  # only an empty one
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _lock(folder: Path) -> int:
    """Lock a file before it gets its name, so that no process finds it unlocked."""
    lock = os.open(folder / _NEW, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(folder / _NEW, folder / _OWNER)
    except BaseException:
        os.close(lock)
        raise
    return lock
