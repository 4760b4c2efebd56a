"""Pretrains an encoder on descriptors and counted environments, without chemistry.

``python -m gnn.pretrain SET.npz WORK --epochs N`` runs on a GPU or a CPU, writes a checkpoint every
few hundred steps and continues from it. CheMeleon (Burns et al. 2025, arXiv 2506.15792) also uses
the prediction of descriptors as a pretext; environment counts teach the encoder the information of
a fingerprint.
"""

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gnn.errors import ModelError
from gnn.features.array_types import Ints, pieces
from gnn.features.batch import make_batch
from gnn.features.graph_arrays import take
from gnn.features.hashed_fingerprints import environment_counts
from gnn.models.durable_file import make_work_folder
from gnn.models.encoder import DescribingEncoder, EncoderSizes, save_pretrained
from gnn.models.runtime import is_bfloat16_fast, keep_memory, pick_device
from gnn.training.loop import Descent, half_cosine, keep_checkpoint, read_checkpoint
from gnn.training.training_set import PretextSet, load_pretext_set

HELD_OUT = 0.01
"""Share of molecules used only for measuring."""


@dataclass(frozen=True)
class PretrainConfig:
    """The settings of a pretraining."""

    epochs: int = 10
    batch: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup: int = 300
    """Steps in which the learning rate rises; then it falls as a half cosine to zero."""
    width: int = 128
    layers: int = 4
    hidden: int = 512
    """The encoder's sizes, see :class:`gnn.models.encoder.EncoderSizes`."""
    counts: int = 1024
    """Columns of the environment counts that are predicted besides the descriptors."""
    counts_weight: float = 1.0
    seed: int = 0


