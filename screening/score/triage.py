"""Triage: the surrogates look at every compound, the ensembles only at the most promising ones.

The choice does not depend on the partitions of the library. It takes the most promising share of
all compounds (ties by row), and an audit that is drawn by the hash of the structure. The audit is
scored in full whatever its expected score, and tells how much of the best the triage finds
(:mod:`screening.score.triage_recall`).
"""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from chem.features.properties import PROPERTIES
from gnn.bundle.column_names import predicted_columns
from gnn.features.array_types import Floats32
from gnn.features.graph_arrays import GraphArrays
from screening.dask_cluster.cluster import run_window
from screening.dask_cluster.lazy_client import AnyClient
from screening.errors import StoreError
from screening.objective.screen_file import dump_scored
from screening.objective.screen_settings import Screen
from screening.prepare.prepare import Progress
from screening.prepare.prepared import (
    GRAPH_HASH,
    Partitions,
    Prepared,
    read_accepted,
    to_graphs,
)
from screening.score.expected_score import (
    expected_score,
    kept_by_predictions,
    kept_by_properties,
    wanted_columns,
)
from screening.score.model_refs import ModelRefs
from screening.score.predicted_columns import PROBABILITY, task_units
from screening.storage.ledger import BASIS, Ledger
from screening.storage.schema import GRAPH
from screening.storage.shared_rows import (
    SharedRows,
    add_rows,
    find_rows,
    hash_words,
    mix_numbers,
)
from screening.storage.store import Store

if TYPE_CHECKING:
    from gnn.bundle.bundle import Bundle

Rows = npt.NDArray[np.int64]
LEAST = 20_000
"""The number of accepted compounds from which a triage is worth its audit."""
SHARE = 0.02
"""The least share of the compounds passing the property filters that the ensembles score."""
PER_HIT = 12
"""The least number of compounds that the ensembles score for each requested hit."""
AUDIT = 10_000
AUDIT_SHARE = 0.05
"""The size of the audit: ``AUDIT`` compounds, but no more than this share."""

_PREFIX = "promise-"
"""The start of the names of the files of expected scores."""


class Triage(NamedTuple):
    """The compounds that the ensembles score: the chosen ones and the audit."""

    looked_at: int
    """The number of compounds that pass the filters on properties."""
    filtered: dict[str, int]
    """The number of compounds that each of these filters removed."""
    chosen: Rows
    """The rows of the most promising compounds, ascending."""
    audit: Rows
    """The rows drawn at random, ascending; some may be chosen as well."""

    @property
    def rows(self) -> Rows:
        """All rows that the ensembles score, ascending."""
        return np.union1d(self.chosen, self.audit)


@dataclass(frozen=True)
class Looking:
    """The stores, models and screen that a worker needs to look at a partition."""

    prepared: Partitions
    scores: Store
    models: ModelRefs
    screen: Screen
    key: str
    columns: tuple[str, ...]
    """The names of the predicted columns that an expected score needs."""
    probabilities: tuple[str, ...]
    """The tasks that are probabilities."""
    shared: SharedRows | None = None
    """The expected scores of earlier runs by the same models and objective."""
    basis: str = ""
    """A hash of all that scores depend on, for :mod:`screening.score.earlier_scores`."""


def triage_key(screen: Screen, bundles: "Sequence[Bundle]", bfloat16: bool) -> str:
    """Return a hash of all that an expected score depends on, except the library.

    A campaign's own results move the predictions of a surrogate. The hash of such a bundle covers
    them; other bundles keep the keys of earlier versions.
    """
    surrogates = [
        bundle.surrogate.sha256 if bundle.own_results is None else bundle.sha256
        for bundle in bundles
        if bundle.surrogate
    ]
    scored = dump_scored(screen, screen.limits)
    return sha256(json.dumps([scored, surrogates, bfloat16]).encode()).hexdigest()[:12]


def plan_looking(
    prepared: Prepared,
    screen: Screen,
    bundles: "Sequence[Bundle]",
    models: ModelRefs,
    scores: Store,
    shared: SharedRows | None,
    basis: str = "",
) -> Looking:
    """Return what a worker needs; ``shared`` are the expected scores of earlier runs."""
    units = task_units(tuple(bundles))
    return Looking(
        prepared.source,
        scores,
        models,
        screen,
        triage_key(screen, bundles, models.bfloat16),
        tuple(wanted_columns(screen, predicted_columns(bundles))),
        tuple(task for task, unit in units.items() if unit == PROBABILITY),
        shared,
        basis,
    )


def look_at_library(
    work: Looking,
    prepared: Prepared,
    bundles: "Sequence[Bundle]",
    ledger: Ledger,
    client: AnyClient,
    progress: Progress | None = None,
) -> Triage:
    """Write every compound's expected score into the ledger's store, and choose compounds."""
    names = {expected_scores_file(work.key, name): name for name in prepared.partitions}
    missing = [name for file, name in names.items() if file not in ledger.entries]
    done = sum(ledger.entries[file].count("rows") for file in names if file in ledger.entries)
    for file, facts, digest in run_window(client, partial(look_at_partition, work), missing):
        ledger.record(file, facts, digest)
        done += facts["rows"]
        if progress is not None:
            progress("triage", done, prepared.accepted)
    return read_triage(prepared, work.screen, bundles, ledger, work.models.bfloat16)


