import pytest
import torch
from torch import Tensor

from gnn.models.quantize import SHARED, dequantize, quantize, share_graph


def some_state(seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        "first.weight": torch.randn((600, 600), generator=generator),
        "head.weight": torch.randn((3, 40), generator=generator),
        "head.bias": torch.randn(3, generator=generator),
        "graph.factors": torch.arange(12).reshape(6, 2),
    }


def test_a_large_matrix_becomes_bytes_and_comes_back_within_half_a_step() -> None:
    state = some_state()
    small = quantize(state)
    assert small["first.weight"].dtype == torch.int8
    back = dequantize(small)["first.weight"]
    step = state["first.weight"].abs().amax(dim=1, keepdim=True) / 15
    assert bool(((back - state["first.weight"]).abs() <= step * 0.5001).all())


def test_small_matrices_become_float16_and_the_rest_stays() -> None:
    state = some_state()
    small = quantize(state)
    assert small["head.weight"].dtype == torch.float16
    assert torch.equal(small["head.bias"], state["head.bias"])
    assert torch.equal(small["graph.factors"], state["graph.factors"])
    assert dequantize(small).keys() == state.keys()


def test_rounding_again_changes_nothing() -> None:
    once = dequantize(quantize(some_state()))
    twice = dequantize(quantize(once))
    for name, value in once.items():
        torch.testing.assert_close(twice[name], value, rtol=1e-6, atol=0)


def test_a_matrix_of_zeros_stays_zero() -> None:
    assert not dequantize(quantize({"first.weight": torch.zeros(600, 600)}))["first.weight"].any()


@pytest.mark.parametrize("alike", [True, False])
def test_what_members_have_alike_is_stored_once(alike: bool) -> None:
    states = [some_state(1), some_state(2)]
    if not alike:
        states[1]["graph.factors"] = states[1]["graph.factors"] + 1
    parts = share_graph(states)
    assert (SHARED in parts) == alike
    for at, state in enumerate(states):
        assert {**parts.get(SHARED, {}), **parts[str(at)]}.keys() == state.keys()


def test_no_members_share_nothing() -> None:
    assert share_graph([]) == {}
