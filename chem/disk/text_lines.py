r"""Reads the text of a library file line by line, gzipped or not; faults are the user's errors.

UTF-8 is expected. UTF-16 is recognised by its byte-order mark or its zero bytes. A line that is
not UTF-8 is read as Windows-1252, the superset of Latin-1 that spreadsheets write, or as
Shift-JIS if it has bytes that Windows-1252 lacks. All such lines are counted, so that they can be
reported. Lines end with ``\n``, ``\r\n`` or, in a file whose first line does, with ``\r``. No other
character ends a line.
"""

import codecs
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar, cast

from isal import igzip, isal_zlib

from chem.disk.bounded_read import open_regular, read_or_said
from chem.errors import HitlistError, IncompleteLibraryError, InputError

MAX_LINE = 20_000_000
"""Bytes. A longer line means that the file is not of the kind that its name says."""
UTF16, CP1252, CP932 = "lines of UTF-16", "lines of Windows-1252", "lines of Shift-JIS"
"""Counts of lines that are not UTF-8."""

MAX_PEEK = 64_000_000
"""Most characters held to look at the start of a file."""
_MOST_UNPACKED, _MOST_TIMES = 256_000_000, 300
"""Bytes, and multiples of the packed size: a file that unpacks to more than both is no library."""

# isal's own hints take its error for an instance.
_DAMAGED = (EOFError, igzip.BadGzipFile, cast(type[Exception], isal_zlib.error))
_GZIP = b"\x1f\x8b"
_HEAD = 1 << 16
_PACKED = {
    b"BZh": ("bzip2 data", "unpack it with bunzip2, or pack it with gzip"),
    b"\xfd7zXZ": ("xz data", "unpack it with unxz, or pack it with gzip"),
    b"\x28\xb5\x2f\xfd": ("zstd data", "unpack it with unzstd, or pack it with gzip"),
    b"7z\xbc\xaf": ("a 7-Zip archive", "unpack it"),
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "unpack it, or save it as CSV UTF-8"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save it as CSV UTF-8"),
    b"%PDF": ("a PDF document", "give the table as CSV"),
    b"PAR1": ("a Parquet table", "end its name in .parquet"),
}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
T = TypeVar("T")
_WIDE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff]{2}|[\uff01-\uff5e]")
"""Signs of Japanese text; a single ideograph may be an accented letter of a Macintosh encoding."""
_NOISE = bytes({*range(9), *range(14, 32)})


class _TooLongError(HitlistError):
    """A line that is too long; the argument is its number."""


class _Layout(NamedTuple):
    encoding: str
    """``utf-8``, ``utf-16``, ``utf-16-le``, ``utf-16-be`` or ``utf-32``."""
    old_mac: bool
    r"""True if lines end with ``\r`` alone."""


