"""Files opened only where they are files: a pipe or a device would be waited for, or never end."""

import errno
import json
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any

MOST = 64_000_000
"""Bytes of a file of settings or facts, such as JSON or TOML; 64 MB."""
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: str | Path) -> BufferedReader:
    """Open a file for reading; OSError also for what is no regular file, without waiting for it.

    Its ``strerror`` says what was found, so that whoever tells of an OSError tells of this one.
    """
    return open(path, "rb", opener=_open)


def read_regular(path: str | Path, most: int = MOST) -> bytes:
    """Read a whole file; OSError as of :func:`open_regular`, and for one of more bytes."""
    with open_regular(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"found more than {most:,} bytes, expected fewer", str(path))
    return content


def read_regular_text(path: str | Path) -> str:
    """Read a whole file of UTF-8; raises OSError as :func:`read_regular`, or UnicodeDecodeError."""
    return read_regular(path).decode()


def parse_json(content: str | bytes) -> Any:
    """Read JSON; ValueError for what is none, and for what is nested too deeply to be read."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _open(path: str, flags: int) -> int:
    # Not blocking: a pipe that nobody writes to is opened at once, and then refused.
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    kind = stat.S_IFMT(os.fstat(file).st_mode)
    if kind in _KINDS:
        os.close(file)
        raise OSError(errno.EINVAL, f"found {_KINDS[kind]}, expected a regular file", path)
    return file
