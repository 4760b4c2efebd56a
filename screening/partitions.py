"""Prepared partitions as files: Parquet tables of ``screening.records.SCHEMA``.

A molecule's graph is four list columns; a list column flattens to one contiguous array and
offsets, which is a network's batch, so scoring needs no Python loop over molecules.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from gnn.batch import GraphArrays
from screening.files import atomic_path

GRAPH = ("atoms", "begin", "end", "bonds")


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file that is whole or not there."""
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", compression_level=1)


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
