"""Builds a network from its stored weights, without the random weights with which training begins.

Those take longer to draw than the stored ones take to load, and on the device ``meta`` torch would
load its compiler to draw them (1.1 to 2.2 s in each process).
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Module = TypeVar("Module", bound=nn.Module)


class _WithoutInitialization(TorchFunctionMode):
    """Leaves out the functions of ``torch.nn.init`` that draw random weights."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = kwargs or {}
        if getattr(func, "__module__", "") == nn.init.__name__:
            return given["tensor"] if "tensor" in given else args[0]
        return func(*args, **given)


def load_network(make: Callable[[], Module], state: Mapping[str, Tensor]) -> Module:
    """Build a network and give it its weights, for predicting only.

    Args:
        make: builds the network; its parameters and buffers are all in ``state``.
        state: the weights by name. The network takes them as they are: nothing may change them.

    Raises:
        ValueError: The sizes are not those of the weights. Nothing large was built until then.
        RuntimeError: There is a weight that the network does not have.
    """
    with torch.device("meta"), _WithoutInitialization():
        network = make()  # on this device it takes no memory
    _check_same_sizes(network, state)
    # Not ``to_empty``: on this device it loads torch's symbolic shapes and sympy, half a second.
    network.load_state_dict(dict(state), assign=True)
    return network.eval().requires_grad_(False)


def _check_same_sizes(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    for name, value in network.state_dict().items():
        if name not in state or state[name].shape != value.shape:
            found = tuple(state[name].shape) if name in state else "nothing"
            raise ValueError(f"{name} has sizes {found}, the card says {tuple(value.shape)}")
