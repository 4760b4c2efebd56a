"""The networks of an own assay: seconds each here, or from a folder that another machine filled."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors.torch import load_file, save_file

from gnn.ensemble import fit_ensemble
from gnn.errors import ModelError
from gnn.heads import Report, fit_head, fit_heads, inputs
from gnn.network import NetworkConfig, State
from gnn.pretrained import Pretrained
from gnn.runtime import pick_device
from gnn.training import TrainingConfig
from gnn.training_set import TrainingSet

Fitted = tuple[list[State | None], list[str]]
"""A network for each row of ``data.parts``, None for one left out, and a line on each of those."""


def fit_networks(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    seed: int = 0,
    report: Report | None = None,
    work: Path | None = None,
    device: str = "auto",
) -> Fitted:
    """Fit every network, leaving out those that diverge.

    With a ``work`` folder, the networks that are in it are taken and the others kept there.

    Raises:
        ModelError: ``work`` holds the networks of another training.
    """
    if work is None and pick_device(device).type == "cpu":
        return fit_heads(data, sizes, config, pretrained, seed, report)
    with TemporaryDirectory(prefix="hitlist-networks-") as scratch:
        place = work or Path(scratch)
        try:
            found = fit_ensemble(data, sizes, config, place, seed, device, report, pretrained)
            return list(found), []
        except ModelError as error:
            # An ensemble ends with the first member that diverges; an assay goes on without it.
            if not str(error).startswith("member "):
                raise
        return _fit_others(data, sizes, config, pretrained, seed, report, place, device)


def _fit_others(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    pretrained: Pretrained,
    seed: int,
    report: Report | None,
    work: Path,
    device: str,
) -> Fitted:
    """Take the networks in a folder that is this training's, and fit those that are missing."""
    given = inputs(data, sizes, pretrained, pick_device(device), report)
    states: list[State | None] = []
    notes = []
    for member in range(len(data.parts)):
        place = work / f"member-{member}.safetensors"
        try:
            if not place.is_file():
                state = fit_head(
                    data, sizes, config, pretrained, given, member, seed + member, report
                )
                part = place.with_suffix(".part")
                save_file({name: value.contiguous() for name, value in state.items()}, part)
                os.replace(part, place)
            states.append(load_file(place))
        except ModelError as error:
            states.append(None)
            notes.append(f"network {member + 1} of {len(data.parts)} left out: {error}")
    return states, notes
