"""Measures what a device can do: bytes moved and operations made per second."""

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from gnn.models.runtime import device_text, thread_count

_REPEATS = 7
"""How often each measurement is made, of which the best counts."""
_COPIED = {"cpu": 1 << 26, "cuda": 1 << 30}
"""Bytes that are copied: more than a cache holds."""
_SIDE = {"cpu": 1024, "cuda": 8192}
"""Rows and columns of the matrices that are multiplied."""


class Hardware(NamedTuple):
    """The rates of a device, measured in this process."""

    name: str
    bandwidth: float
    """Bytes per second that a copy reads and writes."""
    products: float
    """Operations per second of matrix products in the networks' precision; a multiplication and
    an addition are two."""
    byte_products: float
    """The same for products of bytes."""

    def least_seconds(self, moved: float, operations: float, of_bytes: float) -> float:
        """Return the least seconds for some work: those of its slowest part.

        Args:
            moved: Bytes that are read and written, each once.
            operations: Operations in the networks' precision.
            of_bytes: Operations of products of bytes.
        """
        return max(
            moved / self.bandwidth,
            operations / self.products,
            of_bytes / self.byte_products,
        )


def best_seconds(
    work: Callable[[], object], device: torch.device, repeats: int = _REPEATS
) -> float:
    """Return the least seconds of some work, which is done once before."""
    work()
    found = []
    for _ in range(repeats):
        synchronize(device)
        began = perf_counter()
        work()
        synchronize(device)
        found.append(perf_counter() - began)
    return min(found)


def synchronize(device: torch.device) -> None:
    """Wait until a GPU has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def measure_hardware(device: torch.device, precision: torch.dtype) -> Hardware:
    """Measure a device with the present number of torch's threads."""
    source = torch.ones(_COPIED[device.type], dtype=torch.uint8, device=device)
    into = torch.empty_like(source)
    copying = best_seconds(lambda: into.copy_(source), device)
    side = _SIDE[device.type]
    matrix = torch.ones(side, side, device=device)
    numbers, small = matrix.to(precision), matrix.to(torch.int8)
    operations = 2 * side**3

    def rate(product: Callable[[], Tensor]) -> float:
        return operations / best_seconds(product, device)

    threads = "" if device.type == "cuda" else f", threads of torch: {thread_count()}"
    return Hardware(
        f"{device_text(device)}{threads}",
        2 * len(source) / copying,
        rate(lambda: numbers @ numbers),
        rate(lambda: torch._int_mm(small, small)),
    )
