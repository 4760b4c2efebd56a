"""Reads scored frames, which are compounds with their predictions, ready to rank."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

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


def _fits(rows: Rows, item: WorkItem, where: Mapping[str, tuple[int, int]]) -> bool:
    """Tell whether scored rows are those of a work item, or lie in its partition."""
    if item.partitions[0][1] is not None:
        wanted = [chosen for _, chosen in item.partitions if chosen is not None]
        return np.array_equal(rows, np.concatenate(wanted))
    first, last = where[item.partitions[0][0]]
    return not len(rows) or (first <= rows[0] and rows[-1] <= last)
