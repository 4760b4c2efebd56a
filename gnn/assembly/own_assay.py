"""Fits models to a team's own assay: a few hundred compounds become a model, in minutes.

Two models are cross-validated on the assay's own rows: networks whose heads learn on the pretrained
encoder, and a Gaussian process on shared substructures. :mod:`gnn.evaluation.compare` decides which
one is shipped, or both.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from chem.disk.scratch import scratch_folder
from data.activities.activity import ActivityTable
from gnn.assembly.assemble import Assembled, assemble, fold_roles
from gnn.assembly.presumed_inactives import add_strangers
from gnn.calibration.calibration import Outputs
from gnn.card.card import Comparison
from gnn.errors import ModelError
from gnn.evaluation.compare import SIMPLEST, Choice, compare
from gnn.features.array_types import Floats64, Report, Strings
from gnn.features.graph_arrays import GraphArrays, take
from gnn.features.substructure_keys import alike
from gnn.models.encoder import Pretrained
from gnn.models.kernel import KernelModel
from gnn.models.network import NetworkConfig, State, network_config
from gnn.models.quantize import dequantize, quantize
from gnn.training.ensemble import Members, fit_heads, fit_members, held_out_outputs, outputs
from gnn.training.loop import TrainingConfig, TrainingRun
from gnn.training.training_set import TrainingSet

Wanted = Literal["auto", "network", "gp", "blend"]
"""``auto`` compares all models and chooses; the others are used without a comparison."""
ASSAY_MEMBERS = 5
"""Folds of the cross-validation, and networks: each trains without its own fold."""
_BATCH = 32
"""Measured rows in one step."""
_STEPS = 1500
"""Fewest steps of one network if there are few rows."""


def assay_network(tasks: int, pretrained: Pretrained) -> NetworkConfig:
    """Return the sizes of an assay's networks."""
    sizes: dict[str, int | float] = {"hidden": 256, "environments": 1024}
    sizes |= {"pairs": 1024, "paths": 1024, "input_dropout": 0.2, "head_dropout": 0.4}
    return network_config(tasks, sizes, pretrained)


