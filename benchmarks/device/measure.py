"""Measures the scorer on a device: each stage, then whole predictions and whole partitions."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa
import torch

from benchmarks.device.hardware import Hardware, best_seconds, measure_hardware
from benchmarks.device.scorer_stages import Stage, time_stages
from chem.errors import InputError
from flows.terminal.progress import Report
from flows.terminal.tables import write_csv
from gnn.bundle.column_names import predicted_columns
from gnn.bundle.predict import Predictor
from gnn.models.runtime import find_device, one_thread
from screening.dask_cluster.cluster import connect
from screening.prepare.prepare import prepare_library
from screening.prepare.prepared import Prepared, read_accepted, to_graphs
from screening.runs.plan import find_library, load_bundles
from screening.score.score import Scoring, WorkItem, score_item
from screening.score.worker_models import model_refs
from screening.storage.schema import GRAPH
from screening.storage.store import Store

BUNDLES = ("activity", "toxicity")
"""The bundles that are measured, those of the shipped screen."""
_REPEATS = 3


class Whole(NamedTuple):
    """A rate that has no count of bytes and operations."""

    what: str
    molecules: int
    rate: float
    """Molecules per second."""


class DeviceFigures(NamedTuple):
    """All that was measured on a device."""

    hardware: Hardware
    precision: str
    stages: list[Stage]
    wholes: list[Whole]


def measure_device(
    library: str, molecules: int, device: str, workers: int | None, report: Report
) -> DeviceFigures:
    """Measure the scorer with the shipped bundles on the first molecules of a library.

    Raises:
        InputError: The library has no molecule that can be scored.
        ModelError: The device is not there.
    """
    where = find_device(device)
    with TemporaryDirectory(prefix="hitlist-device-") as name:
        report("preparing", 0, None)
        prepared = _prepare(library, molecules, workers, Path(name))
        report("loading the models", 0, None)
        predictor = Predictor(load_bundles(BUNDLES), where.type)
        graphs = to_graphs(_read(prepared))
        if not graphs.molecules:
            raise InputError(f"{library} has no molecule that can be scored; name another library")
        report("timing stages", 0, None)
        with one_thread():
            precision = torch.bfloat16 if predictor.bfloat16 else torch.float32
            hardware = measure_hardware(where, precision)
            stages = time_stages(graphs, predictor)
        report("timing whole predictions", 0, None)
        seconds = best_seconds(lambda: predictor.predict(graphs), where, _REPEATS)
        wholes = [
            Whole("arrays in, columns out", graphs.molecules, graphs.molecules / seconds),
            _score_partitions(prepared, predictor, Path(name) / "scores"),
        ]
    return DeviceFigures(hardware, str(precision).removeprefix("torch."), stages, wholes)


def _prepare(library: str, molecules: int, workers: int | None, folder: Path) -> Prepared:
    """Prepare the first molecules of a library in a folder."""
    records = islice(find_library(library), molecules)
    rows = ((record.compound_id, record.structure) for record in records)
    write_csv(folder / "library.csv", ["compound_id", "smiles"], rows)
    with connect(workers=workers) as client:
        opened = find_library(str(folder / "library.csv"))
        return prepare_library(opened, folder / "prepared", client)


def _read(prepared: Prepared) -> pa.Table:
    tables = [read_accepted(prepared.source, name, GRAPH) for name in prepared.partitions]
    return pa.concat_tables(tables)


def _score_partitions(prepared: Prepared, predictor: Predictor, folder: Path) -> Whole:
    """Time what a worker does: read partitions, predict, and write scores."""
    folder.mkdir()
    models = model_refs(
        predictor.bundles, prepared.featurizer, predictor.bfloat16, predictor.device.type
    )
    work = Scoring(
        prepared.source, Store(folder), models, tuple(predicted_columns(predictor.bundles))
    )
    items = [WorkItem(name, ((name, None),)) for name in prepared.partitions]

    def score() -> None:
        for item in items:
            score_item(work, item)

    seconds = best_seconds(score, predictor.device, _REPEATS)
    return Whole("Parquet in, scores out", prepared.accepted, prepared.accepted / seconds)


def lines_of(measured: DeviceFigures) -> tuple[list[str], list[list[str]]]:
    """Return headers and lines of a table."""
    headers = ["", "molecules/s", "us each", "bytes each", "operations each", "x the least time"]
    lines = [
        [
            stage.what,
            f"{stage.rate:,.0f}",
            f"{1e6 / stage.rate:,.2f}",
            f"{stage.moved / stage.molecules:,.0f}",
            f"{(stage.operations + stage.of_bytes) / stage.molecules:,.0f}",
            f"{stage.excess(measured.hardware):,.1f}",
        ]
        for stage in measured.stages
    ]
    lines += [
        [one.what, f"{one.rate:,.0f}", f"{1e6 / one.rate:,.2f}", "", "", ""]
        for one in measured.wholes
    ]
    return headers, lines


def remarks_of(measured: DeviceFigures) -> Sequence[str]:
    """Return what was measured of the device itself."""
    hardware = measured.hardware
    return [
        f"{hardware.name}: {hardware.bandwidth / 1e9:,.0f} GB/s copied, "
        f"{hardware.products / 1e12:,.2f} TFLOP/s in {measured.precision}, "
        f"{hardware.byte_products / 1e12:,.2f} TOP/s in bytes, measured in this run",
        "the least time is that of the bytes or of the operations, whichever is longer, at these "
        "rates; bytes are those of arguments, weights and results, each once",
    ]
