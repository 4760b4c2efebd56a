"""Defines a small network that imitates a bundle's predictions, fast enough for every molecule.

It sees only counts of circular atom environments, so it needs no message passing: about a thirtieth
of the ensemble's time. It says which molecules are worth the ensemble's time; none of its numbers
reaches a hit list. A bundle has it beside its weights, in ``surrogate.safetensors``.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from chem.disk.bounded_read import parse_json, read_regular
from chem.disk.files import write_or_say
from gnn.bundle.bundle_checks import MOST_TENSORS, check_sizes, is_finite
from gnn.bundle.load_network import load_network
from gnn.card.card import Card
from gnn.errors import ModelError
from gnn.features.batch import Batch
from gnn.features.hashed_fingerprints import environment_logs
from gnn.models.network import Residual
from gnn.models.quantize import dequantize, quantize

FILE = "surrogate.safetensors"
_STEPS = 127
"""Steps of a rounded row: the ranking by a surrogate depends on small differences."""


@dataclass(frozen=True)
class SurrogateSizes:
    """Sizes of a surrogate of T tasks."""

    tasks: int
    radius: int = 3
    """Largest radius of the counted environments."""
    environments: int = 4096
    """Columns of the counted environments (a power of two)."""
    hidden: int = 512


class Surrogate(nn.Module):
    """A network from graphs to 2 T + 1 numbers per molecule.

    They are each task's value on its scale (log odds of a class), the logarithm of each task's
    standard deviation on that scale (of a class: as a probability; of a regression that is not
    learned as logarithms: over :func:`gnn.calibration.calibration.mean_widening`), and the distance
    to the training compounds.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, sizes: SurrogateSizes) -> None:
        super().__init__()
        self.sizes = sizes
        width = 2 * sizes.tasks + 1
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.first = nn.Linear(sizes.environments, sizes.hidden)
        self.second = Residual(sizes.hidden, 0.0)
        self.norm = nn.LayerNorm(sizes.hidden)
        self.last = nn.Linear(sizes.hidden, width)

    def given(self, batch: Batch) -> Tensor:
        """Return its input [G, environments]; surrogates of the same sizes share it."""
        kind = self.first.weight.dtype
        key = ("surrogate", self.sizes.radius, self.sizes.environments, kind)
        if key not in batch.memo:
            batch.memo[key] = environment_logs(
                batch, self.sizes.radius, self.sizes.environments, kind
            )
        return batch.memo[key]

    def run_head(self, given: Tensor) -> Tensor:
        """Turn the result of :meth:`given` into standardized outputs [G, 2 T + 1]."""
        hidden = self.second(torch.relu(self.first(given)))
        found: Tensor = self.last(self.norm(hidden.float()))
        return found.float()

    def narrow(self, outputs: Sequence[int]) -> None:
        """Keep only some of the outputs, in this order: the others then cost nothing."""
        at = torch.tensor(outputs, dtype=torch.int64)
        last = nn.Linear(self.sizes.hidden, len(at))
        last.weight = nn.Parameter(self.last.weight[at], requires_grad=False)
        last.bias = nn.Parameter(self.last.bias[at], requires_grad=False)
        self.last = last
        self.mean, self.scale = self.mean[at], self.scale[at]

    def to_bfloat16(self) -> None:
        """Switch to bfloat16, except for the last layer, so that no two values become equal."""
        for module in (self.first, self.second):
            module.to(torch.bfloat16)

    def forward(self, batch: Batch) -> Tensor:
        """Return float32 [G, outputs] on the tasks' scales."""
        return self.run_head(self.given(batch)) * self.scale + self.mean


@dataclass(frozen=True)
class SurrogateCard:
    """The facts about a surrogate."""

    imitates: str
    """See :func:`predictions_hash`."""
    sizes: SurrogateSizes
    errors: dict[str, float]
    """Root mean squared difference from the bundle by task, on molecules held out: on the task's
    scale, for a class in log odds."""
    r2: dict[str, float]
    """Share of the variance of the bundle's predictions that it explains, on the same molecules."""
    data: str
    """Description of the molecules on which it learned."""


@dataclass(frozen=True)
class LoadedSurrogate:
    """A surrogate with its card."""

    network: Surrogate
    card: SurrogateCard
    sha256: str
    """Hash of its file."""


def predictions_hash(card: Card) -> str:
    """Return a hash of all that determines a bundle's predictions, but for its own results."""
    tasks = [
        (task.name, task.kind, task.calibration, *([task.scale] if task.scale != "linear" else []))
        for task in card.tasks
    ]
    known = [card.weights, tasks]
    return sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def save_surrogate(folder: Path, network: Surrogate, card: SurrogateCard) -> None:
    """Write a surrogate into its bundle's folder."""
    tensors = {name: value.contiguous() for name, value in _round(network).items()}
    content = save(tensors, {"card": json.dumps(asdict(card), sort_keys=True)})
    write_or_say(folder / FILE, content)


def round_weights(network: Surrogate) -> None:
    """Give a surrogate the rounded weights that :func:`save_surrogate` stores."""
    network.load_state_dict(dequantize(_round(network)))


def _round(network: Surrogate) -> dict[str, Tensor]:
    return quantize(network.state_dict(), _STEPS)


def load_surrogate(folder: Path, card: Card) -> LoadedSurrogate | None:
    """Read the surrogate of a bundle; None if it has none.

    Raises ModelError for a surrogate of other weights, and for a damaged file.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = read_regular(path, MOST_TENSORS)  # once, so that the hash is that of these bytes
        state = dequantize(load(content))
        known = parse_json(_metadata(content)["card"])
        if not all(map(is_finite, state.values())):
            raise ValueError("a weight is not finite")
        found = SurrogateCard(**{**known, "sizes": SurrogateSizes(**known["sizes"])})
        check_sizes(found.sizes)
        network = load_network(partial(Surrogate, found.sizes), state)
    except (
        *(SafetensorError, OSError, RuntimeError),
        *(AttributeError, KeyError, TypeError, ValueError),
    ) as error:
        why = " ".join(str(error).split())[:120]
        raise ModelError(f"{path} is damaged ({why}); {_remedy(folder)}") from None
    if found.imitates != predictions_hash(card) or found.sizes.tasks != len(card.tasks):
        raise ModelError(
            f"{path} imitates a bundle other than the one beside it; {_remedy(folder)}"
        )
    if not isinstance(found.errors, dict) or not all(map(_is_number, found.errors.values())):
        raise ModelError(f"{path} is damaged (an error is no number); {_remedy(folder)}")
    return LoadedSurrogate(network, found, sha256(content).hexdigest())


def _metadata(content: bytes) -> dict[str, str]:
    """Return the metadata of a valid safetensors file: JSON after its length in 8 bytes."""
    length = int.from_bytes(content[:8], "little")
    found: dict[str, str] = parse_json(content[8 : 8 + length]).get("__metadata__") or {}
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _remedy(folder: Path) -> str:
    return f"remove it, or make a new one with `hitlist surrogate {folder}`"
