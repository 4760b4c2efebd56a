"""Predicts by bundles' surrogates, under the names of the bundles' own columns.

A campaign's own results move a surrogate's predictions as they move the bundle's: a surrogate is
fitted to the predictions without them.

They are the same to the last bit whatever other molecules are predicted with one, for the reason
that :mod:`gnn.bundle.predict` gives.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch

from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import COLUMN_ENDINGS, domain_columns
from gnn.bundle.device_bundle import moved_tasks, present_environments
from gnn.bundle.surrogate import LoadedSurrogate, Surrogate
from gnn.calibration.calibration import Calibration, mean_widening
from gnn.calibration.conformal import INTERVAL_STDS, NORMAL_90
from gnn.card.card import TaskCard
from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Floats64
from gnn.features.batch import padded_batches
from gnn.features.graph_arrays import GraphArrays
from gnn.models.losses import logistic
from gnn.models.runtime import is_bfloat16_fast, keep_memory, one_thread
from gnn.updating.moved_tasks import MovedTasks

ATOMS, MOLECULES = 16_384, 512
"""Atoms and molecules in a batch, padding included: here atoms are cheap, molecules costly."""

_Way = Literal["linear", "log10", "odds"]
"""The scale of a surrogate's value of a task."""


class SurrogatePredictor:
    """The surrogates of some bundles, narrowed to the wanted columns."""

    def __init__(
        self, bundles: Sequence[Bundle], columns: Sequence[str], bfloat16: bool | None = None
    ) -> None:
        """Take columns by their names in :attr:`gnn.bundle.predict.Predictor.columns`.

        Raises ModelError for a bundle without a surrogate and for a column that no bundle predicts.
        """
        self.columns = tuple(columns)
        bfloat16 = is_bfloat16_fast(torch.device("cpu")) if bfloat16 is None else bfloat16
        self._networks: list[tuple[Surrogate, list[_Reading]]] = []
        self._moves: list[_MovedOutputs | None] = []
        known: set[str] = set()
        for bundle in bundles:
            surrogate = _surrogate(bundle)
            read = [reading for reading in _readings(bundle) if reading.column in self.columns]
            known.update(reading.column for reading in read)
            if not read:
                continue
            wanted = sorted({at for reading in read for at in reading.outputs})
            wanted = _with_deviations(bundle, wanted)
            network = deepcopy(surrogate.network)
            network.narrow(wanted)
            if bfloat16:
                network.to_bfloat16()
            self._networks.append((network, [reading.narrowed(wanted) for reading in read]))
            self._moves.append(_MovedOutputs.of(bundle, wanted))
        strange = [column for column in self.columns if column not in known]
        if strange:
            raise ModelError(f"no bundle of {len(self._networks)} predicts {strange[0]}")
        self.errors = {
            f"{bundle.card.name}_{task}": error
            for bundle in bundles
            for task, error in _surrogate(bundle).card.errors.items()
        }
        """Error by task, on its scale or in log odds: see
        :class:`gnn.bundle.surrogate.SurrogateCard`."""
        for bundle in bundles:
            for task in bundle.card.tasks:
                name = f"{bundle.card.name}_{task.name}"
                if name in self.columns and name not in self.errors:
                    raise ModelError(
                        f"the surrogate of {bundle.card.name} does not say how far {task.name} is "
                        f"off; make a new one with `hitlist surrogate {bundle.path}`"
                    )

    @torch.inference_mode()
    @one_thread()
    def predict(self, graphs: GraphArrays) -> dict[str, Floats32]:
        """Return each column, float32 [M], for M molecules."""
        keep_memory()
        found = [
            np.empty((graphs.molecules, len(network.mean)), np.float32)
            for network, _ in self._networks
        ]
        for rows, count, batch in padded_batches(graphs, ATOMS, MOLECULES):
            for (network, _), moves, into in zip(self._networks, self._moves, found, strict=True):
                said = network(batch)[:count]
                if moves is not None:
                    moves.apply(said, present_environments(batch)[:count])
                into[rows] = said.numpy()
        columns = {
            reading.column: reading.read(said)
            for (_, readings), said in zip(self._networks, found, strict=True)
            for reading in readings
        }
        return {column: columns[column] for column in self.columns}


