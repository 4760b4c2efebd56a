"""Quantizes weights for a bundle: rounds matrices, and stores once what members have in common.

A card measures the rounded weights, so the measured quality includes any loss by rounding.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

SHARED = "shared"
"""The section of a bundle with the weights that are equal in all its networks."""
_LARGE = 1 << 18
"""Matrices with more numbers than this are rounded to bytes, smaller ones to float16."""
_STEPS = 15
"""Steps from 0 to a row's largest number: they change no metric, and the file packs well."""
_SCALE = ".row_scale"


def quantize(state: Mapping[str, Tensor], steps: int = _STEPS) -> dict[str, Tensor]:
    """Round a state's matrices; vectors and whole numbers stay unchanged.

    A large matrix becomes int8, each row in steps of 1/15 (or 1/``steps``, at most 127) of its
    largest number; others become float16.
    """
    found = {}
    for name, value in state.items():
        if not value.is_floating_point() or value.ndim < 2:
            found[name] = value
        elif value.numel() > _LARGE:
            step = value.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / steps
            found[name] = torch.round(value / step).to(torch.int8)
            found[name + _SCALE] = step
        else:
            found[name] = value.to(torch.float16)
    return found


def dequantize(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a rounded state in single precision again."""
    found = {}
    for name, value in state.items():
        if name.endswith(_SCALE):
            continue
        if name + _SCALE in state:
            found[name] = value.float() * state[name + _SCALE]
        else:
            found[name] = value.float() if value.is_floating_point() else value
    return found


def share_graph(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Mapping[str, Tensor]]:
    """Return states by section: the graph's weights only once if they are equal in all members."""
    sections = {str(at): dict(state) for at, state in enumerate(states)}
    if not states:
        return dict(sections)
    names = [name for name in states[0] if name.startswith("graph.")]
    if any(not torch.equal(state[name], states[0][name]) for state in states for name in names):
        return dict(sections)
    for state in sections.values():
        for name in names:
            del state[name]
    return {SHARED: {name: states[0][name] for name in names}, **sections}
