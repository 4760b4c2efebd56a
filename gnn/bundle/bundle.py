"""Saves and loads a model as ``weights.safetensors`` and ``card.json``; unpickles nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from chem.disk.bounded_read import read_regular
from chem.disk.files import (
    make_folder,
    remove_durably,
    remove_leftovers,
    write_or_say,
    written_or_said,
)
from chem.disk.ssh_signatures import check_read
from gnn.bundle.bundle_checks import (
    MEMBERS,
    MOST_TENSORS,
    check_factors,
    check_graphs,
    check_sizes,
    is_finite,
)
from gnn.bundle.column_names import DISTANCE
from gnn.bundle.find_bundle import SHIPPED, read_card_and_hash
from gnn.bundle.load_network import load_network
from gnn.bundle.measured_compounds import FILE as MEASURED
from gnn.bundle.measured_compounds import MeasuredCompounds, load_measured_compounds
from gnn.bundle.own_results import FILE as RESULTS
from gnn.bundle.own_results import load_own_results
from gnn.bundle.surrogate import FILE, LoadedSurrogate, load_surrogate
from gnn.calibration.calibration import Calibration
from gnn.calibration.domain import MOST, Domain
from gnn.card.card import Card
from gnn.errors import ModelError
from gnn.features.substructure_kernels import FAMILIES
from gnn.models.kernel import KernelModel
from gnn.models.network import Network, NetworkConfig
from gnn.models.quantize import SHARED, dequantize, share_graph
from gnn.updating.moved_tasks import OwnResults


@dataclass(frozen=True)
class Bundle:
    """A loaded model: its card and the members of its ensemble."""

    path: Path
    card: Card
    networks: tuple[Network, ...]
    domain: Domain | None = None
    """The training compounds; None in an old bundle that does not contain them."""
    kernel: KernelModel | None = None
    surrogate: LoadedSurrogate | None = None
    """A small network that imitates the bundle; None if none was made."""
    own_results: OwnResults | None = None
    """A campaign's own results, which move its predictions; None if it has none."""

    @cached_property
    def sha256(self) -> str:
        """Content hash of the bundle: that of its card, which holds the hash of its weights."""
        return hashlib.sha256((self.path / "card.json").read_bytes()).hexdigest()

    @cached_property
    def measured_compounds(self) -> MeasuredCompounds | None:
        """The compounds it learned from, read on first use; scoring never needs them.

        None if the bundle does not have them; ModelError for a damaged or a foreign file.
        """
        return load_measured_compounds(self.path, self.card)


def save_bundle(
    folder: Path,
    card: Card,
    states: Sequence[Mapping[str, Tensor]],
    domain: Domain | None = None,
    kernel: KernelModel | None = None,
) -> None:
    """Write the members' weights unchanged, and the card with their hash filled in."""
    sections = share_graph(states)
    if domain is not None:
        if any(task.name == DISTANCE for task in card.tasks):
            raise ModelError(
                f"a task called {DISTANCE!r} would have the column of the distance to the training "
                "compounds; call it something else"
            )
        sections["domain"] = domain.state()
    if kernel is not None:
        sections["kernel"] = kernel.state()
    flat = {
        f"{section}.{name}": value.contiguous().clone()  # sections may share a table of factors
        for section, state in sections.items()
        for name, value in state.items()
    }
    weights = save(flat)
    card = card.model_copy(update={"weights": hashlib.sha256(weights).hexdigest()})
    with written_or_said(folder):
        make_folder(folder)
        remove_leftovers(folder)
        # The card vouches for the weights; the other files would be another bundle's.
        remove_durably(*(folder / name for name in ("card.json", FILE, MEASURED, RESULTS)))
    write_or_say(folder / "weights.safetensors", weights)
    write_card(folder, card)


