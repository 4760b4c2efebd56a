"""Scores prepared compounds: predicts every task of every bundle, without any chemistry.

A work item is one partition, or the rows that a triage chose from several successive partitions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from distributed import Client

from chem.features.properties import PROPERTIES
from gnn.features.array_types import Floats32
from gnn.features.graph_arrays import GraphArrays
from screening.dask_cluster.cluster import run_window
from screening.errors import StoreError
from screening.prepare.prepare import Progress
from screening.prepare.prepared import (
    GRAPH_HASH,
    Partitions,
    Prepared,
    read_accepted,
    to_graphs,
)
from screening.score.model_refs import ModelRefs
from screening.storage.ledger import Ledger
from screening.storage.schema import GRAPH
from screening.storage.shared_rows import SharedRows, add_rows, find_rows, hash_words
from screening.storage.store import Store

Rows = npt.NDArray[np.int64]
SCORED = ("row", "smiles", *PROPERTIES)
"""The columns of a file of scores beside the predictions, so that ranking reads no other file."""
ITEM_ROWS = 1000
"""The least number of chosen rows in a work item: a smaller file costs more than its scores, and
larger items leave workers waiting for the last one."""


class Hashed(Protocol):
    """A bundle, or what a manifest keeps of one."""

    @property
    def sha256(self) -> str:
        """The hash of its content."""


@dataclass(frozen=True)
class Scoring:
    """The stores and models that a worker needs to score."""

    prepared: Partitions
    scores: Store
    models: ModelRefs
    columns: tuple[str, ...]
    """The names of the predicted columns, so that known scores need no model."""
    shared: SharedRows | None = None
    """The predictions of earlier runs by the same models."""


class WorkItem(NamedTuple):
    """A piece of work, and the file it makes, with ``SCORED`` and the predictor's columns."""

    file: str
    partitions: tuple[tuple[str, Rows | None], ...]
    """The partitions, each with the rows to score; None: all accepted rows."""


def partition_items(prepared: Prepared) -> list[WorkItem]:
    """Return the work items that score every accepted compound, one for each partition."""
    return [WorkItem(name, ((name, None),)) for name in prepared.partitions]


def chosen_items(prepared: Prepared, rows: Rows) -> list[WorkItem]:
    """Return the work items that score some rows, given in ascending order.

    The name of an item's file depends on its rows, so that different choices never share scores.
    """
    items: list[WorkItem] = []
    partitions: list[tuple[str, Rows]] = []
    for name, first, last in spans(prepared):
        some = rows[np.searchsorted(rows, first) : np.searchsorted(rows, last, side="right")]
        if len(some):
            partitions.append((name, some))
        if sum(len(chosen) for _, chosen in partitions) >= ITEM_ROWS:
            items.append(_named_item(partitions))
            partitions = []
    return [*items, _named_item(partitions)] if partitions else items


def spans(prepared: Prepared) -> Iterator[tuple[str, int, int]]:
    """Yield each partition's name, first and last row."""
    for number, name in enumerate(prepared.partitions):
        before = number * prepared.partition_rows
        yield name, before + 1, min(before + prepared.partition_rows, prepared.rows)


def _named_item(partitions: list[tuple[str, Rows]]) -> WorkItem:
    content = sha256(b"".join(rows.tobytes() for _, rows in partitions)).hexdigest()[:16]
    return WorkItem(f"chosen-{content}.parquet", tuple(partitions))


def score_items(
    items: Sequence[WorkItem],
    work: Scoring,
    ledger: Ledger,
    client: Client,
    progress: Progress | None = None,
    total: int | None = None,
) -> None:
    """Score work items into the ledger's store, except those that the ledger has already.

    total: the number of all compounds, for reporting progress.
    """
    missing = [item for item in items if item.file not in ledger.entries]
    done = sum(
        ledger.entries[item.file].count("rows") for item in items if item.file in ledger.entries
    )
    for file, facts, digest in run_window(client, partial(score_item, work), missing):
        ledger.record(file, facts, digest)
        done += facts["rows"]
        if progress is not None:
            progress("score", done, total)


def scoring_purpose(
    sha256: str, key: str, bundles: Sequence[Hashed], bfloat16: bool, device: str = "cpu"
) -> dict[str, Any]:
    """Return all that scores depend on.

    That is the library, its preparation (``key``), the bundles, and the device and precision of
    their networks.
    """
    return {
        "library": sha256,
        "prepared": key,
        "bundles": [bundle.sha256 for bundle in bundles],
        "precision": "bfloat16" if bfloat16 else "float32",
        "device": device,
    }


def score_item(work: Scoring, item: WorkItem) -> tuple[str, dict[str, int], str]:
    """Score one work item and write it; runs in a worker.

    Predictions of graphs that an earlier run predicted are copied; they are the same to the last
    bit. Returns the file's name, its counts and its SHA-256.
    """
    table = _read_item(work.prepared, item, (*SCORED, GRAPH_HASH))
    words = hash_words(table[GRAPH_HASH])
    known, values = find_rows(work.shared, words)
    rest = np.flatnonzero(~known)
    if values is None:
        values = np.empty((len(table), len(work.columns)), np.float32)
    if len(rest):
        graphs = _read_item(work.prepared, item, GRAPH).take(pa.array(rest))
        new = _predict(work, to_graphs(graphs))
        values[rest] = new
        if work.shared is not None:
            add_rows(work.shared, words[rest], new)
    scores = table.select(list(SCORED))
    columns = [pa.array(column) for column in np.ascontiguousarray(values.T)]
    scores = pa.table([*scores.columns, *columns], [*SCORED, *work.columns])
    facts = {"rows": len(scores), "shared": len(scores) - len(rest)}
    return item.file, facts, work.scores.write_table(item.file, scores, repetitive=False)


def _predict(work: Scoring, graphs: GraphArrays) -> Floats32:
    """Return the predictions [n, columns] of n graphs."""
    # Imported here, as torch takes 2 s: a worker whose scores are all known never needs it.
    from screening.score.worker_models import load_predictor

    predicted = load_predictor(work.models).predict(graphs)
    return np.column_stack([predicted[name] for name in work.columns])


def _read_item(prepared: Partitions, item: WorkItem, columns: Sequence[str]) -> pa.Table:
    """Read columns of the rows of a work item, in row order."""
    tables = []
    for name, rows in item.partitions:
        table = read_accepted(prepared, name, list(dict.fromkeys(["row", *columns])))
        if rows is not None:
            table = table.filter(pc.is_in(table["row"], pa.array(rows)))
            if table.num_rows != len(rows):
                raise StoreError(f"{name} lacks rows that were chosen from it; prepare it again")
        tables.append(table.select(list(columns)))
    return pa.concat_tables(tables)
