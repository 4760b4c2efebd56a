"""Reads records back from a prepared library: identities of hits, rejects and duplicates."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chem.structure.equivalence import why_equal
from screening.prepare.prepared import DUPLICATES, Prepared, check_records
from screening.rank.structure_columns import key_text
from screening.score.score import spans
from screening.storage.schema import REJECTED


class Reject(NamedTuple):
    """A record that could not be used."""

    row: int
    compound_id: str
    input_smiles: str
    """The SMILES as the library has it; empty if the structure was a molblock."""
    stage: str
    """``read``, ``parse``, ``standardize`` or ``featurize``."""
    code: str
    detail: str


class Duplicate(NamedTuple):
    """A record with the same key as an earlier record; it is not a reject."""

    row: int
    compound_id: str
    input_smiles: str
    first_row: int
    first_compound_id: str
    why: str
    """The difference between the two records as the library has them: a word of
    ``chem.structure.equivalence.EQUALITIES``; empty if it is not known."""


IDENTITY = ("compound_id", "name", "input_smiles", "changes", "key", "extra")
"""The columns that are read only for the hits."""
_TOLD_OF_DUPLICATES = ("row", "compound_id", "input_smiles", "changes")


def with_identity(prepared: Prepared, hits: pd.DataFrame) -> pd.DataFrame:
    """Return hits with the columns of ``IDENTITY``: ids, names and the record's own columns.

    ``key`` is text; see ``screening.rank.structure_columns``.
    """
    wanted = pa.array(sorted(hits["row"].tolist()), pa.int64())
    found = []
    for name, first, last in spans(prepared):
        rows = wanted.filter(pc.and_(pc.greater_equal(wanted, first), pc.less_equal(wanted, last)))
        if len(rows):
            table = prepared.store.read_table(name, ["row", *IDENTITY])
            table = table.filter(pc.is_in(table["row"], rows))
            check_records(prepared.store, name, table, len(rows))
            found.append(table)
    if not found:
        return hits.assign(**{column: pd.Series(dtype=object) for column in IDENTITY})
    known = pa.concat_tables(found).to_pandas()
    known["key"] = pd.Series([key_text(key) for key in known["key"]], dtype="str")
    return hits.merge(known, on="row", how="left", validate="one_to_one")


def rejects(prepared: Prepared) -> Iterator[Reject]:
    """Yield every rejected record in row order."""
    if not prepared.rejected:
        return
    for name in prepared.partitions:
        table = prepared.store.read_table(name, [*Reject._fields, "status"])
        table = table.filter(pc.equal(table["status"], REJECTED)).select(list(Reject._fields))
        for record in table.to_pylist():
            yield Reject(**record)


def duplicates(prepared: Prepared) -> Iterator[Duplicate]:
    """Yield every duplicate in row order, with the record that came first."""
    pairs = prepared.store.read_table(DUPLICATES, ["row", "first_row"]).to_pydict()
    first_of = dict(zip(pairs["row"], pairs["first_row"], strict=True))
    if not first_of:
        return
    firsts = set(first_of.values())
    first_records: dict[int, dict[str, Any]] = {}
    wanted = pa.array(sorted(firsts | first_of.keys()), pa.int64())
    for name in prepared.partitions:
        table = prepared.store.read_table(name, list(_TOLD_OF_DUPLICATES))
        for record in table.filter(pc.is_in(table["row"], wanted)).to_pylist():
            row = record["row"]
            if row in firsts:
                first_records[row] = record
            if row in first_of:
                first = first_records[first_of[row]]
                yield Duplicate(
                    row,
                    record["compound_id"],
                    record["input_smiles"],
                    first["row"],
                    first["compound_id"],
                    why_duplicate(record, first),
                )


def why_duplicate(record: Mapping[str, Any], first: Mapping[str, Any]) -> str:
    """Return the difference between a duplicate and the first record, as the library has them.

    It is a word of ``chem.structure.equivalence.EQUALITIES``, or "" if it is not known.
    """
    came = (record["input_smiles"], record["changes"])
    return why_equal(*came, first["input_smiles"], first["changes"])
