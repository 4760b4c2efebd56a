"""How large the values of a Parquet table are, looked at before they are unpacked.

A few kilobytes may hold gigabytes: a dictionary stores a value once however often it stands in the
table, an encoding by prefixes stores what differs, and a page may pack a thousand to one.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from chem.errors import InputError
from chem.library.parquet.parquet_footer import BY_DICTIONARY, BY_PREFIX, BYTE_ARRAY, Chunk, Group

MAX_CELL = 10_000_000
"""Bytes of one value."""
MOST_BYTES = 64_000_000
"""Bytes of values that are unpacked at a time, and of a row's."""
_MOST_ROWS, _MOST_CELLS = 4096, 1_000_000
"""Of a batch."""
_SUSPECT_TIMES = 20
"""A row group packed as tightly as no library of compounds is."""


def check_sizes(path: Path, paths: Sequence[str], groups: Sequence[Group]) -> None:
    """Refuse, with InputError, a row group that would take far more memory than it seems to.

    paths: of the schema's leaves.
    """
    for at, group in enumerate(groups):
        packed = sum(chunk.packed for chunk in group.chunks)
        unpacked = sum(chunk.unpacked for chunk in group.chunks)
        values = sum(chunk.values for name, chunk in _named(paths, group) if "." in name)
        if unpacked > MOST_BYTES and unpacked > _SUSPECT_TIMES * packed:
            raise InputError(
                f"{path}: row group {at + 1} has {packed:,} bytes that unpack to {unpacked:,}; "
                "expected a library of compounds; write it again with smaller row groups"
            )
        if values > MOST_BYTES and values > MAX_CELL // 1000 * group.rows:
            raise InputError(
                f"{path}: row group {at + 1} has lists of {values:,} values in {group.rows:,} "
                "rows; expected a library of compounds; leave these columns out"
            )


def by_dictionary(paths: Sequence[str], groups: Sequence[Group]) -> list[str]:
    """Return the columns of texts that are to be kept as a dictionary and numbers when read."""
    return sorted(
        {
            name
            for group in groups
            for name, chunk in _named(paths, group)
            if chunk.kind == BYTE_ARRAY and BY_DICTIONARY & chunk.encodings
        }
    )


def rows_at_a_time(schema: Any, groups: Sequence[Group]) -> int:
    """Return how many rows may be read at a time, whatever stands in them.

    schema: Parquet's own, not Arrow's.
    """
    width: dict[int, int] = {}
    """Bytes that one value of a column may have, where they may be more than are stored for it."""
    for group in groups:
        for at, chunk in enumerate(group.chunks):
            if BY_PREFIX & chunk.encodings:
                width[at] = max(min(chunk.unpacked, MOST_BYTES), width.get(at, 0))
    fixed = sum(max(schema.column(n).length, 0) for n in range(len(schema)))
    rows = MOST_BYTES // max(sum(width.values()) + fixed, 1)
    return max(min(int(rows), _MOST_ROWS, _MOST_CELLS // max(len(schema), 1)), 1)


def _named(paths: Sequence[str], group: Group) -> Iterator[tuple[str, Chunk]]:
    """Yield a row group's chunks with the paths of the schema; their own ones may lie."""
    yield from zip(paths, group.chunks, strict=True)


def pieces(path: Path, batch: Any, row: int) -> Iterator[tuple[Any, int]]:
    """Yield a batch in pieces of at most ``MOST_BYTES``, and the bytes of each.

    Raises InputError for a value that is too large.

    row: rows before the batch.
    """
    size = sum(_size(column) for column in batch.columns)
    if size > MOST_BYTES and batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from pieces(path, batch.slice(0, half), row)
        yield from pieces(path, batch.slice(half), row + half)
        return
    if size > MAX_CELL:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            longest = _longest(column)
            if longest > MAX_CELL:
                raise InputError(
                    f"{path}: column {name[:40]!r} has a value of {longest:,} bytes after row "
                    f"{row}, expected at most {MAX_CELL:,}; leave the column out"
                )
    if size > MOST_BYTES:
        raise InputError(
            f"{path}: row {row + 1} holds {size:,} bytes, expected at most {MOST_BYTES:,}; leave "
            "columns out"
        )
    yield batch, size


def _size(array: Any) -> int:
    """Return how many bytes an array's values have once they are unpacked."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return int(pc.sum(_lengths(array)).as_py() or 0)
    if pa.types.is_map(kind):
        flat = _flat_map(array)
        return _size(flat.field(0)) + _size(flat.field(1))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        flat = array.flatten()
        return 8 * len(flat) + _size(flat)
    if pa.types.is_struct(kind):
        return sum(_size(part) for part in array.flatten())
    return int(array.nbytes)


def _flat_map(array: Any) -> Any:
    offsets = array.offsets
    start, end = offsets[0].as_py(), offsets[len(array)].as_py()
    parts = [array.keys.slice(start, end - start), array.items.slice(start, end - start)]
    return pa.StructArray.from_arrays(parts, ["key", "value"])


def _longest(array: Any) -> int:
    """Return the bytes of an array's largest value."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return int(pc.max(_lengths(array)).as_py() or 0)
    if pa.types.is_nested(kind):
        return max((_size(array.slice(at, 1)) for at in range(len(array))), default=0)
    if pa.types.is_fixed_size_binary(kind):
        return int(kind.byte_width)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if is_text or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return int(pc.max(pc.binary_length(array)).as_py() or 0)
    return 0


def _lengths(array: Any) -> Any:
    """Return the bytes of each value of an array that is kept as a dictionary and numbers."""
    words = array.dictionary
    if not (pa.types.is_string(words.type) or pa.types.is_binary(words.type)):
        words = words.cast(pa.large_string())
    return pc.take(pc.binary_length(words), array.indices)
