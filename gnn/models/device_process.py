"""Solves a Gaussian process with its kernel on a GPU.

Only the inverse is computed there, in float64, where it differs from that of LAPACK by rounding
alone. Tests compare both.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from gnn.errors import ModelError
from gnn.features.array_types import Floats64
from gnn.models.gaussian_process import weigh


def solve_on_device(
    gram: Tensor, values: Floats64, bounds: npt.NDArray[np.int8], noise: float
) -> tuple[Floats64, float]:
    """Return the weights [n] and the centre of a process with known noise.

    gram: [n, n] kernel among the rows, on the device. The other arguments are those of
    :func:`gnn.models.gaussian_process.solve`.

    Raises ModelError if the kernel cannot be inverted.
    """
    work = gram.to(torch.float64, copy=True)
    work.diagonal().add_(noise)
    lower, failed = torch.linalg.cholesky_ex(work)
    if int(failed):
        raise ModelError(f"the kernel of {len(work)} compounds cannot be inverted; raise the noise")
    return weigh(torch.cholesky_inverse(lower).cpu().numpy(), values, bounds)
