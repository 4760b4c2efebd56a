"""A prepared library: its counts and where it is, and its partitions.

``prepared.json`` keeps the counts. Partitions are Parquet tables of ``screening.storage.schema``. A
molecule's graph is four list columns; a list column flattens to one contiguous array and offsets,
which is a network's batch, so scoring needs no Python loop over molecules.
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

from chem.disk.safe_open import parse_json, read_regular
from chem.errors import InputError
from gnn.features.batch import GraphArrays
from screening.errors import StoreError
from screening.prepare.older_standardization import BEFORE_NUMBERS, standardizer_of_folder
from screening.storage.schema import ACCEPTED, GRAPH, check_finite, read_extra
from screening.storage.shapes import Summary, check_shape
from screening.storage.store import Store

DUPLICATES = "duplicates.parquet"
SUMMARY = "prepared.json"


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


@dataclass(frozen=True)
class Prepared:
    """A prepared library."""

    folder: Path
    """Of the ledger."""
    store: Store
    """Of the partitions."""
    key: str
    """Name of all that the content depends on: the library's bytes, the cut, the versions."""
    library: str
    """Name of the library's file."""
    sha256: str
    """Of the library's file."""
    featurizer: str
    extra_columns: tuple[str, ...]
    partition_rows: int
    """Records in each partition but the last."""
    rows: int
    rejected: int
    duplicates: int
    duplicates_sha256: str
    """Of the file of duplicates."""
    reject_codes: dict[str, int]
    unseen_atoms: int
    """Atoms whose state has no token; their molecules are scored with a stand-in."""
    partitions: tuple[str, ...]
    """Names of the partition files, in row order."""
    standardizer: int
    """Number of the rules that made the structures, ``chem.structure.standardize.STANDARDIZER``
    then."""
    notes: tuple[str, ...]
    """What is to be told of how the library was read: which column the ids are from, and more."""

    @property
    def accepted(self) -> int:
        """Records that are scored."""
        return self.rows - self.rejected - self.duplicates

    @property
    def source(self) -> Partitions:
        """What a worker reads from."""
        return Partitions(self.store, self.duplicates_sha256)


def write_summary(prepared: Prepared) -> None:
    """Write the summary into the prepared folder."""
    apart = prepared.store.folder != prepared.folder
    told = {**vars(prepared), "store": prepared.store.url if apart else ""}
    del told["folder"]  # it may be moved
    Store(prepared.folder).write(SUMMARY, (json.dumps(told, indent=1) + "\n").encode())


def read_summary(folder: Path) -> Prepared | None:
    """Read a prepared folder's summary; None where there is none, or one of another version.

    One that was written before later fields were added has what its ledger says, or nothing there:
    the runs of such a library can still be opened.
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
    """Read a prepared folder's summary; raises InputError where there is none."""
    found = read_summary(folder)
    if found is None:
        raise InputError(
            f"{folder} is no prepared library: it has no {SUMMARY} of this version; make one with "
            "`hitlist prepare`"
        )
    return found
