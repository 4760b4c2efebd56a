"""Prepares one partition in a worker and writes it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from screening.prepare.index_columns import add_index
from screening.prepare.prepared import hashes_file, index_file
from screening.prepare.prepared_location import Limits
from screening.prepare.prepared_rows import own_columns
from screening.prepare.quarantine import pack_slices, prepare_apart
from screening.prepare.record_columns import RecordColumns, to_records, unpack_columns
from screening.prepare.reuse import Copied, Donor, copy_structures, hash_rows, hash_texts
from screening.storage.schema import INDEX, REJECTED, REPETITIVE, SCHEMA
from screening.storage.store import Store


class Written(NamedTuple):
    """A partition that was written."""

    name: str
    facts: dict[str, Any]
    """Its counts."""
    sha256: str
    hashes_sha256: str
    """The SHA-256 of the file of hashes beside it."""
    index_sha256: str
    """The SHA-256 of the file by which it is searched for analogs."""


def prepare_partition(
    store: Store, limits: Limits, donors: tuple[Donor, ...], item: tuple[str, bytes]
) -> Written:
    """Prepare and write one partition from its records, packed as columns; runs in a worker.

    Structures that a donor has are copied from it; the bytes are the same.
    """
    name, packed = item
    records = unpack_columns(packed)
    texts = hash_texts(records)
    copied = copy_structures(donors, texts)
    if copied is None:
        table, count, graphs = _prepare_rows(records, range(len(texts)), limits), 0, None
    else:
        table, count = _complete(copied, records, limits), len(copied.at)
        graphs = np.zeros_like(texts)
        graphs[copied.at] = copied.graphs
    index, table = table.select(INDEX.names), table.select(SCHEMA.names)
    hashes = hash_rows(texts, table, graphs)
    told = store.write_table(hashes_file(name), hashes, repetitive=False)
    facts = {**_count(table), "copied": count}
    indexed = store.write_table(index_file(name), index, repetitive=False)
    digest = store.write_table(name, table, REPETITIVE)
    return Written(name, facts, digest, told, indexed)


def _prepare_rows(records: RecordColumns, places: Sequence[int], limits: Limits) -> pa.Table:
    return add_index(prepare_apart(pack_slices(to_records(records, places)), limits))


def _complete(copied: Copied, records: RecordColumns, limits: Limits) -> pa.Table:
    """Prepare the records that were not copied, and return the rows of all."""
    is_new = np.ones(len(records.row), dtype=bool)
    is_new[copied.at] = False
    rest = np.flatnonzero(is_new)
    new = _prepare_rows(records, rest.tolist(), limits)
    both = pa.concat_tables([new.select(copied.source.column_names), copied.source])
    rows = np.empty(len(is_new), np.int64)
    rows[rest] = np.arange(len(rest))
    rows[copied.at] = len(rest) + copied.rows
    structures = both.take(pa.array(rows)).combine_chunks()
    columns = own_columns(records) | {name: structures[name] for name in structures.column_names}
    schema = pa.schema([*SCHEMA, *INDEX])
    return pa.table([columns[name] for name in schema.names], schema=schema).combine_chunks()


def _count(table: pa.Table) -> dict[str, Any]:
    rejected = table.select(["stage", "code"]).filter(pc.equal(table["status"], REJECTED))
    rejects = Counter(f"{row['stage']}/{row['code']}" for row in rejected.to_pylist())
    atoms = table["atoms"].combine_chunks().flatten().to_numpy()
    return {
        "rows": table.num_rows,
        "rejected": sum(rejects.values()),
        "reject_codes": dict(rejects),
        "unseen_atoms": int((atoms == 0).sum()),
    }
