"""Reads Parquet tables in batches, with every value turned into text.

Whole numbers stay whole, a missing value is ``""``, and no value passes through a float on its way
(pandas would turn the id 7 into 7.0 beside a missing one).
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chem.disk.text_lines import is_gzipped, most_unpacked, open_bytes, peek, too_much_unpacked
from chem.errors import InputError
from chem.library.columns.columns import Columns, NamedColumns, record_builder
from chem.library.columns.find_columns import PEEKED, find_columns
from chem.library.parquet_footer import read_groups
from chem.library.parquet_memory import (
    MAX_CELL,
    MOST_BYTES,
    by_dictionary,
    check_pages,
    check_sizes,
    rows_at_a_time,
)
from chem.records.message_text import one_line
from chem.records.records import Record


def open_parquet(path: Path, wanted: NamedColumns) -> Columns:
    """Read the schema, and find the columns from it and the first rows."""
    with _open(path) as (table, at_a_time):
        names, rows = table.schema_arrow.names, list[tuple[str, ...]]()
        with suppress(InputError):  # reported when the file is read
            rows = peek(_rows(path, table, at_a_time), PEEKED, lambda cells: sum(map(len, cells)))
        return find_columns(path, names, wanted, rows)


def read_schema(path: Path) -> list[str]:
    """Return the names of the columns."""
    with _open(path) as (table, _):
        return list(table.schema_arrow.names)


def read_parquet(path: Path, columns: Columns, counts: Counter[str]) -> Iterator[Record]:
    """Yield every row as a record. counts: receives the findings to report."""
    build = record_builder(columns, counts)
    with _open(path) as (table, at_a_time):
        for row, cells in enumerate(_rows(path, table, at_a_time), start=1):
            yield build(row, cells)


def _rows(path: Path, table: Any, at_a_time: int) -> Iterator[tuple[str, ...]]:
    """Yield the cells of every row; raise InputError for any fault of the file."""
    row, left = 0, most_unpacked(path.stat().st_size)
    batches = table.iter_batches(batch_size=at_a_time)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            for piece, size in _pieces(path, batch, row):
                left -= size
                if left < 0:
                    raise too_much_unpacked(path)
                texts = [_to_text(column) for column in piece.columns]
                yield from zip(*texts, strict=True)
                row += piece.num_rows
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"{path}: the Parquet data is damaged after row {row} "
                f"({_reason(error)}); fetch or write the file again"
            ) from error


@contextmanager
def _open(path: Path) -> Iterator[tuple[Any, int]]:
    """Open a Parquet file, and say how many of its rows may be read at a time.

    A gzipped file is unpacked first, because Parquet is read from its end.
    """
    with open_bytes(path) as stream, tempfile.TemporaryFile() as unpacked:
        source: Any = path
        if is_gzipped(path):
            shutil.copyfileobj(stream, unpacked)
            unpacked.seek(0)
            source = unpacked
        try:
            metadata = pq.read_metadata(source)
            content = unpacked if is_gzipped(path) else stream
            groups = check_pages(path, content, read_groups(content))
            leaves = metadata.schema
            paths = [leaves.column(at).path for at in range(len(leaves))]
            check_sizes(path, paths, groups)
            table = pq.ParquetFile(
                source, metadata=metadata, read_dictionary=by_dictionary(paths, groups)
            )
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{path}: not a Parquet file ({_reason(error)}); give one") from error
        with table:
            yield table, rows_at_a_time(leaves, groups)


def _reason(error: Exception) -> str:
    """Return the message of Arrow, or of a Python converter, about a damaged file in one line."""
    return one_line(" ".join(str(error).split()) or type(error).__name__)


def _to_text(column: Any) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        return [_to_json(value) for value in column.to_pylist()]
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return ["" if v is None else v.decode(errors="replace") for v in column.to_pylist()]
    try:
        texts = column.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        texts = [None if v is None else str(v) for v in column.to_pylist()]
    return ["" if text is None else text for text in texts]


def _to_json(value: object) -> str:
    return "" if value is None else json.dumps(value, default=str, ensure_ascii=False)


def _pieces(path: Path, batch: Any, row: int) -> Iterator[tuple[Any, int]]:
    """Yield a batch in pieces of at most ``MOST_BYTES``, with the bytes of each.

    Raises InputError for a value that is too large.

    row: number of rows before the batch.
    """
    size = sum(_size(column) for column in batch.columns)
    if size > MOST_BYTES and batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from _pieces(path, batch.slice(0, half), row)
        yield from _pieces(path, batch.slice(half), row + half)
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
    """Return how many bytes an array's values take once they are unpacked."""
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
    """Return the number of bytes of an array's largest value."""
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
    """Return the bytes of each value of an array that is stored as a dictionary and indices."""
    words = array.dictionary
    if not (pa.types.is_string(words.type) or pa.types.is_binary(words.type)):
        words = words.cast(pa.large_string())
    return pc.take(pc.binary_length(words), array.indices)
