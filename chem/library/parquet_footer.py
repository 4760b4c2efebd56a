"""Reads what a Parquet footer says about its columns, without Arrow.

Arrow's own accessor of a column chunk (``metadata.row_group(0).column(0)``) ends the process if the
chunk's statistics contradict each other: nothing catches the C++ exception. The footer is a Thrift
struct in the compact protocol, and only a few of its fields are read here.
"""

from collections.abc import Mapping
from typing import IO, Any, NamedTuple

from chem.errors import HitlistError

_MAGIC = b"PAR1"
MOST = 10_000_000
"""Most bytes of a footer: Python reads a megabyte in half a second."""
BYTE_ARRAY = 6
"""Physical type of texts and bytes."""
BY_DICTIONARY, BY_PREFIX = {2, 8}, {7}
"""Encodings: PLAIN_DICTIONARY and RLE_DICTIONARY; DELTA_BYTE_ARRAY."""
_DEEPEST = 32
"""Most levels of structs and lists inside each other; a footer has eight."""
_TRUE, _FALSE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT, _UUID = 1, 2, 7, 8, 9, 10, 11, 12, 13
_FIXED = {3: 1, _DOUBLE: 8, _UUID: 16}
"""Bytes of a value; 3 is a byte."""
_NUMBERS = (4, 5, 6)


class Chunk(NamedTuple):
    """One column of one row group."""

    kind: int
    """Physical type."""
    encodings: frozenset[int]
    values: int
    unpacked: int
    """Bytes."""
    packed: int
    """Bytes."""
    start: int
    """Position of its first page in the file."""


class Group(NamedTuple):
    """One row group."""

    rows: int
    chunks: tuple[Chunk, ...]
    """Chunks in the order of the schema's leaves."""


def read_groups(file: IO[bytes]) -> list[Group]:
    """Return the row groups of a Parquet file; raise ValueError for a damaged footer."""
    end = file.seek(0, 2)
    file.seek(max(end - 8, 0))
    tail = file.read(8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or size > end - 8:
        raise ValueError("it has no footer")
    if size > MOST:
        raise ValueError(f"its footer has {size:,} bytes, expected a library of compounds")
    file.seek(end - 8 - size)
    found = CompactReader(file.read(size), "its footer").struct()
    return [_group(group) for group in _structs(found, 4)]


def _group(group: Mapping[int, Any]) -> Group:
    chunks = tuple(_chunk(_field(chunk, 3, dict)) for chunk in _structs(group, 1))
    return Group(_field(group, 3, int), chunks)


def _chunk(told: Mapping[int, Any]) -> Chunk:
    encodings = frozenset(one for one in _field(told, 2, list) if isinstance(one, int))
    kind, values, unpacked, packed = (_field(told, number, int) for number in (1, 5, 6, 7))
    start = _field(told, 9, int)
    dictionary = told.get(11)
    if isinstance(dictionary, int) and 0 < dictionary < start:
        start = dictionary
    return Chunk(kind, encodings, max(values, 0), max(unpacked, 0), max(packed, 0), max(start, 0))


def _structs(told: Mapping[int, Any], number: int) -> list[dict[int, Any]]:
    found: list[dict[int, Any]] = _field(told, number, list)
    if not all(isinstance(one, dict) for one in found):
        raise ValueError("its footer is damaged")
    return found


def _field(told: Mapping[int, Any], number: int, kind: type) -> Any:
    found = told.get(number)
    if not isinstance(found, kind):
        raise ValueError("its footer is damaged")
    return found


class CutShortError(HitlistError, ValueError):
    """Bytes that end before the struct does."""


class CompactReader:
    """A reader of one struct after another; it raises ValueError for inconsistent bytes.

    what: the thing being read, for error messages: ``its footer``.
    """

    def __init__(self, content: bytes, what: str) -> None:
        self._content, self.at, self._what = content, 0, what

    def struct(self, deep: int = 0) -> dict[int, Any]:
        """Return the fields of a struct by their numbers."""
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            number = number + step if step else self._number()
            # In a struct, the head itself holds the value of a Boolean.
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, deep)
        return found

    def _value(self, kind: int, deep: int) -> Any:
        if kind in _NUMBERS:
            return self._number()
        if kind == _BINARY:
            return self._take(self._varint())
        if deep == _DEEPEST:
            raise ValueError(f"{self._what} is nested too deeply")
        if kind == _STRUCT:
            return self.struct(deep + 1)
        if kind in (_LIST, _SET):
            head = self._byte()
            count, each = head >> 4, head & 15
            count = self._varint() if count == 15 else count
            self._check(count)
            return [self._item(each, deep + 1) for _ in range(count)]
        if kind == _MAP:
            count = self._varint()
            self._check(count)
            kinds = self._byte() if count else 0
            for _ in range(count):
                self._item(kinds >> 4, deep + 1)
                self._item(kinds & 15, deep + 1)
            return None
        if kind in _FIXED:
            return self._take(_FIXED[kind])
        raise ValueError(f"{self._what} is damaged")

    def _item(self, kind: int, deep: int) -> Any:
        return self._byte() if kind in (_TRUE, _FALSE) else self._value(kind, deep)

    def _check(self, count: int) -> None:
        if count > len(self._content) - self.at:  # each takes at least one byte
            raise CutShortError(f"{self._what} is cut short")

    def _number(self) -> int:
        found = self._varint()
        return (found >> 1) ^ -(found & 1)

    def _varint(self) -> int:
        found = shift = 0
        while shift < 70:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7
        raise ValueError(f"{self._what} is damaged")

    def _byte(self) -> int:
        if self.at >= len(self._content):
            raise CutShortError(f"{self._what} is cut short")
        self.at += 1
        return self._content[self.at - 1]

    def _take(self, size: int) -> bytes:
        if size > len(self._content) - self.at:
            raise CutShortError(f"{self._what} is cut short")
        self.at += size
        return self._content[self.at - size : self.at]
