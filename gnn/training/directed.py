"""Trains networks of directed messages end to end, and predicts every molecule by their mean.

They are a teacher (``dmpnn``): wide and slow, trained on the measurements alone, on a graphics card
where there is one. All rows that no member holds out are trained on, for a fixed number of epochs.
"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Ints
from gnn.features.batch import batches, make_batch
from gnn.features.graph_arrays import take
from gnn.models.directed_network import DirectedNetwork
from gnn.models.durable_file import make_work_folder
from gnn.models.losses import logistic, masked_loss
from gnn.models.runtime import is_bfloat16_fast
from gnn.training.loop import (
    Descent,
    TrainingConfig,
    TrainingRun,
    keep_checkpoint,
    learning_rate,
    read_checkpoint,
)
from gnn.training.networks import target_scale, task_weights

_PIECE = 256


@dataclass(frozen=True)
class DirectedTeaching:
    """The sizes and the training of the networks of directed messages: the published ones."""

    width: int = 1700
    steps: int = 4
    dropout: float = 0.13
    members: int = 1
    """Number of networks; their mean teaches."""
    epochs: int = 50
    batch: int = 64
    """Molecules per step."""
    learning_rate: float = 5e-4
    """The largest; it rises for two epochs, then falls along a half cosine to zero."""
    weight_decay: float = 0.0


class _Training:
    """One training, and its current state."""

    def __init__(self, run: TrainingRun, how: DirectedTeaching, member: int) -> None:
        data = run.data
        self.run, self.how, self.device = run, how, run.place
        self.seed = run.seed + 1000 + member
        torch.manual_seed(self.seed)
        seen = np.isin(data.roles, ("fit", "stop")).all(axis=0)
        self.rows = np.flatnonzero(seen & np.isfinite(data.values).any(axis=1))
        self.shift, self.scale = target_scale(data, self.rows)
        factors = torch.from_numpy(data.factors)
        sizes = (how.width, how.steps, how.dropout)
        self.network = DirectedNetwork(len(data.tasks), *sizes, factors).to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=how.learning_rate, weight_decay=how.weight_decay
        )
        values = (data.values - self.shift) / self.scale
        self._values = torch.from_numpy(values).to(self.device)
        self._bounds = torch.from_numpy(data.bounds).to(self.device)
        self._binary = torch.from_numpy(data.binary).to(self.device)
        self._weights = task_weights(data, 0, run.config.task_balance).to(self.device)
        self._bfloat16 = is_bfloat16_fast(self.device)
        self.epoch = 0

    def output(self, rows: Ints) -> Tensor:
        """Return the network's output [n, T] for molecules."""
        batch = make_batch(take(self.run.data.graphs, rows), device=self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._bfloat16):
            found: Tensor = self.network(batch)
        return found.float()

    def loss(self, rows: Ints) -> Tensor:
        """Return the loss of molecules."""
        at = torch.from_numpy(rows).to(self.device)
        known = (self._values[at], self._bounds[at], self._binary, self._weights)
        return masked_loss(self.output(rows), *known, self.run.config.censored_pull)

    def run_epoch(self) -> float:
        """See every row once; return the mean loss."""
        how, seed = self.how, (self.seed, self.epoch)
        torch.manual_seed(hash(seed) % 2**31)
        count = math.ceil(len(self.rows) / how.batch)
        rate = TrainingConfig(learning_rate=how.learning_rate, warmup=2 / max(how.epochs, 3))
        descent = Descent(
            self.optimizer,
            self.loss,
            lambda step: learning_rate(step, how.epochs * count, rate),
            list(self.network.parameters()),
        )
        self.network.train()
        order = np.random.default_rng(seed).permutation(self.rows)
        steps = range(self.epoch * count, (self.epoch + 1) * count)
        losses = [*descent.run(lambda _: order, how.batch, count, steps)]
        self.epoch += 1
        total = float(torch.stack(losses).mean())  # one copy from the device for each epoch
        if not math.isfinite(total):
            raise ModelError(
                f"directed messages: training diverged in epoch {self.epoch}; lower the learning "
                "rate"
            )
        return total

    @torch.no_grad()
    def predict(self) -> Floats32:
        """Return [M, T], values on the tasks' scale or probabilities."""
        data = self.run.data
        self.network.eval()
        found = np.empty((data.graphs.molecules, len(data.tasks)), np.float32)
        for rows, _ in batches(data.graphs, _PIECE):
            said = self.output(rows).cpu().numpy() * self.scale + self.shift
            found[rows] = np.where(data.binary, logistic(said), said)
        return found

    def snapshot(self) -> dict[str, Any]:
        """Return everything needed to continue from the end of this epoch."""
        return {
            "epoch": self.epoch,
            "how": asdict(self.how),
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go back to a snapshot; one of other settings is left alone."""
        if snapshot["how"] != asdict(self.how):
            return
        self.epoch = int(snapshot["epoch"])
        self.network.load_state_dict(snapshot["network"])
        self.optimizer.load_state_dict(snapshot["optimizer"])


def teach_directed(run: TrainingRun, how: DirectedTeaching, work: Path) -> Floats32:
    """Fit the networks and return their mean prediction [M, T]: values or probabilities.

    Each is continued from its checkpoint in ``work``, if there is one, to the same bits.

    Raises:
        ModelError: A training diverged, or a task has no value to learn from.
    """
    make_work_folder(work)
    total = np.zeros((run.data.graphs.molecules, len(run.data.tasks)), np.float32)
    for member in range(how.members):
        training = _Training(run, how, member)
        checkpoint = work / f"dmpnn-{member}.checkpoint"
        if snapshot := read_checkpoint(checkpoint, training.device):
            training.restore(snapshot)
        while training.epoch < how.epochs:
            loss = training.run_epoch()
            keep_checkpoint(checkpoint, training.snapshot())
            if run.report is not None:
                line = f"directed messages {member + 1}: loss {loss:.4f}"
                run.report(line, training.epoch, how.epochs)
        total += training.predict() / how.members
    return total
