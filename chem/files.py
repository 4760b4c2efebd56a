"""Files that are either whole or not there: written beside, flushed, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TextIO


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that becomes ``path`` when the block ends well.

    It keeps the suffix, for writers that go by it. After an error ``path`` is untouched and
    the temporary file is gone.
    """
    temporary = path.with_name(f".{token_hex(4)}.{path.name}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


@contextmanager
def open_atomic(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text stream for ``path`` that leaves line ends as written."""
    with atomic_path(path) as temporary, temporary.open("x", encoding="utf-8", newline="") as file:
        yield file


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a whole file at once; text becomes UTF-8 with its line ends as they are."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system lets a folder be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
