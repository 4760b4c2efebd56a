"""Records to prepared rows: one row of a table for each record of the library, good or bad.

This is where chemistry happens, so it imports no torch: it runs in a process of its own.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from chem.describe import PROPERTIES, describe
from chem.graphs import featurize
from chem.records import Failure, Record
from chem.standardize import standardize

ACCEPTED, REJECTED = "accepted", "rejected"
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("compound_id", pa.string()),
        ("name", pa.string()),
        ("input_smiles", pa.string()),  # "" where the record is a molblock
        ("extra", pa.string()),  # the other columns as a JSON object of texts
        ("status", pa.string()),
        ("stage", pa.string()),
        ("code", pa.string()),
        ("detail", pa.string()),
        ("smiles", pa.string()),  # standardized; "" where rejected
        ("changes", pa.list_(pa.string())),
        ("key", pa.binary(16)),  # hash of the standardized SMILES; zeros where rejected
        ("atoms", pa.list_(pa.uint16())),
        ("begin", pa.list_(pa.uint16())),
        ("end", pa.list_(pa.uint16())),
        ("bonds", pa.list_(pa.uint8())),
        *((name, pa.float32()) for name in PROPERTIES),
    ]
)
NO_KEY = bytes(16)
_EMPTY: tuple[Any, ...] = ((), (), (), ())
_NO_PROPERTIES = (None,) * len(PROPERTIES)


def prepare_records(records: Sequence[Record]) -> pa.Table:
    """Standardize, featurize and describe records: a table of ``SCHEMA``, one row for each."""
    rows = [_prepare(record) for record in records]
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    arrays = [
        pa.array(values, type=field.type) for values, field in zip(columns, SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _prepare(record: Record) -> tuple[Any, ...]:
    written = record.structure if record.format == "smiles" else ""
    extra = json.dumps(record.extra, ensure_ascii=False)
    known = (record.row, record.compound_id, record.name, written, extra)
    if record.problem is not None:
        return _reject(known, record.problem)
    standard = standardize(record.structure, record.format)
    if isinstance(standard, Failure):
        return _reject(known, standard)
    graph = featurize(standard.mol)
    if isinstance(graph, Failure):
        return _reject(known, graph)
    smiles = standard.smiles
    found = (ACCEPTED, "", "", "", smiles, standard.changes, hash_structure(smiles))
    return (*known, *found, *graph, *describe(standard.mol))


def _reject(known: tuple[Any, ...], failure: Failure) -> tuple[Any, ...]:
    return (*known, REJECTED, *failure, "", (), NO_KEY, *_EMPTY, *_NO_PROPERTIES)


def hash_structure(smiles: str) -> bytes:
    """Return the 16 bytes by which equal standardized structures are found."""
    return blake2b(smiles.encode(), digest_size=16).digest()
