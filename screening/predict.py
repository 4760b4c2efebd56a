"""Predict a file: every task of every bundle for every row, the same rows in the same order."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from distributed import Client

from chem.read import Library
from gnn.bundle import Bundle
from gnn.predict import predicted_columns
from gnn.runtime import find_device, half_precision
from screening.errors import StoreError, told_in_one_line
from screening.handover.csvfile import write_csv
from screening.ledger import Ledger
from screening.loaded import known_bundles
from screening.partitions import DUPLICATES
from screening.places import prepared_key, prepared_store
from screening.prepare import Progress, prepare_library
from screening.prepared import Prepared
from screening.records import REJECTED
from screening.score import Scoring, score_units, whole_units
from screening.store import Store

FIRST = ("row", "compound_id", "smiles", "status", "reason")
"""First columns of a prediction file. ``smiles`` is as written, ``status`` accepted or rejected."""


def predict_file(
    library: Library,
    prepared_in: Path,
    bundles: tuple[Bundle, ...],
    out: Path,
    client: Client,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Prepared:
    """Write predictions of a library as CSV. Rejected rows keep their place, with a reason.

    store: where partitions are kept, and scores until the end; by default partitions in the
    folder ``prepared_in`` and scores beside ``out``.
    """
    place = prepared_store(store, prepared_key(library), prepared_in)
    prepared = prepare_library(library, prepared_in, client, progress=progress, store=place)
    columns = predicted_columns(bundles)
    half = half_precision(find_device("cpu"))
    own = token_hex(8)  # other predictions may be under way in the same store
    units = [unit._replace(file=f"{own}-{unit.file}") for unit in whole_units(prepared)]
    files = [unit.file for unit in units]
    with TemporaryDirectory(dir=out.parent, prefix=".predict-") as scratch:
        scores = Store(Path(scratch)) if store is None else store / "predictions"
        known = known_bundles(bundles)
        work = Scoring(prepared.source, scores, known, prepared.featurizer, "cpu", half)
        try:
            with Ledger(Path(scratch), {}, scores) as ledger:
                score_units(units, work, ledger, client, progress, prepared.accepted)
            rows = _rows(prepared, scores, files, columns)
            with told_in_one_line(out):
                write_csv(out, [*FIRST, *columns], rows, texts=len(FIRST))
        finally:
            with suppress(StoreError):  # what went wrong before is the news
                for file in files:
                    scores.remove(file)
    return prepared


def _rows(
    prepared: Prepared, scores: Store, files: Sequence[str], columns: list[str]
) -> Iterator[list[str]]:
    pairs = prepared.store.read_table(DUPLICATES).to_pydict()
    first_of = dict(zip(pairs["row"], pairs["first_row"], strict=True))
    firsts = set(first_of.values())
    kept: dict[int, list[str]] = {}
    for name, file in zip(prepared.partitions, files, strict=True):
        wanted = [
            "row",
            "compound_id",
            "input_smiles",
            "smiles",
            "status",
            "stage",
            "code",
            "detail",
        ]
        records = prepared.store.read_table(name, wanted).to_pylist()
        scored = _read_scores(scores, file, columns)
        for record in records:
            row = record["row"]
            start = [str(row), record["compound_id"], record["input_smiles"] or record["smiles"]]
            if record["status"] == REJECTED:
                reason = f"{record['stage']}/{record['code']}: {record['detail']}"
                yield [*start, REJECTED, reason, *[""] * len(columns)]
                continue
            values = kept[first_of[row]] if row in first_of else scored[row]
            if row in firsts:
                kept[row] = values
            yield [*start, record["status"], "", *values]


def _read_scores(scores: Store, file: str, columns: list[str]) -> dict[int, list[str]]:
    table = scores.read_table(file)
    texts = [[f"{value:.5g}" for value in table[column].to_numpy()] for column in columns]
    rows = table["row"].to_pylist()
    return {row: list(values) for row, values in zip(rows, zip(*texts, strict=True), strict=True)}
