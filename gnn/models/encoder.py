"""Defines the encoder: message passing over atoms, pooled to one vector per molecule.

Every network starts from the weights that come with the package. They were trained to compute
RDKit's descriptors and the counts of atom environments from a graph alone
(:mod:`gnn.training.pretrain`); no measured value of any kind was used.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from gnn.errors import ModelError
from gnn.features.array_types import Floats32
from gnn.features.batch import Batch, batches
from gnn.features.graph_arrays import GraphArrays
from gnn.models.durable_file import keep_file, make_work_folder, remove_kept
from gnn.models.message_passing import MessagePassing, scatter, segment

BOND_TOKENS = 5
POOLS = 3
"""Ways in which a molecule's atoms are pooled: mean, sum, maximum."""
_TYPICAL_ATOMS = 30
"""Divides the sum, so that its size is that of the mean."""


class Convolution(MessagePassing):  # type: ignore[misc]
    """One residual step: an atom receives messages from its neighbours, then updates itself.

    It is the graph isomorphism network with edge features (Hu et al. 2020, arXiv 1905.12265), with
    normalization before the sum so that deep stacks train.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__(aggr="add")
        self.norm = nn.LayerNorm(width)
        self.bond = nn.Embedding(BOND_TOKENS, width)
        self.update_atom = nn.Sequential(
            nn.Linear(2 * width, 2 * width),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(2 * width, width),
        )

    def _set_jittable_templates(self, raise_on_error: bool = False) -> None:
        """Use ``propagate`` as the library has it.

        Otherwise the library would write source code for this class into the temporary folder, load
        it from there, and leave one file there for each process.
        """

    def forward(self, atoms: Tensor, edge_index: Tensor, bonds: Tensor) -> Tensor:
        """Map [N, width] atom vectors to [N, width]."""
        normal = self.norm(atoms)
        heard = self.propagate(edge_index, x=normal, bond=self.bond.weight[bonds])
        updated: Tensor = atoms + self.update_atom(torch.cat([normal, heard], dim=1))
        return updated

    def message(self, x_j: Tensor, bond: Tensor) -> Tensor:
        """Return the message of an atom to a neighbour over a bond."""
        return torch.relu(x_j + bond)


class Encoder(nn.Module):
    """A network from graphs to vectors of ``POOLS * width`` numbers."""

    factors: Tensor

    def __init__(self, width: int, layers: int, dropout: float, factors: Tensor) -> None:
        """Build it for a vocabulary: ``factors`` int64 [tokens, 5] describes each atom token."""
        super().__init__()
        self.register_buffer("factors", factors)
        self.state = nn.Embedding(len(factors), width)
        self.factor = nn.ModuleList(
            nn.Embedding(int(column.max()) + 1, width) for column in factors.unbind(1)
        )
        nn.init.zeros_(self.state.weight)
        self.convolutions = nn.ModuleList(Convolution(width, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def encode(self, batch: Batch) -> Tensor:
        """Return the [N, width] vectors of the atoms."""
        atoms = self.state(batch.atoms)
        for embed, column in zip(self.factor, self.factors[batch.atoms].unbind(1), strict=True):
            atoms = atoms + embed(column)
        for convolution in self.convolutions:
            atoms = convolution(atoms, batch.edge_index, batch.bonds)
        normal: Tensor = self.norm(atoms)
        return normal

    def forward(self, batch: Batch) -> Tensor:
        """Return [G, POOLS * width]."""
        atoms = self.encode(batch).float()  # bfloat16 is too coarse for a sum of thirty atoms
        total = scatter(atoms, batch.molecule, dim=0, dim_size=batch.molecules, reduce="sum")
        ones = torch.ones(len(batch.molecule), 1, device=atoms.device)
        size = scatter(ones, batch.molecule, dim=0, dim_size=batch.molecules, reduce="sum")
        pointer = torch.cat([size.new_zeros(1), size[:, 0].cumsum(0)]).long()
        peak = segment(atoms, pointer, reduce="max")
        pooled = torch.cat([total / size.clamp(min=1), total / _TYPICAL_ATOMS, peak], dim=1)
        return pooled.to(self.norm.weight.dtype)


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
    """Number of descriptors that it predicts."""


class DescribingEncoder(nn.Module):
    """An encoder with a head that predicts descriptors: the part that is pretrained."""

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
    """An encoder's weights with its card."""

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
def describe(pretrained: Pretrained, graphs: GraphArrays) -> Floats32:
    """Predict the standardized descriptors of M molecules: float32 [M, descriptors]."""
    network = DescribingEncoder(pretrained.sizes, 0.0, pretrained.state["encoder.factors"])
    network.load_state_dict(pretrained.state)
    network.eval()
    found = np.empty((graphs.molecules, pretrained.sizes.descriptors), np.float32)
    for rows, batch in batches(graphs, 512):
        found[rows] = network(batch)[1].numpy()
    return found
