"""Score prepared partitions: every task of every bundle for every accepted record, no chemistry."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client

from gnn.bundle import Bundle, load_bundle
from gnn.predict import Predictor
from screening.cluster import run_window
from screening.ledger import Ledger
from screening.partitions import GRAPH, to_graphs, write_table
from screening.prepare import DUPLICATES, Prepared, Progress
from screening.records import ACCEPTED


@dataclass(frozen=True)
class Scoring:
    """What a worker needs to score a partition: paths and hashes, never a pickled model."""

    prepared: Path
    scores: Path
    bundles: tuple[tuple[str, str], ...]
    """Folder and content hash of each bundle."""
    featurizer: str


def score_library(
    prepared: Prepared,
    bundles: Sequence[Bundle],
    folder: Path,
    client: Client,
    progress: Progress | None = None,
) -> list[Path]:
    """Score every partition into ``folder``, going on from what is there.

    Returns the score files in the order of the partitions: ``row`` and the predictor's columns,
    one row for each accepted record that is no duplicate.
    """
    known = tuple((str(bundle.path.resolve()), bundle.sha256) for bundle in bundles)
    work = Scoring(prepared.folder, folder, known, prepared.featurizer)
    purpose = scoring_purpose(prepared.sha256, prepared.key, bundles)
    with Ledger(folder, purpose) as ledger:
        missing = [name for name in prepared.partitions if name not in ledger.entries]
        done = sum(entry.facts["rows"] for entry in ledger.entries.values())
        for name, rows in run_window(client, partial(score_partition, work), missing):
            ledger.record(name, {"rows": rows})
            done += rows
            if progress is not None:
                progress("score", done, prepared.accepted)
    return [folder / name for name in prepared.partitions]


def scoring_purpose(sha256: str, key: str, bundles: Sequence[Bundle]) -> dict[str, Any]:
    """Return all that scores depend on: the library, how it was prepared (``key``), the bundles."""
    return {
        "library": sha256,
        "prepared": key,
        "bundles": [bundle.sha256 for bundle in bundles],
    }


def score_partition(work: Scoring, name: str) -> tuple[str, int]:
    """Score one partition and write it; runs in a worker."""
    table = read_accepted(work.prepared, name, ["row", *GRAPH])
    predictor = load_predictor(work.bundles, work.featurizer)
    columns: dict[str, Any] = predictor.predict(to_graphs(table))
    write_table(work.scores / name, pa.table({"row": table["row"], **columns}))
    return name, table.num_rows


@cache
def load_predictor(bundles: tuple[tuple[str, str], ...], featurizer: str) -> Predictor:
    """Load bundles once in a process, checking that they are the ones the run was planned with."""
    loaded = [load_bundle(Path(folder), featurizer) for folder, _ in bundles]
    for bundle, (folder, sha256) in zip(loaded, bundles, strict=True):
        if bundle.sha256 != sha256:
            raise RuntimeError(f"bundle {folder} changed while the run was under way; run it again")
    return Predictor(loaded)


def read_accepted(prepared: Path, name: str, columns: list[str]) -> pa.Table:
    """Read columns of a partition's accepted records that are no duplicates, in row order."""
    wanted = list(dict.fromkeys(["row", "status", *columns]))
    table = pq.read_table(prepared / name, columns=wanted)
    table = table.filter(pa.compute.equal(table["status"], ACCEPTED))
    duplicates = pq.read_table(prepared / DUPLICATES, columns=["row"])["row"].to_numpy()
    kept = ~np.isin(table["row"].to_numpy(), duplicates)
    return table.filter(pa.array(kept)).select(columns)
