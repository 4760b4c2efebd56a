"""Fits the networks that a bundle ships, and the teachers from whose soft targets they learn.

The networks learn from the measurements, too. ``python -m gnn.distil SET.npz WORK`` does the
fitting where RDKit is not installed (a GPU machine); ``hitlist train RECIPE --work WORK`` then
finds everything that was fitted in WORK.
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn.errors import ModelError
from gnn.features.array_types import Bools, Floats32
from gnn.models.durable_file import keep_array
from gnn.models.encoder import Pretrained, load_pretrained
from gnn.models.network import NetworkConfig, State, network_config
from gnn.training.directed import DirectedTeaching, teach_directed
from gnn.training.ensemble import claim, fit_ensemble, fit_members
from gnn.training.loop import SoftTargets, TrainingConfig, TrainingRun
from gnn.training.networks import inputs
from gnn.training.progress import ProgressPrinter
from gnn.training.teacher import average, teach
from gnn.training.training_set import TrainingSet, load_training_set
from gnn.training.trees import check_trees


@dataclass(frozen=True)
class Teaching:
    """The models that teach, and the settings of the networks among them."""

    teachers: tuple[str, ...]
    """Names from :data:`gnn.training.teacher.TEACHERS`, or ``dmpnn``."""
    sizes: NetworkConfig
    """Sizes of the teaching networks, whose inputs are the same as those of the taught ones."""
    training: TrainingConfig
    members: int
    """Number of networks that teach."""
    values: tuple[str, ...] = ()
    """Those of ``teachers`` whose mean teaches regressions; empty means all of them."""
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """The weight of each teacher in each kind of task (``regression``, ``classification``). Empty
    gives all of them the same; then ``values`` counts."""
    dmpnn: DirectedTeaching | None = None
    """The networks of directed messages, if they teach."""


def read_teaching(
    how: Mapping[str, Any] | None, tasks: int, pretrained: Pretrained | None
) -> Teaching | None:
    """Return the teaching from :meth:`gnn.assembly.recipe.Recipe.teaching_settings`."""
    if how is None:
        return None
    return Teaching(
        teachers=tuple(how["teachers"]),
        sizes=network_config(tasks, how["network"], pretrained),
        training=TrainingConfig(**how["training"]),
        members=how["members"],
        values=tuple(how["values"]),
        weights=how["weights"],
        dmpnn=DirectedTeaching(**how["dmpnn"]) if "dmpnn" in how else None,
    )


REFIT = "refit"
"""Folder, in that of the training, for models that are fitted on every row."""


class Distilled(NamedTuple):
    """The fitted networks, and the predictions of their teachers."""

    states: list[State]
    """The networks to ship."""
    by_teacher: dict[str, Floats32]
    """[M, T] each teacher's predictions for every molecule: values on the task's scale, or
    probabilities. Empty without teachers."""
    soft_targets: Floats32 | None = None
    """[M, T] their predictions combined, task by task."""


def fit_distilled(
    run: TrainingRun, members: int, teaching: Teaching | None, work: Path
) -> Distilled:
    """Fit the ensemble of a recipe, ``members`` networks, with teachers or without.

    Every fitted model is stored in ``work`` and read from there if it exists.
    """
    own = _first(run, members)
    if teaching is None or run.pretrained is None:
        return Distilled(fit_ensemble(own, work), {})
    if "trees" in teaching.teachers:
        check_trees(run.data.descriptors)  # before the networks, which take long
    by = asdict(teaching)
    if teaching.dmpnn is None:
        del by["dmpnn"]  # models that were fitted without it stay valid
    claim(own, work, by)
    run = replace(run, given=cache(partial(inputs, run)))
    teachers = replace(run, sizes=teaching.sizes, config=teaching.training)
    networks = fit_ensemble(_first(teachers, teaching.members), work / "networks")
    by_teacher = {}
    for name in teaching.teachers:
        kept = work / f"lesson-{name}.npy"
        if not kept.is_file():
            if name == "dmpnn":
                how = teaching.dmpnn or DirectedTeaching()
                keep_array(kept, teach_directed(teachers, how, work))
            else:
                keep_array(kept, teach(teachers, networks, name))
        by_teacher[name] = np.load(kept)
    soft_targets = combine(by_teacher, teaching, run.data.binary)
    own = replace(own, given=run.given, soft_targets=SoftTargets(soft_targets, by))
    return Distilled(fit_ensemble(own, work), by_teacher, soft_targets)


def combine(by_teacher: Mapping[str, Floats32], teaching: Teaching, binary: Bools) -> Floats32:
    """Return [M, T], the soft targets: the mean of the teachers, as a teaching weighs them.

    Args:
        by_teacher: The predictions [M, T] of each teacher.
        teaching: Its ``weights`` or, if it has none, its ``values`` count.
        binary: [T] True for classifications.
    """
    if teaching.weights:
        weights = {
            name: np.where(binary, of["classification"], of["regression"])
            for name, of in teaching.weights.items()
        }
        return average(by_teacher, weights)
    if not teaching.values:
        return average(by_teacher)
    values = average({name: by_teacher[name] for name in teaching.values})
    return np.where(binary, average(by_teacher), values)


def _first(run: TrainingRun, members: int) -> TrainingRun:
    return replace(run, data=replace(run.data, roles=run.data.roles[:members]))


def main() -> None:
    """Fit the networks of a recipe or an assay from arrays, without chemistry."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("set", type=Path, help="arrays written by `hitlist train … --arrays`")
    parser.add_argument("work", type=Path, help="folder for the fitted models")
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    options = parser.parse_args()
    try:
        fit_arrays(load_training_set(options.set), options.work, options.device)
    except ModelError as error:
        raise SystemExit(str(error)) from None


def fit_arrays(data: TrainingSet, work: Path, device: str) -> None:
    """Fit all models that ``hitlist train --work`` will look for."""
    recipe: dict[str, Any] = data.meta["recipe"]
    pretrained = load_pretrained() if recipe["pretrained"] else None
    sizes = network_config(len(data.tasks), recipe["network"], pretrained)
    config = TrainingConfig(**recipe["training"])
    run = TrainingRun(data, sizes, config, pretrained, recipe["seed"], device, ProgressPrinter())
    if "members" not in recipe:  # an assay, which leaves out networks that diverge
        _, notes = fit_members(run, work)
        print(*notes, sep="\n")
        return
    teaching = read_teaching(recipe["teaching"], len(data.tasks), pretrained)
    fit_distilled(run, recipe["members"], teaching, work)
    if recipe["refit"]:
        again = replace(run, data=data.everything())
        fit_distilled(again, recipe["members"], teaching, work / REFIT)


if __name__ == "__main__":
    main()
