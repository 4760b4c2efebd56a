"""Parquet tables whose footer says less than their pages hold."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chem.library.parquet_footer import read_groups


def understate(content: bytes, size: int = 1000) -> bytes:
    """Return a Parquet file whose footer says that each larger column unpacks to ``size`` bytes.

    The number is found by its bytes, so columns have to unpack to more than 16 kB.
    """
    found = bytearray(content)
    footer = len(found) - 8 - int.from_bytes(found[-8:-4], "little")
    for group in read_groups(io.BytesIO(content)):
        for chunk in group.chunks:
            if chunk.unpacked > size:
                told = _varint(2 * chunk.unpacked)
                at = found.index(told, footer)
                found[at : at + len(told)] = _varint(2 * size, len(told))
    assert {c.unpacked <= size for g in read_groups(io.BytesIO(found)) for c in g.chunks} == {True}
    return bytes(found)


def write_lying(path: Path, columns: int, rows: int, cell: int) -> None:
    """Write a library of zeros in one page a column, and a footer that says it is small."""
    zeros = pa.array(["\0" * cell] * rows)
    table = pa.table({"smiles": ["C"] * rows, **{f"x{n}": zeros for n in range(columns)}})
    into = io.BytesIO()
    pq.write_table(
        table,
        into,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        data_page_size=1 << 30,
        write_batch_size=rows,
    )
    path.write_bytes(understate(into.getvalue()))


def _varint(number: int, size: int = 0) -> bytes:
    """Write a number in Thrift's compact protocol, with zeros in front to fill ``size`` bytes."""
    found: list[int] = []
    while number or not found or len(found) < size:
        found.append(number & 127)
        number >>= 7
    return bytes([*(byte | 128 for byte in found[:-1]), found[-1]])
