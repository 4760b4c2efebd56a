"""A prepared library: its counts, its location and its partitions.

``prepared.json`` keeps the counts. Partitions are Parquet tables of ``screening.storage.schema``.
The graph of a molecule is four list columns. A list column flattens to one contiguous array and
offsets, which is the batch of a network, so scoring needs no Python loop over molecules.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.disk.bounded_read import parse_json, read_regular
from chem.errors import InputError
from gnn.features.graph_arrays import GraphArrays
from screening.errors import StoreError
from screening.prepare.older_standardization import BEFORE_NUMBERS, standardizer_of_folder
from screening.storage.json_shapes import Summary, check_shape
from screening.storage.schema import ACCEPTED, GRAPH, check_finite, read_extra
from screening.storage.store import Store

DUPLICATES = "duplicates.parquet"
SUMMARY = "prepared.json"


GRAPH_HASH = "graph_hash"
"""A column that :func:`read_accepted` takes from the file of hashes beside a partition."""


def hashes_file(partition: str) -> str:
    """Return the name of the file of hashes beside a partition.

    >>> hashes_file("part-00003.parquet")
    'hashes-00003.parquet'
    """
    return f"hashes-{partition.removeprefix('part-')}"


def index_file(partition: str) -> str:
    """Return the name of the file by which a partition is searched for analogs.

    >>> index_file("part-00003.parquet")
    'index-00003.parquet'
    """
    return f"index-{partition.removeprefix('part-')}"


class Partitions(NamedTuple):
    """The partitions of a library, as a worker needs them to read compounds to score."""

    store: Store
    duplicates: str
    """The SHA-256 of the file of duplicates, which a worker reads once."""


def read_accepted(prepared: Partitions, name: str, columns: Sequence[str]) -> pa.Table:
    """Read columns of a partition's accepted records without duplicates, in row order.

    The column ``GRAPH_HASH`` holds zeros in a library that was prepared before there were hashes.
    """
    wanted = [one for one in dict.fromkeys(["row", "status", *columns]) if one != GRAPH_HASH]
    table = prepared.store.read_table(name, wanted)
    if GRAPH_HASH in columns:
        table = table.append_column(GRAPH_HASH, _graph_hashes(prepared.store, name, len(table)))
    repeated = _duplicate_rows(prepared)
    row = table["row"].to_numpy()
    place = np.minimum(np.searchsorted(repeated, row), max(len(repeated) - 1, 0))
    kept = repeated[place] != row if len(repeated) else np.ones(len(row), dtype=bool)
    accepted = pc.equal(table["status"], ACCEPTED)
    found = table.filter(pc.and_(accepted, pa.array(kept))).select(list(columns))
    check_records(prepared.store, name, found)
    return found


def _graph_hashes(store: Store, name: str, rows: int) -> pa.ChunkedArray:
    """Return the hash of each record's graph; zeros where there are none."""
    try:
        found = store.read_table(hashes_file(name), [GRAPH_HASH])[GRAPH_HASH]
        if len(found) == rows:
            return found
    except StoreError:
        pass
    return pa.chunked_array([pa.repeat(pa.scalar(bytes(16), pa.binary(16)), rows)])


def check_records(store: Store, name: str, table: pa.Table, count: int | None = None) -> None:
    """Raise StoreError if the rows of a table are not as they were written.

    This is so if an accepted compound lacks a number, the library's own columns cannot be read, or
    the number of rows is not ``count``.
    """
    try:
        check_finite(table)
        if "extra" in table.column_names:
            for text in table["extra"].to_pylist():
                read_extra(text)
        if count is not None and table.num_rows != count:
            raise ValueError(f"{table.num_rows} rows are there instead of {count}")
    except ValueError as error:
        raise StoreError(
            f"{store.path(name)} was altered ({error}); remove it and run again, and it is remade"
        ) from None


