"""Computes the distances of :mod:`gnn.calibration.domain` as products of bytes, on any device.

A GPU, or a CPU with a unit for products of bytes, is faster at them than at adding columns. All
numbers are whole until the last division, so the distances are the same to the last bit.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gnn.calibration.domain import COLUMNS, Domain

_CELLS = {"cpu": 1 << 23, "cuda": 1 << 29}
"""Most similarities that are computed at once."""
_LEAST, _MULTIPLE = 32, 8
"""Fewest rows of a product of bytes, and what the number of its columns is a multiple of."""


def is_product_fast(device: torch.device) -> bool:
    """Tell whether products of bytes are faster here than adding columns."""
    return device.type == "cuda" or bool(torch.cpu._is_amx_tile_supported())


class DeviceDomain:
    """The training compounds of a model on a device."""

    def __init__(self, domain: Domain, device: torch.device) -> None:
        """Copy a domain's compounds to a device: 1 kB each."""
        size = np.bitwise_count(domain.bits).sum(axis=1, dtype=np.int64)
        padding = -len(size) % _MULTIPLE  # compounds without bits are like nothing
        order = np.argsort(size, kind="stable")
        bits = np.unpackbits(domain.bits[order], axis=1, bitorder="little").astype(np.int8)
        compounds = np.concatenate([np.zeros((padding, COLUMNS), np.int8), bits])
        sizes, counts = np.unique(
            np.concatenate([np.zeros(padding, np.int64), size]), return_counts=True
        )
        self._compounds = torch.from_numpy(compounds).to(device)
        self._sizes = torch.from_numpy(sizes).to(device)
        self._counts = counts.tolist()

    def distances(self, environments: Tensor) -> Tensor:
        """Return float32 [M], the distance of molecules to the nearest compound, 0 to 1.

        environments: [M, 1024] 1 for each column with an environment, else 0.
        """
        most = max(1, _CELLS[self._compounds.device.type] // len(self._compounds))
        parts = [self._nearest(part) for part in environments.to(torch.int8).split(most)]
        return torch.cat(parts)

    def _nearest(self, own: Tensor) -> Tensor:
        rows = len(own)
        padded = functional.pad(own, (0, 0, 0, max(0, _LEAST - rows)))
        shared = torch._int_mm(padded, self._compounds.T)[:rows]
        # Among compounds with the same number of bits, the nearest is the one that shares most.
        best = [some.amax(dim=1) for some in shared.split(self._counts, dim=1)]
        most = torch.stack(best, dim=1).long()
        either = self._sizes + own.sum(dim=1, dtype=torch.int64)[:, None] - most
        nearest = (most.double() / either.clamp(min=1)).amax(dim=1)
        return (1 - nearest).float()
