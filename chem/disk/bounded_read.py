"""Opens regular files only; parses small files of settings and facts within bounds.

Opening a pipe or a device could wait for ever, and reading it might never end. JSON and TOML from
outside may be nested a million levels deep, hold a lone surrogate that cannot be printed, or take
time that grows with the square of their size.
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
"""Bytes of a JSON file of facts, which may take twenty times as much memory once read."""
MOST_SETTINGS = 2_000_000
"""Bytes of a TOML file of settings; Python reads a megabyte of it in a second."""
DEEPEST = 100
"""Levels of tables and lists inside each other."""
_HALF_LETTER = re.compile(r"\\u[dD][89a-fA-F]")
_PART_OF_KEY = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:{_PART_OF_KEY}){{{DEEPEST}}}")
"""A dotted key of so many parts: the time to read it grows with the square of their number."""
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: str | Path) -> BufferedReader:
    """Open a file for reading; raise OSError, without waiting, if it is no regular file.

    The error's ``strerror`` says what was found, so that callers report it like any other OSError.
    """
    return open(path, "rb", opener=_open)


def read_regular(path: str | Path, most: int = MOST) -> bytes:
    """Read a whole file; OSError as :func:`open_regular` raises it, and for more bytes."""
    with open_regular(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"found more than {most:,} bytes, expected fewer", str(path))
    return content


@contextmanager
def read_or_said(path: str | Path) -> Iterator[None]:
    """Turn an OSError for a file that cannot be read into an InputError of one line."""
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
    """Read UTF-8 JSON; ValueError if it is invalid, too deeply nested or has lone surrogates."""
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
            raise ValueError("it holds half a character (a lone surrogate)") from None
    return found


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        OSError: As :func:`read_regular` raises it.
        UnicodeDecodeError: The file is not UTF-8.
        ValueError: It is not TOML, or is nested too deeply.
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
    """Raise ValueError for a value nested too deeply for the functions that walk through it."""
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
    # Not blocking: a pipe without a writer is opened at once, and then refused.
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    kind = stat.S_IFMT(os.fstat(file).st_mode)
    if kind in _KINDS:
        os.close(file)
        raise OSError(errno.EINVAL, f"found {_KINDS[kind]}, expected a regular file", path)
    return file