@lru_cache(maxsize=2)
def _duplicate_rows(prepared: Partitions) -> npt.NDArray[np.int64]:
    """Return the rows of duplicates, ascending; read once for all partitions of a library."""
    store = prepared.store
    if store.hash(DUPLICATES) != prepared.duplicates:
        raise StoreError(
            f"{store.path(DUPLICATES)} is not the file that this run was prepared with; run again, "
            "and it is remade"
        )
    rows: npt.NDArray[np.int64] = np.sort(store.read_table(DUPLICATES, ["row"])["row"].to_numpy())
    return rows


def to_graphs(table: pa.Table) -> GraphArrays:
    """Return the graph columns of accepted rows, flattened."""
    columns = {name: table[name].combine_chunks() for name in GRAPH}
    atoms, begin, end, bonds = (columns[name].flatten().to_numpy() for name in GRAPH)
    offsets = [_offsets(columns[name]) for name in ("atoms", "bonds")]
    return GraphArrays(atoms, begin, end, bonds, *offsets)


def _offsets(column: pa.ListArray) -> npt.NDArray[np.int64]:
    offsets: npt.NDArray[np.int64] = column.offsets.to_numpy().astype(np.int64)
    first: npt.NDArray[np.int64] = offsets - offsets[0]
    return first


@dataclass(frozen=True)
class Prepared:
    """A prepared library."""

    folder: Path
    """The folder of the ledger."""
    store: Store
    """The store of the partitions."""
    key: str
    """The hash of all that the content depends on: the library's bytes, the partition size, the
    versions."""
    library: str
    """The name of the library's file."""
    sha256: str
    """The SHA-256 of the library's file."""
    featurizer: str
    extra_columns: tuple[str, ...]
    partition_rows: int
    """The number of records in each partition but the last."""
    rows: int
    rejected: int
    duplicates: int
    duplicates_sha256: str
    """The SHA-256 of the file of duplicates."""
    reject_codes: dict[str, int]
    unseen_atoms: int
    """The number of atoms whose state has no token; their molecules are scored with a stand-in."""
    partitions: tuple[str, ...]
    """The names of the partition files, in row order."""
    standardizer: int
    """The number of the rules that made the structures: ``STANDARDIZER`` of
    ``chem.structure.standardize`` at that time."""
    notes: tuple[str, ...]
    """Notes on how the library was read, such as the column that the ids are from."""

    @property
    def accepted(self) -> int:
        """The number of records that are scored."""
        return self.rows - self.rejected - self.duplicates

    @property
    def source(self) -> Partitions:
        """The partitions that a worker reads from."""
        return Partitions(self.store, self.duplicates_sha256)


def write_summary(prepared: Prepared) -> None:
    """Write the summary into the prepared folder."""
    apart = prepared.store.folder != prepared.folder
    told = {**vars(prepared), "store": prepared.store.url if apart else ""}
    del told["folder"]  # it may be moved
    Store(prepared.folder).write(SUMMARY, (json.dumps(told, indent=1) + "\n").encode())


def read_summary(folder: Path) -> Prepared | None:
    """Read the summary of a prepared folder; None if there is none, or one of another version.

    If a summary was written before later fields were added, the standardizer is taken from its
    ledger and the notes are empty, so that runs of such a library can still be opened.
    """
    try:
        found = parse_json(read_regular(folder / SUMMARY))
        if isinstance(found, dict):
            number = standardizer_of_folder(folder)
            later = {"standardizer": BEFORE_NUMBERS if number is None else number, "notes": []}
            found = {**later, **found}
        check_shape(Summary, found)
    except (OSError, ValueError):  # missing, cut short, or of another version
        return None
    if set(found) != set(Summary.model_fields):
        return None
    tuples = {name: tuple(found[name]) for name in ("extra_columns", "partitions", "notes")}
    store = Store(found["store"] or folder)
    return Prepared(**{**found, **tuples, "folder": folder, "store": store})


def read_prepared(folder: Path) -> Prepared:
    """Read the summary of a prepared folder; raise InputError if there is none."""
    found = read_summary(folder)
    if found is None:
        raise InputError(
            f"{folder} is not a prepared library: it has no {SUMMARY} of this version; make one "
            "with `hitlist prepare`"
        )
    return found
