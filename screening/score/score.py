"""Score prepared compounds: every task of every bundle, no chemistry on the way.

A unit of work is one partition, or the rows that a triage chose from some partitions in a row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from distributed import Client

from chem.features.describe import PROPERTIES
from gnn.bundle.bundle import Bundle
from screening.compute.cluster import run_window
from screening.errors import StoreError
from screening.prepare.partitions import GRAPH, Partitions, read_accepted, to_graphs
from screening.prepare.prepare import Progress
from screening.prepare.prepared import Prepared
from screening.score.loaded import Known, load_predictor
from screening.storage.ledger import Ledger
from screening.storage.store import Store

Rows = npt.NDArray[np.int64]
SCORED = ("row", "smiles", *PROPERTIES)
"""What a file of scores holds beside them, so that ranking reads nothing else."""
UNIT_ROWS = 1000
"""Chosen rows that make a unit, at least: a smaller file costs more than its scores, larger units
leave workers waiting for the last one."""


@dataclass(frozen=True)
class Scoring:
    """What a worker needs to score: addresses and hashes, never a pickled model."""

    prepared: Partitions
    scores: Store
    bundles: tuple[Known, ...]
    featurizer: str
    device: str
    half: bool


class Unit(NamedTuple):
    """Some work, and the file that it makes: ``SCORED`` and the predictor's columns."""

    file: str
    parts: tuple[tuple[str, Rows | None], ...]
    """Partitions, each with the rows that are scored, or None for all accepted ones."""


def whole_units(prepared: Prepared) -> list[Unit]:
    """Return the units that score every accepted compound: one for each partition."""
    return [Unit(name, ((name, None),)) for name in prepared.partitions]


def chosen_units(prepared: Prepared, rows: Rows) -> list[Unit]:
    """Return the units that score some rows, given in ascending order.

    A unit's file is named by its rows, so that another choice never meets this one's scores.
    """
    units: list[Unit] = []
    parts: list[tuple[str, Rows]] = []
    for name, first, last in spans(prepared):
        some = rows[np.searchsorted(rows, first) : np.searchsorted(rows, last, side="right")]
        if len(some):
            parts.append((name, some))
        if sum(len(part) for _, part in parts) >= UNIT_ROWS:
            units.append(_name_unit(parts))
            parts = []
    return [*units, _name_unit(parts)] if parts else units


def spans(prepared: Prepared) -> Iterator[tuple[str, int, int]]:
    """Yield each partition's name, first and last row."""
    for number, name in enumerate(prepared.partitions):
        before = number * prepared.partition_rows
        yield name, before + 1, min(before + prepared.partition_rows, prepared.rows)


def _name_unit(parts: list[tuple[str, Rows]]) -> Unit:
    content = sha256(b"".join(rows.tobytes() for _, rows in parts)).hexdigest()[:16]
    return Unit(f"chosen-{content}.parquet", tuple(parts))


def score_units(
    units: Sequence[Unit],
    work: Scoring,
    ledger: Ledger,
    client: Client,
    progress: Progress | None = None,
    total: int | None = None,
) -> None:
    """Score units into the ledger's store, going on from what is there.

    total: compounds in all, for telling progress.
    """
    missing = [unit for unit in units if unit.file not in ledger.entries]
    done = sum(ledger.entries[u.file].count("rows") for u in units if u.file in ledger.entries)
    for file, rows, digest in run_window(client, partial(score_unit, work), missing):
        ledger.record(file, {"rows": rows}, digest)
        done += rows
        if progress is not None:
            progress("score", done, total)


def scoring_purpose(
    sha256: str, key: str, bundles: Sequence[Bundle], half: bool, device: str = "cpu"
) -> dict[str, Any]:
    """Return all that scores depend on.

    That is the library, how it was prepared (``key``), the bundles, and where and how precisely
    their networks run.
    """
    return {
        "library": sha256,
        "prepared": key,
        "bundles": [bundle.sha256 for bundle in bundles],
        "precision": "bfloat16" if half else "float32",
        "device": device,
    }


def score_unit(work: Scoring, unit: Unit) -> tuple[str, int, str]:
    """Score one unit and write it; runs in a worker.

    Returns the file's name, its rows and its SHA-256.
    """
    tables = []
    for name, rows in unit.parts:
        table = read_accepted(work.prepared, name, [*SCORED, *GRAPH])
        if rows is not None:
            table = table.filter(pc.is_in(table["row"], pa.array(rows)))
            if table.num_rows != len(rows):
                raise StoreError(f"{name} lacks rows that were chosen from it; prepare it again")
        tables.append(table)
    table = pa.concat_tables(tables)
    predictor = load_predictor(work.bundles, work.featurizer, work.device, work.half)
    scores = table.select(list(SCORED))
    for name, values in predictor.predict(to_graphs(table)).items():
        scores = scores.append_column(name, pa.array(values))
    return unit.file, len(scores), work.scores.write_table(unit.file, scores, repetitive=False)
