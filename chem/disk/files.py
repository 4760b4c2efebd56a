"""Writes files that are either whole or not there: written beside, flushed, then renamed.

New files and folders follow the user's umask, and only the owner and the group may ever write them,
even under the umask 000.
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
"""Errors of a file system that cannot flush a folder; any other may mean that data are lost."""
_LEFTOVER = re.compile(r"\.[0-9a-f]{8}\.[^/]+", re.DOTALL)
_PARTS = ".parts"
"""Suffix of the name of a folder of ``scratch_beside``."""
_FILE_MODE, _FOLDER_MODE = 0o664, 0o775
"""Modes before the umask is applied."""


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder that becomes ``path`` when the block ends well.

    It is an empty file to be overwritten, and keeps the suffix for writers that depend on it. After
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
    """Yield a folder beside ``path`` for temporary files of its writer, until the block ends.

    Only this user may enter it. ``remove_leftovers`` removes the folder of a killed writer.
    """
    folder = path.with_name(f".{token_hex(4)}.{path.name}{_PARTS}")
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        rmtree(folder)


@contextmanager
def open_atomic(path: Path) -> Iterator[TextIO]:
    """Yield a UTF-8 text stream for ``path`` that leaves line ends as written."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        yield file


def write_atomic(path: Path, content: bytes | memoryview | str) -> None:
    """Write a whole file at once; text is encoded as UTF-8 with its line ends unchanged.

    Raises OSError if the file cannot be written, or if the disk does not confirm it.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def write_or_say(path: Path, content: bytes | memoryview | str) -> None:
    """Write like ``write_atomic``; raise InputError, one line, if that fails."""
    with written_or_said(path):
        write_atomic(path, content)


@contextmanager
def written_or_said(path: Path) -> Iterator[None]:
    """Turn an OSError for a path that cannot be written into an InputError of one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"{path} cannot be written ({reason}); fix that and repeat the command"
        ) from error


def open_unshared(path: str | os.PathLike[str], flags: int) -> int:
    """Open a file as an ``opener`` of ``open``; others cannot write a file that this creates.

    Raises OSError for a symbolic link, because its target would be written.
    """
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), _FILE_MODE)


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, and make their names durable.

    Raises OSError if that fails, FileExistsError for a file of that name.
    """
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    for one in reversed(missing):
        with suppress(FileExistsError):  # another process made it first
            one.mkdir(_FOLDER_MODE)
        sync_folder(one.parent)
    if not folder.is_dir():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))


def remove_durably(*paths: Path) -> None:
    """Remove files, if they exist, so that no power loss brings one back.

    Call it on a file that vouches for others before one of them is rewritten. Raises OSError.
    """
    folders = []
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
            folders.append(path.parent)
    for folder in dict.fromkeys(folders):
        sync_folder(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove files and folders of a writer that was killed before it could rename its file.

    The folder must be locked, so that no other process writes there.
    """
    for path in folder.iterdir():
        if is_leftover(path.name) and not path.is_symlink():
            with suppress(OSError):  # leftovers of another user do no harm
                if path.is_dir() and path.suffix == _PARTS:
                    rmtree(path)
                elif path.is_file():
                    path.unlink()


def is_leftover(name: str) -> bool:
    """Tell whether a name is that of a file of ``atomic_path`` or a folder of ``scratch_beside``.

    >>> is_leftover(".1a2b3c4d.hits.csv"), is_leftover("hits.csv"), is_leftover(".lock")
    (True, False, False)
    """
    return _LEFTOVER.fullmatch(name) is not None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, if its file system can do that.

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
