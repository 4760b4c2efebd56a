"""Prepared partitions as files: Parquet tables of ``screening.records.SCHEMA``.

A molecule's graph is four list columns; a list column flattens to one contiguous array and
offsets, which is a network's batch, so scoring needs no Python loop over molecules.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gnn.batch import GraphArrays
from screening.files import atomic_path
from screening.records import ACCEPTED

GRAPH = ("atoms", "begin", "end", "bonds")
DUPLICATES = "duplicates.parquet"


def read_accepted(prepared: Path, name: str, columns: Sequence[str]) -> pa.Table:
    """Read columns of a partition's accepted records that are no duplicates, in row order."""
    wanted = list(dict.fromkeys(["row", "status", *columns]))
    table = pq.read_table(prepared / name, columns=wanted)
    repeated = _duplicate_rows(prepared / DUPLICATES, (prepared / DUPLICATES).stat().st_mtime_ns)
    row = table["row"].to_numpy()
    place = np.minimum(np.searchsorted(repeated, row), max(len(repeated) - 1, 0))
    kept = repeated[place] != row if len(repeated) else np.ones(len(row), dtype=bool)
    accepted = pc.equal(table["status"], ACCEPTED)
    return table.filter(pc.and_(accepted, pa.array(kept))).select(list(columns))


@lru_cache(maxsize=2)
def _duplicate_rows(path: Path, changed: int) -> npt.NDArray[np.int64]:
    """Return the rows of duplicates, ascending; read once for all partitions of a library."""
    rows: npt.NDArray[np.int64] = np.sort(pq.read_table(path, columns=["row"])["row"].to_numpy())
    return rows


def write_table(path: Path, table: pa.Table, repetitive: bool = True) -> None:
    """Write a Parquet file that is whole or not there.

    ``repetitive`` says whether values repeat: looking for that costs as much as all else where
    hundreds of columns hold numbers that do not.
    """
    with atomic_path(path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=1,
            use_dictionary=repetitive,
            write_statistics=repetitive,
        )


def to_graphs(table: pa.Table) -> GraphArrays:
    """Flatten the graph columns of accepted rows."""
    columns = {name: table[name].combine_chunks() for name in GRAPH}
    atoms, begin, end, bonds = (columns[name].flatten().to_numpy() for name in GRAPH)
    offsets = [_offsets(columns[name]) for name in ("atoms", "bonds")]
    return GraphArrays(atoms, begin, end, bonds, *offsets)


def _offsets(column: pa.ListArray) -> npt.NDArray[np.int64]:
    offsets: npt.NDArray[np.int64] = column.offsets.to_numpy().astype(np.int64)
    first: npt.NDArray[np.int64] = offsets - offsets[0]
    return first
