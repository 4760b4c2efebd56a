"""Holds the parts that all trainings share: settings, learning rate, loop, checkpoints."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn.features.array_types import Floats32, Ints, Report
from gnn.models.durable_file import keep_file
from gnn.models.encoder import Pretrained
from gnn.models.network import NetworkConfig
from gnn.models.runtime import pick_device
from gnn.training.training_set import TrainingSet


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training."""

    epochs: int = 40
    """Most epochs; the learning rate falls to zero by then."""
    patience: int = 10
    """Number of epochs without a better loss on the ``stop`` rows after which training stops."""
    batch: int = 128
    """Molecules per step."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    """Share of all steps in which the learning rate rises."""
    average: float = 0.998
    """Decay of the running average of the weights; the average is the result."""
    censored_pull: float = 0.1
    """See :func:`gnn.models.losses.masked_loss`."""
    task_balance: float = 0.0
    """0 counts every measurement the same, 1 every task."""
    encoder_rate: float = 1.0
    """Factor on the learning rate of pretrained weights; 0 leaves them unchanged."""
    distil: float = 1.0
    """Weight of the teachers' targets (:mod:`gnn.training.teacher`) relative to measurements."""


class SoftTargets(NamedTuple):
    """The predictions of teachers, and their origin."""

    values: Floats32
    """[M, T] values on the task's scale or probabilities, NaN where there are none."""
    provenance: Mapping[str, Any]
    """Everything except the data that determines the values."""


@dataclass(frozen=True)
class TrainingRun:
    """The data and settings for fitting networks: one network for each row of ``data.roles``."""

    data: TrainingSet
    sizes: NetworkConfig
    config: TrainingConfig
    pretrained: Pretrained | None = None
    """Weights from which networks start."""
    seed: int = 0
    """Seed of the first member; each further one has the next number."""
    device: str = "auto"
    report: Report | None = None
    given: Callable[[], Tensor] | None = None
    """Returns the result of :func:`gnn.training.networks.inputs`, if it is shared."""
    soft_targets: SoftTargets | None = None
    """Additional targets of the heads, beside the measurements."""

    @property
    def place(self) -> torch.device:
        """Return the device that is used for training."""
        return pick_device(self.device)


def half_cosine(angle: float) -> float:
    """Return 1 at an angle of 0, falling to 0 at pi."""
    return 0.5 * (1 + math.cos(angle))


def learning_rate(step: int, steps: int, config: TrainingConfig) -> float:
    """Return the learning rate of a step: a linear rise, then a half cosine to zero."""
    rise = max(1, round(config.warmup * steps))
    if step < rise:
        return config.learning_rate * (step + 1) / rise
    return config.learning_rate * half_cosine(math.pi * (step - rise) / (steps - rise))


class Descent(NamedTuple):
    """Gradient descent on a loss."""

    optimizer: torch.optim.Optimizer
    loss: Callable[[Ints], Tensor]
    """Returns the loss of some rows."""
    rate: Callable[[int], float]
    """Learning rate of a step; a group of parameters multiplies it by its ``factor``, if any."""
    clipped: Sequence[Tensor] = ()
    """Parameters whose common gradient is cut to a length of 1."""

    def run(
        self, order: Callable[[int], Ints], batch: int, count: int, steps: range
    ) -> Iterator[Tensor]:
        """Take steps, and yield the loss of each after it.

        Args:
            order: Returns the rows of an epoch, in the order in which they are seen.
            batch: Number of rows in a step.
            count: Number of steps in an epoch.
            steps: The numbers of the steps to take.
        """
        rows = None
        for step in steps:
            if rows is None or step % count == 0:
                rows = order(step // count)
            at = step % count * batch
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate(step) * group.get("factor", 1.0)
            loss = self.loss(rows[at : at + batch])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if self.clipped:
                torch.nn.utils.clip_grad_norm_(self.clipped, 1.0)
            self.optimizer.step()
            yield loss.detach()


def keep_checkpoint(path: Path, snapshot: Mapping[str, Any]) -> None:
    """Write everything needed to continue from here; raise WorkFolderError if that fails."""
    content = BytesIO()
    torch.save(snapshot, content)
    keep_file(path, content.getbuffer())


def read_checkpoint(path: Path, device: torch.device) -> dict[str, Any] | None:
    """Return the content that :func:`keep_checkpoint` wrote; None if there is none."""
    if not path.is_file():
        return None
    found: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return found
