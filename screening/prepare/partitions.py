"""Prepared partitions in a store: Parquet tables of ``screening.storage.schema.SCHEMA``.

A molecule's graph is four list columns; a list column flattens to one contiguous array and
offsets, which is a network's batch, so scoring needs no Python loop over molecules.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gnn.features.batch import GraphArrays
from screening.errors import StoreError
from screening.storage.schema import ACCEPTED, check_finite, read_extra
from screening.storage.schema import GRAPH as GRAPH
from screening.storage.store import Store

DUPLICATES = "duplicates.parquet"


class Partitions(NamedTuple):
    """The partitions of a library, as a worker needs them to read what is scored."""

    store: Store
    duplicates: str
    """SHA-256 of the file of duplicates: a worker reads it once, whatever else it reads."""


def read_accepted(prepared: Partitions, name: str, columns: Sequence[str]) -> pa.Table:
    """Read columns of a partition's accepted records that are no duplicates, in row order."""
    wanted = list(dict.fromkeys(["row", "status", *columns]))
    table = prepared.store.read_table(name, wanted)
    repeated = _duplicate_rows(prepared)
    row = table["row"].to_numpy()
    place = np.minimum(np.searchsorted(repeated, row), max(len(repeated) - 1, 0))
    kept = repeated[place] != row if len(repeated) else np.ones(len(row), dtype=bool)
    accepted = pc.equal(table["status"], ACCEPTED)
    found = table.filter(pc.and_(accepted, pa.array(kept))).select(list(columns))
    check_records(prepared.store, name, found)
    return found


def check_records(store: Store, name: str, table: pa.Table, count: int | None = None) -> None:
    """Raise StoreError for rows of a table that are not as they were written.

    An accepted compound lacks a number, the library's own columns are none, or there are not
    ``count`` rows.
    """
    try:
        check_finite(table)
        if "extra" in table.column_names:
            for text in table["extra"].to_pylist():
                read_extra(text)
        if count is not None and table.num_rows != count:
            raise ValueError(f"{table.num_rows} rows are there of {count}")
    except ValueError as error:
        raise StoreError(
            f"{store.path(name)} was altered ({error}); remove it and run again, and it is made "
            "anew"
        ) from None


@lru_cache(maxsize=2)
def _duplicate_rows(prepared: Partitions) -> npt.NDArray[np.int64]:
    """Return the rows of duplicates, ascending; read once for all partitions of a library."""
    store = prepared.store
    if store.hash(DUPLICATES) != prepared.duplicates:
        raise StoreError(
            f"{store.path(DUPLICATES)} is not the file that this run was prepared with; run again, "
            "and it is made anew"
        )
    rows: npt.NDArray[np.int64] = np.sort(store.read_table(DUPLICATES, ["row"])["row"].to_numpy())
    return rows


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