def is_gzipped(path: Path) -> bool:
    """Tell by the name: only the suffix ``.gz`` means gzip."""
    return path.suffix.lower() == ".gz"


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a plain or gzipped file for reading; every fault of the file becomes an InputError."""
    with read_or_said(path), open_regular(path) as file:
        magic = file.read(2)
        file.seek(0)
        if is_gzipped(path) and magic != _GZIP:
            raise InputError(
                f"{path}: the name ends in .gz but the content is not gzip; rename it or gzip it"
            )
        if not is_gzipped(path) and magic == _GZIP:
            raise InputError(f"{path}: the content is gzip; add .gz to the file's name")
        if not is_gzipped(path):
            yield file
            return
        size = os.fstat(file.fileno()).st_size
        unpacked = _Unpacked(path, size, igzip.IGzipFile(fileobj=file, mode="rb"))
        try:
            with io.BufferedReader(unpacked, _HEAD) as stream:
                yield cast(IO[bytes], stream)
        except _DAMAGED as error:
            raise IncompleteLibraryError(
                f"{path}: the gzip data is damaged or cut off ({error}); fetch or write the file "
                "again"
            ) from error


class _Unpacked(io.RawIOBase):
    """The bytes of a gzipped file; raises InputError if they are far too many for its size."""

    def __init__(self, path: Path, size: int, packed: io.BufferedIOBase) -> None:
        self._path, self._packed, self._left = path, packed, most_unpacked(size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, at: int, whence: int = io.SEEK_SET) -> int:
        return self._packed.seek(at, whence)

    def readinto(self, into: Any) -> int:
        count = self._packed.readinto(into)
        if self._packed.tell() > self._left:
            raise too_much_unpacked(self._path)
        return count


def most_unpacked(size: int) -> int:
    """Return how many bytes a file of ``size`` packed bytes may unpack to."""
    return max(_MOST_UNPACKED, _MOST_TIMES * size)


def too_much_unpacked(path: Path) -> InputError:
    """Return the error for a file that unpacks to more than :func:`most_unpacked` bytes."""
    return InputError(
        f"{path}: it unpacks to more than {_MOST_UNPACKED:,} bytes and {_MOST_TIMES} times its "
        "size, expected a library of compounds; check the file, and unpack it if it is right"
    )


def peek(items: Iterator[T], most: int, size: Callable[[T], int]) -> list[T]:
    """Return the first ``most`` items, or fewer: no more after ``MAX_PEEK`` characters."""
    found, held = [], 0
    for item in islice(items, most):
        found.append(item)
        held += size(item)
        if held > MAX_PEEK:
            break
    return found


def read_lines(path: Path, counts: Counter[str] | None = None) -> Iterator[str]:
    r"""Yield the lines with their breaks, without a byte-order mark.

    A lone ``\r`` stays inside its line, unless the file's first line ends with one.

    Args:
        path: A text file.
        counts: Receives the number of lines that were not UTF-8.

    Raises:
        InputError: The file is no text, has a line longer than ``MAX_LINE``, or is damaged.
    """
    counts = Counter() if counts is None else counts
    with open_bytes(path) as stream:
        head = stream.read(_HEAD)
        layout = _look(path, head)
        stream.seek(0)
        try:
            if layout.encoding != "utf-8":
                yield from _decoded(stream, layout, counts)
            elif layout.old_mac:
                yield from _old_mac(stream, counts)
            else:
                yield from _plain(stream, counts)
        except _TooLongError as error:
            raise InputError(
                f"{path}: line {error} is longer than {MAX_LINE:,} bytes; "
                "expected a text file with one compound a line"
            ) from None


def read_plain_lines(path: Path, counts: Counter[str] | None = None) -> Iterator[str]:
    r"""Yield the lines without their ends; a lone ``\r`` ends a line, too. See ``read_lines``."""
    for line in read_lines(path, counts):
        plain = line.rstrip("\r\n")
        if "\r" in plain:
            yield from plain.split("\r")
        else:
            yield plain


def _look(path: Path, head: bytes) -> _Layout:
    """Tell encoding and line ends from a file's start; raise InputError if it is no text."""
    for magic, (what, remedy) in _PACKED.items():
        if head.startswith(magic):
            raise InputError(f"{path}: the content is {what}, expected text; {remedy}")
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if encoding is None and len(head) >= 8:
        even, odd = head[::2], head[1::2]
        if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
            encoding = "utf-16-le"
        elif even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
            encoding = "utf-16-be"
    if encoding is not None:
        text = head.decode(encoding, errors="ignore")
        return _Layout(encoding, _is_old_mac(text))
    noise = len(head) - len(head.translate(None, _NOISE))
    if len(head) >= 1024 and noise > 0.3 * len(head):
        raise InputError(f"{path}: the content is binary, expected text; check the file")
    return _Layout("utf-8", _is_old_mac(head.decode("latin-1")))


def _is_old_mac(head: str) -> bool:
    r"""Tell whether the first line ends with a lone ``\r``; one between quotation marks is text."""
    if "\r" not in head:
        return False
    if separator := re.match(r"[^a-z\r\n]{0,4}sep=[^\r\n]+(\r\n|\n|\r)", head, re.IGNORECASE):
        return separator[1] == "\r" or _is_old_mac(head[separator.end() :])
    for part in head.split('"')[::2]:
        if found := re.search(r"\r\n|\n|\r", part):
            return found[0] == "\r"
    return "\n" not in head


def _plain(stream: IO[bytes], counts: Counter[str]) -> Iterator[str]:
    raw = stream.readline(MAX_LINE).removeprefix(codecs.BOM_UTF8)
    number = 1
    while raw:
        if len(raw) >= MAX_LINE:
            raise _TooLongError(number)
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = _decode_other(raw, counts)
        yield text
        raw = stream.readline(MAX_LINE)
        number += 1


def _old_mac(stream: IO[bytes], counts: Counter[str]) -> Iterator[str]:
    # In Latin-1 every byte is a character, so that lines can be cut before they are decoded.
    for number, text in enumerate(_texts(stream, "latin-1", ""), start=1):
        raw = text.encode("latin-1")
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            yield raw.decode()
        except UnicodeDecodeError:
            yield _decode_other(raw, counts)


def _decoded(stream: IO[bytes], layout: _Layout, counts: Counter[str]) -> Iterator[str]:
    for text in _texts(stream, layout.encoding, "" if layout.old_mac else "\n"):
        counts[UTF16] += 1
        yield text


def _texts(stream: IO[bytes], encoding: str, newline: str) -> Iterator[str]:
    wrapper = io.TextIOWrapper(stream, encoding, errors="replace", newline=newline)
    number = 0
    while text := wrapper.readline(MAX_LINE):
        number += 1
        if len(text) >= MAX_LINE:
            raise _TooLongError(number)
        yield text
    wrapper.detach()


def _decode_other(raw: bytes, counts: Counter[str]) -> str:
    if counts[CP932]:
        text = _decode_japanese(raw)
        if text is not None:
            counts[CP932] += 1
            return text
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:  # five bytes have no meaning there
        text = _decode_japanese(raw)
        if text is not None and _WIDE.search(text):
            counts[CP932] += 1
            return text
        text = raw.decode("latin-1")
    counts[CP1252] += 1
    return text


def _decode_japanese(raw: bytes) -> str | None:
    try:
        return raw.decode("cp932")
    except UnicodeDecodeError:
        return None
