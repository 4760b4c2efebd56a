"""Predicts from the fingerprints of similar molecules, without a network: a kernel machine.

For each task it is a Gaussian process on the mean of several kernels of shared substructures
(:mod:`gnn.features.substructure_kernels`), over the task's own compounds. It consists of arrays
only and needs no chemistry.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.array_types import Bools, Floats, Floats32, Floats64, Ints, pieces
from gnn.features.graph_arrays import GraphArrays, take
from gnn.features.substructure_kernels import FAMILIES, index_sets, similarity, typical_difference
from gnn.features.substructure_keys import alike
from gnn.models.gaussian_process import fit_process

MOST_ROWS = 8_000
"""Most compounds of one task; of more, so many are drawn. Time grows with the cube of it."""
_BLOCK = 256
"""Molecules that are predicted at once."""


@dataclass(frozen=True)
class _Memory:
    """The data of a model's fit, so that it can be fitted again without some rows."""

    values: Floats
    """[M, T] measured values, NaN elsewhere."""
    bounds: npt.NDArray[np.int8]
    """[M, T] bounds of the values."""
    groups: Ints
    """[M] numbers that are equal for molecules with one graph."""
    rows: tuple[Ints, ...]
    """[T] the rows of each task on which it was fitted."""
    noise: tuple[float, ...]
    seed: int
    presumed: Bools
    """[M] rows with presumed values."""


