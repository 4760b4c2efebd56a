"""Prepares one partition in a worker and writes it."""

from collections import Counter
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from screening.prepare.chemistry_process import unpack_records
from screening.prepare.prepared import hashes_file
from screening.prepare.prepared_location import Limits
from screening.prepare.prepared_rows import own_columns
from screening.prepare.quarantine import pack_slices, prepare_apart
from screening.prepare.reuse import Donor, copy_structures, hash_rows, hash_text
from screening.storage.schema import REJECTED, SCHEMA
from screening.storage.store import Store


class Written(NamedTuple):
    """A partition that was written."""

    name: str
    facts: dict[str, Any]
    """Its counts."""
    sha256: str
    hashes_sha256: str
    """The SHA-256 of the file of hashes beside it."""


def prepare_partition(
    store: Store, limits: Limits, donors: tuple[Donor, ...], item: tuple[str, list[bytes]]
) -> Written:
    """Prepare and write one partition from its records, packed in slices; runs in a worker.

    Structures that a donor has are copied from it; the bytes are the same.
    """
    name, slices = item
    records = list(chain.from_iterable(map(unpack_records, slices)))
    texts = list(map(hash_text, records))
    copied = copy_structures(donors, texts)
    if copied is None:
        table, count, graphs = prepare_apart(slices, limits), 0, None
    else:
        count = len(copied.at)
        rest = np.setdiff1d(np.arange(len(records)), copied.at)
        new = prepare_apart(pack_slices([records[i] for i in rest]), limits)
        both = pa.concat_tables([new.select(copied.table.column_names), copied.table])
        order = np.argsort(np.concatenate([rest, copied.at]))
        structures = both.take(pa.array(order)).combine_chunks()
        columns = own_columns(records) | {n: structures[n] for n in structures.column_names}
        table = pa.table([columns[n] for n in SCHEMA.names], schema=SCHEMA).combine_chunks()
        both_graphs = [*[None] * len(rest), *copied.graphs]
        graphs = [both_graphs[i] for i in order]
    hashes = hash_rows(texts, table, graphs)
    told = store.write_table(hashes_file(name), hashes, repetitive=False)
    facts = {**_count(table), "copied": count}
    return Written(name, facts, store.write_table(name, table), told)


def _count(table: pa.Table) -> dict[str, Any]:
    stages, codes = table["stage"].to_pylist(), table["code"].to_pylist()
    rejects = Counter(
        f"{stage}/{code}"
        for state, stage, code in zip(table["status"].to_pylist(), stages, codes, strict=True)
        if state == REJECTED
    )
    atoms = table["atoms"].combine_chunks().flatten().to_numpy()
    return {
        "rows": table.num_rows,
        "rejected": sum(rejects.values()),
        "reject_codes": dict(rejects),
        "unseen_atoms": int((atoms == 0).sum()),
    }
