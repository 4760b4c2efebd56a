"""Fits the members of an ensemble, one after the other, in a folder that stores them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save

from gnn.errors import ModelError, WorkFolderError
from gnn.features.array_types import Floats64, Ints
from gnn.features.batch import batches
from gnn.features.graph_arrays import GraphArrays, take
from gnn.models.durable_file import keep_file, make_work_folder
from gnn.models.network import Network, NetworkConfig, State
from gnn.models.runtime import keep_memory, one_thread
from gnn.training.loop import TrainingRun
from gnn.training.networks import fit, fit_head, inputs
from gnn.training.training_set import TrainingSet

Members = tuple[list[State | None], list[str]]
"""A network for each row of ``data.roles``, None for one that diverged, and a line on each of those
that did."""


def fit_heads(run: TrainingRun) -> Members:
    """Fit the heads of all members on the CPU, on a fixed encoder; none is stored."""
    states: list[State | None] = []
    notes = []
    count = len(run.data.roles)
    with one_thread():  # these products are too small to divide between cores
        quiet = replace(run, device="cpu", report=None)
        given = inputs(quiet)
        for member in range(count):
            try:
                states.append(fit_head(quiet, given, member))
            except ModelError as error:
                states.append(None)
                notes.append(f"network {member + 1} of {count} left out: {error}")
            if run.report is not None:
                run.report("networks", member + 1, count)
    return states, notes


def fit_ensemble(run: TrainingRun, work: Path) -> list[State]:
    """Fit one network for each row of ``data.roles``; those in ``work`` are used or continued.

    ``work`` belongs to one set of sizes, settings and data: another one is refused.

    Raises:
        ModelError: A member diverged; the error names it.
    """
    states, _ = fit_members(run, work, strict=True)
    return [state for state in states if state is not None]


def fit_members(run: TrainingRun, work: Path, strict: bool = False) -> Members:
    """Do the same as :func:`fit_ensemble`, but continue if a member diverges unless ``strict``."""
    keep_memory()
    claim(run, work, run.soft_targets.provenance if run.soft_targets else None)
    if run.given is None:
        run = replace(run, given=cache(partial(inputs, run)))
    states: list[State | None] = []
    notes = []
    count = len(run.data.roles)
    for member in range(count):
        try:
            states.append(_fit_member(run, work, member))
        except WorkFolderError:
            raise
        except ModelError as error:
            if strict:
                which = f"member {member + 1} of {count} (seed {run.seed + member})"
                raise ModelError(f"{which}: {error}") from None
            states.append(None)
            notes.append(f"network {member + 1} of {count} left out: {error}")
    return states, notes


def _fit_member(run: TrainingRun, work: Path, member: int) -> State:
    place = work / f"member-{member}.safetensors"
    if place.is_file():
        pass
    elif run.pretrained is not None and run.given is not None and run.config.encoder_rate == 0:
        _keep(fit_head(run, run.given(), member), place)
    else:
        checkpoint = work / f"member-{member}.checkpoint"
        fitted = fit(run, member, checkpoint)
        keep_file(work / f"member-{member}.json", json.dumps(fitted.history))
        _keep(fitted.state, place)
        checkpoint.unlink(missing_ok=True)
    state: State = load_file(place)
    return state


def _keep(state: State, place: Path) -> None:
    keep_file(place, save({name: value.contiguous() for name, value in state.items()}))


def claim(run: TrainingRun, work: Path, provenance: Mapping[str, Any] | None = None) -> None:
    """Make ``work`` the folder of one training; raise ModelError if it is another one's."""
    purpose = {
        "sizes": asdict(run.sizes),
        "training": asdict(run.config),
        # What is told of the sets is left out: other sentences in a catalogue change no network.
        "featurizer": run.data.meta.get("featurizer"),
        "tasks": [task["name"] for task in run.data.tasks],
        "arrays": run.data.sha256,
        "seed": run.seed,
        "pretrained": run.pretrained.sha256 if run.pretrained else None,
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
def outputs(state: State, sizes: NetworkConfig, factors: Ints, graphs: GraphArrays) -> Floats64:
    """Return [M, T], a network's outputs for M molecules: values on the task's scale, or logits."""
    network = Network(sizes, torch.from_numpy(factors))
    network.load_state_dict(state)
    network.eval()
    found = np.empty((graphs.molecules, sizes.tasks))
    for rows, batch in batches(graphs, 512):
        found[rows] = (network(batch).double() * network.scale + network.shift).numpy()
    return found


def held_out_outputs(
    states: Sequence[State], sizes: NetworkConfig, data: TrainingSet, role: str
) -> Floats64:
    """Return [K, M, T], a member's outputs for the molecules with that ``role``; NaN elsewhere."""
    found = np.full((len(states), data.graphs.molecules, len(data.tasks)), np.nan)
    for member, state in enumerate(states):
        rows = data.rows(member, role)
        found[member, rows] = outputs(state, sizes, data.factors, take(data.graphs, rows))
    return found
