"""Training the heads of networks on a pretrained encoder that stays as it is: seconds, not minutes.

What the encoder says about a molecule is worked out once, so an epoch is a few matrix products.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.batch import make_batch, take
from gnn.models.losses import distillation_loss, masked_loss
from gnn.models.network import Network, NetworkConfig, State
from gnn.models.pretrained import Pretrained, start_from
from gnn.models.runtime import is_bfloat16_fast
from gnn.training.training import TrainingConfig, learning_rate, target_scale, task_weights
from gnn.training.training_set import TrainingSet

Report = Callable[[str, int, int], None]
CPU = torch.device("cpu")
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
    """Fit one head for each row of ``data.roles``, for all of ``config.epochs``.

    A member learns from its ``fit`` and ``stop`` rows alike: nothing stops it early. Returns the
    networks' whole states, None for one that diverged, and a line on each of those.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # these products are too small to share between cores
    try:
        return _fit_all(
            data, sizes, config, pretrained, inputs(data, sizes, pretrained), seed, report
        )
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
    for member in range(len(data.roles)):
        try:
            states.append(fit_head(data, sizes, config, pretrained, given, member, seed + member))
        except ModelError as error:
            states.append(None)
            notes.append(f"network {member + 1} of {len(data.roles)} left out: {error}")
        if report is not None:
            report("networks", member + 1, len(data.roles))
    return states, notes


@torch.no_grad()
def inputs(
    data: TrainingSet,
    sizes: NetworkConfig,
    pretrained: Pretrained,
    device: torch.device = CPU,
    report: Report | None = None,
) -> Tensor:
    """Return [M, inputs] what the heads of this encoder are given, on a device.

    In bfloat16 where the device is fast at it, else float32.
    """
    network = Network(sizes, torch.from_numpy(data.factors))
    start_from(network, pretrained)
    network.to(device).eval()
    count = data.graphs.molecules
    kind = torch.bfloat16 if is_bfloat16_fast(device) else torch.float32
    found = torch.empty((count, network.first.in_features), dtype=kind, device=device)
    for start in range(0, count, _PIECE):
        rows = np.arange(start, min(start + _PIECE, count))
        found[start : start + len(rows)] = network.given(
            make_batch(take(data.graphs, rows)).to(device)
        )
        if report is not None and start % (64 * _PIECE) == 0:
            report("what the encoder says", start, count)
    return found


def fit_head(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    given: Tensor,
    member: int,
    seed: int,
    report: Report | None = None,
    soft_targets: npt.NDArray[np.float32] | None = None,
) -> State:
    """Fit the head of one member on what :func:`inputs` returned, where that is.

    ``soft_targets`` [M, T] are what teachers predict of every molecule
    (:mod:`gnn.training.teacher`): values in the task's unit or probabilities, NaN where they say
    nothing. They count ``config.distil``.

    Raises:
        ModelError: the training diverged, or a task has no value to learn from.
    """
    torch.manual_seed(seed)
    network = Network(sizes, torch.from_numpy(data.factors))
    start_from(network, pretrained)
    rows = data.rows(member, "fit", "stop")
    shift, scale = target_scale(data, rows)
    network.shift.copy_(torch.from_numpy(shift))
    network.scale.copy_(torch.from_numpy(scale))
    device = given.device
    network.to(device)
    bounds = torch.from_numpy(data.bounds).to(device)
    values = torch.from_numpy((data.values - shift) / scale).to(device)
    binary = torch.from_numpy(data.binary).to(device)
    standardized = None
    if soft_targets is not None:
        # A probability stays one: shift and scale are 0 and 1 for a class.
        standardized = torch.from_numpy((soft_targets - shift) / scale).to(device)
    weights = task_weights(data, member, config.task_balance).to(device)
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
            if report is not None:
                report(f"network {member + 1}", step * config.epochs // steps, config.epochs)
        batch = torch.from_numpy(rows[at : at + config.batch]).to(device)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, config)
        with torch.autocast(device.type, torch.bfloat16, enabled=given.dtype == torch.bfloat16):
            output = network.run_head(given[batch])
        loss = masked_loss(
            output, values[batch], bounds[batch], binary, weights, config.censored_pull
        )
        if standardized is not None:
            loss = loss + config.distil * distillation_loss(output, standardized[batch], binary)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(heads, 1.0)
        optimizer.step()
    state = {name: value.cpu() for name, value in network.state_dict().items()}
    if not all(bool(torch.isfinite(v).all()) for v in state.values() if v.is_floating_point()):
        raise ModelError("its training diverged")
    return state
