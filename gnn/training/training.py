"""Fitting one network: early stopping, averaged weights, checkpoints that resume exactly."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.batch import Batch, make_batch, take
from gnn.models.kept_file import keep_file
from gnn.models.losses import masked_loss
from gnn.models.network import Network, NetworkConfig
from gnn.models.pretrained import Pretrained, start_from
from gnn.models.runtime import is_bfloat16_fast
from gnn.training.training_set import TrainingSet

Report = Callable[[str, int, int], None]
"""Called with a line to show, the epochs done and the epochs at most."""


@dataclass(frozen=True)
class TrainingConfig:
    """How to fit."""

    epochs: int = 40
    """At most this many; the learning rate falls to zero by then."""
    patience: int = 10
    """Stop after so many epochs without a better loss on the ``stop`` rows."""
    batch: int = 128
    """Molecules per step."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    """Share of all steps in which the learning rate rises."""
    average: float = 0.998
    """Decay of the running average of the weights; the average is what is kept."""
    censored_pull: float = 0.1
    """See :func:`gnn.models.losses.masked_loss`."""
    task_balance: float = 0.0
    """0 counts every measurement the same, 1 every task."""
    encoder_rate: float = 1.0
    """Factor on the learning rate of pretrained weights; 0 leaves them as they are."""
    distil: float = 1.0
    """Weight of what teachers say (:mod:`gnn.training.teacher`) beside the measurements."""


@dataclass(frozen=True)
class Fitted:
    """A network that was fitted, and how it went."""

    state: dict[str, Tensor]
    history: list[dict[str, float]]
    best_epoch: int


def target_scale(
    data: TrainingSet, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return each task's mean and deviation over some rows (0 and 1 for classes)."""
    values = data.values[rows]
    empty = ~np.isfinite(values).any(axis=0)
    if empty.any():
        names = ", ".join(str(data.tasks[at]["name"]) for at in np.flatnonzero(empty))
        raise ModelError(f"no value to train on for {names}; drop it or add rows")
    shift = np.where(data.binary, 0, np.nanmean(values, axis=0))
    scale = np.where(data.binary, 1, np.maximum(np.nanstd(values, axis=0), 1e-3))
    return shift.astype(np.float32), scale.astype(np.float32)


def task_weights(data: TrainingSet, member: int, balance: float) -> Tensor:
    """Return [T] weights with mean 1: measurements per task to the power of minus ``balance``."""
    seen = np.isfinite(data.values[data.rows(member, "fit")]).sum(axis=0)
    weights = np.maximum(seen, 1.0) ** -balance
    return torch.tensor(weights / weights.mean(), dtype=torch.float32)


