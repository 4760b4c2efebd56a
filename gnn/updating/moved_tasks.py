"""Applies a campaign's own results to the predictions of a bundle, task by task, on a device."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.calibration.conformal import INTERVAL_STDS
from gnn.calibration.domain import Bits
from gnn.features.array_types import Floats64
from gnn.updating.own_intervals import OwnIntervals
from gnn.updating.series_offset import SeriesOffset


class TaskResults(NamedTuple):
    """The results of n compounds on one task, as errors of the bundle's own predictions."""

    compounds: npt.NDArray[np.int64]
    """[n] positions among all measured compounds."""
    error: Floats64
    """[n] measured less predicted, in standard deviations of the prediction (half widths of its
    90 % interval over 1.64)."""
    age: Floats64
    """[n] events of results since, 0 for the newest."""
    foreseen: Floats64
    """[n] the errors that were left after the offsets of earlier events, in their deviations."""
    exact: Floats64
    """[n] 1 for a measurement, 0 for a bound."""


class OwnResults(NamedTuple):
    """All results of a campaign on the tasks of a bundle."""

    bits: Bits
    """[N, 128] environments of the measured compounds."""
    tasks: Mapping[str, TaskResults]
    """By task; each has at least one result."""


class Move(NamedTuple):
    """The change of M predictions of one task."""

    at: int
    """Place among the bundle's tasks."""
    offset: Tensor
    """float64 [M] to add, in standard deviations (half widths of the 90 % interval over 1.64)."""
    width: Tensor
    """float64 [M] factor of the deviation and of the interval's halves."""


class _Task(NamedTuple):
    at: int
    """Place among the bundle's tasks."""
    compounds: Tensor
    offset: SeriesOffset
    intervals: OwnIntervals


class MovedTasks:
    """Own results on a device, ready to move predictions."""

    def __init__(
        self,
        results: OwnResults,
        tasks: Sequence[str],
        similarity: Sequence[float],
        series: Sequence[float],
        device: torch.device,
    ) -> None:
        """Take results, the names of the bundle's tasks, and how its errors go together."""
        present = np.unpackbits(results.bits, axis=1, bitorder="little")
        self._known = torch.from_numpy(present).float().T.contiguous().to(device)
        self._sizes = self._known.sum(dim=0).double()
        among = self.likeness(self._known.T)
        self._tasks = []
        for at, name in enumerate(tasks):
            if name not in results.tasks:
                continue
            one = results.tasks[name]
            rows = torch.from_numpy(one.compounds).to(device)
            error, age, foreseen, exact = (
                torch.from_numpy(part).double().to(device)
                for part in (one.error, one.age, one.foreseen, one.exact)
            )
            offset = SeriesOffset(error, among[rows][:, rows], similarity, series)
            self._tasks.append(_Task(at, rows, offset, OwnIntervals(foreseen, age, exact)))

    def likeness(self, environments: Tensor) -> Tensor:
        """Return float64 [M, N], the Tanimoto similarities of molecules to the measured compounds.

        environments: [M, 1024], 1 for each environment that a molecule has.
        """
        own = environments.float()
        shared = (own @ self._known).double()  # whole numbers: exact in any order
        every = own.sum(dim=1).double()[:, None] + self._sizes - shared
        return shared / every.clamp(min=1)

    def moves(self, environments: Tensor) -> Iterator[Move]:
        """Yield the change of each task that results move, for M molecules.

        environments: [M, 1024], 1 for each environment that a molecule has.
        """
        likeness = self.likeness(environments)
        for one in self._tasks:
            mine = likeness[:, one.compounds]
            moved, factors = one.offset.move(mine), one.intervals.factors(mine)
            yield Move(one.at, moved.offset, moved.deviation * factors)

    def apply(self, columns: Tensor, environments: Tensor) -> None:
        """Change float32 [M, T, 4] columns in place: value, deviation, and both ends."""
        for at, offset, width in self.moves(environments):
            value, deviation, low, high = columns[:, at].double().unbind(dim=1)
            now = value + offset * (high - low) / INTERVAL_STDS
            columns[:, at] = torch.stack(
                [now, deviation * width, now - (value - low) * width, now + (high - value) * width],
                dim=1,
            ).float()