def read_triage(
    prepared: Prepared, screen: Screen, bundles: "Sequence[Bundle]", ledger: Ledger, bfloat16: bool
) -> Triage:
    """Choose compounds by the expected scores that a ledger has for every partition.

    Raises StoreError if those of a partition are missing.
    """
    key = triage_key(screen, bundles, bfloat16)
    files = [expected_scores_file(key, name) for name in prepared.partitions]
    for file in files:
        if file not in ledger.entries:
            raise StoreError(f"{ledger.store.path(file)} is missing; run the screen again")
    taken = sum((Counter(ledger.entries[file].counts("filtered")) for file in files), Counter())
    table = pa.concat_tables(ledger.store.read_table(file) for file in files)
    return choose(table, {name: taken[name] for name in sorted(taken)}, screen.sought)


def look_at_partition(work: Looking, name: str) -> tuple[str, dict[str, Any], str]:
    """Compute and write the expected scores of one partition's compounds; runs in a worker.

    Returns the file's name, its counts, and its SHA-256.
    """
    table = read_accepted(work.prepared, name, ["row", "key", GRAPH_HASH, *PROPERTIES])
    properties = {name: table[name].to_numpy() for name in PROPERTIES}
    frame = pd.DataFrame(properties)
    kept, taken = kept_by_properties(frame, work.screen)
    words = mix_numbers(hash_words(table[GRAPH_HASH]), list(properties.values()))
    known, values = find_rows(work.shared, words)
    rest = np.flatnonzero(~known)
    if values is None:
        values = np.empty((len(table), 2), np.float32)
    if len(rest):
        graphs = read_accepted(work.prepared, name, GRAPH).take(pa.array(rest))
        new = _expect(work, frame.iloc[rest].reset_index(drop=True), to_graphs(graphs))
        values[rest] = new
        if work.shared is not None:
            add_rows(work.shared, words[rest], new)
    found = {
        "row": table["row"],
        "promise": pa.array(np.ascontiguousarray(values[:, 0])),
        "passing": pa.array(values[:, 1] > 0),
        "lot": pa.array(lots(table["key"])),
    }
    rows, shared = table.num_rows, len(table) - len(rest)
    facts = {"rows": rows, "filtered": taken, "shared": shared, BASIS: work.basis}
    file = expected_scores_file(work.key, name)
    return file, facts, work.scores.write_table(file, pa.table(found).filter(pa.array(kept)))


def _expect(work: Looking, properties: pd.DataFrame, graphs: GraphArrays) -> Floats32:
    """Return the expected scores of n compounds, and 1 for each that passes the filters, [n, 2]."""
    # Imported here, as torch takes 2 s: a worker whose scores are all known never needs it.
    from screening.score.worker_models import load_surrogates_once

    predictor = load_surrogates_once(work.models, work.columns)
    frame = properties.assign(**predictor.predict(graphs))
    expected = expected_score(frame, work.screen, predictor.errors, work.probabilities)
    passing = kept_by_predictions(frame, work.screen)
    return np.column_stack([expected, passing]).astype(np.float32)


def lots(keys: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """Return a number [n] for each structure; the audit takes the structures with the lowest."""
    halves = hash_words(keys)
    drawn: npt.NDArray[np.uint64] = halves[:, 0] ^ (halves[:, 1] * np.uint64(0x9E3779B97F4A7C15))
    return drawn


def choose(table: pa.Table, filtered: dict[str, int], hits: int) -> Triage:
    """Choose compounds by expected score; those predicted to pass the filters come first."""
    row = table["row"].to_numpy()
    order = np.lexsort((row, -table["promise"].to_numpy(), ~table["passing"].to_numpy()))
    count = min(len(row), max(math.ceil(SHARE * len(row)), PER_HIT * hits))
    drawn = np.lexsort((row, table["lot"].to_numpy()))
    audit = min(AUDIT, math.ceil(AUDIT_SHARE * len(row)))
    return Triage(len(row), filtered, np.sort(row[order[:count]]), np.sort(row[drawn[:audit]]))


def expected_scores_file(key: str, name: str) -> str:
    """Return the name of the file of a partition's expected scores."""
    return f"{_PREFIX}{key}-{name}"


def recorded_keys(prepared: Prepared, ledger: Ledger) -> list[str]:
    """Return the keys of the triages whose expected scores a ledger has for every partition.

    Without the bundles, a key cannot be computed. More than one is there if a folder held the run
    of another screen before.
    """
    found = {file.split("-")[1] for file in ledger.entries if file.startswith(_PREFIX)}
    return [
        key
        for key in sorted(found)
        if all(expected_scores_file(key, name) in ledger.entries for name in prepared.partitions)
    ]