class KernelModel:
    """S compounds with their weights for T tasks."""

    def __init__(
        self,
        support: GraphArrays,
        factors: Ints,
        alpha: Floats64,
        centre: Floats64,
        mix: Floats64,
        reach: Floats64,
        memory: _Memory | None = None,
    ) -> None:
        """Index the support; ``alpha`` [S, T] and ``centre`` [T] are on the task's scale.

        Args:
            support: The S compounds.
            factors: [tokens, 5] description of each atom token.
            alpha: [S, T] weights of the compounds.
            centre: [T] centre of each task.
            mix: [families] weight of each kernel of
                :data:`gnn.features.substructure_kernels.FAMILIES`.
            reach: [families] number of keys by which molecules may differ.
            memory: The data of the fit, if it is known.
        """
        self.support, self.factors = support, factors
        self.alpha, self.centre, self.mix, self.reach = alpha, centre, mix, reach
        self.memory = memory
        self._indexes = {
            name: index_sets(FAMILIES[name](support, factors)) for name, _, _ in _used(mix, reach)
        }

    @staticmethod
    def fit(
        graphs: GraphArrays,
        values: Floats,
        binary: Bools,
        factors: Ints,
        bounds: npt.NDArray[np.int8] | None = None,
        seed: int = 0,
        presumed: Bools | None = None,
    ) -> "KernelModel":
        """Fit M compounds' values [M, T] with NaN holes; classes (``binary`` [T]) are 0 and 1.

        The noise of each task is chosen on folds of its own rows, in which compounds of one graph
        (stereoisomers) stay together. ``bounds`` and ``presumed`` are as in
        :class:`gnn.training.training_set.TrainingSet`: presumed values affect neither the noise nor
        the reach of the kernels.
        """
        mix = np.full(len(FAMILIES), 1 / len(FAMILIES))  # every family counts the same
        values = np.asarray(values, dtype=np.float64)
        none = np.zeros(values.shape, np.int8)
        bounds = np.where(binary, 0, none if bounds is None else bounds).astype(np.int8)
        groups = alike(graphs)
        presumed = np.zeros(len(values), bool) if presumed is None else presumed
        own = take(graphs, np.flatnonzero(~presumed))
        reach = np.array([typical_difference(make(own, factors)) for make in FAMILIES.values()])
        model = KernelModel(
            graphs, factors, np.zeros(values.shape), np.zeros(values.shape[1]), mix, reach
        )
        rows, noises = [], []
        generator = np.random.default_rng(seed)
        gram, last = np.zeros((0, 0), np.float32), np.zeros(0, np.int64)
        for task in range(values.shape[1]):
            at = np.flatnonzero(np.isfinite(values[:, task]))
            if len(at) < 2:
                raise ModelError(f"{len(at)} values in task {task}: a kernel machine needs two")
            if len(at) > MOST_ROWS:
                at = np.sort(generator.choice(at, MOST_ROWS, replace=False))
            if not np.array_equal(at, last):
                gram, last = model.gram(at), at
            process = fit_process(
                gram, values[at, task], bounds[at, task], groups[at], generator, presumed[at]
            )
            model.alpha[at, task] = process.alpha
            model.centre[task] = process.centre
            rows.append(at)
            noises.append(process.noise)
        model.memory = _Memory(values, bounds, groups, tuple(rows), tuple(noises), seed, presumed)
        return model

    def gram(self, rows: Ints) -> Floats32:
        """Return the kernel [n, n] among some compounds of the support."""
        graphs = take(self.support, rows)
        found = np.ones((len(rows), len(rows)), np.float32)
        for name, weight, reach in _used(self.mix, self.reach):
            sets = FAMILIES[name](graphs, self.factors)
            index = index_sets(sets)
            for start in range(0, len(rows), _BLOCK):
                stop = min(start + _BLOCK, len(rows))
                found[start:stop] += weight * similarity(sets.between(start, stop), index, reach)
        return found

    def predict(self, graphs: GraphArrays) -> Floats64:
        """Return [M, T] on the task's scale, or for a class a score fitted to targets 0 and 1.

        A molecule's numbers are the same to the last bit whatever molecules are predicted with it.
        """
        return self._predict(graphs, self.alpha, self.centre)

    def _predict(self, graphs: GraphArrays, alpha: Floats64, centre: Floats64) -> Floats64:
        found = np.empty((graphs.molecules, len(centre)))
        for rows in pieces(graphs.molecules, _BLOCK):
            piece = take(graphs, rows)
            kernel = np.ones((len(rows), self.support.molecules))
            for name, weight, reach in _used(self.mix, self.reach):
                sets = FAMILIES[name](piece, self.factors)
                kernel += weight * similarity(sets, self._indexes[name], reach)
            for task, middle in enumerate(centre):
                # Row by row, because a matrix product could sum in another order in another batch.
                found[rows, task] = middle + (kernel * alpha[:, task]).sum(axis=1)
        return found

    def out_of_fold(self, folds: Ints) -> Floats64:
        """Return [M, T], each row as predicted by a model that never saw its fold [M].

        For each fold the model is fitted again on the rows outside it: their mean, their noise,
        their bounds. So neither a row's own value nor those of its fold affect its prediction,
        whether or not the row is one of the :data:`MOST_ROWS` that were drawn. NaN if fewer than
        two values of a task lie outside the fold.
        """
        memory = self.memory
        if memory is None:
            raise ModelError("a model that was read from a file does not know its folds; fit it")
        names = np.unique(folds[~memory.presumed])
        alpha = np.zeros((len(names), *self.alpha.shape))
        centre = np.full((len(names), len(self.centre)), np.nan)
        found = np.full(self.alpha.shape, np.nan)
        gram, last = np.zeros((0, 0), np.float32), np.zeros(0, np.int64)
        for task, rows in enumerate(memory.rows):
            if not np.array_equal(rows, last):
                gram, last = self.gram(rows), rows
            for at, fold in enumerate(names):
                held = (folds[rows] == fold) & ~memory.presumed[rows]
                there = rows[~held]
                if len(there) < 2:
                    continue
                process = fit_process(
                    gram[np.ix_(~held, ~held)],
                    memory.values[there, task],
                    memory.bounds[there, task],
                    memory.groups[there],
                    np.random.default_rng((memory.seed, task, at)),
                    memory.presumed[there],
                )
                alpha[at, there, task], centre[at, task] = process.alpha, process.centre
                known = gram[np.ix_(held, ~held)]
                found[rows[held], task] = process.centre + known @ process.alpha
        for at, fold in enumerate(names):
            missing = (folds == fold) & ~memory.presumed & np.isnan(found).any(axis=1)
            rest = np.flatnonzero(missing)
            others = self._predict(take(self.support, rest), alpha[at], centre[at])
            found[rest] = np.where(np.isnan(found[rest]), others, found[rest])
        return found

    def state(self) -> dict[str, Tensor]:
        """Return everything that :meth:`from_state` needs, as tensors."""
        arrays = {
            **{f"support.{name}": array for name, array in self.support._asdict().items()},
            "factors": self.factors,
            "alpha": self.alpha,
            "centre": self.centre,
            "mix": self.mix,
            "reach": self.reach,
        }
        return {
            name: torch.from_numpy(
                np.ascontiguousarray(array, np.int32 if array.dtype == np.uint16 else None)
            )
            for name, array in arrays.items()
        }

    @staticmethod
    def from_state(state: Mapping[str, Tensor]) -> "KernelModel":
        """Make a model from the result of :meth:`state`."""
        kinds = GraphArrays.__annotations__
        support = [state[f"support.{name}"].numpy() for name in kinds]
        small = [array.astype(np.uint16) for array in support[:3]]
        return KernelModel(
            GraphArrays(small[0], small[1], small[2], *support[3:]),
            state["factors"].numpy(),
            state["alpha"].numpy(),
            state["centre"].numpy(),
            state["mix"].numpy(),
            state["reach"].numpy(),
        )


def _used(mix: Floats64, reach: Floats64) -> list[tuple[str, float, float]]:
    """Return the families with a weight: name, weight, reach."""
    every = zip(FAMILIES, mix, reach, strict=True)
    return [(name, float(weight), float(far)) for name, weight, far in every if weight > 0]
