"""Parquet tables with values that nobody would write: of other types, sizes and lengths."""

import io
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_NUMBERS: tuple[Any, ...] = (0, 1, -1, 2**31 - 1, -(2**31), 2**62, 255, 65535, 7)
_FLOATS: tuple[Any, ...] = (float("nan"), float("inf"), -float("inf"), 1e30, -1.0, 0.0)
_TEXTS: tuple[Any, ...] = ("", "x" * 5000, "\0", "C" * 300, "{", '{"a":1}', "[]", "=1", "CCQ", "C")
_TYPES = (pa.int8(), pa.int64(), pa.string(), pa.float64(), pa.bool_(), pa.large_string())


def mutate_table(content: bytes, rng: random.Random) -> bytes:
    """Return a Parquet table with one or two columns or rows changed."""
    table = pq.read_table(io.BytesIO(content))
    for _ in range(rng.randint(1, 2)):
        table = _change(table, rng)
    into = io.BytesIO()
    pq.write_table(table, into, compression="zstd")
    return into.getvalue()


def _change(table: pa.Table, rng: random.Random) -> pa.Table:
    if not table.num_columns:
        return table
    at = rng.randrange(table.num_columns)
    name = table.column_names[at]
    match rng.randrange(8):
        case 0:
            return table.remove_column(at)
        case 1:
            return table.slice(rng.randrange(3), rng.choice((0, 1, 5, 1000)))
        case 2:
            return pa.concat_tables([table] * 2)
        case 3:
            rows = list(range(table.num_rows))
            rng.shuffle(rows)
            return table.take(pa.array(rows, pa.int64()))
        case 4:
            kind = rng.choice(_TYPES)
            return table.set_column(at, name, pa.array([None] * table.num_rows, kind))
        case 5:
            names = list(table.column_names)
            names[at] = rng.choice((rng.choice(names), "strange"))
            return table.rename_columns(names)
        case _:
            values = table.column(at).to_pylist()
            for _ in range(rng.choice((1, 1, len(values)))):
                if values:
                    row = rng.randrange(len(values))
                    values[row] = _other(values[row], rng)
            return _set(table, at, values)


def _set(table: pa.Table, at: int, values: list[Any]) -> pa.Table:
    name, kind = table.column_names[at], table.schema.field(at).type
    for wanted in (kind, None):
        try:
            return table.set_column(at, name, pa.array(values, wanted))
        except (pa.ArrowException, ValueError, TypeError, OverflowError):
            continue
    return table


def _other(value: Any, rng: random.Random) -> Any:
    if rng.random() < 0.1:
        return None
    if isinstance(value, list):
        one = _other(value[0], rng) if value else rng.choice(_NUMBERS)
        return rng.choice(([], [one], [*value[1:], one], value * 2, [one] * 300))
    if isinstance(value, bytes):
        return rng.choice((bytes(len(value)), rng.randbytes(len(value)), b"x"))
    kinds = {float: _FLOATS, str: _TEXTS}
    return rng.choice(kinds.get(type(value), _NUMBERS))
