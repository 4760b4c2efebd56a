"""Fits one network: the whole network, or only its head on a fixed encoder.

A whole network stops early, keeps the average of its weights, and continues from a checkpoint to
the same bits. For a head alone, the encoder's result for a molecule is computed only once, so that
an epoch is a few matrix products: seconds, not minutes.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Ints, pieces
from gnn.features.batch import batches, make_batch
from gnn.features.graph_arrays import take
from gnn.models.encoder import start_from
from gnn.models.losses import distillation_loss, masked_loss
from gnn.models.network import Network, State
from gnn.models.runtime import is_bfloat16_fast
from gnn.training.loop import (
    Descent,
    TrainingRun,
    keep_checkpoint,
    learning_rate,
    read_checkpoint,
)
from gnn.training.training_set import UNLABELLED, TrainingSet

_PIECE = 256
"""Molecules whose inputs are computed at once."""


@dataclass(frozen=True)
class Fitted:
    """A fitted network, and the history of its training."""

    state: State
    history: list[dict[str, float]]
    best_epoch: int


def target_scale(data: TrainingSet, rows: Ints) -> tuple[Floats32, Floats32]:
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


class _Member:
    """The network of one member, its optimizer, and the measurements from which it learns."""

    def __init__(
        self, run: TrainingRun, member: int, device: torch.device, *roles: str, head: bool = False
    ) -> None:
        """Learn from the rows of some roles; with ``head`` the graph part stays fixed."""
        data = run.data
        self.run, self.member, self.device, self.seed = run, member, device, run.seed + member
        torch.manual_seed(self.seed)
        self.rows = data.rows(member, *roles)
        self._shift, self._scale = target_scale(data, self.rows)
        self.network = Network(run.sizes, torch.from_numpy(data.factors))
        if run.pretrained is not None:
            start_from(self.network, run.pretrained)
        self.network.shift.copy_(torch.from_numpy(self._shift))
        self.network.scale.copy_(torch.from_numpy(self._scale))
        self.network.to(device)
        factor = run.config.encoder_rate if run.pretrained is not None else 1.0
        self.network.graph.requires_grad_(factor > 0 and not head)
        groups = self._groups(0.0 if head else factor)
        self.optimizer = torch.optim.AdamW(groups, fused=head or None)
        self._values = self.standardize(data.values)
        self._bounds = torch.from_numpy(data.bounds).to(device)
        self.binary = torch.from_numpy(data.binary).to(device)
        self._weights = task_weights(data, member, run.config.task_balance).to(device)

    def _groups(self, factor: float) -> list[dict[str, Any]]:
        """Return groups of parameters: matrices decay, the graph part has its own learning rate."""
        config = self.run.config
        groups: dict[tuple[float, float], list[Tensor]] = {}
        for name, value in self.network.named_parameters():
            decay = config.weight_decay if value.ndim > 1 else 0.0
            rate = factor if name.startswith("graph.") else 1.0
            if rate > 0:
                groups.setdefault((decay, rate), []).append(value)
        return [
            {"params": values, "weight_decay": decay, "factor": rate, "lr": config.learning_rate}
            for (decay, rate), values in groups.items()
        ]

    def standardize(self, values: Floats32) -> Tensor:
        """Return values [M, T] in the network's scale, on the device; probabilities stay such."""
        return torch.from_numpy((values - self._shift) / self._scale).to(self.device)

    def loss(self, output: Tensor, rows: Tensor) -> Tensor:
        """Return the loss of the network's output for these molecules."""
        return masked_loss(
            output,
            self._values[rows],
            self._bounds[rows],
            self.binary,
            self._weights,
            self.run.config.censored_pull,
        )


