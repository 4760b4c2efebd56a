"""Fitting what a bundle ships: teachers, then networks that learn from them and the measurements.

``python -m gnn.distil SET.npz WORK`` does it where RDKit is not installed (a GPU machine);
``hitlist train RECIPE --work WORK`` then finds all that was fitted in WORK.
"""

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn.ensemble import fit_ensemble
from gnn.heads import Report, inputs
from gnn.network import NetworkConfig, State, network_config
from gnn.pretrained import Pretrained, load_pretrained
from gnn.runtime import pick_device
from gnn.teacher import Floats, average, teach
from gnn.training import TrainingConfig
from gnn.training_set import TrainingSet, load_training_set


@dataclass(frozen=True)
class Teaching:
    """Who teaches, and how the networks among them are made."""

    teachers: tuple[str, ...]
    """Of :data:`gnn.teacher.TEACHERS`."""
    sizes: NetworkConfig
    """They are given what the networks that they teach are given."""
    training: TrainingConfig
    members: int
    """Networks that teach."""


class Taught(NamedTuple):
    """What was fitted."""

    states: list[State]
    """The networks to ship."""
    lessons: dict[str, Floats]
    """[M, T] what each teacher says of every molecule: values in the task's unit, or probabilities.
    Empty without teachers."""


def fit_taught(
    data: TrainingSet,
    sizes: NetworkConfig,
    config: TrainingConfig,
    members: int,
    teaching: Teaching | None,
    work: Path,
    seed: int = 0,
    device: str = "auto",
    report: Report | None = None,
    pretrained: Pretrained | None = None,
) -> Taught:
    """Fit the ensemble of a recipe, ``members`` networks, with teachers or without.

    Everything that is fitted is kept in ``work`` and taken from there.
    """
    settings: dict[str, Any] = {
        "seed": seed,
        "device": device,
        "report": report,
        "pretrained": pretrained,
    }
    own = replace(data, parts=data.parts[:members])
    if teaching is None or pretrained is None:
        return Taught(fit_ensemble(own, sizes, config, work, **settings), {})
    settings["given"] = inputs(data, sizes, pretrained, pick_device(device), report)
    others = replace(data, parts=data.parts[: teaching.members])
    first = fit_ensemble(others, teaching.sizes, teaching.training, work / "networks", **settings)
    lessons = {}
    for name in teaching.teachers:
        kept = work / f"lesson-{name}.npy"
        if not kept.is_file():
            part = kept.with_suffix(".part.npy")
            np.save(part, teach(data, teaching.sizes, first, settings["given"], name, report))
            os.replace(part, kept)
        lessons[name] = np.load(kept)
    states = fit_ensemble(own, sizes, config, work, **settings, lesson=average(lessons))
    return Taught(states, lessons)


def main() -> None:
    """Fit the networks of a recipe from arrays, without chemistry."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("set", type=Path, help="arrays written by `hitlist train RECIPE --arrays`")
    parser.add_argument("work", type=Path, help="folder for what is fitted")
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    options = parser.parse_args()
    data = load_training_set(options.set)
    recipe: dict[str, Any] = data.meta["recipe"]
    pretrained = load_pretrained() if recipe["pretrained"] else None
    sizes = network_config(len(data.tasks), recipe["network"], pretrained)
    training = TrainingConfig(**recipe["training"])
    teaching = None
    if how := recipe.get("teaching"):
        first = network_config(len(data.tasks), how["network"], pretrained)
        training_of_teachers = TrainingConfig(**how["training"])
        teaching = Teaching(tuple(how["teachers"]), first, training_of_teachers, how["members"])
    rounds = [(data, options.work)]
    if recipe.get("refit"):
        rounds.append((data.everything(), options.work / REFIT))
    for rows, place in rounds:
        fit_taught(
            rows,
            sizes,
            training,
            recipe.get("members", len(data.parts)),
            teaching,
            place,
            recipe["seed"],
            options.device,
            report=lambda line, done, most: print(f"{line}: {done}/{most}", flush=True),
            pretrained=pretrained,
        )


REFIT = "refit"
"""Folder, in that of the training, of what is fitted on every row."""


if __name__ == "__main__":
    main()
