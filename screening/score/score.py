"""Scores prepared compounds: predicts every task of every bundle, without any chemistry.

A work item is one partition, or the rows that a triage chose from several successive partitions. If
earlier runs predicted all but a few rows of each item, those few are predicted together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chem.features.properties import PROPERTIES
from gnn.features.array_types import Floats32
from screening.dask_cluster.cluster import run_window
from screening.dask_cluster.lazy_client import AnyClient
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
from screening.storage.ledger import BASIS, Ledger
from screening.storage.schema import GRAPH
from screening.storage.shared_rows import (
    SharedRows,
    add_rows,
    are_known,
    find_rows,
    hash_words,
    reopen,
)
from screening.storage.store import Store

Rows = npt.NDArray[np.int64]
SCORED = ("row", "smiles", *PROPERTIES)
"""The columns of a file of scores beside the predictions, so that ranking reads no other file."""
ITEM_ROWS = 1000
"""The least number of chosen rows in a work item: a smaller file costs more than its scores, and
larger items leave workers waiting for the last one."""
FEW = 100
"""Fewer unknown rows of an item than this are predicted with those of other items.

Networks work on batches of some 150 compounds, and a batch with one compound takes as long."""
GATHERED_ROWS = 125
"""The number of unknown rows that are predicted together."""


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
    basis: str = ""
    """A hash of all that scores depend on, for :mod:`screening.score.earlier_scores`."""


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
    parts = []
    for name, first, last in spans(prepared):
        some = rows[np.searchsorted(rows, first) : np.searchsorted(rows, last, side="right")]
        if len(some):
            parts.append((name, some))
    return _group(parts, ITEM_ROWS)


def _group(parts: Iterable[tuple[str, Rows]], least: int) -> list[WorkItem]:
    """Put rows of successive partitions together until an item has ``least`` rows."""
    items, together = [], list[tuple[str, Rows]]()
    for part in parts:
        together.append(part)
        if sum(len(rows) for _, rows in together) >= least:
            items.append(_named_item(together))
            together = []
    return [*items, _named_item(together)] if together else items


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
    client: AnyClient,
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

    def record(written: Scored) -> None:
        nonlocal done
        ledger.record(written.file, written.facts, written.sha256)
        done += written.facts["rows"]
        if progress is not None:
            progress("score", done, total)

    run = partial(run_window, client, resource=None if work.models.device == "cpu" else "GPU")
    unfinished: list[Unfinished] = []
    for found in run(partial(score_item, work), missing):
        if isinstance(found, Unfinished):
            unfinished.append(found)
        else:
            record(found)
    if unfinished and work.shared is not None:
        for _ in run(partial(predict_rows, work), gather_unknown(unfinished)):
            pass
        complete = replace(work, shared=reopen(work.shared))
        for found in run(partial(finish_item, complete), unfinished):
            record(found)


class Scored(NamedTuple):
    """A work item that was scored."""

    file: str
    facts: dict[str, Any]
    """Its number of rows, how many of them an earlier run predicted, and its basis."""
    sha256: str
    """The SHA-256 of its file."""


class Unfinished(NamedTuple):
    """A work item of which earlier runs predicted all but a few rows."""

    item: WorkItem
    unknown: tuple[tuple[str, Rows], ...]
    """The partitions with the rows that nobody predicted."""


def score_item(work: Scoring, item: WorkItem) -> Scored | Unfinished:
    """Score one work item and write it; runs in a worker.

    Predictions of graphs that an earlier run predicted are copied; they are the same to the last
    bit. If only a few rows are unknown, nothing is written.
    """
    table = _read_item(work.prepared, item, (*SCORED, GRAPH_HASH))
    if work.shared is not None:
        known = are_known(work.shared, hash_words(table[GRAPH_HASH]))
        rest = np.flatnonzero(~known)
        if known.any() and 0 < len(rest) < FEW:
            return Unfinished(item, _by_partition(item, table["row"].to_numpy()[rest]))
    looked_up = _look_up(work, table)
    return _write_item(work, item, looked_up, int((~looked_up[1]).sum()))


def finish_item(work: Scoring, unfinished: Unfinished) -> Scored:
    """Score and write a work item whose few unknown rows were predicted; runs in a worker."""
    table = _read_item(work.prepared, unfinished.item, (*SCORED, GRAPH_HASH))
    looked_up = _look_up(work, table)
    new = sum(len(rows) for _, rows in unfinished.unknown)
    unknown = int((~looked_up[1]).sum())  # more, if a file of shared rows was removed meanwhile
    return _write_item(work, unfinished.item, looked_up, max(new, unknown))


def predict_rows(work: Scoring, item: WorkItem) -> None:
    """Predict the rows of a work item for all runs, and write no file; runs in a worker."""
    if work.shared is not None:
        table = _read_item(work.prepared, item, (GRAPH_HASH, *GRAPH))
        add_rows(work.shared, hash_words(table[GRAPH_HASH]), _predict(work, table))


def gather_unknown(unfinished: Sequence[Unfinished]) -> list[WorkItem]:
    """Return work items of some ``GATHERED_ROWS`` unknown rows, each row of these items once."""
    rows_of: dict[str, list[Rows]] = {}
    for name, rows in (part for one in unfinished for part in one.unknown):
        rows_of.setdefault(name, []).append(rows)
    apart = [(name, np.unique(np.concatenate(rows_of[name]))) for name in sorted(rows_of)]
    return _group(
        (
            (name, rows[at : at + GATHERED_ROWS])
            for name, rows in apart
            for at in range(0, len(rows), GATHERED_ROWS)
        ),
        GATHERED_ROWS,
    )


def _by_partition(item: WorkItem, rows: Rows) -> tuple[tuple[str, Rows], ...]:
    """Divide rows of an item by its partitions."""
    parts = [
        (name, rows if of_it is None else rows[np.isin(rows, of_it)])
        for name, of_it in item.partitions
    ]
    return tuple((name, some) for name, some in parts if len(some))


_LookedUp = tuple[pa.Table, npt.NDArray[np.bool_], Floats32 | None]
"""The rows of an item; a mask of those that earlier runs predicted; their predictions."""


def _look_up(work: Scoring, table: pa.Table) -> _LookedUp:
    return table, *find_rows(work.shared, hash_words(table[GRAPH_HASH]))


def _write_item(work: Scoring, item: WorkItem, looked_up: _LookedUp, new: int) -> Scored:
    """Write an item's scores, and predict what is unknown; ``new`` rows are of this run."""
    table, known, values = looked_up
    rest = np.flatnonzero(~known)
    if values is None:
        values = np.empty((len(table), len(work.columns)), np.float32)
    if len(rest):
        values[rest] = _predict(work, _read_item(work.prepared, item, GRAPH).take(pa.array(rest)))
        if work.shared is not None:
            add_rows(work.shared, hash_words(table[GRAPH_HASH])[rest], values[rest])
    columns = [pa.array(column) for column in np.ascontiguousarray(values.T)]
    scores = pa.table([*table.select(list(SCORED)).columns, *columns], [*SCORED, *work.columns])
    facts = {"rows": len(scores), "shared": len(scores) - new, BASIS: work.basis}
    digest = work.scores.write_table(item.file, scores, repetitive=False, compressed=False)
    return Scored(item.file, facts, digest)


def _predict(work: Scoring, graphs: pa.Table) -> Floats32:
    """Predict graphs; return every column, [n, columns]."""
    # Imported here, as torch takes 2 s: a worker whose scores are all known never needs it.
    from screening.score.worker_models import load_predictor

    predicted = load_predictor(work.models).predict(to_graphs(graphs))
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
