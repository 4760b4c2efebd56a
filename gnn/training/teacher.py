"""Makes predictions of teachers: models that together are right more often, but too slow.

Their mean on every training molecule and every task, measured or not, is the additional target of a
bundle's networks beside the measurements (distillation; Hinton et al. 2015, arXiv 1503.02531).
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import Floats32, Ints, pieces
from gnn.models.device_process import solve_on_device
from gnn.models.gaussian_process import solve
from gnn.models.hashed_kernel import HashedKernel
from gnn.models.losses import logistic
from gnn.models.network import Network, State
from gnn.training.baselines import teacher_forest
from gnn.training.loop import TrainingRun
from gnn.training.networks import inputs
from gnn.training.training_set import TrainingSet

TEACHERS = ("networks", "process", "forest")
MOST_ROWS = 12_000
"""Most compounds of one task in its Gaussian process; of more, so many are drawn."""
_NOISE, _CLASS_NOISE = 0.1, 0.3
"""Noise of the processes as a share of the targets' variance. Held-out scaffolds were predicted
about equally well with 0.1 to 0.3 for values and with 0.3 to 1 for classes."""
_PIECE = 512


def teach(run: TrainingRun, states: Sequence[State], teacher: str) -> Floats32:
    """Return the predictions of one of :data:`TEACHERS`: [M, T] values or probabilities.

    Values are on the task's scale. All teachers learn from the rows that no member holds out. Only
    the networks use molecules with presumed values; the others have NaN for these, and for a task
    with fewer than two measurements.

    Args:
        run: The training run.
        states: Networks that were fitted on the run's data; their mean is one teacher.
        teacher: The name of the teacher.
    """
    makers: dict[str, Callable[[], Floats32]] = {
        "networks": lambda: _networks(run, states),
        "process": lambda: _process(run),
        "forest": lambda: _forest(run),
    }
    found = makers[teacher]()
    if run.data.presumed is not None and teacher != "networks":
        found[run.data.presumed] = np.nan
    return found


def average(by_teacher: dict[str, Floats32]) -> Floats32:
    """Return the mean of the teachers' predictions [M, T], NaN where none has one."""
    every = np.stack(list(by_teacher.values()))
    known = np.isfinite(every)
    total = np.where(known, every, 0).sum(axis=0)
    count = known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def _rows(data: TrainingSet, task: int) -> Ints:
    """Return the rows of a task that were measured and that no member holds out."""
    seen = np.isin(data.roles, ("fit", "stop")).all(axis=0)
    return np.flatnonzero(seen & data.is_measured[:, task])


@torch.no_grad()
def _networks(run: TrainingRun, states: Sequence[State]) -> Floats32:
    data, given = run.data, _given(run)
    found = np.zeros((len(given), len(data.tasks)), np.float32)
    for state in states:
        network = Network(run.sizes, torch.from_numpy(data.factors))
        network.load_state_dict(state)
        network.to(given.device).eval()
        for start in range(0, len(given), _PIECE):
            piece = network.run_head(given[start : start + _PIECE].float())
            said = (piece * network.scale + network.shift).cpu().numpy()
            said = np.where(data.binary, logistic(said), said)
            found[start : start + _PIECE] += said / len(states)
    return found


@torch.no_grad()
def _process(run: TrainingRun) -> Floats32:
    """Return the predictions of Gaussian processes on shared substructures, one per task."""
    data, device = run.data, run.place
    kernel = HashedKernel(data.graphs, data.factors, device)
    tasks = len(data.tasks)
    support = np.flatnonzero(np.isin(data.roles, ("fit", "stop")).all(axis=0))
    place = np.full(data.graphs.molecules, -1)
    place[support] = np.arange(len(support))
    alpha, centre = np.zeros((len(support), tasks)), np.zeros(tasks)
    generator = np.random.default_rng(0)
    for task in range(tasks):
        rows = _rows(data, task)
        if len(rows) > MOST_ROWS:
            rows = np.sort(generator.choice(rows, MOST_ROWS, replace=False))
        if len(rows) < 2:
            centre[task] = np.nan
            continue
        gram = kernel.among(rows, rows)
        noise = _CLASS_NOISE if data.binary[task] else _NOISE
        bounds = np.where(data.binary[task], np.int8(0), data.bounds[rows, task])
        values = data.values[rows, task].astype(np.float64)
        if device.type == "cpu":
            found = solve(gram.numpy(), values, bounds, noise)
        else:
            found = solve_on_device(gram, values, bounds, noise)
        alpha[place[rows], task], centre[task] = found
        if run.report is not None:
            run.report("Gaussian processes", task + 1, tasks)
    said = np.empty((data.graphs.molecules, tasks), np.float32)
    weights = torch.from_numpy(alpha).float().to(device)
    for rows in pieces(len(said), _PIECE):
        said[rows] = (kernel.among(rows, support) @ weights).cpu().numpy() + centre
        if run.report is not None:
            run.report("predictions of the Gaussian processes", int(rows[0]), len(said))
    return np.where(data.binary, np.clip(said, 0, 1), said).astype(np.float32)


def _forest(run: TrainingRun) -> Floats32:
    """Return the predictions of random forests on counted environments, one per task."""
    data = run.data
    counts = _given(run)[:, : run.sizes.environments].float().cpu().numpy()
    found = np.empty((len(counts), len(data.tasks)), np.float32)
    for task in range(len(data.tasks)):
        rows = _rows(data, task)
        if len(rows) < 2:
            found[:, task] = np.nan
            continue
        classes = bool(data.binary[task])
        found[:, task] = teacher_forest(counts, rows, data.values[rows, task], classes)
        if run.report is not None:
            run.report("random forests", task + 1, len(data.tasks))
    return found


def _given(run: TrainingRun) -> Tensor:
    return inputs(run) if run.given is None else run.given()
