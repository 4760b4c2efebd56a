"""Predictions for graphs: every task of every bundle, with its uncertainty.

A molecule's result is the same to the last bit whatever is predicted beside it and in whatever
order: batches are padded to one fixed shape, so every matrix product runs the same code, and all
else works row by row or sums in a fixed order. This holds for one torch thread; use processes.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from gnn.batch import GraphArrays, make_batch, pack, take
from gnn.bundle import Bundle
from gnn.calibration import Calibration, apply_classification, apply_regression
from gnn.network import Network
from gnn.runtime import keep_memory

ATOMS = 4096
"""Atoms in a batch, padding included."""
MOLECULES = 256
"""Molecules in a batch, the padding molecule included."""
PARTS = ("", "_std", "_lo", "_hi")
"""Endings of a task's four columns: value, standard deviation, 90 % interval."""


class Predictor:
    """Some bundles, loaded once, ready for any number of molecules."""

    def __init__(self, bundles: Sequence[Bundle], device: str = "cpu") -> None:
        """Put the bundles' networks on a device."""
        self.bundles = tuple(bundles)
        self.device = torch.device(device)
        for bundle in self.bundles:
            for network in bundle.networks:
                network.to(self.device)

    @property
    def columns(self) -> list[str]:
        """Names of the columns that :meth:`predict` returns, in order."""
        return [
            f"{bundle.card.name}_{task.name}{part}"
            for bundle in self.bundles
            for task in bundle.card.tasks
            for part in PARTS
        ]

    def predict(self, graphs: GraphArrays) -> dict[str, npt.NDArray[np.float32]]:
        """Predict M molecules: each column float32 [M], never NaN.

        Regressions are in the task's unit, classifications probabilities in 0..1.
        """
        columns: dict[str, npt.NDArray[np.float32]] = {}
        for bundle, outputs in zip(self.bundles, self._outputs(graphs), strict=True):
            for at, task in enumerate(bundle.card.tasks):
                members = outputs[:, :, at]
                if task.kind == "classification":
                    parts = apply_classification(members)
                else:
                    parts = apply_regression(members, Calibration(**task.calibration))  # type: ignore[arg-type]
                for ending, values in zip(PARTS, parts, strict=True):
                    name = f"{bundle.card.name}_{task.name}{ending}"
                    columns[name] = values.astype(np.float32)
                    if not np.isfinite(columns[name]).all():
                        raise ArithmeticError(
                            f"{name} is not finite; the bundle's weights are broken"
                        )
        return columns

    @torch.inference_mode()
    def _outputs(self, graphs: GraphArrays) -> list[npt.NDArray[np.float64]]:
        """Run every member: for each bundle float64 [K, M, T], values in unit or logits."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        keep_memory()
        try:
            found = [
                np.empty((bundle.card.members, graphs.molecules, len(bundle.card.tasks)))
                for bundle in self.bundles
            ]
            for start, stop in pack(graphs, ATOMS, MOLECULES):
                piece = take(graphs, np.arange(start, stop))
                batch = make_batch(piece, ATOMS, MOLECULES).to(self.device)
                for bundle, into in zip(self.bundles, found, strict=True):
                    for member, network in enumerate(bundle.networks):
                        output = _in_units(network, network(batch))
                        into[member, start:stop] = output[: stop - start]
            return found
        finally:
            torch.set_num_threads(threads)


def _in_units(network: Network, output: torch.Tensor) -> npt.NDArray[np.float64]:
    values = output.double() * network.scale.double() + network.shift.double()
    result: npt.NDArray[np.float64] = values.cpu().numpy()
    return result
