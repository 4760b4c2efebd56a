"""Checks hits against the library's own file and the models, before compounds are ordered.

Prepared libraries and scores lie in folders to which others may write, and the ledger with their
hashes lies beside them. So the data behind a hit list are made again from sources that cannot be
changed unnoticed: the records of the library's file, whose hash names the run, and the bundles.
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from chem.features.graphs import written_graphs
from chem.features.properties import PROPERTIES
from chem.library.read import Library
from chem.records.records import Record
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import COLUMN_ENDINGS, DISTANCE
from gnn.bundle.predict import Predictor
from gnn.calibration.conformal import INTERVAL_STDS
from gnn.features.graph_arrays import collect
from screening.dask_cluster.cluster import run_window
from screening.dask_cluster.lazy_client import AnyClient, is_started
from screening.errors import AlteredError
from screening.prepare.prepared_rows import prepare_records
from screening.rank.structure_columns import key_text
from screening.score.model_refs import ModelRefs
from screening.score.worker_models import load_predictor

RECORD = (
    *("compound_id", "name", "input_smiles", "smiles", "changes", "key", "extra"),
    *("status", "stage", "code"),
)
"""Columns of a prepared record that are made again from the library, beside its properties."""
SLACK = 0.25
"""The share of the prediction's standard deviation by which a score may differ from a repeated
prediction. In bfloat16 networks round differently on other processors: bfloat16 and float32 differ
by up to 0.063 of the deviation, over 256 compounds and all shipped tasks. Tasks that are learned as
logarithms are compared as such."""
PROPERTY_SLACK = 1e-4
"""The relative difference that a property may have: properties are float32, summed in one order."""
WIDTH_SLACK = 1e-6
"""The difference between a deviation and the one that follows from its interval, relative to the
upper end: all three are float32."""
DISTANCE_SLACK = 1e-3
CHUNK = 128
CHUNKS = 20
"""The chunks for which a worker is started: each takes a fifth of a second, a start four."""
NAMED = 3
"""The number of differences that a message names."""


class Difference(NamedTuple):
    """A value of a compound that differs from the one made again."""

    compound_id: str
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.compound_id}: {self.column} {self.found} instead of {self.expected}"


def check_hits(
    hits: pd.DataFrame,
    library: Library | None,
    bundles: Sequence[Bundle],
    models: ModelRefs,
    client: AnyClient,
) -> None:
    """Check the hits of a ranking against the library's file and the models.

    Args:
        hits: The hits.
        library: The library that they are from; None if its file is not available. Then the records
            are not compared.
        bundles: The bundles of the screen.
        models: The references by which workers load the bundles.
        client: The client of the workers, which predict the hits again. If none is started yet and
            the hits are few, this process does.

    Raises:
        AlteredError: Some values differ; one line with the first of them.
    """

    def work_here() -> None:
        if library is not None:
            refuse("prepared records", compare_records(hits, library))

    smiles = hits["smiles"].tolist()
    if len(smiles) <= CHUNK and not is_started(client):
        # Processes would take seconds to start, and to load what is loaded here.
        work_here()
        predictor = Predictor(tuple(bundles), models.device, models.bfloat16)
        again = _predict(predictor, smiles).to_pandas()
    else:
        again = predict_again(smiles, models, client, work_here)
    refuse("scores", compare_predictions(hits, again, bundles))


def refuse(what: str, differences: Sequence[Difference]) -> None:
    """Raise AlteredError if there are differences."""
    if not differences:
        return
    told = "; ".join(map(str, differences[:NAMED]))
    more = f", and {len(differences) - NAMED} more" if differences[NAMED:] else ""
    raise AlteredError(
        f"the {what} were altered after they were written ({told}{more}), so no hit list is "
        "written: find out who can write to the cache and to the run's folder, remove both, and "
        "run again"
    )


def compare_records(hits: pd.DataFrame, library: Library) -> list[Difference]:
    """Compare hits with the records of the library, which are read and standardized again.

    hits: a table with ``row`` and the columns of ``RECORD`` and properties to compare.
    """
    rows = {int(row) for row in hits["row"]}
    records: list[Record] = []
    for record in copy(library):  # a copy, so that the counts of the first reading stay
        if record.row in rows:
            records.append(record)
            if len(records) == len(rows):
                break
    made = {
        int(one["row"]): {**one, "key": key_text(one["key"])}
        for one in prepare_records(records).to_pylist()
    }
    wanted = [name for name in RECORD if name in hits]
    numbers = [name for name in PROPERTIES if name in hits]
    differences: list[Difference] = []
    for hit in hits[["row", *wanted, *numbers]].to_dict("records"):
        one = made.get(int(hit["row"]))
        if one is None:
            label = str(hit.get("compound_id", ""))
            differences.append(Difference(label, "row", str(hit["row"]), "a row of the library"))
            continue
        differences += [
            Difference(str(one["compound_id"]), name, _shown(hit[name]), _shown(one[name]))
            for name in wanted
            if _shown(hit[name]) != _shown(one[name])
        ]
        differences += [
            Difference(str(one["compound_id"]), name, f"{hit[name]}", f"{one[name]}")
            for name in numbers
            if not _is_near(hit[name], one[name])
        ]
    return differences


def _is_near(found: float | None, made: float | None) -> bool:
    """Compare two values of a property; a rejected record has none (None, or NaN in a frame)."""
    absent = [one is None or one != one for one in (found, made)]
    if any(absent) or found is None or made is None:
        return all(absent)
    return abs(found - made) <= PROPERTY_SLACK * max(1.0, abs(made))


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple, np.ndarray)):
        return ";".join(map(str, value))
    return str(value)


def predict_again(
    smiles: Sequence[str],
    models: ModelRefs,
    client: AnyClient,
    meanwhile: Callable[[], None] | None = None,
) -> pd.DataFrame:
    """Predict every column of every bundle for standardized molecules, in order, in the workers.

    meanwhile: called here while the workers predict.
    """
    chunks = [(at, tuple(smiles[at : at + CHUNK])) for at in range(0, len(smiles), CHUNK)]
    work = partial(_predict_chunk, models)
    tables = dict(run_window(client, work, chunks, meanwhile=meanwhile, per_worker=CHUNKS))
    found = [tables[at].to_pandas() for at, _ in chunks]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _predict_chunk(models: ModelRefs, chunk: tuple[int, tuple[str, ...]]) -> tuple[int, pa.Table]:
    """Predict some molecules; runs in a worker."""
    at, smiles = chunk
    return at, _predict(load_predictor(models), smiles)


def _predict(predictor: Predictor, smiles: Sequence[str]) -> pa.Table:
    graphs = collect([one.graph for one in written_graphs(smiles)])
    return pa.table(predictor.predict(graphs))


def compare_predictions(
    hits: pd.DataFrame, again: pd.DataFrame, bundles: Sequence[Bundle]
) -> list[Difference]:
    """Compare scores with repeated predictions: [n] rows each, in the same order."""
    if not len(hits):
        return []
    found: list[Difference] = []
    ids = hits["compound_id"] if "compound_id" in hits else hits["row"].map("row {}".format)
    for bundle in bundles:
        for task in bundle.card.tasks:
            column = f"{bundle.card.name}_{task.name}"
            slack = SLACK * again[f"{column}_std"].to_numpy(np.float64) + 1e-6
            is_log = task.scale == "log10"
            if is_log:  # differences of bfloat16 are alike on the scale of the networks
                ends = (_log10(again[f"{column}{end}"]) for end in ("_hi", "_lo"))
                slack = SLACK * np.subtract(*ends) / INTERVAL_STDS + 1e-6
            found += _compare_width(ids, hits, column)
            for ending in COLUMN_ENDINGS:
                if not (is_log and ending == "_std"):
                    found += _compare(ids, hits, again, f"{column}{ending}", slack, is_log)
        distance = f"{bundle.card.name}_{DISTANCE}"
        found += _compare(ids, hits, again, distance, np.full(len(hits), DISTANCE_SLACK))
    return found


def _compare_width(ids: pd.Series, hits: pd.DataFrame, column: str) -> list[Difference]:
    """Compare the ``_std`` of a task with the ends of its interval, from which it follows.

    Of a task that is learned as logarithms this is the only check: the difference of close ends
    differs between processors by more than a value does, so no repeated one is compared.
    """
    if not {f"{column}{end}" for end in ("_std", "_lo", "_hi")} <= {*hits}:
        return []
    std, low, high = (hits[f"{column}{end}"].to_numpy(np.float64) for end in ("_std", "_lo", "_hi"))
    with np.errstate(invalid="ignore"):  # an altered score may be anything
        made = (high - low) / INTERVAL_STDS
        apart = ~(np.abs(std - made) <= WIDTH_SLACK * (np.abs(std) + np.abs(high)))
    return [
        Difference(str(ids.iloc[at]), f"{column}_std", f"{std[at]:.4g}", f"{made[at]:.4g}")
        for at in np.flatnonzero(apart)
    ]


def _log10(values: pd.Series) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):  # an altered score may be anything
        return np.log10(values.to_numpy(np.float64))


def _compare(
    ids: pd.Series,
    hits: pd.DataFrame,
    again: pd.DataFrame,
    name: str,
    slack: Any,
    is_log: bool = False,
) -> list[Difference]:
    if name not in hits or name not in again:
        return []
    scored, made = hits[name].to_numpy(np.float64), again[name].to_numpy(np.float64)
    compared = (_log10(hits[name]), _log10(again[name])) if is_log else (scored, made)
    apart = ~(np.abs(np.subtract(*compared)) <= slack)  # NaN counts as different
    digits = ".4g" if is_log else ".3f"
    return [
        Difference(str(ids.iloc[at]), name, f"{scored[at]:{digits}}", f"{made[at]:{digits}}")
        for at in np.flatnonzero(apart)
    ]
