"""Fitting the members of an ensemble, one after the other, in a folder that remembers them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save
from torch import Tensor

from gnn.errors import ModelError, WorkFolderError
from gnn.features.batch import GraphArrays, make_batch, take
from gnn.models.kept_file import keep_file, make_work_folder
from gnn.models.network import Network, NetworkConfig, State
from gnn.models.pretrained import Pretrained
from gnn.models.runtime import keep_memory, pick_device
from gnn.training.heads import fit_head, inputs
from gnn.training.training import Report, TrainingConfig, fit
from gnn.training.training_set import TrainingSet


class SoftTargets(NamedTuple):
    """What teachers predict, and how they were made."""

    values: npt.NDArray[np.float32]
    """[M, T] values in the task's unit or probabilities, NaN where they say nothing."""
    provenance: Mapping[str, Any]
    """All that the values follow from, beside the data."""


def fit_ensemble(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    work: Path,
    seed: int = 0,
    device: str = "auto",
    report: Report | None = None,
    pretrained: Pretrained | None = None,
    given: Callable[[], Tensor] | None = None,
    soft_targets: SoftTargets | None = None,
) -> list[State]:
    """Fit one network for each row of ``data.roles``; those in ``work`` are taken or gone on with.

    ``work`` belongs to one set of sizes, settings and data: another one is refused.

    Args:
        given: gets what :func:`gnn.training.heads.inputs` returns, if somebody else needs it too.
        soft_targets: what teachers predict.

    Raises:
        ModelError: a member diverged; the error names it.
    """
    states, _ = fit_members(
        data,
        sizes,
        config,
        work,
        seed,
        device,
        report,
        pretrained,
        given,
        soft_targets,
        strict=True,
    )
    return [state for state in states if state is not None]


def fit_members(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    work: Path,
    seed: int = 0,
    device: str = "auto",
    report: Report | None = None,
    pretrained: Pretrained | None = None,
    given: Callable[[], Tensor] | None = None,
    soft_targets: SoftTargets | None = None,
    *,
    strict: bool = False,
) -> tuple[list[State | None], list[str]]:
    """Do what :func:`fit_ensemble` does, but go on where a member diverges unless ``strict``.

    Returns None for such a member, and a line on each.
    """
    keep_memory()
    claim(
        work,
        data,
        sizes,
        config,
        seed,
        pretrained,
        soft_targets.provenance if soft_targets else None,
    )
    where = pick_device(device)
    if given is None and pretrained is not None:
        given = cache(partial(inputs, data, sizes, pretrained, where, report))
    targets = soft_targets.values if soft_targets else None
    states: list[State | None] = []
    notes = []
    for member in range(len(data.roles)):
        place = work / f"member-{member}.safetensors"
        numbers = (member, seed + member)
        try:
            if place.is_file():
                pass
            elif pretrained is not None and given is not None and config.encoder_rate == 0:
                known = given()
                state = fit_head(data, sizes, config, pretrained, known, *numbers, report, targets)
                _keep(state, place)
            else:
                checkpoint = work / f"member-{member}.checkpoint"
                fitted = fit(data, sizes, config, *numbers, where, checkpoint, report, pretrained)
                keep_file(work / f"member-{member}.json", json.dumps(fitted.history))
                _keep(fitted.state, place)
                checkpoint.unlink(missing_ok=True)
            states.append(load_file(place))
        except WorkFolderError:
            raise
        except ModelError as error:
            if strict:
                which = f"member {member + 1} of {len(data.roles)} (seed {seed + member})"
                raise ModelError(f"{which}: {error}") from None
            states.append(None)
            notes.append(f"network {member + 1} of {len(data.roles)} left out: {error}")
    return states, notes


def _keep(state: State, place: Path) -> None:
    keep_file(place, save({name: value.contiguous() for name, value in state.items()}))


def claim(
    work: Path,
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    seed: int,
    pretrained: Pretrained | None,
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Make ``work`` the folder of one training, or raise ModelError if it is another one's."""
    purpose = {
        "sizes": asdict(sizes),
        "training": asdict(config),
        "data": data.meta,
        "arrays": data.sha256,
        "seed": seed,
        "pretrained": pretrained.sha256 if pretrained else None,
        "taught by": provenance,
    }
    make_work_folder(work)
    path, text = work / "purpose.json", json.dumps(purpose, sort_keys=True, indent=1)
    if not path.is_file():
        keep_file(path, text)
    elif path.read_text() != text:
        raise ModelError(
            f"{work} holds members of another recipe or other data; name another folder"
        )


@torch.inference_mode()
def outputs(
    state: State, sizes: NetworkConfig, factors: npt.NDArray[np.int64], graphs: GraphArrays
) -> npt.NDArray[np.float64]:
    """Return [M, T] what a network says of M molecules: values in the task's unit, or logits."""
    network = Network(sizes, torch.from_numpy(factors))
    network.load_state_dict(state)
    network.eval()
    found = [np.zeros((0, sizes.tasks))]
    for start in range(0, graphs.molecules, 512):
        rows = np.arange(start, min(start + 512, graphs.molecules))
        values = network(make_batch(take(graphs, rows))).double() * network.scale + network.shift
        found.append(values.numpy())
    return np.concatenate(found)


def held_out_outputs(
    states: Sequence[State], sizes: NetworkConfig, data: TrainingSet, role: str
) -> npt.NDArray[np.float64]:
    """Return [K, M, T]: a member's outputs where it has that ``role`` for the molecule, else
    NaN."""
    found = np.full((len(states), data.graphs.molecules, len(data.tasks)), np.nan)
    for member, state in enumerate(states):
        rows = data.rows(member, role)
        found[member, rows] = outputs(state, sizes, data.factors, take(data.graphs, rows))
    return found
