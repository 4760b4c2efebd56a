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
_BOOLEANS = (_TRUE, _FALSE)
_FIXED = {3: 1, _DOUBLE: 8, _UUID: 16}
"""Bytes of a value; 3 is a byte."""
_NUMBERS = (4, 5, 6)
Wanted = Mapping[int, "Wanted"]
"""The numbers of wanted fields; for a struct or a list of structs, each with those inside it."""
_FOOTER: Wanted = {4: {1: {3: {1: {}, 2: {}, 5: {}, 6: {}, 7: {}, 9: {}, 11: {}}}, 3: {}}}
"""The row groups, their rows and chunks, and of the chunks what ``_chunk`` takes."""


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
    found = CompactReader(file.read(size), "its footer").struct(_FOOTER)
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

    def struct(self, wanted: Wanted) -> dict[int, Any]:
        """Return the wanted fields of a struct by their numbers; the others are passed over.

        Bytes that end too early are met as an IndexError: a struct ends with a byte of its own.
        """
        try:
            found, self.at = self._read_struct(self.at, 0, wanted)
        except IndexError:
            raise CutShortError(f"{self._what} is cut short") from None
        return found

    def _read_struct(self, at: int, deep: int, wanted: Wanted) -> tuple[dict[int, Any], int]:
        content, found = self._content, dict[int, Any]()
        number = 0
        while head := content[at]:
            at += 1
            kind, step = head & 15, head >> 4
            if step:
                number += step
            else:
                number, at = self._number(at)
            if kind in _NUMBERS:
                value, at = self._number(at)
                if number in wanted:
                    found[number] = value
            elif kind in _BOOLEANS:  # the head itself holds the value
                if number in wanted:
                    found[number] = kind == _TRUE
            elif number not in wanted:
                at = self._skip(at, kind, deep)
            else:
                found[number], at = self._value(at, kind, deep, wanted[number])
        return found, at + 1

    def _value(self, at: int, kind: int, deep: int, wanted: Wanted) -> tuple[Any, int]:
        """Return a number, a struct or a list; None for a value of another kind."""
        if kind in _NUMBERS:
            return self._number(at)
        if kind in (_STRUCT, _LIST, _SET):
            self._check_depth(deep)
        if kind == _STRUCT:
            return self._read_struct(at, deep + 1, wanted)
        if kind not in (_LIST, _SET):
            return None, self._skip(at, kind, deep)
        count, each, at = self._list_head(at)
        if count > len(self._content) - at:  # each takes at least one byte
            raise IndexError
        values = []
        for _ in range(count):
            if each in _BOOLEANS:
                value, at = self._content[at], at + 1
            else:
                value, at = self._value(at, each, deep + 1, wanted)
            values.append(value)
        return values, at

    def _skip(self, at: int, kind: int, deep: int) -> int:
        """Return the position behind a value."""
        if kind in _NUMBERS:
            return self._skip_number(at)
        if kind == _BINARY:
            size, at = self._varint(at)
            return at + size
        if kind in _FIXED:
            return at + _FIXED[kind]
        self._check_depth(deep)
        if kind == _STRUCT:
            return self._skip_struct(at, deep + 1)
        if kind in (_LIST, _SET):
            count, each, at = self._list_head(at)
            return self._skip_items(at, count, (each,), deep + 1)
        if kind == _MAP:
            count, at = self._varint(at)
            if not count:
                return at
            kinds = self._content[at]
            return self._skip_items(at + 1, count, (kinds >> 4, kinds & 15), deep + 1)
        raise ValueError(f"{self._what} is damaged")

    def _skip_struct(self, at: int, deep: int) -> int:
        content = self._content
        while head := content[at]:
            at += 1
            kind = head & 15
            if head < 16:
                at = self._skip_number(at)
            if kind in _NUMBERS:
                at = self._skip_number(at)
            elif kind not in _BOOLEANS:
                at = self._skip(at, kind, deep)
        return at + 1

    def _skip_items(self, at: int, count: int, kinds: tuple[int, ...], deep: int) -> int:
        """Return the position behind the items of a list or a map.

        Each takes at least one byte, so a count that is too large ends at the end of the bytes.
        """
        for _ in range(count):
            for kind in kinds:
                at = at + 1 if kind in _BOOLEANS else self._skip(at, kind, deep)
                if at > len(self._content):
                    raise IndexError
        return at

    def _list_head(self, at: int) -> tuple[int, int, int]:
        """Return the number of a list's items, their kind, and the position of the first."""
        head = self._content[at]
        count, at = (head >> 4, at + 1) if head < 240 else self._varint(at + 1)
        return count, head & 15, at

    def _check_depth(self, deep: int) -> None:
        if deep == _DEEPEST:
            raise ValueError(f"{self._what} is nested too deeply")

    def _number(self, at: int) -> tuple[int, int]:
        found, at = self._varint(at)
        return (found >> 1) ^ -(found & 1), at

    def _varint(self, at: int) -> tuple[int, int]:
        found = shift = 0
        while shift < 70:
            byte = self._content[at]
            at += 1
            found |= (byte & 127) << shift
            if byte < 128:
                return found, at
            shift += 7
        raise ValueError(f"{self._what} is damaged")

    def _skip_number(self, at: int) -> int:
        while self._content[at] > 127:
            at += 1
        return at + 1