class Pretraining:
    """One pretraining: the network, its optimizer and its current step."""

    def __init__(self, data: PretextSet, config: PretrainConfig, device: torch.device) -> None:
        torch.manual_seed(config.seed)
        self.sizes = sizes = EncoderSizes(
            config.width, config.layers, config.hidden, len(data.names)
        )
        self.data, self.config, self.device = data, config, device
        self.network = DescribingEncoder(sizes, 0.0, torch.from_numpy(data.factors)).to(device)
        self.count = nn.Linear(sizes.hidden, config.counts).to(device)
        self.parameters = [*self.network.parameters(), *self.count.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=config.learning_rate, weight_decay=config.weight_decay
        )
        order = np.random.default_rng(config.seed).permutation(data.graphs.molecules)
        held = max(1, round(HELD_OUT * len(order)))
        self.held_out, self.rows = np.sort(order[:held]), np.sort(order[held:])
        self.bfloat16 = is_bfloat16_fast(device)
        self.purpose = data.sha256 + str(config)
        self.step = 0

    @property
    def steps(self) -> int:
        """Return the total number of steps."""
        return self.config.epochs * (len(self.rows) // self.config.batch)

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        config = self.config
        if step < config.warmup:
            return config.learning_rate * (step + 1) / config.warmup
        share = (step - config.warmup) / max(1, self.steps - config.warmup)
        return config.learning_rate * half_cosine(math.pi * min(1.0, share))

    def loss(self, rows: Ints) -> Tensor:
        """Return the loss of these molecules: Huber over descriptors plus squares over counts."""
        batch = make_batch(take(self.data.graphs, rows), device=self.device)
        wanted = torch.from_numpy(self.data.standardized(rows)).to(self.device)
        counts = torch.log1p(environment_counts(batch, 2, self.config.counts))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            hidden, described = self.network(batch)
            counted = self.count(hidden)
        told = functional.smooth_l1_loss(described.float(), wanted)
        return told + self.config.counts_weight * functional.mse_loss(counted.float(), counts)

    def run(self, checkpoint: Path, report: Callable[[str], None], every: int = 500) -> None:
        """Train to the end; write a checkpoint every so many steps, and continue from one."""
        if snapshot := read_checkpoint(checkpoint, self.device):
            self.restore(snapshot)
        config, per_epoch = self.config, len(self.rows) // self.config.batch
        total, began, since = 0.0, time.monotonic(), self.step
        self.network.train()
        descent = Descent(self.optimizer, self.loss, self.rate, self.parameters)
        for loss in descent.run(
            lambda epoch: np.random.default_rng((config.seed, epoch)).permutation(self.rows),
            config.batch,
            per_epoch,
            range(self.step, self.steps),
        ):
            self.step += 1
            total += loss.item()
            if self.step % every == 0 or self.step == self.steps:
                done = self.step - since
                speed = done * config.batch / (time.monotonic() - began)
                report(f"step {self.step}/{self.steps}: loss {total / done:.4f}, {speed:.0f}/s")
                total, began, since = 0.0, time.monotonic(), self.step
                keep_checkpoint(checkpoint, self.snapshot())

    @torch.no_grad()
    def explained(self) -> dict[str, float]:
        """Return each descriptor's R2 on the held-out molecules (if it varies there)."""
        self.network.eval()
        found, wanted = [], self.data.standardized(self.held_out)
        for at in pieces(len(self.held_out), 512):
            batch = make_batch(take(self.data.graphs, self.held_out[at]), device=self.device)
            found.append(self.network(batch)[1].float().cpu().numpy())
        self.network.train()
        error = np.square(np.concatenate(found) - wanted).mean(axis=0)
        spread = wanted.var(axis=0)
        return {
            name: round(1 - float(e / s), 4)
            for name, e, s in zip(self.data.names, error, spread, strict=True)
            if s > 1e-4
        }

    def snapshot(self) -> dict[str, Any]:
        """Return everything needed to continue from this step."""
        return {
            "purpose": self.purpose,
            "step": self.step,
            "network": self.network.state_dict(),
            "count": self.count.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Go back to a snapshot; refuse one of other data or settings."""
        if snapshot["purpose"] != self.purpose:
            raise ModelError(
                "the checkpoint is that of other molecules or settings; name another work folder"
            )
        self.step = snapshot["step"]
        self.network.load_state_dict(snapshot["network"])
        self.count.load_state_dict(snapshot["count"])
        self.optimizer.load_state_dict(snapshot["optimizer"])

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the encoder with its card, and return the card."""
        explained = self.explained()
        card = {
            "title": "Encoder pretrained on descriptors and counted environments",
            "training": vars(self.config) | {"steps": self.step, "device": self.device.type},
            "molecules": len(self.rows),
            "held_out": len(self.held_out),
            "median_r2": round(float(np.median(list(explained.values()))), 4),
            "r2": explained,
            "descriptors": list(self.data.names),
            "mean": [float(value) for value in self.data.mean],
            "std": [float(value) for value in self.data.std],
            **self.data.meta,
        }
        state = {name: value.cpu() for name, value in self.network.state_dict().items()}
        save_pretrained(folder, self.sizes, state, card)
        return card


def pretrain_encoder(
    data: PretextSet,
    folder: Path,
    work: Path,
    config: PretrainConfig,
    device: str,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Pretrain with a checkpoint in ``work`` and write the encoder to ``folder``."""
    keep_memory()
    make_work_folder(work)
    run = Pretraining(data, config, pick_device(device))
    run.run(work / "pretrain.checkpoint", report)
    return run.write(folder)


def main() -> None:
    """Pretrain an encoder from arrays."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("set", type=Path, help="arrays written by `hitlist pretrain --arrays`")
    parser.add_argument("work", type=Path, help="folder for the checkpoint and the encoder")
    parser.add_argument("--epochs", type=int, default=PretrainConfig.epochs)
    parser.add_argument("--batch", type=int, default=PretrainConfig.batch)
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    options = parser.parse_args()
    data = load_pretext_set(options.set)
    config = PretrainConfig(epochs=options.epochs, batch=options.batch)
    pretrain_encoder(
        data,
        options.work / "encoder",
        options.work,
        config,
        options.device,
        lambda line: print(line, flush=True),
    )


if __name__ == "__main__":
    main()
