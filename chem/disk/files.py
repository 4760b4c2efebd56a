"""Files that are either whole or not there: written beside, flushed, then renamed.

What is made keeps to the user's umask, and nobody but the owner and the group may ever write it,
not even under the umask 000.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import TextIO

from chem.errors import InputError

_NO_SYNC = {errno.EINVAL, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP}
"""A file system says so that cannot flush a folder; anything else means that data may be lost."""
_LEFTOVER = re.compile(r"\.[0-9a-f]{8}\.[^/]+", re.DOTALL)
_PARTS = ".parts"
"""Ends the name of a folder of ``scratch_beside``."""
_FILE_MODE, _FOLDER_MODE = 0o664, 0o775
"""Before the umask takes its part."""


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that becomes ``path`` when the block ends well.

    It is an empty file to be written over, and keeps the suffix, for writers that go by it. After
    an error ``path`` is untouched and the temporary file is gone.
    """
    temporary = path.with_name(f".{token_hex(4)}.{path.name}")
    try:
        os.close(open_unshared(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """A folder beside ``path`` for what its writer needs until the block ends.

    Only this user may enter it. What a killed writer left of it ``remove_leftovers`` removes.
    """
    folder = path.with_name(f".{token_hex(4)}.{path.name}{_PARTS}")
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        rmtree(folder)


@contextmanager
def open_atomic(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text stream for ``path`` that leaves line ends as written."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        yield file


def write_atomic(path: Path, content: bytes | memoryview | str) -> None:
    """Write a whole file at once; text becomes UTF-8 with its line ends as they are.

    Raises OSError where it cannot be written, or cannot be said to be on the disk.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def write_or_say(path: Path, content: bytes | memoryview | str) -> None:
    """Write like ``write_atomic``; raises InputError, one line, where that fails."""
    with written_or_said(path):
        write_atomic(path, content)


@contextmanager
def written_or_said(path: Path) -> Iterator[None]:
    """Turn what the system says of a path that cannot be written into InputError, one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"{path} cannot be written ({reason}); mend that and give the command again"
        ) from error


def open_unshared(path: str | os.PathLike[str], flags: int) -> int:
    """Open a file as ``open`` asks an ``opener`` to; one that is made others cannot write.

    Raises OSError for a symbolic link, whose target would be written.
    """
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), _FILE_MODE)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, and make their names durable.

    Raises OSError where that fails, FileExistsError for a file of that name.
    """
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    for one in reversed(missing):
        with suppress(FileExistsError):  # another process was quicker
            one.mkdir(_FOLDER_MODE)
        sync_folder(one.parent)
    if not folder.is_dir():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))


def remove_durably(*paths: Path) -> None:
    """Remove files that may be missing, so that no power loss brings one back.

    For a file that vouches for others, before one of them is written anew. Raises OSError.
    """
    folders = []
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
            folders.append(path.parent)
    for folder in dict.fromkeys(folders):
        sync_folder(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what a writer left that was killed before it could rename its file.

    For a folder that is locked: nobody else writes there.
    """
    for path in folder.iterdir():
        if is_leftover(path.name) and not path.is_symlink():
            with suppress(OSError):  # litter of another user does no harm
                if path.is_dir() and path.suffix == _PARTS:
                    rmtree(path)
                elif path.is_file():
                    path.unlink()


def is_leftover(name: str) -> bool:
    """Tell whether a file is one of ``atomic_path``, or a folder of ``scratch_beside``.

    >>> is_leftover(".1a2b3c4d.hits.csv"), is_leftover("hits.csv"), is_leftover(".lock")
    (True, False, False)
    """
    return _LEFTOVER.fullmatch(name) is not None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where its file system can.

    Raises OSError for a fault of the disk.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
