"""Times the stages of the scorer on full batches, and counts their bytes and operations."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.device.hardware import Hardware, best_seconds
from gnn.bundle.predict import Predictor
from gnn.calibration.device_domain import is_product_fast
from gnn.calibration.domain import COLUMNS, RADIUS
from gnn.features.batch import Batch, make_batch, pack
from gnn.features.graph_arrays import GraphArrays, between, take
from gnn.features.hashed_fingerprints import environment_counts, environment_logs
from gnn.features.pair_path_counts import pair_path_counts


class Stage(NamedTuple):
    """A stage of the scorer on one batch."""

    what: str
    molecules: int
    seconds: float
    moved: float
    """Bytes of its arguments, its weights and its results, each once."""
    operations: float
    """Operations of its matrix products."""
    of_bytes: float = 0.0
    """Operations of its products of bytes."""

    @property
    def rate(self) -> float:
        """Molecules per second."""
        return self.molecules / self.seconds

    def excess(self, hardware: Hardware) -> float:
        """Return its time as a multiple of what the hardware needs for its bytes and operations."""
        return self.seconds / hardware.least_seconds(self.moved, self.operations, self.of_bytes)


def full_batch(graphs: GraphArrays, predictor: Predictor) -> GraphArrays:
    """Return as many molecules as fill a batch of a predictor, from as few as are there."""
    times = -(-predictor.shape.molecules // max(1, graphs.molecules))
    many = take(graphs, np.tile(np.arange(graphs.molecules), times)) if times > 1 else graphs
    _, stop = next(pack(many, *predictor.shape))
    return between(many, 0, stop)


@torch.inference_mode()
def time_stages(graphs: GraphArrays, predictor: Predictor) -> list[Stage]:
    """Time each stage on one full batch of molecules, and then all of them together."""
    some = full_batch(graphs, predictor)
    count, device = some.molecules, predictor.device
    batch = make_batch(some, *predictor.shape, device)
    tensors = [batch.atoms, batch.edge_index, batch.bonds, batch.molecule]

    def stage(what: str, work: Callable[[], object], moved: float, of_bytes: float = 0.0) -> Stage:
        with FlopCounterMode(display=False) as counter:
            work()
        # The counter may or may not know products of bytes, and no stage has both kinds.
        operations = 0.0 if of_bytes else float(counter.get_total_flops())
        return Stage(what, count, best_seconds(work, device), moved, operations, of_bytes)

    def fresh() -> Batch:
        return batch._replace(memo={})

    arrays = [torch.from_numpy(np.array(one).view(np.uint8)) for one in some]
    found = [
        stage(
            "batch",
            lambda: make_batch(some, *predictor.shape, device),
            _bytes([*arrays, *tensors]),
        ),
        *_counting(stage, fresh, tensors),
        *_models(stage, predictor, fresh, batch, tensors, count),
    ]
    sums = (sum(getattr(one, name) for one in found) for name in Stage._fields[2:])
    return [*found, Stage("all of these", count, *sums)]


_MakeStage = Callable[..., Stage]


def _counting(make: _MakeStage, fresh: Callable[[], Batch], tensors: list[Tensor]) -> list[Stage]:
    """Time what needs no models."""
    factors = torch.zeros((1 << 16, 5), dtype=torch.int64, device=tensors[0].device)

    def environments() -> list[Tensor]:
        return [environment_logs(fresh(), 3, 2048), environment_counts(fresh(), RADIUS, COLUMNS)]

    def pairs() -> Tensor:
        return pair_path_counts(fresh(), factors, 2048, 2048)

    return [
        make("environments", environments, _bytes([*tensors, *environments()])),
        make("pairs and paths", pairs, _bytes([*tensors, pairs()])),
    ]


def _models(
    make: _MakeStage,
    predictor: Predictor,
    fresh: Callable[[], Batch],
    batch: Batch,
    tensors: list[Tensor],
    count: int,
) -> list[Stage]:
    """Time the encoders, the heads, the distances and the calibration of all bundles."""
    found, graphs = [], dict[str, nn.Module]()
    for part in predictor.parts:
        for network in part.networks:
            graphs.setdefault(network.graph_key or f"{id(network)}", network.graph)
    for graph in graphs.values():
        moved = _bytes([*tensors, *graph(batch), *graph.parameters()])
        found.append(make("encoder", lambda one=graph: one(fresh()), moved))
    for bundle, part in zip(predictor.bundles, predictor.parts, strict=True):
        outputs, distance = part.outputs(batch, count), part.distance(batch, count)
        for network in part.networks:
            given = network.given(batch)
            heads = nn.ModuleList([network.first, network.second, network.head])
            moved = _bytes([given, network.run_head(given), *heads.parameters()])
            head = partial(network.run_head, given)
            found.append(make(f"head of {part.name}", head, moved))
        if bundle.domain is not None and distance is not None:
            compounds = len(bundle.domain.bits)
            moved = COLUMNS * (count + compounds) + _bytes([distance])
            multiplied = 2.0 * count * compounds * COLUMNS
            of_bytes = multiplied if is_product_fast(predictor.device) else 0.0
            nearest = partial(part.distance, batch, count)
            found.append(make(f"distances of {part.name}", nearest, moved, of_bytes))
        moved = _bytes([outputs, part.calibrate(outputs, None, distance)])
        calibrate = partial(part.calibrate, outputs, None, distance)
        found.append(make(f"calibration of {part.name}", calibrate, moved))
    return found


def _bytes(tensors: Iterable[Tensor]) -> float:
    """Return the bytes of some tensors."""
    return float(sum(one.numel() * one.element_size() for one in tensors))
