"""Text of a library file, line by line, gzipped or not, with faults told as the user's."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from chem.errors import InputError

MAX_LINE = 10_000_000
"""Bytes. A longer line means that the file is not what its name says."""

_GZIP = b"\x1f\x8b"


class Line(NamedTuple):
    """A line of the file with its line break, counted from 1."""

    number: int
    text: str


def is_gzipped(path: Path) -> bool:
    """Tell by the name: ``.gz`` and nothing else means gzip."""
    return path.suffix.lower() == ".gz"


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a plain or gzipped file for reading; every fault of the file raises InputError."""
    try:
        with path.open("rb") as start:
            magic = start.read(2)
        if is_gzipped(path) and magic != _GZIP:
            raise InputError(
                f"{path}: the name ends in .gz but the content is not gzip; rename it or gzip it"
            )
        if not is_gzipped(path) and magic == _GZIP:
            raise InputError(f"{path}: the content is gzip; add .gz to the file's name")
        with gzip.open(path) if is_gzipped(path) else path.open("rb") as stream:
            yield cast(IO[bytes], stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path}: the gzip data is damaged or cut off ({error}); fetch or write the file again"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be read ({reason}); give a readable file") from error


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a UTF-8 file without its byte-order mark; ``\\r\\n`` stays as it is.

    Raises InputError, with the line, for bytes that are not UTF-8 and for damaged gzip data.
    """
    with open_bytes(path) as stream:
        number = 0
        while raw := stream.readline(MAX_LINE):
            number += 1
            if number == 1:
                if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise InputError(f"{path}: found UTF-16 text, expected UTF-8; save it as UTF-8")
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if len(raw) >= MAX_LINE:
                raise InputError(
                    f"{path}: line {number} is longer than {MAX_LINE:,} bytes; "
                    "expected a text file with one compound a line"
                )
            try:
                yield Line(number, raw.decode())
            except UnicodeDecodeError as error:
                found = f"byte 0x{raw[error.start]:02x} at position {error.start + 1}"
                raise InputError(
                    f"{path}: line {number} is not UTF-8 text ({found}); save the file as UTF-8"
                ) from error
