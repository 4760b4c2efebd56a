"""Holds one bundle's models on a device, ready to predict batches."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import COLUMN_ENDINGS
from gnn.calibration.calibrated_tasks import CalibratedTasks
from gnn.calibration.calibration import Calibration
from gnn.calibration.device_domain import DeviceDomain, is_product_fast
from gnn.calibration.domain import COLUMNS, RADIUS, pack_environments
from gnn.card.card import TaskCard
from gnn.errors import ModelError
from gnn.features.batch import Batch
from gnn.features.hashed_fingerprints import environment_counts
from gnn.models.network import Network
from gnn.updating.moved_tasks import MovedTasks

_ENVIRONMENTS = "environments of the domain"


class Predicted(NamedTuple):
    """What a bundle predicts for G molecules and T tasks."""

    columns: Tensor
    """float32 [G, T, 4]: value, standard deviation, and both ends of the interval."""
    distance: Tensor | None
    """float32 [G] distance to the training compounds; None for a bundle without a domain."""


class _Kind(NamedTuple):
    """The tasks of a bundle that are calibrated in one way."""

    at: list[int]
    """Their places among all tasks."""
    apply: Callable[[Tensor, Tensor | None, Tensor | None], Tensor]
    """From outputs of networks and kernel machine, and distances, to columns [M, tasks, 4]."""


class DeviceBundle:
    """A bundle's networks, training compounds and calibrations on a device."""

    def __init__(self, bundle: Bundle, networks: Sequence[Network], device: torch.device) -> None:
        """Take a bundle, with copies of its networks that are on the device already."""
        self.name, self._tasks = bundle.card.name, bundle.card.tasks
        self.networks = networks
        self._units = [(one.scale.double(), one.shift.double()) for one in networks]
        self._domain = bundle.domain
        self._on_device: DeviceDomain | None = None
        if bundle.domain is not None and is_product_fast(device):
            self._on_device = DeviceDomain(bundle.domain, device)
        self._moved = moved_tasks(bundle, device)
        self._kinds = []
        for way in (
            CalibratedTasks.regressions,
            CalibratedTasks.logarithms,
            CalibratedTasks.classifications,
        ):
            at = [place for place, task in enumerate(self._tasks) if _way_of(task) is way]
            given = [Calibration.from_dict(self._tasks[place].calibration) for place in at]
            if at:
                self._kinds.append(_Kind(at, partial(way, CalibratedTasks(given, device))))

    def predict(self, batch: Batch, count: int, kernel: Tensor | None) -> Predicted:
        """Predict the first ``count`` molecules of a batch; the others are padding.

        kernel: float64 [count, T] values of the kernel machine; None without one.

        Raises ModelError if any number is not finite: the weights are broken.
        """
        outputs, distance = self.outputs(batch, count), self.distance(batch, count)
        columns = self.calibrate(outputs, kernel, distance)
        if self._moved is not None:
            self._moved.apply(columns, present_environments(batch)[:count])
        self._check_finite(outputs, columns)
        return Predicted(columns, distance)

    def calibrate(self, outputs: Tensor, kernel: Tensor | None, distance: Tensor | None) -> Tensor:
        """Return float32 [G, T, 4] columns for outputs [K, G, T] of the networks."""
        shape = (outputs.shape[1], len(self._tasks), len(COLUMN_ENDINGS))
        columns = torch.empty(shape, device=outputs.device)
        for at, apply in self._kinds:
            scores = None if kernel is None else kernel[:, at]
            columns[:, at] = apply(outputs[:, :, at], scores, distance).float()
        return columns

    def outputs(self, batch: Batch, count: int) -> Tensor:
        """Return float64 [K, count, T] of the networks, on the tasks' scales, or logits."""
        found = [torch.empty((0, count, len(self._tasks)), device=batch.atoms.device).double()]
        for network, (scale, shift) in zip(self.networks, self._units, strict=True):
            found.append((network(batch)[:count].double() * scale + shift)[None])
        return torch.cat(found)

    def distance(self, batch: Batch, count: int) -> Tensor | None:
        """Return float32 [count], the distance to the training compounds; None without them."""
        if self._domain is None:
            return None
        own = present_environments(batch)[:count]
        if self._on_device is not None:
            return self._on_device.distances(own)
        return torch.from_numpy(self._domain.distance_of(pack_environments(own.numpy())))

    def _check_finite(self, outputs: Tensor, columns: Tensor) -> None:
        usable = outputs.isfinite().all(dim=1).all(dim=0) & columns.isfinite().all(dim=2).all(dim=0)
        if not bool(usable.all()):
            task = self._tasks[int((~usable).nonzero()[0, 0])].name
            raise ModelError(f"{self.name}_{task} is not finite; the bundle's weights are broken")


def moved_tasks(bundle: Bundle, device: torch.device) -> MovedTasks | None:
    """Return the results that move a bundle's predictions, on a device; None without any."""
    together = bundle.card.shared_error
    if bundle.own_results is None or together is None:
        return None
    names = [task.name for task in bundle.card.tasks]
    curve = (together.similarities, together.series)
    return MovedTasks(bundle.own_results, names, *curve, device)


def present_environments(batch: Batch) -> Tensor:
    """Return int8 [G, 1024], 1 for each environment of a molecule; once for all bundles."""
    if _ENVIRONMENTS not in batch.memo:
        counts = environment_counts(batch, RADIUS, COLUMNS)
        batch.memo[_ENVIRONMENTS] = (counts > 0).to(torch.int8)
    return batch.memo[_ENVIRONMENTS]


def _way_of(task: TaskCard) -> Callable[..., Tensor]:
    """Return the method that calibrates a task."""
    if task.kind == "classification":
        return CalibratedTasks.classifications
    return CalibratedTasks.logarithms if task.scale == "log10" else CalibratedTasks.regressions