def assay_training(rows: int, presumed: int = 0) -> TrainingConfig:
    """Return the settings for training on measured rows, and on others with presumed values.

    A step sees as many measured rows as it would without the others.
    """
    epochs = min(80, max(25, _STEPS * _BATCH // max(rows, 1)))
    batch = round(_BATCH * (rows + presumed) / max(rows, 1))
    return TrainingConfig(
        epochs=epochs, batch=batch, weight_decay=0.05, warmup=0.1, encoder_rate=0.0
    )


def assemble_assay(
    table: ActivityTable,
    about: dict[str, Any],
    members: int,
    seed: int,
    progress: Report | None = None,
) -> Assembled:
    """Make the training set of a team's own assay: cross-validated, so that every row counts.

    Compounds that differ only in stereochemistry are always in the same fold. Rows that the file
    marks as ``test`` are never trained on, but measured on.
    """
    splits = []

    def divide(merged: ActivityTable) -> Strings:
        split = merged.split if merged.split is not None else np.full(len(merged), "train")
        splits.append(split)
        return np.tile(split, (members, 1))

    meta = {
        "data": [about],
        "split": f"{members}-fold cross-validation; random folds that keep stereoisomers together",
    }
    made = assemble(table, divide, meta, progress, strict=True)
    groups = alike(made.data.graphs)
    roles = fold_roles(splits[0], members, 0.1, seed, groups)
    return add_strangers(made._replace(data=replace(made.data, roles=roles)), seed)


class FittedAssay(NamedTuple):
    """The models of an assay, their comparison, and their outputs for the rows held out."""

    run: TrainingRun
    """The training run of the networks."""
    states: list[State]
    """The networks, rounded as they are shipped; none if only the kernel was requested."""
    kernel: KernelModel | None
    comparison: Comparison
    cross: Outputs
    """[.., M, ..] outputs for the rows held out in the cross-validation; NaN for seen rows."""
    notes: list[str]
    """Networks that diverged and were left out."""

    def outputs(self, graphs: GraphArrays) -> Outputs:
        """Return the outputs of every fitted model for molecules, chosen or not."""
        run = self.run
        networks = [outputs(state, run.sizes, run.data.factors, graphs) for state in self.states]
        shape = (0, graphs.molecules, run.sizes.tasks)
        kernel = None if self.kernel is None else self.kernel.predict(graphs)
        return Outputs(np.stack(networks) if networks else np.zeros(shape), kernel)


def fit_assay(
    data: TrainingSet,
    pretrained: Pretrained,
    model: Wanted = "auto",
    seed: int = 0,
    progress: Report | None = None,
    work: Path | None = None,
    device: str = "auto",
) -> FittedAssay:
    """Fit the requested models, cross-validate them and choose.

    ``work`` and ``device`` apply to the networks: see :func:`fit_networks`. A network that diverges
    is left out and named in the notes.

    Raises:
        ModelError: The networks were requested, and all of them diverged.
    """
    sizes, training = assay_network(len(data.tasks), pretrained), assay_training(*_counts(data))
    run = TrainingRun(data, sizes, training, pretrained, seed, device, progress)
    states: list[State] = []
    notes: list[str] = []
    kernel = None
    cross = Outputs(np.full((0, *data.values.shape), np.nan), None)
    choices: Sequence[Choice] = SIMPLEST if model == "auto" else (model,)
    if set(choices) & {"network", "blend"}:
        fitted, notes = fit_networks(run, work)
        # Compare the networks as they are shipped.
        states = [dequantize(quantize(state)) for state in fitted if state is not None]
        kept = [state is not None for state in fitted]
        left = replace(data, roles=data.roles[kept])
        cross = cross._replace(networks=held_out_outputs(states, sizes, left, "valid"))
        if not states:
            if model != "auto":
                raise ModelError(f"all networks diverged ({notes[0]}); try --model gp")
            choices = ("gp",)
    if set(choices) & {"gp", "blend"}:
        if progress is not None:
            progress("Gaussian process", 0, 1)
        kernel, held = _fit_kernel(data, seed)
        cross = cross._replace(kernel=held)
    comparison = compare(data, cross, choices)
    return FittedAssay(run, states, kernel, comparison, cross, notes)


def _counts(data: TrainingSet) -> tuple[int, int]:
    """Return the numbers of training rows with measured and with presumed values."""
    trained = (data.roles != "test").any(axis=0)
    measured = data.is_measured.any(axis=1)
    return int((trained & measured).sum()), int((trained & ~measured).sum())


def _fit_kernel(data: TrainingSet, seed: int) -> tuple[KernelModel, Floats64]:
    rows = np.flatnonzero((data.roles != "test").any(axis=0))
    model = KernelModel.fit(
        take(data.graphs, rows),
        data.values[rows],
        data.binary,
        data.factors,
        data.bounds[rows],
        seed=seed,
        presumed=None if data.presumed is None else data.presumed[rows],
    )
    held = np.full(data.values.shape, np.nan)
    held[rows] = model.out_of_fold((data.roles[:, rows] == "valid").argmax(axis=0))
    return model, held


def assay_recipe(data: TrainingSet, pretrained: Pretrained) -> dict[str, Any]:
    """Return the settings that accompany the arrays to a machine without chemistry."""
    sizes = asdict(assay_network(len(data.tasks), pretrained))
    encoder = ("tasks", "width", "layers", "graph_hidden", "descriptors")
    return {
        "network": {name: size for name, size in sizes.items() if name not in encoder},
        "training": asdict(assay_training(*_counts(data))),
        "seed": 0,
        "pretrained": True,
    }


def fit_networks(run: TrainingRun, work: Path | None = None) -> Members:
    """Fit every network, leaving out those that diverge; this takes seconds each on a CPU.

    Networks that are in a ``work`` folder, such as another machine's, are used, and the others are
    stored there.

    Raises:
        ModelError: ``work`` holds the networks of another training.
    """
    if work is None and run.place.type == "cpu":
        return fit_heads(run)
    with scratch_folder() as scratch:
        return fit_members(run, work or scratch)
