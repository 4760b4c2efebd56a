"""The loop that all trainings share: learning rate, order of rows, gradients that are cut."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from gnn.features.array_types import Ints
from gnn.training.loop import Descent, TrainingConfig, learning_rate


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    config = TrainingConfig(learning_rate=0.01, warmup=0.1)
    rates = [learning_rate(step, 100, config) for step in range(100)]
    assert rates.index(max(rates)) in (9, 10)
    assert max(rates) == pytest.approx(0.01)
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 1e-5
    assert learning_rate(0, 1, config) > 0


def steps_of(order: list[int], steps: range) -> Iterator[list[int]]:
    """Go down a line with slope 10; yields the rows of each step."""
    weight = torch.zeros(1, requires_grad=True)
    seen: list[list[int]] = []

    def loss(rows: Ints) -> torch.Tensor:
        seen.append(rows.tolist())
        return 10 * weight.sum()

    descent = Descent(torch.optim.SGD([weight], lr=9.0), loss, lambda step: 0.5, [weight])
    for at, _ in enumerate(descent.run(lambda epoch: np.array(order) + 10 * epoch, 2, 2, steps)):
        assert float(weight) == pytest.approx(-0.5 * (at + 1))  # a slope of 1 at most
        yield seen[-1]


def test_an_epoch_goes_through_one_order_of_rows() -> None:
    assert list(steps_of([2, 0, 1], range(4))) == [[2, 0], [1], [12, 10], [11]]


def test_steps_go_on_in_the_middle_of_an_epoch() -> None:
    assert list(steps_of([2, 0, 1], range(1, 3))) == [[1], [12, 10]]
