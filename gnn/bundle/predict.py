"""Predicts every task of every bundle for graphs, with its uncertainty.

Molecules go through in batches. Environments, pairs and paths, the networks, the nearest training
compounds and the calibration of all tasks are tensors on one device, and only the columns come
back. A CPU and a GPU run the same code, but for distances on a CPU without a unit for products of
bytes.

A molecule's result is the same to the last bit whatever other molecules are predicted with it, in
any order: batches are padded to one fixed shape, so every matrix product runs the same code, and
everything else works row by row or sums in a fixed order. This holds for one torch thread; use
processes.

If the CPU has a unit for bfloat16, or on a GPU, networks run in bfloat16, except for the last
layer: on 3,000 lead-like molecules, predictions for EGFR differ from those of float32 by at most
0.01. Counts, pooled atoms, calibration and distances stay exact. On a GPU, sums have no fixed
order, so the last bits may differ from run to run.
"""

import logging
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from gnn.bundle.batch_shape import LEAST_ATOMS, SHAPES
from gnn.bundle.bundle import Bundle
from gnn.bundle.column_names import COLUMN_ENDINGS, domain_columns, predicted_columns
from gnn.bundle.device_bundle import DeviceBundle
from gnn.calibration.calibration import Outputs
from gnn.errors import ModelError
from gnn.features.array_types import Floats32, Floats64
from gnn.features.batch import Batch, padded_batches
from gnn.features.graph_arrays import GraphArrays, between
from gnn.models.network import Network
from gnn.models.runtime import device_text, is_bfloat16_fast, keep_memory, one_thread

_log = logging.getLogger(__name__)


class _Columns(NamedTuple):
    """The columns of one bundle for M molecules and T tasks."""

    tasks: Floats32
    """[T, 4, M]"""
    distance: Floats32
    """[M]"""


class Predictor:
    """Bundles that are loaded once, ready for any number of molecules."""

    def __init__(
        self, bundles: Sequence[Bundle], device: str = "cpu", bfloat16: bool | None = None
    ) -> None:
        """Put the bundles' networks on a device.

        ``bfloat16`` says whether they run in bfloat16; by default they do if the device is fast at
        it.
        """
        self.bundles = tuple(bundles)
        self.device = torch.device(device)
        self.bfloat16 = is_bfloat16_fast(self.device) if bfloat16 is None else bfloat16
        self.shape = SHAPES[self.device.type]
        made: dict[int, nn.Module] = {}  # modules that networks share are copied once
        self.parts = [
            DeviceBundle(one, [self._copy(net, made) for net in one.networks], self.device)
            for one in self.bundles
        ]

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns that :meth:`predict` returns, in order."""
        return predicted_columns(self.bundles)

    def predict(self, graphs: GraphArrays) -> dict[str, Floats32]:
        """Predict M molecules: each column is float32 [M], never NaN.

        Raises ModelError if a bundle's weights give NaN or infinite numbers, and if a GPU fails.

        Regressions are in the task's unit, also those that are learned as logarithms, which are at
        least 0; classifications are probabilities in 0..1. The probability of inactivity follows
        from these columns where they are shown (:mod:`gnn.bundle.inactivity_columns`).
        """
        try:
            found = self._predict(graphs)
        except IndexError as error:  # a table of atoms that is shorter than the vocabulary
            names = ", ".join(bundle.card.name for bundle in self.bundles)
            raise ModelError(
                f"the weights of {names} do not know an atom ({error}); restore the bundle"
            ) from None
        except RuntimeError as error:
            if self.device.type == "cpu":
                raise
            told = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                f"the GPU failed ({told[:150]}); see what `nvidia-smi` says of it, and repeat the "
                "command: finished work is kept"
            ) from None
        columns: dict[str, Floats32] = {}
        for bundle, own in zip(self.bundles, found, strict=True):
            for task, values in zip(bundle.card.tasks, own.tasks, strict=True):
                for ending, column in zip(COLUMN_ENDINGS, values, strict=True):
                    columns[f"{bundle.card.name}_{task.name}{ending}"] = column
            columns |= dict.fromkeys(domain_columns(bundle), own.distance)
        return columns

    def _copy(self, network: Network, made: dict[int, nn.Module]) -> Network:
        """Copy a network, so that the bundle's own stays as it was loaded."""
        known = id(network.graph)
        copied = deepcopy(network, {known: made[known]} if known in made else None)
        made[known] = copied.graph
        if self.bfloat16:
            copied.to_bfloat16()
        return copied.to(self.device)

    @torch.inference_mode()
    @one_thread()
    def _predict(self, graphs: GraphArrays) -> list[_Columns]:
        """Return the columns of each bundle."""
        keep_memory()
        count = graphs.molecules
        found = [
            _Columns(
                np.empty((len(one.card.tasks), len(COLUMN_ENDINGS), count), np.float32),
                np.empty(count, np.float32),
            )
            for one in self.bundles
        ]
        kernels = self._kernels(graphs)

        def predict(rows: slice, count: int, batch: Batch) -> None:
            for on_device, kernel, into in zip(self.parts, kernels, found, strict=True):
                values = None if kernel is None else torch.from_numpy(kernel[rows]).to(self.device)
                columns, distance = on_device.predict(batch, count, values)
                into.tasks[:, :, rows] = columns.permute(1, 2, 0).cpu().numpy()
                if distance is not None:
                    into.distance[rows] = distance.cpu().numpy()

        self._run(graphs, predict)
        return found

    @torch.inference_mode()
    @one_thread()
    def outputs(self, graphs: GraphArrays) -> list[Outputs]:
        """Return what the models of each bundle give for M molecules, before any calibration."""
        keep_memory()
        found = [
            np.empty((one.card.members, graphs.molecules, len(one.card.tasks)))
            for one in self.bundles
        ]

        def run(rows: slice, count: int, batch: Batch) -> None:
            for on_device, into in zip(self.parts, found, strict=True):
                into[:, rows] = on_device.outputs(batch, count).cpu().numpy()

        self._run(graphs, run)
        return [Outputs(*both) for both in zip(found, self._kernels(graphs), strict=True)]

    def _run(self, graphs: GraphArrays, work: Callable[[slice, int, Batch], None]) -> None:
        """Call ``work`` with each batch: its rows, their number, and the batch on the device.

        If the memory of a GPU does not hold a batch, this one and all later ones are smaller.
        """
        done = 0
        while done < graphs.molecules:
            rest = between(graphs, done, graphs.molecules)
            start = done
            try:
                for rows, count, batch in padded_batches(rest, *self.shape, self.device):
                    of_all = slice(start + rows.start, start + rows.stop)
                    work(of_all, count, batch)
                    done = of_all.stop
            except torch.OutOfMemoryError:
                self._make_smaller()

    def _make_smaller(self) -> None:
        smaller = self.shape.halved
        found = (
            f"the memory of {device_text(self.device)} does not hold a batch of "
            f"{self.shape.atoms:,} atoms beside the models"
        )
        if smaller.atoms < LEAST_ATOMS:
            raise ModelError(f"{found}; free some of it, or leave out --device")
        torch.cuda.empty_cache()
        _log.warning("%s; batches have %s atoms from now on", found, f"{smaller.atoms:,}")
        self.shape = smaller

    def _kernels(self, graphs: GraphArrays) -> list[Floats64 | None]:
        """Return the values [M, T] of each bundle's kernel machine, which runs on the CPU."""
        return [None if one.kernel is None else one.kernel.predict(graphs) for one in self.bundles]
