"""Scored frames: each partition's molecules with their predictions, ready to rank."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chem.describe import PROPERTIES
from screening.handover.rejects import Duplicate, Reject
from screening.prepare import DUPLICATES, Prepared
from screening.records import REJECTED
from screening.score import read_accepted

IDENTITY = ("row", "compound_id", "name", "smiles", "input_smiles", "changes", "extra")


def scored_frames(
    prepared: Prepared, scores: list[Path], predictions: Collection[str]
) -> Iterator[pd.DataFrame]:
    """Yield a frame for each partition: identity, properties and the named prediction columns."""
    for name, path in zip(prepared.partitions, scores, strict=True):
        molecules = read_accepted(prepared.folder, name, [*IDENTITY, *PROPERTIES])
        predicted = pq.read_table(path, columns=["row", *predictions])
        if not molecules["row"].equals(predicted["row"]):
            raise RuntimeError(f"{path} does not belong to {name}; remove the scores and run again")
        for column in predictions:
            molecules = molecules.append_column(column, predicted[column])
        yield molecules.to_pandas()


def rejects(prepared: Prepared) -> Iterator[Reject]:
    """Yield every rejected record in row order."""
    for name in prepared.partitions:
        table = pq.read_table(prepared.folder / name, columns=[*Reject._fields, "status"])
        table = table.filter(pc.equal(table["status"], REJECTED)).select(list(Reject._fields))
        for record in table.to_pylist():
            yield Reject(**record)


def duplicates(prepared: Prepared) -> Iterator[Duplicate]:
    """Yield every duplicate in row order, with the record that came first."""
    pairs = pq.read_table(prepared.folder / DUPLICATES).to_pydict()
    first_of = dict(zip(pairs["row"], pairs["first_row"], strict=True))
    firsts = set(first_of.values())
    ids: dict[int, str] = {}
    for name in prepared.partitions:
        columns = ["row", "compound_id", "input_smiles"]
        table = pq.read_table(prepared.folder / name, columns=columns)
        wanted = pc.is_in(table["row"], pa.array(sorted(firsts | first_of.keys()), pa.int64()))
        for record in table.filter(wanted).to_pylist():
            row = record["row"]
            if row in firsts:
                ids[row] = record["compound_id"]
            if row in first_of:
                first = first_of[row]
                yield Duplicate(
                    row, record["compound_id"], record["input_smiles"], first, ids[first]
                )
