"""What a Parquet file says of its own columns, read without Arrow.

Arrow's own accessor of a column chunk (``metadata.row_group(0).column(0)``) ends the process where
the chunk's statistics contradict each other: the C++ exception has nobody to catch it. The footer
is a Thrift struct in the compact protocol, and a few of its fields are all that is looked at here.
"""

from collections.abc import Mapping
from typing import IO, Any, NamedTuple

from chem.library.parquet.thrift import CompactReader

_MAGIC = b"PAR1"
MOST = 10_000_000
"""Bytes of a footer: Python reads a megabyte in half a second."""
BYTE_ARRAY = 6
"""Physical type of texts and bytes."""
BY_DICTIONARY, BY_PREFIX = {2, 8}, {7}
"""Encodings: PLAIN_DICTIONARY and RLE_DICTIONARY; DELTA_BYTE_ARRAY."""


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
    """Where its first page lies in the file."""


class Group(NamedTuple):
    """One row group."""

    rows: int
    chunks: tuple[Chunk, ...]
    """In the order of the schema's leaves."""


def read_groups(file: IO[bytes]) -> list[Group]:
    """Return the row groups of a Parquet file; raises ValueError for a damaged footer."""
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
