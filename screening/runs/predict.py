"""Predicts a file: every task of every bundle for every row, in the order of the file."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from chem.disk.scratch import scratch_folder
from chem.library.read import Library
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.inactivity_columns import inactivity_columns, inactivity_of
from gnn.models.runtime import find_device, is_bfloat16_fast
from screening.dask_cluster.cluster import run_window
from screening.dask_cluster.lazy_client import AnyClient
from screening.errors import StoreError, told_in_one_line
from screening.hits.hit_files import write_csv
from screening.prepare.prepare import Progress, prepare_library
from screening.prepare.prepared import DUPLICATES, Prepared
from screening.prepare.prepared_location import prepared_key, prepared_store
from screening.rank.structure_columns import key_text, stereo_word
from screening.score.predicted_columns import Wanted
from screening.score.score import Scoring, partition_items, score_items
from screening.score.worker_models import model_refs
from screening.storage.ledger import Ledger
from screening.storage.schema import REJECTED
from screening.storage.store import Store

FIRST = (
    *("row", "compound_id", "input_smiles", "smiles", "changes", "stereo", "key"),
    *("duplicate_of", "status", "reason"),
)
"""The first columns of a prediction file.

``input_smiles`` is as written; it is ``""`` for a molblock. ``smiles`` is the standardized
structure, ``changes`` the steps that led to it, ``stereo`` the stereochemistry that it states and
``key`` its registration key: all as in ``hits.csv``, and empty if the record was rejected.
``duplicate_of`` is the row of the first record with the same key, whose structure and predictions
are given. ``status`` is accepted or rejected.
"""
_READ = (
    *("row", "compound_id", "input_smiles", "smiles", "changes", "key"),
    *("status", "stage", "code", "detail"),
)

AHEAD = 16
"""The number of partitions whose stereochemistry is found before their rows are written."""


def predict_file(
    library: Library,
    prepared_in: Path,
    wanted: Wanted,
    out: Path,
    client: AnyClient,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Prepared:
    """Write predictions of a library as CSV; rejected rows keep their place, with a reason.

    store: the store of the partitions, and of the scores until the end; by default partitions are
    in the folder ``prepared_in`` and scores beside ``out``.
    """
    place = prepared_store(store, prepared_key(library), prepared_in)
    prepared = prepare_library(library, prepared_in, client, progress=progress, store=place)
    bfloat16 = is_bfloat16_fast(find_device("cpu"))
    own = token_hex(8)  # other predictions may use the same store at the same time
    items = [item._replace(file=f"{own}-{item.file}") for item in partition_items(prepared)]
    files = [item.file for item in items]
    with scratch_folder(".predict-", out.parent) as scratch:
        scores = Store(scratch) if store is None else store / "predictions"
        models = model_refs(wanted.bundles, prepared.featurizer, bfloat16)
        columns = tuple(predicted_columns(wanted.bundles))
        work = Scoring(prepared.source, scores, models, columns)
        try:
            with Ledger(scratch, {}, scores) as ledger:
                score_items(items, work, ledger, client, progress, prepared.accepted)
            words = stereo_words(prepared, client, progress)
            rows = _rows(prepared, scores, files, words, wanted)
            with told_in_one_line(out):
                write_csv(out, [*FIRST, *wanted.columns], rows, texts=len(FIRST))
        finally:
            with suppress(StoreError):  # an earlier error must not be hidden
                for file in files:
                    scores.remove(file)
    return prepared


def _rows(
    prepared: Prepared,
    scores: Store,
    files: Sequence[str],
    words: Iterable[list[str]],
    wanted: Wanted,
) -> Iterator[list[str]]:
    """Yield the cells of each row; ``words``, of :func:`stereo_words`, are read on the way."""
    pairs = prepared.store.read_table(DUPLICATES, ["row", "first_row"]).to_pydict()
    first_of = dict(zip(pairs["row"], pairs["first_row"], strict=True))
    firsts = set(first_of.values())
    kept: dict[int, _Predicted] = {}
    for name, file, stated in zip(prepared.partitions, files, words, strict=True):
        records = prepared.store.read_table(name, list(_READ)).to_pylist()
        scored = _read_scores(scores, file, wanted)
        for record, stereo in zip(records, stated, strict=True):
            row, first = record["row"], first_of.get(record["row"])
            start = [str(row), record["compound_id"], record["input_smiles"]]
            if record["status"] == REJECTED:
                reason = f"{record['stage']}/{record['code']}: {record['detail']}"
                yield [*start, *[""] * 5, REJECTED, reason, *[""] * len(wanted.columns)]
                continue
            predicted = (
                _Predicted(record["smiles"], stereo, scored[row]) if first is None else kept[first]
            )
            if row in firsts:
                kept[row] = predicted
            yield [
                *start,
                predicted.smiles,
                "; ".join(record["changes"]),
                predicted.stereo,
                key_text(record["key"]),
                "" if first is None else str(first),
                record["status"],
                "",
                *predicted.values,
            ]


class _Predicted(NamedTuple):
    """The cells that a record shares with its duplicates."""

    smiles: str
    stereo: str
    values: list[str]


def stereo_words(
    prepared: Prepared, client: AnyClient, progress: Progress | None = None
) -> Iterator[list[str]]:
    """Yield the words on the stereochemistry of each partition's rows, in order.

    Workers find them for at most ``AHEAD`` partitions in advance.
    """
    done = 0
    work = partial(_stereo_of_partition, prepared.store)
    for start in range(0, len(prepared.partitions), AHEAD):
        names = prepared.partitions[start : start + AHEAD]
        found = dict(run_window(client, work, names))
        for name in names:
            words = found.pop(name)
            done += len(words)
            yield words
            if progress is not None:
                progress("stereochemistry", done, prepared.rows)


def _stereo_of_partition(store: Store, name: str) -> tuple[str, list[str]]:
    smiles = store.read_table(name, ["smiles"])["smiles"].to_pylist()
    return name, [stereo_word(text) for text in smiles]


def _read_scores(scores: Store, file: str, wanted: Wanted) -> dict[int, list[str]]:
    table = scores.read_table(file)
    numbers = {name: table[name].to_numpy() for name in predicted_columns(wanted.bundles)}
    numbers |= inactivity_columns(inactivity_of(wanted.bundles), numbers)
    texts = [[f"{value:.5g}" for value in numbers[column]] for column in wanted.columns]
    rows = table["row"].to_pylist()
    return {row: list(values) for row, values in zip(rows, zip(*texts, strict=True), strict=True)}
