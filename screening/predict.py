"""Predict a file: every task of every bundle for every row, the same rows in the same order."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from distributed import Client

from chem.read import Library
from gnn.bundle import Bundle
from gnn.predict import predicted_columns
from gnn.runtime import find_device, half_precision
from screening.handover.csvfile import write_csv
from screening.ledger import Ledger
from screening.loaded import known_bundles
from screening.prepare import DUPLICATES, Prepared, Progress, prepare_library
from screening.records import REJECTED
from screening.score import Scoring, score_units, whole_units

FIRST = ("row", "compound_id", "smiles", "status", "reason")
"""First columns of a prediction file. ``smiles`` is as written, ``status`` accepted or rejected."""


def predict_file(
    library: Library,
    prepared_in: Path,
    bundles: tuple[Bundle, ...],
    out: Path,
    client: Client,
    progress: Progress | None = None,
) -> Prepared:
    """Write predictions of a library as CSV. Rejected rows keep their place, with a reason."""
    prepared = prepare_library(library, prepared_in, client, progress=progress)
    columns = predicted_columns(bundles)
    half = half_precision(find_device("cpu"))
    with TemporaryDirectory(dir=out.parent, prefix=".predict-") as scratch:
        folder, units = Path(scratch), whole_units(prepared)
        known = known_bundles(bundles)
        work = Scoring(prepared.folder, folder, known, prepared.featurizer, "cpu", half)
        with Ledger(folder, {}) as ledger:
            score_units(units, work, ledger, client, progress)
        scores = [folder / unit.file for unit in units]
        write_csv(out, [*FIRST, *columns], _rows(prepared, scores, columns), texts=len(FIRST))
    return prepared


def _rows(prepared: Prepared, scores: list[Path], columns: list[str]) -> Iterator[list[str]]:
    pairs = pq.read_table(prepared.folder / DUPLICATES).to_pydict()
    first_of = dict(zip(pairs["row"], pairs["first_row"], strict=True))
    firsts = set(first_of.values())
    kept: dict[int, list[str]] = {}
    for name, path in zip(prepared.partitions, scores, strict=True):
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
        records = pq.read_table(prepared.folder / name, columns=wanted).to_pylist()
        scored = _read_scores(path, columns)
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


def _read_scores(path: Path, columns: list[str]) -> dict[int, list[str]]:
    table = pq.read_table(path)
    texts = [[f"{value:.5g}" for value in table[column].to_numpy()] for column in columns]
    rows = table["row"].to_pylist()
    return {row: list(values) for row, values in zip(rows, zip(*texts, strict=True), strict=True)}
