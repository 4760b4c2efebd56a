"""Makes predictions of teachers: models that together are right more often, but too slow.

Their mean on every training molecule and every task, measured or not, is the additional target of a
bundle's networks beside the measurements (distillation; Hinton et al. 2015, arXiv 1503.02531).
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import torch
from torch import Tensor

from gnn.features.array_types import Floats, Floats32, Floats64, Ints, pieces
from gnn.models.device_process import solve_on_device
from gnn.models.gaussian_process import solve
from gnn.models.hashed_kernel import HashedKernel
from gnn.models.losses import logistic
from gnn.models.network import Network, State
from gnn.models.runtime import thread_count
from gnn.training.baselines import teacher_forest
from gnn.training.loop import TrainingRun
from gnn.training.networks import inputs
from gnn.training.training_set import TrainingSet
from gnn.training.trees import boosted_trees, check_trees

TEACHERS = ("networks", "process", "forest", "trees")
MOST_ROWS = 12_000
"""Most compounds of one task in its Gaussian process; of more, so many are drawn."""
_NOISE, _CLASS_NOISE = 0.1, 0.3
"""Noise of the processes as a share of the targets' variance. Held-out scaffolds were predicted
about equally well with 0.1 to 0.3 for values and with 0.3 to 1 for classes."""
_PIECE = 512


def teach(run: TrainingRun, states: Sequence[State], teacher: str) -> Floats32:
    """Return the predictions of one of :data:`TEACHERS`: [M, T] values or probabilities.

    Values are on the task's scale. All teachers learn from the rows that no member holds out. Only
    networks use molecules with presumed values; the others have NaN for these, and for a task with
    fewer than two measurements. The teacher ``dmpnn`` is in :mod:`gnn.training.directed`.

    Args:
        run: The training run.
        states: Networks that were fitted on the run's data; their mean is one teacher.
        teacher: The name of the teacher.
    """
    makers: dict[str, Callable[[], Floats32]] = {
        "networks": lambda: _networks(run, states),
        "process": lambda: _process(run),
        "forest": lambda: _forest(run),
        "trees": lambda: _trees(run),
    }
    found = makers[teacher]()
    if run.data.presumed is not None and teacher != "networks":
        found[run.data.presumed] = np.nan
    return found


def average(
    by_teacher: Mapping[str, Floats32], weights: Mapping[str, Floats] | None = None
) -> Floats32:
    """Return the mean of the teachers' predictions [M, T], NaN where none has one.

    Args:
        by_teacher: The predictions [M, T] of each teacher, NaN where it has none.
        weights: A weight from 0 for each teacher and task [T], in any unit; by default all count
            the same. Where a teacher has no prediction, the others share its weight.
    """
    every = np.stack(list(by_teacher.values()))
    share = np.ones((len(every), 1, 1), np.float32)
    if weights is not None:
        share = np.stack([weights[name] for name in by_teacher])[:, None].astype(np.float32)
    share = np.where(np.isfinite(every), share, 0)
    total = (np.where(share > 0, every, 0) * share).sum(axis=0)
    most = share.sum(axis=0)
    return np.where(most > 0, total / np.where(most > 0, most, 1), np.nan).astype(np.float32)


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
    counts = _given(run)[:, : run.sizes.environments].float().cpu().numpy()
    return _task_by_task(run, partial(teacher_forest, counts), "random forests")


def _trees(run: TrainingRun) -> Floats32:
    """Return the predictions of boosted trees on descriptors, one model per task."""
    descriptors = check_trees(run.data.descriptors)
    fit = partial(boosted_trees, descriptors)
    return _task_by_task(run, fit, "boosted trees", thread_count())


def _task_by_task(
    run: TrainingRun,
    fit: Callable[[Ints, Floats32, bool], Floats64],
    name: str,
    at_once: int = 1,
) -> Floats32:
    """Return [M, T] of a model per task: ``fit`` gets its rows, their values and their kind.

    ``at_once`` is the number of tasks that are fitted at the same time, each in a thread.
    """
    data = run.data
    found = np.full((data.graphs.molecules, len(data.tasks)), np.nan, np.float32)

    def fit_task(task: int) -> None:
        rows = _rows(data, task)
        if len(rows) >= 2:
            found[:, task] = fit(rows, data.values[rows, task], bool(data.binary[task]))

    with ThreadPoolExecutor(at_once) as pool:
        for done, _ in enumerate(pool.map(fit_task, range(len(data.tasks))), start=1):
            if run.report is not None:
                run.report(name, done, len(data.tasks))
    return found


def _given(run: TrainingRun) -> Tensor:
    return inputs(run) if run.given is None else run.given()
