"""Opens files only where they are files; small ones of settings and facts are parsed within bounds.

A pipe or a device would be waited for, or never end. JSON and TOML of strangers may be nested a
million times, hold half a letter that nothing can print, or take time by the square of their size.
"""

import errno
import hashlib
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from chem.errors import InputError

MOST = 16_000_000
"""Bytes of a file of facts in JSON, which may take twenty times as much room when it is read."""
MOST_SETTINGS = 2_000_000
"""Bytes of a file of settings in TOML, of which Python reads a megabyte in a second."""
DEEPEST = 100
"""Tables and lists inside each other."""
_HALF_LETTER = re.compile(r"\\u[dD][89a-fA-F]")
_PART_OF_KEY = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_PART_OF_KEY}){{{DEEPEST}}}")
"""A dotted key of so many parts: reading one takes time by the square of their number."""
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


@contextmanager
def read_or_said(path: str | Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be read into InputError, one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be read ({reason}); give a readable file") from error


def hash_file(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits; InputError if unreadable."""
    with read_or_said(path), open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parse_json(content: str | bytes) -> Any:
    """Read JSON of UTF-8; ValueError for what is none, is nested too deeply or has half letters."""
    text = content.decode() if isinstance(content, bytes) else content
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_depth(found)
    if _HALF_LETTER.search(text):
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("it holds half a letter (a lone surrogate)") from None
    return found


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file; OSError as of :func:`read_regular`.

    UnicodeDecodeError for what is not UTF-8, ValueError for what is no TOML, and for what is nested
    too deeply.
    """
    text = read_regular(path, MOST_SETTINGS).decode()
    try:
        if _LONG_KEY.search(text):
            raise RecursionError
        found = tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_depth(found)
    return found


def _check_depth(value: Any) -> None:
    """Raise ValueError for a value that is nested deeper than whoever looks at it can go."""
    level = [value]
    for _ in range(DEEPEST):
        nested = (one for one in level if isinstance(one, (dict, list)))
        level = [
            one for each in nested for one in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise ValueError("it is nested too deeply")


def _open(path: str, flags: int) -> int:
    # Not blocking: a pipe that nobody writes to is opened at once, and then refused.
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    kind = stat.S_IFMT(os.fstat(file).st_mode)
    if kind in _KINDS:
        os.close(file)
        raise OSError(errno.EINVAL, f"found {_KINDS[kind]}, expected a regular file", path)
    return file
