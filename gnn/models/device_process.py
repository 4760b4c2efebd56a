"""Solves a Gaussian process on a GPU, as :func:`gnn.models.gaussian_process.solve` does on a CPU.

It works in float64, where both differ by rounding alone. Tests compare them.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.array_types import Floats64


def solve_on_device(
    gram: Tensor, values: Floats64, bounds: npt.NDArray[np.int8], noise: float
) -> tuple[Floats64, float]:
    """Return the weights [n] and the centre of a process with known noise.

    Args:
        gram: [n, n] kernel among the rows, on the device.
        values: [n] values in any unit.
        bounds: [n] 0 measured, -1 the true value is at most the value, +1 at least.
        noise: Share of the values' variance.

    Raises ModelError if the kernel cannot be inverted.
    """
    centre, scale = float(values.mean()), max(float(values.std()), 1e-6)
    work = gram.to(torch.float64, copy=True)
    work.diagonal().add_(noise)
    lower, failed = torch.linalg.cholesky_ex(work)
    if int(failed):
        raise ModelError(f"the kernel of {len(work)} compounds cannot be inverted; raise the noise")
    inverse = torch.cholesky_inverse(lower)
    targets = torch.from_numpy((values - centre) / scale).to(gram.device)
    drawn = _draw_to_bounds(inverse, targets, torch.from_numpy(bounds).to(gram.device))
    alpha: Floats64 = (inverse @ drawn).mul_(scale).cpu().numpy()
    return alpha, centre


def _draw_to_bounds(inverse: Tensor, targets: Tensor, bounds: Tensor) -> Tensor:
    """Return targets [n] as ``gnn.models.gaussian_process.draw_to_bounds`` does."""
    drawn = targets
    for _ in range(2 if bool(bounds.any()) else 0):
        alone = drawn - (inverse @ drawn) / inverse.diagonal()
        low, high = (bounds < 0) & (alone < targets), (bounds > 0) & (alone > targets)
        drawn = torch.where(low | high, alone, targets)
    return drawn
