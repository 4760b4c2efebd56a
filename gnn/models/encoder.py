"""The encoder: message passing over atoms, pooled to one vector per molecule."""

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter, segment

from gnn.features.batch import Batch

BOND_TOKENS = 5
POOLS = 3
"""Ways in which a molecule's atoms are pooled: mean, sum, maximum."""
_TYPICAL_ATOMS = 30
"""Divides the sum, so that it is of the mean's size."""


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

    def _set_jittable_templates(self, raise_on_error: bool = False) -> None:
        """Use ``propagate`` as the library has it.

        The library would write source code of its own for this class into the temporary folder,
        load it from there, and leave one file there for each process.
        """

    def forward(self, atoms: Tensor, edge_index: Tensor, bonds: Tensor) -> Tensor:
        """Map [N, width] atom vectors to [N, width]."""
        normal = self.norm(atoms)
        heard = self.propagate(edge_index, x=normal, bond=self.bond.weight[bonds])
        updated: Tensor = atoms + self.update_atom(torch.cat([normal, heard], dim=1))
        return updated

    def message(self, x_j: Tensor, bond: Tensor) -> Tensor:
        """Say what an atom tells a neighbour over a bond."""
        return torch.relu(x_j + bond)


class Encoder(nn.Module):
    """Graphs to vectors of ``POOLS * width`` numbers."""

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
        atoms = self.encode(batch).float()  # a sum of thirty atoms needs more than bfloat16 holds
        total = scatter(atoms, batch.molecule, dim=0, dim_size=batch.molecules, reduce="sum")
        ones = torch.ones(len(batch.molecule), 1, device=atoms.device)
        size = scatter(ones, batch.molecule, dim=0, dim_size=batch.molecules, reduce="sum")
        pointer = torch.cat([size.new_zeros(1), size[:, 0].cumsum(0)]).long()
        peak = segment(atoms, pointer, reduce="max")
        pooled = torch.cat([total / size.clamp(min=1), total / _TYPICAL_ATOMS, peak], dim=1)
        return pooled.to(self.norm.weight.dtype)
