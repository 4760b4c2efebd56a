"""The stages of the scorer are timed on real molecules, and their counts are those of the sizes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from benchmarks.device import measure as module
from benchmarks.device.hardware import Hardware, best_seconds, measure_hardware
from benchmarks.device.measure import lines_of, measure_device, remarks_of
from benchmarks.device.scorer_stages import Stage, full_batch, time_stages
from gnn.bundle.bundle import Bundle
from gnn.bundle.predict import Predictor
from gnn.features.graph_arrays import GraphArrays
from tests.conftest import FILES

CPU = torch.device("cpu")
HARDWARE = Hardware("a device", bandwidth=100.0, products=10.0, byte_products=1000.0)


@pytest.mark.parametrize(
    ("moved", "operations", "of_bytes", "excess"),
    [(200.0, 0.0, 0.0, 3.0), (200.0, 40.0, 0.0, 1.5), (200.0, 40.0, 12_000.0, 0.5)],
)
def test_the_least_time_is_that_of_the_slowest_part(
    moved: float, operations: float, of_bytes: float, excess: float
) -> None:
    stage = Stage("a stage", 12, 6.0, moved, operations, of_bytes)
    assert stage.excess(HARDWARE) == excess
    assert stage.rate == 2.0


def test_the_best_of_several_times_counts() -> None:
    calls: list[int] = []
    assert 0 <= best_seconds(lambda: calls.append(1), CPU, repeats=3) < 1
    assert len(calls) == 4  # the first call is not timed


def test_the_hardware_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.device.hardware._COPIED", {"cpu": 1 << 20})
    monkeypatch.setattr("benchmarks.device.hardware._SIDE", {"cpu": 64})
    found = measure_hardware(CPU, torch.float32)
    assert min(found[1:]) > 0
    assert "threads" in found.name


def test_operations_and_bytes_follow_from_the_sizes(
    drug_arrays: GraphArrays, make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"), ("herg", "c")))
    predictor = Predictor([bundle])
    some = full_batch(drug_arrays, predictor)
    assert len(some.atoms) > 0.9 * predictor.shape.atoms or (
        some.molecules == predictor.shape.molecules - 1
    )
    *stages, whole = time_stages(drug_arrays, predictor)
    by_name = {stage.what: stage for stage in stages}
    network = bundle.networks[0]
    first, last = network.first, network.head[2]
    assert isinstance(last, torch.nn.Linear)
    hidden = first.out_features
    products = hidden * (first.in_features + hidden + last.out_features)
    head = by_name["head of small"]
    assert head.operations == 2 * predictor.shape.molecules * products
    width, layers = network.config.width, network.config.layers
    assert by_name["encoder"].operations >= 2 * predictor.shape.atoms * layers * 6 * width**2
    assert by_name["environments"].operations == 0
    given = 4 * predictor.shape.molecules * (first.in_features + last.out_features)
    weights = sum(one.numel() for one in (first.weight, first.bias, last.weight, last.bias))
    assert head.moved > given + 4 * weights
    assert whole.operations == sum(stage.operations for stage in stages)
    assert whole.molecules == some.molecules


@pytest.mark.slow
def test_a_library_is_measured_to_the_end(
    make_bundle: Callable[..., Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = make_bundle(tmp_path / "bundle", "small", (("EGFR", "r"),))
    monkeypatch.setattr(module, "BUNDLES", (str(bundle.path),))
    library = tmp_path / "library.smi"
    rows = (FILES / "chem/approved_sample.smi").read_text().splitlines()[1:41]
    library.write_text("\n".join(rows) + "\n")
    said: list[str] = []
    measured = measure_device(str(library), 40, "cpu", 1, lambda what, *_: said.append(what))
    assert said[0] == "preparing"
    headers, lines = lines_of(measured)
    assert {len(line) for line in lines} == {len(headers)}
    assert [line[0] for line in lines[-2:]] == ["arrays in, columns out", "Parquet in, scores out"]
    assert measured.wholes[0].molecules == measured.wholes[1].molecules >= 25
    assert "measured in this run" in remarks_of(measured)[0]
