"""Turns records into prepared rows: one row of a table for each record of the library, good or bad.

The chemistry is done here, in a separate process, so this module does not import torch. Work that
can hang or crash is done record by record; cheap work is done for a block of records at once.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from chem.features.graphs import check_size, featurize_all
from chem.features.properties import PROPERTIES, describe_all
from chem.records.records import Failure, Record
from chem.structure.standardize import Standardized, standardize
from screening.prepare.record_columns import RecordColumns, extras_to_json, to_columns
from screening.storage.schema import ACCEPTED, REJECTED, SCHEMA

NO_KEY = bytes(16)
_BLOCK = 256
"""Records in a block: so many that the cost of work done once a block is negligible."""
_BLOCK_CELLS = 4_000_000
"""The sum of squared atom counts that ends a block early: bond-order matrices take 16 bytes for
each."""

Start = Callable[[int], None]
"""A callback with the position of a record, called right before RDKit works on it."""


def prepare_records(records: Sequence[Record], start: Start | None = None) -> pa.Table:
    """Standardize, featurize and describe records; return a table of ``SCHEMA``, one row for each.

    ``start(i)`` is called right before RDKit works on ``records[i]``: for each record in order, and
    once more, when a block of some hundred is assembled, for the few that need RDKit again then.
    """
    batches: list[pa.RecordBatch] = []
    block: list[Standardized | Failure] = []
    first = cells = 0
    for i, record in enumerate(records):
        if start is not None:
            start(i)
        outcome = prepare_record(record)
        block.append(outcome)
        if isinstance(outcome, Standardized):
            cells += outcome.mol.GetNumAtoms() ** 2
        if len(block) == _BLOCK or cells > _BLOCK_CELLS or i + 1 == len(records):
            batches.append(assemble(records[first : i + 1], block, _later(start, first)))
            block, first, cells = [], i + 1, 0
    return pa.Table.from_batches(batches, SCHEMA).combine_chunks()


def _later(start: Start | None, first: int) -> Start | None:
    return None if start is None else lambda i: start(first + i)


def prepare_record(record: Record) -> Standardized | Failure:
    """Standardize one record to a molecule that can become a graph, or return why it cannot."""
    if record.problem is not None:
        return record.problem
    standard = standardize(record.structure, record.format)
    if isinstance(standard, Failure):
        return standard
    return check_size(standard.mol) or standard


def assemble(
    records: Sequence[Record],
    outcomes: Sequence[Standardized | Failure],
    start: Start | None = None,
) -> pa.RecordBatch:
    """Featurize and describe the molecules of k records at once; return k rows of ``SCHEMA``.

    ``outcomes`` are those of :func:`prepare_record`; ``start`` is as in :func:`prepare_records`.
    Columns are made from flat arrays, without a Python object for each number.
    """
    good = [one if isinstance(one, Standardized) else None for one in outcomes]
    bad = [one if isinstance(one, Failure) else None for one in outcomes]
    smiles = ["" if one is None else one.smiles for one in good]
    changes = [() if one is None else one.changes for one in good]
    texts: dict[str, list[Any]] = {
        "status": [ACCEPTED if one is None else REJECTED for one in bad],
        "stage": ["" if one is None else one.stage for one in bad],
        "code": ["" if one is None else one.code for one in bad],
        "detail": ["" if one is None else one.detail for one in bad],
        "smiles": smiles,
        "changes": changes,
    }
    columns = own_columns(to_columns(records))
    columns |= {name: pa.array(texts[name], SCHEMA.field(name).type) for name in texts}
    keys = b"".join([NO_KEY if one is None else hash_key(one.key) for one in good])
    columns["key"] = pa.Array.from_buffers(pa.binary(16), len(smiles), [None, pa.py_buffer(keys)])
    columns.update(_describe_structures(good, start))
    return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def own_columns(records: RecordColumns) -> dict[str, pa.Array]:
    """Return the columns that hold what the library says beside the structure."""
    written = zip(records.structure, records.format, strict=True)
    texts: dict[str, list[Any]] = {
        "row": records.row,
        "compound_id": records.compound_id,
        "name": records.name,
        "input_smiles": [text if format == "smiles" else "" for text, format in written],
        "extra": extras_to_json(records.extra),
    }
    return {name: pa.array(texts[name], SCHEMA.field(name).type) for name in texts}


def _describe_structures(
    good: Sequence[Standardized | None], start: Start | None
) -> dict[str, pa.Array]:
    """Return the columns of numbers; a row without a molecule has empty lists and nulls."""
    kept = [one for one in good if one is not None]
    rows = np.array([i for i, one in enumerate(good) if one is not None], dtype=np.int64)
    mols = [one.mol for one in kept]
    graphs = featurize_all(mols)
    again = None if start is None else lambda i: start(int(rows[i]))
    described = describe_all(mols, graphs, [one.smiles for one in kept], again)

    sizes = {"atoms": graphs.atom_counts}
    columns: dict[str, pa.Array] = {}
    for name in ("atoms", "begin", "end", "bonds"):
        offsets = np.zeros(len(good) + 1, dtype=np.int32)
        offsets[rows + 1] = sizes.get(name, graphs.bond_counts)
        values = pa.array(getattr(graphs, name))
        columns[name] = pa.ListArray.from_arrays(np.cumsum(offsets, dtype=np.int32), values)
    missing = np.ones(len(good), dtype=bool)
    missing[rows] = False
    table = np.zeros((len(PROPERTIES), len(good)), dtype=np.float32)
    table[:, rows] = described.T
    for name, row in zip(PROPERTIES, table, strict=True):
        columns[name] = pa.array(row, mask=missing)
    return columns


def hash_key(key: str) -> bytes:
    """Return the 16 bytes by which equal registration keys are recognised."""
    return blake2b(key.encode(), digest_size=16).digest()
