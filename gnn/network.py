"""The network: message passing over atoms beside counted environments, one output per task."""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter, segment

from gnn.batch import Batch
from gnn.environments import environment_counts

BOND_TOKENS = 5


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of a network. Two networks of equal sizes and weights give equal outputs."""

    tasks: int
    """Number of outputs."""
    width: int = 128
    """Numbers per atom."""
    layers: int = 4
    """Steps of message passing: how many bonds away an atom can see."""
    radius: int = 2
    """Largest radius of the counted environments."""
    environments: int = 2048
    """Columns of the counted environments (a power of two)."""
    hidden: int = 512
    """Numbers per molecule in the head."""
    dropout: float = 0.1
    """Share of numbers set to zero in training, in the atoms' updates."""
    head_dropout: float = 0.3
    """The same, in the head."""
    count_dropout: float = 0.0
    """The same, in the counts of environments."""

    def to_dict(self) -> dict[str, int | float]:
        """Return the sizes as a plain dict."""
        return asdict(self)


class Convolution(MessagePassing):  # type: ignore[misc]
    """One residual step: an atom hears from its neighbours, then updates itself.

    The graph isomorphism network with edge features (Hu et al. 2020, arXiv 1905.12265), with
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

    def forward(self, atoms: Tensor, edge_index: Tensor, bonds: Tensor) -> Tensor:
        """Map [N, width] atom vectors to [N, width]."""
        normal = self.norm(atoms)
        heard = self.propagate(edge_index, x=normal, bond=self.bond.weight[bonds])
        updated: Tensor = atoms + self.update_atom(torch.cat([normal, heard], dim=1))
        return updated

    def message(self, x_j: Tensor, bond: Tensor) -> Tensor:
        """Say what an atom tells a neighbour over a bond."""
        return torch.relu(x_j + bond)


class Network(nn.Module):
    """Graphs to one number per task: a standardized value or a logit.

    ``shift`` and ``scale`` [tasks] turn it into the task's unit; they are 0 and 1 for a logit.
    """

    factors: Tensor
    shift: Tensor
    scale: Tensor

    def __init__(self, config: NetworkConfig, factors: Tensor) -> None:
        """Build it for a vocabulary: ``factors`` int64 [tokens, 5] describes each atom token."""
        super().__init__()
        self.config = config
        self.register_buffer("factors", factors)
        self.register_buffer("shift", torch.zeros(config.tasks))
        self.register_buffer("scale", torch.ones(config.tasks))
        width = config.width
        self.state = nn.Embedding(len(factors), width)
        self.factor = nn.ModuleList(
            nn.Embedding(int(column.max()) + 1, width) for column in factors.unbind(1)
        )
        nn.init.zeros_(self.state.weight)
        self.convolutions = nn.ModuleList(
            Convolution(width, config.dropout) for _ in range(config.layers)
        )
        self.pool_norm = nn.LayerNorm(width)
        self.from_graph = nn.Linear(3 * width, config.hidden)
        self.drop_counts = nn.Dropout(config.count_dropout)
        self.from_environments = nn.Linear(config.environments, config.hidden)
        self.head = nn.Sequential(
            nn.LayerNorm(2 * config.hidden),
            nn.Dropout(config.head_dropout),
            nn.Linear(2 * config.hidden, config.hidden),
            nn.ReLU(),
            nn.Dropout(config.head_dropout),
            nn.Linear(config.hidden, config.tasks),
        )

    def encode(self, batch: Batch) -> Tensor:
        """Return the [N, width] vectors of the atoms."""
        atoms = self.state(batch.atoms)
        for embed, column in zip(self.factor, self.factors[batch.atoms].unbind(1), strict=True):
            atoms = atoms + embed(column)
        for convolution in self.convolutions:
            atoms = convolution(atoms, batch.edge_index, batch.bonds)
        normal: Tensor = self.pool_norm(atoms)
        return normal

    def forward(self, batch: Batch) -> Tensor:
        """Return [G, tasks]."""
        atoms = self.encode(batch)
        total = scatter(atoms, batch.molecule, dim=0, dim_size=batch.molecules, reduce="sum")
        ones = torch.ones(len(batch.molecule), 1, device=atoms.device)
        size = scatter(ones, batch.molecule, dim=0, dim_size=batch.molecules, reduce="sum")
        pointer = torch.cat([size.new_zeros(1), size[:, 0].cumsum(0)]).long()
        peak = segment(atoms, pointer, reduce="max")
        pooled = torch.cat([total / size.clamp(min=1), total / 30, peak], dim=1)
        counts = environment_counts(batch, self.config.radius, self.config.environments)
        known = self.drop_counts(torch.log1p(counts))
        both = [
            torch.relu(self.from_graph(pooled)),
            torch.relu(self.from_environments(known)),
        ]
        out: Tensor = self.head(torch.cat(both, dim=1))
        return out.float()
