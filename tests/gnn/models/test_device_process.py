"""A process that is solved with tensors is the one that LAPACK solves."""

import numpy as np
import pytest
import torch

from gnn.errors import ModelError
from gnn.models.device_process import solve_on_device
from gnn.models.gaussian_process import solve


@pytest.mark.parametrize("bounded", [0.0, 0.4])
@pytest.mark.parametrize("noise", [0.01, 0.3])
def test_weights_are_those_of_lapack(bounded: float, noise: float) -> None:
    draw = np.random.default_rng(4)
    points = draw.normal(size=(60, 3))
    gram = np.exp(-np.square(points[:, None] - points[None]).sum(axis=2)).astype(np.float32)
    values = draw.normal(6, 1.5, 60)
    signs = draw.choice([-1, 1], 60) * (draw.random(60) < bounded)
    bounds = signs.astype(np.int8)
    alpha, centre = solve_on_device(torch.from_numpy(gram.copy()), values, bounds, noise)
    expected, of_all = solve(gram, values, bounds, noise)
    assert centre == of_all
    np.testing.assert_allclose(alpha, expected, rtol=1e-8, atol=1e-9)


def test_a_kernel_that_cannot_be_inverted_is_told() -> None:
    gram = -torch.ones(4, 4)
    with pytest.raises(ModelError, match="the kernel of 4 compounds cannot be inverted"):
        solve_on_device(gram, np.arange(4.0), np.zeros(4, np.int8), 0.1)
