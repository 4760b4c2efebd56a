"""Reads compounds with their predictions: frames that are ready to rank, and single rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from screening.errors import StoreError
from screening.prepare.prepared import Prepared, check_records
from screening.score.score import SCORED, Rows, WorkItem, spans
from screening.storage.store import Store


def scored_frames(
    prepared: Prepared, scores: Store, items: Sequence[WorkItem], predictions: Collection[str]
) -> Iterator[pd.DataFrame]:
    """Yield a frame for each work item, with its rows, SMILES, properties and predictions.

    The columns are ``row``, ``smiles``, the properties, and those that ``predictions`` names.
    """
    where = {name: (first, last) for name, first, last in spans(prepared)}
    for item in items:
        table = scores.read_table(item.file, [*SCORED, *predictions])
        check_records(scores, item.file, table)
        frame = table.to_pandas()
        if not _fits(frame["row"].to_numpy(), item, where):
            raise StoreError(
                f"{scores.path(item.file)} does not belong to {prepared.store.url}; remove the "
                "scores and run again"
            )
        yield frame


def read_rows(
    prepared: Prepared,
    scores: Store,
    items: Sequence[WorkItem],
    rows: Sequence[int],
    predictions: Sequence[str],
    if_scored: bool = False,
) -> pd.DataFrame:
    """Return predictions of some rows, in their order; only files that hold them are read.

    Args:
        prepared: The prepared library.
        scores: The store of its scores.
        items: Work items with all of these rows.
        rows: The rows; each was scored.
        predictions: The columns to read.
        if_scored: Leave out rows that were not scored.

    Raises:
        StoreError: A row was not scored.
    """
    where = {name: (first, last) for name, first, last in spans(prepared)}
    left, found = set(rows), []
    for item in items:
        held = {
            row
            for name, chosen in item.partitions
            for row in (
                left.intersection(chosen.tolist())
                if chosen is not None
                else [row for row in left if where[name][0] <= row <= where[name][1]]
            )
        }
        if held:
            table = scores.read_table(item.file, ["row", *predictions])
            table = table.filter(pc.is_in(table["row"], pa.array(sorted(held), pa.int64())))
            found.append(table.to_pandas().set_index("row"))
            left -= set(found[-1].index)
    if left and not if_scored:
        raise StoreError(f"row {min(left)} is a hit, and {scores} has no score of it")
    whole = pd.concat(found) if found else pd.DataFrame(columns=list(predictions))
    return whole.loc[[row for row in rows if row not in left]]


def _fits(rows: Rows, item: WorkItem, where: Mapping[str, tuple[int, int]]) -> bool:
    """Tell whether scored rows are those of a work item, or lie in its partition."""
    if item.partitions[0][1] is not None:
        wanted = [chosen for _, chosen in item.partitions if chosen is not None]
        return np.array_equal(rows, np.concatenate(wanted))
    first, last = where[item.partitions[0][0]]
    return not len(rows) or (first <= rows[0] and rows[-1] <= last)