class _MovedOutputs:
    """A campaign's own results, ready to move the outputs of a narrowed surrogate."""

    def __init__(self, moved: MovedTasks, wanted: Sequence[int], widened: Sequence[float]) -> None:
        """Take results, the wanted outputs, and the :func:`widening` of each task."""
        self._moved, self._widened, self._tasks = moved, widened, len(widened)
        self._place = {output: at for at, output in enumerate(wanted)}

    @staticmethod
    def of(bundle: Bundle, wanted: Sequence[int]) -> "_MovedOutputs | None":
        """Return the results of a bundle; None if none moves a wanted output."""
        own, tasks = bundle.own_results, bundle.card.tasks
        moved = moved_tasks(bundle, torch.device("cpu"))
        if own is None or moved is None:
            return None
        places = {at for at, task in enumerate(tasks) if task.name in own.tasks}
        if not {output % len(tasks) for output in wanted if output < 2 * len(tasks)} & places:
            return None
        return _MovedOutputs(moved, wanted, [widening(task) for task in tasks])

    def apply(self, said: torch.Tensor, environments: torch.Tensor) -> None:
        """Change float32 [M, outputs] in place: values, and logarithms of deviations."""
        for at, offset, width in self._moved.moves(environments):
            value, spread = self._place.get(at), self._place.get(at + self._tasks)
            if value is not None and spread is None:
                raise AssertionError("a moved value was asked for without its deviation")
            if value is not None and spread is not None:
                wide = said[:, spread].double().exp() * self._widened[at]
                said[:, value] += (offset * wide).float()
            if spread is not None:
                said[:, spread] += width.log().float()


def widening(task: TaskCard) -> float:
    """Return the factor from a surrogate's output to a task's deviation, on its value's scale."""
    return mean_widening(Calibration.from_dict(task.calibration)) if task.is_linear else 1.0


@dataclass(frozen=True)
class _Reading:
    """The way in which one column is read from a surrogate's outputs."""

    column: str
    ending: str
    way: _Way
    outputs: tuple[int, ...]
    widened: float = 1.0
    """Factor from the output that stands for a deviation to the deviation."""

    def narrowed(self, wanted: Sequence[int]) -> "_Reading":
        """Return the same reading for a surrogate that kept only some outputs."""
        return replace(self, outputs=tuple(wanted.index(output) for output in self.outputs))

    def read(self, said: Floats32) -> Floats32:
        """Return the column [M] of outputs [M, outputs]."""
        first = said[:, self.outputs[0]].astype(np.float64)
        if self.ending == "distance":
            return np.clip(first, 0, 1).astype(np.float32)
        if self.way == "log10":
            return self._read_logarithm(first, said).astype(np.float32)
        if self.ending == "_std":
            return (self.widened * np.exp(first)).astype(np.float32)
        value = logistic(first) if self.way == "odds" else first
        if self.ending:
            deviation = self.widened * np.exp(said[:, self.outputs[1]].astype(np.float64))
            reach = NORMAL_90 * deviation
            value = value - reach if self.ending == "_lo" else value + reach
            if self.way == "odds":
                value = np.clip(value, 0, 1)
        return np.asarray(value, np.float32)

    def _read_logarithm(self, first: Floats64, said: Floats32) -> Floats64:
        """Return the column [M], in the task's unit, of a task that is learned as logarithms."""
        if not self.ending:
            return np.power(10.0, first)
        reach = NORMAL_90 * np.exp(said[:, self.outputs[1]].astype(np.float64))
        low, high = np.power(10.0, first - reach), np.power(10.0, first + reach)
        found: Floats64 = {"_lo": low, "_hi": high}.get(self.ending, (high - low) / INTERVAL_STDS)
        return found


def _with_deviations(bundle: Bundle, wanted: Sequence[int]) -> list[int]:
    """Add the deviations of the values that own results move: they move by deviations."""
    tasks = bundle.card.tasks
    moved = () if bundle.own_results is None else bundle.own_results.tasks
    more = {at + len(tasks) for at in wanted if at < len(tasks) and tasks[at].name in moved}
    return sorted({*wanted, *more})


def _readings(bundle: Bundle) -> Iterator[_Reading]:
    tasks = bundle.card.tasks
    for at, task in enumerate(tasks):
        way: _Way = "odds" if task.kind == "classification" else task.scale
        widened = widening(task)
        for ending in COLUMN_ENDINGS:
            std = at + len(tasks)
            outputs = {"": (at,), "_std": (std,)}.get(ending, (at, std))
            if way == "log10" and ending:
                outputs = (at, std)
            name = f"{bundle.card.name}_{task.name}{ending}"
            yield _Reading(name, ending, way, outputs, widened)
    for column in domain_columns(bundle):
        yield _Reading(column, "distance", "linear", (2 * len(tasks),))


def _surrogate(bundle: Bundle) -> LoadedSurrogate:
    if bundle.surrogate is None:
        raise ModelError(
            f"bundle {bundle.card.name} has no surrogate; make one with "
            f"`hitlist surrogate {bundle.path}`"
        )
    return bundle.surrogate
