"""Training the heads of networks on a pretrained encoder that stays as it is: seconds, not minutes.

What the encoder says about a molecule is worked out once, so an epoch is a few matrix products.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.batch import make_batch, take
from gnn.ensemble import State
from gnn.errors import ModelError
from gnn.losses import masked_loss
from gnn.network import Network, NetworkConfig
from gnn.pretrained import Pretrained, start_from
from gnn.training import TrainingConfig, learning_rate
from gnn.training_set import TrainingSet

Report = Callable[[str, int, int], None]
_PIECE = 256
"""Molecules whose inputs are worked out at once."""


def fit_heads(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    seed: int = 0,
    report: Report | None = None,
) -> tuple[list[State | None], list[str]]:
    """Fit one head for each row of ``data.parts``, for all of ``config.epochs``.

    A member learns from its ``fit`` and ``stop`` rows alike: nothing stops it early. Returns the
    networks' whole states, None for one that diverged, and a line on each of those.
    """
    torch.manual_seed(seed)
    network = Network(sizes, torch.from_numpy(data.factors))
    start_from(network, pretrained)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # these products are too small to share between cores
    try:
        return _fit_all(data, sizes, config, pretrained, inputs(network, data), seed, report)
    finally:
        torch.set_num_threads(threads)


def _fit_all(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    given: Tensor,
    seed: int,
    report: Report | None,
) -> tuple[list[State | None], list[str]]:
    states: list[State | None] = []
    notes = []
    for member in range(len(data.parts)):
        try:
            states.append(_fit(data, sizes, config, pretrained, given, member, seed + member))
        except ModelError as error:
            states.append(None)
            notes.append(f"network {member + 1} of {len(data.parts)} left out: {error}")
        if report is not None:
            report("networks", member + 1, len(data.parts))
    return states, notes


@torch.inference_mode()
def inputs(network: Network, data: TrainingSet) -> Tensor:
    """Return [M, inputs] what the heads of this encoder are given."""
    network.eval()
    found = []
    for start in range(0, data.graphs.molecules, _PIECE):
        rows = np.arange(start, min(start + _PIECE, data.graphs.molecules))
        found.append(network.given(make_batch(take(data.graphs, rows))))
    return torch.cat(found).clone()


def _fit(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    given: Tensor,
    member: int,
    seed: int,
) -> State:
    torch.manual_seed(seed)
    network = Network(sizes, torch.from_numpy(data.factors))
    start_from(network, pretrained)
    rows = data.rows(member, "fit", "stop")
    shift, scale = _units(data, rows)
    network.shift.copy_(torch.from_numpy(shift))
    network.scale.copy_(torch.from_numpy(scale))
    bounds = torch.from_numpy(data.bounds)
    values = torch.from_numpy((data.values - shift) / scale)
    binary, weights = torch.from_numpy(data.binary), torch.ones(len(data.tasks))
    heads = [value for name, value in network.named_parameters() if not name.startswith("graph.")]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in heads if p.ndim > 1], "weight_decay": config.weight_decay},
            {"params": [p for p in heads if p.ndim <= 1], "weight_decay": 0.0},
        ],
        fused=True,
    )
    generator = np.random.default_rng(seed)
    network.train()
    steps = config.epochs * math.ceil(len(rows) / config.batch)
    for step in range(steps):
        at = step * config.batch % (math.ceil(len(rows) / config.batch) * config.batch)
        if at == 0:
            rows = generator.permutation(rows)
        batch = torch.from_numpy(rows[at : at + config.batch])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, config)
        output = network.judge(given[batch])
        loss = masked_loss(
            output, values[batch], bounds[batch], binary, weights, config.censored_pull
        )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(heads, 1.0)
        optimizer.step()
    state = network.state_dict()
    if not all(bool(torch.isfinite(v).all()) for v in state.values() if v.is_floating_point()):
        raise ModelError("its training diverged")
    return state


def _units(
    data: TrainingSet, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return each task's mean and deviation over some rows (0 and 1 for classes)."""
    values = data.values[rows]
    empty = ~np.isfinite(values).any(axis=0)
    if empty.any():
        names = ", ".join(str(data.tasks[at]["name"]) for at in np.flatnonzero(empty))
        raise ModelError(f"no value to train on for {names}")
    shift = np.where(data.binary, 0, np.nanmean(values, axis=0)).astype(np.float32)
    scale = np.where(data.binary, 1, np.maximum(np.nanstd(values, axis=0), 1e-3))
    return shift, scale.astype(np.float32)