class Fit(_Member):
    """One training of a whole network, and its current state."""

    def __init__(self, run: TrainingRun, member: int) -> None:
        super().__init__(run, member, run.place, "fit")
        self.averaged = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.bfloat16 = is_bfloat16_fast(self.device)
        self.epoch, self.step, self.best_epoch, self.best_loss = 0, 0, 0, math.inf
        self.best: State = self.averaged
        self.history: list[dict[str, float]] = []

    def loss_of(self, rows: Ints) -> Tensor:
        """Return the loss of these molecules."""
        batch = make_batch(take(self.run.data.graphs, rows), device=self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            output = self.network(batch)
        return self.loss(output, torch.from_numpy(rows).to(self.device))

    def run_epoch(self) -> None:
        """See every ``fit`` row once, then measure the averaged weights on the ``stop`` rows."""
        config, seed = self.run.config, (self.seed, self.epoch)
        torch.manual_seed(hash(seed) % 2**31)
        count = math.ceil(len(self.rows) / config.batch)
        descent = Descent(
            self.optimizer,
            self.loss_of,
            lambda step: learning_rate(step, config.epochs * count, config),
            list(self.network.parameters()),
        )
        self.network.train()
        total = 0.0
        steps = range(self.step, self.step + count)
        for loss in descent.run(
            lambda _: np.random.default_rng(seed).permutation(self.rows), config.batch, count, steps
        ):
            self.step += 1
            self.follow()
            total += loss.item()
        self.epoch += 1
        stop = self.stop_loss()
        if not math.isfinite(total) or not math.isfinite(stop):
            raise ModelError(f"training diverged in epoch {self.epoch}; lower the learning rate")
        self.history.append({"epoch": self.epoch, "fit": total / count, "stop": stop})
        if stop < self.best_loss:
            self.best_loss, self.best_epoch = stop, self.epoch
            self.best = {name: value.clone() for name, value in self.averaged.items()}

    @torch.no_grad()
    def follow(self) -> None:
        """Move the running average a little towards the network."""
        decay = min(self.run.config.average, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.averaged[name].lerp_(value, 1 - decay)

    @torch.no_grad()
    def stop_loss(self) -> float:
        """Return the averaged weights' loss on the ``stop`` rows."""
        rows = self.run.data.rows(self.member, "stop")
        kept = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.network.load_state_dict(self.averaged)
        self.network.eval()
        some = [rows[at] for at in pieces(len(rows), 512)]
        total = sum(self.loss_of(piece).item() * len(piece) for piece in some) / len(rows)
        self.network.load_state_dict(kept)
        return total

    def snapshot(self) -> dict[str, Any]:
        """Return everything needed to continue from the end of this epoch."""
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


def fit(run: TrainingRun, member: int = 0, checkpoint: Path | None = None) -> Fitted:
    """Fit one member's network; continue from a ``checkpoint`` file if there is one.

    Raises:
        ModelError: The training diverged, or a task has no value to learn from.
    """
    fitting, config = Fit(run, member), run.config
    if checkpoint is not None and (snapshot := read_checkpoint(checkpoint, fitting.device)):
        fitting.restore(snapshot)
    while fitting.epoch < config.epochs and fitting.epoch - fitting.best_epoch < config.patience:
        fitting.run_epoch()
        if checkpoint is not None:
            keep_checkpoint(checkpoint, fitting.snapshot())
        if run.report is not None:
            last, best = fitting.history[-1], fitting.best_loss
            line = f"loss {last['fit']:.4f}, held out {last['stop']:.4f} (best {best:.4f})"
            run.report(line, fitting.epoch, config.epochs)
    state = {name: value.cpu() for name, value in fitting.best.items()}
    return Fitted(state, fitting.history, fitting.best_epoch)


@torch.no_grad()
def inputs(run: TrainingRun) -> Tensor:
    """Return [M, inputs], the input of the heads on the run's encoder, on its device.

    It is bfloat16 if the device is fast at it, else float32.
    """
    device, graphs = run.place, run.data.graphs
    network = Network(run.sizes, torch.from_numpy(run.data.factors))
    if run.pretrained is not None:
        start_from(network, run.pretrained)
    network.to(device).eval()
    kind = torch.bfloat16 if is_bfloat16_fast(device) else torch.float32
    found = torch.empty((graphs.molecules, network.first.in_features), dtype=kind, device=device)
    for rows, batch in batches(graphs, _PIECE, device):
        start = int(rows[0])
        found[start : start + len(rows)] = network.given(batch)
        if run.report is not None and start % (64 * _PIECE) == 0:
            run.report("encoder outputs", start, graphs.molecules)
    return found


def fit_head(run: TrainingRun, given: Tensor, member: int = 0) -> State:
    """Fit the head of one member on the result of :func:`inputs`, on the same device.

    It learns from its ``fit`` and ``stop`` rows alike, for all epochs: nothing stops it early. Soft
    targets have the weight ``config.distil``; with them it learns from ``unlabelled`` rows as well.

    Raises:
        ModelError: The training diverged, or a task has no value to learn from.
    """
    config = run.config
    head = _Member(run, member, given.device, "fit", "stop", head=True)
    targets = None if run.soft_targets is None else head.standardize(run.soft_targets.values)
    generator, rows = np.random.default_rng(head.seed), head.rows
    if targets is not None:
        rows = np.concatenate([rows, run.data.rows(member, UNLABELLED)])

    def shuffle(epoch: int) -> Ints:
        nonlocal rows
        rows = generator.permutation(rows)
        if run.report is not None:
            run.report(f"network {member + 1}", epoch, config.epochs)
        return rows

    def loss_of(some: Ints) -> Tensor:
        at = torch.from_numpy(some).to(given.device)
        with torch.autocast(at.device.type, torch.bfloat16, enabled=given.dtype == torch.bfloat16):
            output = head.network.run_head(given[at])
        loss = head.loss(output, at)
        if targets is not None:
            loss = loss + config.distil * distillation_loss(output, targets[at], head.binary)
        return loss

    count = math.ceil(len(rows) / config.batch)
    steps = config.epochs * count
    descent = Descent(
        head.optimizer,
        loss_of,
        lambda step: learning_rate(step, steps, config),
        list(head.network.parameters()),
    )
    head.network.train()
    for _ in descent.run(shuffle, config.batch, count, range(steps)):
        pass
    state = {name: value.cpu() for name, value in head.network.state_dict().items()}
    if not all(bool(torch.isfinite(v).all()) for v in state.values() if v.is_floating_point()):
        raise ModelError("its training diverged")
    return state