def write_card(folder: Path, card: Card) -> None:
    """Write a card into its bundle's folder: as the last file, or beside weights that stay."""
    text = json.dumps(card.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    write_or_say(folder / "card.json", text)


def load_bundle(folder: Path, featurizer: str, surrogate: bool = True) -> Bundle:
    """Load a bundle; check its weights' hash, and that it was made for this featurizer.

    ``surrogate`` says whether its surrogate is loaded and checked too. If signatures are required,
    the bytes that were read are compared with them once more.
    """
    card, card_sha256 = read_card_and_hash(folder)
    if card.featurizer != featurizer:
        raise ModelError(
            f"bundle {folder} was made for featurizer {card.featurizer[:12]}, this is "
            f"{featurizer[:12]}; use the hitlist version of its card "
            f"({card.versions.get('hitlist', 'not noted')}) or train it again"
        )
    path = folder / "weights.safetensors"
    try:
        content = read_regular(path, MOST_TENSORS)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}; restore the bundle") from None
    found = hashlib.sha256(content).hexdigest()
    if found != card.weights:
        raise ModelError(
            f"{path} has sha256 {found[:12]}, its card says {card.weights[:12]}; restore the bundle"
        )
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise ModelError(
            f"{path} is not a safetensors file ({error}); restore the bundle"
        ) from None
    try:
        kept = _section(tensors, "domain")
        _check_finite(tensors)
        most = card.domain.compounds if card.domain is not None else MOST
        domain = Domain.from_state(kept, most) if kept else None
        kernel = _kernel(card, _section(tensors, "kernel")) if card.kernel else None
        members = _members(card, tensors)
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise ModelError(
            f"{folder / 'card.json'} does not fit its weights ({why}); restore the bundle"
        ) from None
    small = load_surrogate(folder, card) if surrogate else None
    own = load_own_results(folder, card)
    if folder.parent != SHIPPED:
        read = {"card.json": card_sha256, "weights.safetensors": found}
        read |= {FILE: small.sha256} if small else {}
        read |= {RESULTS: card.own_results.sha256} if card.own_results else {}
        check_read(folder, read)
    return Bundle(folder, card, members, domain, kernel, small, own)


def _kernel(card: Card, state: Mapping[str, Tensor]) -> KernelModel:
    """Return the kernel machine; raise ValueError for an inconsistent one."""
    found = KernelModel.from_state(state)
    check_factors(state["factors"])
    check_graphs(found.support, len(found.factors))
    rows, tasks, families = found.support.molecules, len(card.tasks), len(FAMILIES)
    for name, wanted in (
        ("alpha", (rows, tasks)),
        ("centre", (tasks,)),
        ("mix", (families,)),
        ("reach", (families,)),
    ):
        if getattr(found, name).shape != wanted:
            raise ValueError(f"kernel.{name} does not have the sizes {wanted}")
    return found


def _members(card: Card, tensors: Mapping[str, Tensor]) -> tuple[Network, ...]:
    config = NetworkConfig(**card.network)  # type: ignore[arg-type]
    check_sizes(config)
    if not (0 if card.kernel else 1) <= card.members <= MEMBERS:
        raise ValueError(f"members = {card.members}, expected 1 to {MEMBERS}")
    if config.tasks != len(card.tasks):
        raise ValueError(f"{len(card.tasks)} tasks for {config.tasks} outputs")
    for task in card.tasks:
        Calibration.from_dict(task.calibration)
    shared = _section(tensors, SHARED)
    networks = tuple(
        network_of({**shared, **_section(tensors, str(member))}, config)
        for member in range(card.members)
    )
    if shared:
        key = hashlib.sha256(b"".join(_bytes(shared[name]) for name in sorted(shared))).hexdigest()
        for network in networks:
            network.graph, network.graph_key = networks[0].graph, key
    return networks


def _check_finite(tensors: Mapping[str, Tensor]) -> None:
    """Raise ValueError for a weight that is NaN or infinite, as it would spoil every score."""
    for name, value in tensors.items():
        if not is_finite(value):
            raise ValueError(f"{name} holds a number that is not finite")


def _bytes(tensor: Tensor) -> bytes:
    return bytes(tensor.numpy().tobytes())


def _section(tensors: Mapping[str, Tensor], section: str) -> dict[str, Tensor]:
    """Return the tensors of one section, a member's number or a word, by their own names."""
    prefix = f"{section}."
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def network_of(tensors: Mapping[str, Tensor], config: NetworkConfig) -> Network:
    """Return the network of a quantized state; raise ValueError for damaged factors."""
    state = dequantize(tensors)
    factors = state["graph.encoder.factors"]
    check_factors(factors)
    return load_network(partial(Network, config, factors), state)
