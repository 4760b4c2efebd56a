import math

import pytest
import torch
from torch import Tensor

from gnn.models.losses import masked_loss

HOLE = math.nan


def loss_of(
    output: Tensor,
    values: list[list[float]],
    bounds: list[list[int]],
    binary: list[bool],
    weights: list[float] | None = None,
    pull: float = 0.0,
) -> Tensor:
    return masked_loss(
        output,
        torch.tensor(values),
        torch.tensor(bounds, dtype=torch.int8),
        torch.tensor(binary),
        torch.tensor(weights or [1.0] * len(binary)),
        pull,
    )


def entropy(logit: float, truth: float) -> float:
    p = 1 / (1 + math.exp(-logit))
    return -math.log(p if truth else 1 - p)


@pytest.mark.parametrize(
    ("output", "value", "bound", "pull", "expected"),
    [
        pytest.param(1.5, 1.0, 0, 0.0, 0.25, id="measured"),
        pytest.param(1.5, 1.0, 0, 1.0, 0.25, id="measured whatever the pull"),
        pytest.param(0.5, 1.0, -1, 0.0, 0.0, id="below an upper bound"),
        pytest.param(0.5, 1.0, -1, 0.2, 0.05, id="below an upper bound, pulled"),
        pytest.param(0.5, 1.0, -1, 1.0, 0.25, id="an upper bound as a measurement"),
        pytest.param(1.5, 1.0, -1, 0.0, 0.25, id="above an upper bound"),
        pytest.param(1.5, 1.0, -1, 0.2, 0.25, id="above an upper bound, pulled"),
        pytest.param(1.5, 1.0, 1, 0.0, 0.0, id="above a lower bound"),
        pytest.param(1.5, 1.0, 1, 0.2, 0.05, id="above a lower bound, pulled"),
        pytest.param(0.5, 1.0, 1, 0.0, 0.25, id="below a lower bound"),
        pytest.param(1.0, 1.0, -1, 1.0, 0.0, id="on the bound"),
        pytest.param(9.0, HOLE, 0, 1.0, 0.0, id="a hole"),
    ],
)
def test_one_value(output: float, value: float, bound: int, pull: float, expected: float) -> None:
    found = loss_of(torch.tensor([[output]]), [[value]], [[bound]], [False], pull=pull)
    assert found.item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("logit", "truth"), [(2.0, 1.0), (2.0, 0.0), (-3.0, 1.0), (0.0, 0.0)])
def test_one_class(logit: float, truth: float) -> None:
    found = loss_of(torch.tensor([[logit]]), [[truth]], [[0]], [True])
    assert found.item() == pytest.approx(entropy(logit, truth), rel=1e-5)


def test_the_average_is_over_what_was_measured() -> None:
    output = torch.tensor([[1.0, 2.0], [3.0, -1.0], [8.0, 0.5]])
    values = [[0.0, 1.0], [HOLE, 0.0], [HOLE, HOLE]]
    found = loss_of(output, values, [[0, 0]] * 3, [False, True])
    expected = (1.0 + entropy(2.0, 1.0) + entropy(-1.0, 0.0)) / 3
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_weights_scale_a_tasks_share() -> None:
    output = torch.tensor([[1.0, 2.0]])
    found = loss_of(output, [[0.0, 0.0]], [[0, 0]], [False, False], weights=[3.0, 1.0])
    assert found.item() == pytest.approx((3 * 1.0 + 1 * 4.0) / 4)


def test_holes_and_kept_bounds_do_not_move_the_network() -> None:
    output = torch.tensor([[1.0, 0.5, 1.5, 1.5]], requires_grad=True)
    loss_of(output, [[HOLE, 1.0, 1.0, 1.0]], [[0, -1, 1, 0]], [False] * 4).backward()
    assert output.grad is not None
    assert output.grad.tolist()[0][:3] == [0.0, 0.0, 0.0]
    assert output.grad[0, 3].item() > 0


def test_nothing_measured_costs_nothing() -> None:
    found = loss_of(torch.ones(2, 1), [[HOLE], [HOLE]], [[0], [0]], [False])
    assert found.item() == 0.0
