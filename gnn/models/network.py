"""Defines the network: a pretrained encoder beside counted environments, one output per task.

Both halves are needed. Counted environments give the information of a fingerprint; the encoder adds
what pretraining taught it, including a molecule's descriptors (:mod:`gnn.models.encoder`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor, nn

from gnn.features.batch import Batch
from gnn.features.hashed_fingerprints import environment_logs
from gnn.features.pair_path_counts import pair_path_counts
from gnn.models.encoder import DescribingEncoder, EncoderSizes, Pretrained

State = dict[str, Tensor]
"""A network's weights by name."""
_DESCRIPTOR_SCALE = 0.3
"""Scales standardized descriptors to the size of the logarithms of counts."""


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of a network. Two networks of equal sizes and weights give equal outputs."""

    tasks: int
    """Number of outputs."""
    width: int = 128
    """Numbers per atom."""
    layers: int = 4
    """Steps of message passing: the number of bonds that an atom sees."""
    graph_hidden: int = 512
    """Numbers per molecule that the encoder passes on."""
    descriptors: int = 0
    """Number of descriptors that the encoder predicts and passes on as well."""
    radius: int = 3
    """Largest radius of the counted environments."""
    environments: int = 2048
    """Columns of the counted environments (a power of two)."""
    pairs: int = 0
    """Columns of the counted pairs of atoms (a power of two), or 0."""
    paths: int = 0
    """Columns of the counted paths of four atoms (a power of two), or 0."""
    hidden: int = 512
    """Numbers per molecule in the head."""
    dropout: float = 0.1
    """Share of numbers set to zero in training, in the atoms' updates."""
    input_dropout: float = 0.2
    """The same, in the head's input."""
    head_dropout: float = 0.4
    """The same, in the head."""

    def to_dict(self) -> dict[str, int | float]:
        """Return the sizes as a plain dict."""
        return asdict(self)


def network_config(
    tasks: int, sizes: Mapping[str, int | float], pretrained: Pretrained | None
) -> NetworkConfig:
    """Return a network's sizes; those of the pretrained part are fixed."""
    config = NetworkConfig(tasks=tasks, **sizes)  # type: ignore[arg-type]
    if pretrained is None:
        return config
    found = pretrained.sizes
    return replace(
        config,
        width=found.width,
        layers=found.layers,
        graph_hidden=found.hidden,
        descriptors=found.descriptors,
    )


class Residual(nn.Module):
    """One residual layer of the head."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)
        self.linear = nn.Linear(width, width)

    def forward(self, values: Tensor) -> Tensor:
        """Map [G, width] to [G, width]."""
        return values + torch.relu(self.linear(self.drop(self.norm(values))))


class Network(nn.Module):
    """A network from graphs to one number per task: a standardized value or a logit.

    ``shift`` and ``scale`` [tasks] turn it into values on the task's scale; for a logit they are 0
    and 1.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, config: NetworkConfig, factors: Tensor) -> None:
        """Build it for a vocabulary: ``factors`` int64 [tokens, 5] describes each atom token."""
        super().__init__()
        self.config = config
        self.register_buffer("shift", torch.zeros(config.tasks))
        self.register_buffer("scale", torch.ones(config.tasks))
        sizes = EncoderSizes(config.width, config.layers, config.graph_hidden, config.descriptors)
        self.graph = DescribingEncoder(sizes, config.dropout, factors)
        self.drop_input = nn.Dropout(config.input_dropout)
        self.graph_key = ""
        """Hash of the graph part's weights: networks with equal hashes share its results."""
        counts = config.environments + config.pairs + config.paths
        given = counts + config.graph_hidden + config.descriptors
        self.first = nn.Linear(given, config.hidden)
        self.second = Residual(config.hidden, config.head_dropout)
        self.head = nn.Sequential(
            nn.LayerNorm(config.hidden),
            nn.Dropout(config.head_dropout),
            nn.Linear(config.hidden, config.tasks),
        )

    def given(self, batch: Batch) -> Tensor:
        """Return the head's input [G, inputs]: counts, hidden numbers, descriptors."""
        config = self.config
        sizes = (config.radius, config.environments, config.pairs, config.paths)
        key = (self.graph_key, *sizes)
        if self.graph_key and key in batch.memo:
            return batch.memo[key]
        hidden, described = self._encoded(batch)
        counted = environment_logs(batch, config.radius, config.environments)
        given = [counted, hidden, described * _DESCRIPTOR_SCALE]
        if config.pairs or config.paths:
            factors = self.graph.encoder.factors
            given.insert(
                1, torch.log1p(pair_path_counts(batch, factors, config.pairs, config.paths))
            )
        batch.memo[key] = torch.cat([array.float() for array in given], dim=1)
        return batch.memo[key]

    def _encoded(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the encoder's results; networks with the same encoder share them."""
        if not self.graph_key:
            found: tuple[Tensor, Tensor] = self.graph(batch)
            return found
        hidden, described = (self.graph_key, "hidden"), (self.graph_key, "described")
        if hidden not in batch.memo:
            batch.memo[hidden], batch.memo[described] = self.graph(batch)
        return batch.memo[hidden], batch.memo[described]

    def run_head(self, given: Tensor) -> Tensor:
        """Turn the result of :meth:`given` into [G, tasks]."""
        given = self.drop_input(given.to(self.first.weight.dtype))
        hidden = self.second(torch.relu(self.first(given)))
        out: Tensor = self.head(hidden.float())
        return out.float()

    def to_bfloat16(self) -> None:
        """Switch to bfloat16, except for the last layer, so that no two values become equal."""
        for module in (self.graph, self.first, self.second):
            module.to(torch.bfloat16)

    def forward(self, batch: Batch) -> Tensor:
        """Return [G, tasks]."""
        return self.run_head(self.given(batch))
