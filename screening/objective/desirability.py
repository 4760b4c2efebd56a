"""Desirability: how much a value is worth, from 0 (nothing) to 1 (everything).

One-sided and two-sided linear desirabilities and their weighted geometric mean, after
Derringer and Suich 1980, J. Qual. Technol. 12(4), 214-219, doi 10.1080/00224065.1980.11980968.
A geometric mean lets no strength buy off a weakness, unlike a sum.

All arithmetic is float64 and elementwise, so a value's worth never depends on its neighbours.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FLOOR = 0.01
"""What a desirability of 0 counts as inside the mean.

Derringer and Suich let one zero end a candidate. Here d counts as FLOOR + (1 - FLOOR) * d, so
that compounds which all fail one term keep their order by the others.
"""


def ramp(values: npt.ArrayLike, zero: float, full: float) -> Floats:
    """0 at ``zero`` and beyond, 1 at ``full`` and beyond, a straight line between.

    ``full`` may lie above ``zero`` (more is better) or below it (less is better). Where they
    are equal the ramp is a step up: 1 from there on.

    values: [n] finite numbers. Returns float64 [n] in [0, 1]. Raises ValueError for NaN or
    infinity: a missing prediction must never look like a bad one.
    """
    x = finite(values)
    if full == zero:
        return (x >= full).astype(np.float64)
    # Clip first: a far-off value over a tiny width would overflow.
    return (np.clip(x, min(zero, full), max(zero, full)) - zero) / (full - zero)


def window(
    values: npt.ArrayLike,
    zero_below: float | None,
    full_from: float | None,
    full_to: float | None,
    zero_above: float | None,
) -> Floats:
    """A trapezoid: 1 from ``full_from`` to ``full_to``, falling to 0 at the outer edges.

    A side given as None has no limit; a side with equal edges is a step, and its edge still
    counts as 1. Returns float64 [n] in [0, 1]; raises ValueError for NaN or infinity.
    """
    x = finite(values)
    worth = np.ones_like(x)
    if zero_below is not None and full_from is not None:
        worth = np.minimum(worth, ramp(x, zero_below, full_from))
    if full_to is not None and zero_above is not None:
        worth = np.minimum(worth, ramp(-x, -zero_above, -full_to))
    return worth


def combine(desirabilities: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Weighted geometric mean of desirabilities, each lifted by FLOOR.

    desirabilities: one float64 [n] in [0, 1] for each weight. Returns float64 [n] in [FLOOR, 1]; it
    never falls when a desirability rises.
    """
    if len(desirabilities) != len(weights) or not desirabilities:
        raise ValueError(
            f"{len(desirabilities)} parts for {len(weights)} weights; expected one for each"
        )
    total = np.zeros_like(finite(desirabilities[0]))
    for desirability, weight in zip(desirabilities, weights, strict=True):
        # Term after term in their order, never a reduction over an axis: numpy may sum an axis
        # in another order for another number of rows. Contiguous, because its strided loops may
        # use another logarithm.
        total += weight * np.log(FLOOR + (1.0 - FLOOR) * np.ascontiguousarray(finite(desirability)))
    return np.clip(np.exp(total / sum(weights)), FLOOR, 1.0)


def finite(values: npt.ArrayLike) -> Floats:
    """The values as contiguous float64; ValueError if one is NaN or infinite."""
    x = np.ascontiguousarray(values, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(x))
    if bad.size:
        raise ValueError(f"{bad.size} of {x.size} values are not finite, the first at {bad[0]}")
    return x
