"""The pretrained encoder that comes with the package: what every network starts from.

It was trained to compute RDKit's descriptors and the counts of atom environments from a graph
alone (:mod:`gnn.training.pretrain`); it has seen no measured value of any kind.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from gnn.errors import ModelError
from gnn.features.batch import Batch, GraphArrays, make_batch, take
from gnn.models.encoder import POOLS, Encoder
from gnn.models.kept_file import keep_file, make_work_folder, remove_kept

SHIPPED = Path(__file__).parents[1] / "pretrained"
"""Folder of the encoder that comes with the package."""


@dataclass(frozen=True)
class EncoderSizes:
    """Sizes of the pretrained part of a network."""

    width: int = 128
    layers: int = 4
    hidden: int = 512
    """Numbers per molecule between the pooled atoms and the descriptors."""
    descriptors: int = 0
    """Descriptors that it predicts."""


class DescribingEncoder(nn.Module):
    """An encoder with the head that predicts descriptors: what is pretrained and transferred."""

    def __init__(self, sizes: EncoderSizes, dropout: float, factors: Tensor) -> None:
        super().__init__()
        self.encoder = Encoder(sizes.width, sizes.layers, dropout, factors)
        self.from_graph = nn.Linear(POOLS * sizes.width, sizes.hidden)
        self.describe = nn.Linear(sizes.hidden, sizes.descriptors) if sizes.descriptors else None

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return [G, hidden] and the standardized descriptors [G, descriptors]."""
        hidden = torch.relu(self.from_graph(self.encoder(batch)))
        if self.describe is None:
            return hidden, hidden.new_zeros(len(hidden), 0)
        return hidden, self.describe(hidden)


@dataclass(frozen=True)
class Pretrained:
    """An encoder's weights and its card."""

    sizes: EncoderSizes
    state: dict[str, Tensor]
    """Weights of a :class:`DescribingEncoder`."""
    card: dict[str, Any]
    sha256: str
    """Hash of its weights."""


def save_pretrained(
    folder: Path, sizes: EncoderSizes, state: dict[str, Tensor], card: dict[str, Any]
) -> None:
    """Write ``weights.safetensors`` and ``card.json``."""
    make_work_folder(folder)
    small = {
        name: value.to(torch.float16) if value.is_floating_point() and value.ndim > 1 else value
        for name, value in state.items()
    }
    weights = save({name: value.contiguous() for name, value in small.items()})
    remove_kept(folder / "card.json")
    keep_file(folder / "weights.safetensors", weights)
    card = {**card, "sizes": vars(sizes), "weights": hashlib.sha256(weights).hexdigest()}
    keep_file(folder / "card.json", json.dumps(card, indent=1) + "\n")


def load_pretrained(folder: Path = SHIPPED) -> Pretrained:
    """Read an encoder, by default the one that comes with the package."""
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        weights = (folder / "weights.safetensors").read_bytes()
    except (OSError, ValueError) as error:
        raise ModelError(f"no pretrained encoder in {folder} ({error}); restore it") from None
    found = hashlib.sha256(weights).hexdigest()
    if found != card["weights"]:
        raise ModelError(
            f"{folder / 'weights.safetensors'} has sha256 {found[:12]}, its card says "
            f"{card['weights'][:12]}; restore it"
        )
    state = {
        name: value.float() if value.is_floating_point() else value
        for name, value in load(weights).items()
    }
    return Pretrained(EncoderSizes(**card["sizes"]), state, card, found)


def start_from(network: nn.Module, pretrained: Pretrained) -> None:
    """Copy the pretrained weights into a network's ``graph`` part, which has the same sizes."""
    graph = network.graph
    assert isinstance(graph, DescribingEncoder)
    own = graph.encoder.factors
    if not torch.equal(own, pretrained.state["encoder.factors"]):
        raise ModelError("the pretrained encoder knows other atom states; pretrain it again")
    graph.load_state_dict(pretrained.state)


@torch.inference_mode()
def describe(pretrained: Pretrained, graphs: GraphArrays) -> npt.NDArray[np.float32]:
    """Predict the standardized descriptors of M molecules: float32 [M, descriptors]."""
    network = DescribingEncoder(pretrained.sizes, 0.0, pretrained.state["encoder.factors"])
    network.load_state_dict(pretrained.state)
    network.eval()
    found = [np.zeros((0, pretrained.sizes.descriptors), np.float32)]
    for start in range(0, graphs.molecules, 512):
        rows = np.arange(start, min(start + 512, graphs.molecules))
        found.append(network(make_batch(take(graphs, rows)))[1].numpy())
    return np.concatenate(found)
