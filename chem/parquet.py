"""Parquet tables, read in batches with every value turned into text.

Whole numbers stay whole, a missing value is ``""``, and no column passes through a float on its
way (pandas would turn the id 7 into 7.0 beside a missing one).
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chem.columns import Columns, NamedColumns, record_builder
from chem.errors import InputError
from chem.find_columns import PEEKED, find_columns
from chem.records import Record
from chem.stream import is_gzipped, open_bytes

_BATCH = 4096


def open_parquet(path: Path, wanted: NamedColumns) -> Columns:
    """Read the schema, and find the columns by it and the first rows."""
    with _open(path) as table:
        try:
            batch = next(table.iter_batches(batch_size=PEEKED), None)
        except (pa.ArrowException, OSError):  # told with its row when it is read
            batch = None
        texts = [] if batch is None else [_to_text(column) for column in batch.columns]
        return find_columns(path, table.schema_arrow.names, wanted, list(zip(*texts, strict=True)))


def read_schema(path: Path) -> list[str]:
    """Return the names of the columns."""
    with _open(path) as table:
        return list(table.schema_arrow.names)


def read_parquet(path: Path, columns: Columns, counts: Counter[str]) -> Iterator[Record]:
    """Yield every row as a record. counts: what reading finds worth telling."""
    row, build = 0, record_builder(columns, counts)
    with _open(path) as table:
        batches = table.iter_batches(batch_size=_BATCH)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                raise InputError(
                    f"{path}: the Parquet data is damaged after row {row} "
                    f"({' '.join(str(error).split())}); fetch or write the file again"
                ) from error
            if batch is None:
                return
            texts = [_to_text(column) for column in batch.columns]
            for cells in zip(*texts, strict=True):
                row += 1
                yield build(row, cells)


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    """Open a Parquet file; a gzipped one is unpacked first, since Parquet is read from its end."""
    with open_bytes(path) as stream, tempfile.TemporaryFile() as unpacked:
        source: Any = path
        if is_gzipped(path):
            shutil.copyfileobj(stream, unpacked)
            unpacked.seek(0)
            source = unpacked
        try:
            table = pq.ParquetFile(source)
        except pa.ArrowException as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{path}: not a Parquet file ({reason}); give one") from error
        with table:
            yield table


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