def learning_rate(step: int, steps: int, config: TrainingConfig) -> float:
    """Rise linearly, then fall as a half cosine to zero."""
    rise = max(1, round(config.warmup * steps))
    if step < rise:
        return config.learning_rate * (step + 1) / rise
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def _groups(network: Network, config: TrainingConfig, factor: float) -> list[dict[str, Any]]:
    """Parameters for the optimizer: matrices decay, and the graph part learns at its own rate."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, value in network.named_parameters():
        decay = config.weight_decay if value.ndim > 1 else 0.0
        rate = factor if name.startswith("graph.") else 1.0
        if rate > 0:
            groups.setdefault((decay, rate), []).append(value)
    return [
        {"params": values, "weight_decay": decay, "factor": rate, "lr": config.learning_rate}
        for (decay, rate), values in groups.items()
    ]


class Fit:
    """One training run: its networks, its optimizer and where it stands."""

    def __init__(
        self,
        data: TrainingSet,
        sizes: NetworkConfig,
        config: TrainingConfig,
        member: int,
        seed: int,
        device: torch.device,
        pretrained: Pretrained | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.data, self.config, self.member = data, config, member
        self.seed, self.device = seed, device
        shift, scale = target_scale(data, data.rows(member, "fit"))
        self.network = Network(sizes, torch.from_numpy(data.factors))
        if pretrained is not None:
            start_from(self.network, pretrained)
        self.network.shift.copy_(torch.from_numpy(shift))
        self.network.scale.copy_(torch.from_numpy(scale))
        self.network.to(device)
        self.averaged = {name: value.clone() for name, value in self.network.state_dict().items()}
        factor = config.encoder_rate if pretrained is not None else 1.0
        self.network.graph.requires_grad_(factor > 0)
        self.optimizer = torch.optim.AdamW(_groups(self.network, config, factor))
        values = (data.values - shift) / scale
        self.values, self.bounds = torch.from_numpy(values), torch.from_numpy(data.bounds)
        self.binary = torch.from_numpy(data.binary).to(device)
        self.weights = task_weights(data, member, config.task_balance).to(device)
        self.bfloat16 = is_bfloat16_fast(device)
        self.epoch, self.step, self.best_epoch, self.best_loss = 0, 0, 0, math.inf
        self.best: dict[str, Tensor] = self.averaged
        self.history: list[dict[str, float]] = []

    def loss(self, rows: npt.NDArray[np.int64]) -> Tensor:
        """Return the loss of these molecules."""
        batch: Batch = make_batch(take(self.data.graphs, rows)).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            output = self.network(batch)
        at = torch.from_numpy(rows)
        return masked_loss(
            output,
            self.values[at].to(self.device),
            self.bounds[at].to(self.device),
            self.binary,
            self.weights,
            self.config.censored_pull,
        )

    def run_epoch(self) -> None:
        """See every ``fit`` row once, then measure the averaged weights on the ``stop`` rows."""
        torch.manual_seed(hash((self.seed, self.epoch)) % 2**31)
        order = np.random.default_rng((self.seed, self.epoch)).permutation(
            self.data.rows(self.member, "fit")
        )
        starts = range(0, len(order), self.config.batch)
        steps, total = self.config.epochs * len(starts), 0.0
        self.network.train()
        for start in starts:
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(self.step, steps, self.config) * group["factor"]
            loss = self.loss(order[start : start + self.config.batch])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.optimizer.step()
            self.step += 1
            self.follow()
            total += loss.detach().item()
        self.epoch += 1
        stop = self.stop_loss()
        if not math.isfinite(total) or not math.isfinite(stop):
            raise ModelError(f"training diverged in epoch {self.epoch}; lower the learning rate")
        self.history.append({"epoch": self.epoch, "fit": total / len(starts), "stop": stop})
        if stop < self.best_loss:
            self.best_loss, self.best_epoch = stop, self.epoch
            self.best = {name: value.clone() for name, value in self.averaged.items()}

    @torch.no_grad()
    def follow(self) -> None:
        """Move the running average a little towards the network."""
        decay = min(self.config.average, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.averaged[name].lerp_(value, 1 - decay)

    @torch.no_grad()
    def stop_loss(self) -> float:
        """Return the averaged weights' loss on the ``stop`` rows."""
        rows = self.data.rows(self.member, "stop")
        kept = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.network.load_state_dict(self.averaged)
        self.network.eval()
        pieces = [rows[start : start + 512] for start in range(0, len(rows), 512)]
        total = sum(self.loss(piece).item() * len(piece) for piece in pieces) / len(rows)
        self.network.load_state_dict(kept)
        return total

    def snapshot(self) -> dict[str, Any]:
        """Return all that is needed to go on from the end of this epoch."""
        names = ("epoch", "step", "best_epoch", "best_loss", "averaged", "best", "history")
        return {
            **{name: getattr(self, name) for name in names},
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go back to a snapshot."""
        self.network.load_state_dict(snapshot.pop("network"))
        self.optimizer.load_state_dict(snapshot.pop("optimizer"))
        for name, value in snapshot.items():
            setattr(self, name, value)


def fit(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    member: int = 0,
    seed: int = 0,
    device: torch.device | None = None,
    checkpoint: Path | None = None,
    report: Report | None = None,
    pretrained: Pretrained | None = None,
) -> Fitted:
    """Fit one member of an ensemble; with a ``checkpoint`` path, go on from it if it is there.

    With ``pretrained``, its weights are where the network starts.
    """
    run = Fit(data, sizes, config, member, seed, device or torch.device("cpu"), pretrained)
    if checkpoint is not None and checkpoint.is_file():
        run.restore(torch.load(checkpoint, map_location=run.device, weights_only=True))
    while run.epoch < config.epochs and run.epoch - run.best_epoch < config.patience:
        run.run_epoch()
        if checkpoint is not None:
            snapshot = BytesIO()
            torch.save(run.snapshot(), snapshot)
            keep_file(checkpoint, snapshot.getbuffer())
        if report is not None:
            last = run.history[-1]
            line = f"loss {last['fit']:.4f}, held out {last['stop']:.4f} (best {run.best_loss:.4f})"
            report(line, run.epoch, config.epochs)
    state = {name: value.cpu() for name, value in run.best.items()}
    return Fitted(state, run.history, run.best_epoch)
