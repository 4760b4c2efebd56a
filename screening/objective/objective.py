"""Evaluates the objective of a screen: one score for each compound, and every term of it.

Each term is a linear desirability, from 0 (worth nothing) to 1 (worth everything). The score is
their weighted geometric mean, after Derringer and Suich 1980, J. Qual. Technol. 12(4), 214-219, doi
10.1080/00224065.1980.11980968. In a geometric mean, unlike a sum, a strength does not make up for a
weakness.

The numbers of a row depend on that row alone: there is no scaling by the library, no rank and no
reduction. All arithmetic is float64 and elementwise.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from gnn.calibration.conformal import INTERVAL_STDS
from screening.objective.screen_settings import Limit
from screening.objective.terms import Objective

Floats = npt.NDArray[np.float64]

FLOOR = 0.01
"""The value that a desirability of 0 has inside the mean.

Derringer and Suich let a single zero make the whole score zero. Here d counts as
FLOOR + (1 - FLOOR) * d, so that compounds which all fail one term are still ordered by the others.
"""


def ramp(values: npt.ArrayLike, zero: float, full: float) -> Floats:
    """Map values to desirabilities: 0 up to ``zero``, 1 from ``full`` on, linear in between.

    ``full`` may lie above ``zero`` (more is better) or below it (less is better). If they are
    equal, the ramp is a step up: 1 at that value and above.

    Args:
        values: [n] finite numbers.
        zero: The value at which, and beyond which, the desirability is 0.
        full: The value at which, and beyond which, the desirability is 1.

    Returns:
        float64 [n] in [0, 1].

    Raises:
        ValueError: A value is NaN or infinite: a missing prediction must never look like a bad one.
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
    """Map values to a trapezoid: 1 from ``full_from`` to ``full_to``, 0 beyond the outer edges.

    A side given as None has no limit. A side with equal edges is a step, whose edge counts as 1.

    Returns float64 [n] in [0, 1]. Raises ValueError for NaN or infinity.
    """
    x = finite(values)
    worth = np.ones_like(x)
    if zero_below is not None and full_from is not None:
        worth = np.minimum(worth, ramp(x, zero_below, full_from))
    if full_to is not None and zero_above is not None:
        worth = np.minimum(worth, ramp(-x, -zero_above, -full_to))
    return worth


def combine(desirabilities: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Return the weighted geometric mean of desirabilities, each raised by FLOOR.

    Args:
        desirabilities: One float64 [n] in [0, 1] for each weight.
        weights: The exponents, relative to each other.

    Returns:
        float64 [n] in [FLOOR, 1]; it never falls when a desirability rises.
    """
    if len(desirabilities) != len(weights) or not desirabilities:
        raise ValueError(
            f"{len(desirabilities)} desirabilities for {len(weights)} weights; "
            "expected one for each"
        )
    total = np.zeros_like(finite(desirabilities[0]))
    for desirability, weight in zip(desirabilities, weights, strict=True):
        # Terms are added one by one in their order, never by a reduction over an axis: numpy may
        # sum an axis in another order for another number of rows. The values are contiguous,
        # because numpy's strided loops may use another logarithm.
        total += weight * np.log(FLOOR + (1.0 - FLOOR) * np.ascontiguousarray(finite(desirability)))
    return np.clip(np.exp(total / sum(weights)), FLOOR, 1.0)


def finite(values: npt.ArrayLike) -> Floats:
    """Return the values as contiguous float64; raise ValueError if one is NaN or infinite."""
    x = np.ascontiguousarray(values, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(x))
    if bad.size:
        raise ValueError(f"{bad.size} of {x.size} values are not finite, the first at {bad[0]}")
    return x


def evaluate(
    frame: pd.DataFrame, objective: Objective, optimism: float | None = None
) -> pd.DataFrame:
    """Compute the score and its terms for every row of ``frame``.

    Returns float64 columns with the index of ``frame``: ``score`` in [FLOOR, 1], unrounded, then
    for each

    - primary: ``d_EGFR`` in [0, 1], ``EGFR`` the prediction, ``EGFR_std`` its standard deviation,
      and ``EGFR_lower`` = EGFR - caution * std, from which the desirability follows (for a target
      that is learned as logarithms: that difference of logarithms, :func:`move_logarithm`);
    - off-target: ``d_selectivity_AURKA`` and ``selectivity_AURKA``, the best primary's
      prediction minus the off-target's;
    - set of targets to spare: the same columns with its name, such as ``selectivity_TK``, for the
      highest prediction on any of them;
    - liability ``d_herg`` and property window ``d_mw``.

    optimism: judge ``prediction + optimism * std`` of every primary target instead.

    Raises ValueError that names the column if a value is NaN or infinite: no score is ever NaN.
    """
    columns = dict(_term_columns(frame, objective, optimism))
    worth = [values for name, values in columns.items() if name.startswith("d_")]
    score = combine(worth, [term.weight for term in objective.terms])
    return pd.DataFrame({"score": score, **columns}, index=frame.index)


def _term_columns(
    frame: pd.DataFrame, objective: Objective, optimism: float | None
) -> Iterator[tuple[str, Floats]]:
    """Yield named columns in the order of ``Objective.columns``."""
    best = _read(frame, objective.primary[0].task)
    for primary in objective.primary:
        mean, std = _read(frame, primary.task), _read(frame, f"{primary.task}_std")
        caution = primary.caution if optimism is None else -optimism
        lower = mean - caution * std
        if primary.scale == "log10":
            low, high = (_read(frame, f"{primary.task}{end}") for end in ("_lo", "_hi"))
            lower = move_logarithm(mean, low, high, by=-caution)
        yield f"d_{primary.name}", ramp(lower, primary.zero, primary.full)
        yield primary.name, mean
        yield f"{primary.name}_std", std
        yield f"{primary.name}_lower", lower
        best = np.maximum(best, mean)
    for off in objective.off_targets:
        margin = best - _read(frame, off.task)
        yield f"d_selectivity_{off.name}", ramp(margin, off.zero, off.full)
        yield f"selectivity_{off.name}", margin
    for over in objective.selective_over:
        members = (_read(frame, task) for task in over.known_members)
        margin = best - reduce(np.maximum, members)
        yield f"d_selectivity_{over.name}", ramp(margin, over.zero, over.full)
        yield f"selectivity_{over.name}", margin
    for risk in objective.liabilities:
        yield f"d_{risk.name}", ramp(_read(frame, risk.task), risk.zero, risk.full)
    for rule in objective.windows:
        edges = (rule.zero_below, rule.full_from, rule.full_to, rule.zero_above)
        yield f"d_{rule.property}", window(_read(frame, rule.property), *edges)


def move_logarithm(value: Floats, low: Floats, high: Floats, by: float) -> Floats:
    """Return values [n] moved by some standard deviations of their logarithm; all above 0.

    low, high: ends of the 90 % intervals, whose width tells the deviation.
    """
    moved: Floats = value * np.power(high / low, by / INTERVAL_STDS)
    return moved


def _read(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame.columns:
        raise ValueError(f'the scored table has no column "{column}"')
    try:
        return finite(frame[column].to_numpy())
    except ValueError as error:
        raise ValueError(f'column "{column}": {error}') from error


def beyond(frame: pd.DataFrame, evaluated: pd.DataFrame, limit: Limit) -> npt.NDArray[np.bool_]:
    """Tell which rows [n] a filter removes.

    The filter's column is one of ``evaluated`` or else of ``frame``. Raises ValueError for NaN.
    """
    column = (evaluated if limit.column in evaluated.columns else frame)[limit.column]
    values = column.to_numpy(dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError(f'filter {limit.name}: column "{limit.column}" has NaN')
    return np.asarray(values < limit.value if limit.side == "min" else values > limit.value)


def apply_limits(
    frame: pd.DataFrame, evaluated: pd.DataFrame, limits: Iterable[Limit]
) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Tell which rows [n] all filters keep, and how many each removes after those before it."""
    kept, taken = np.ones(len(frame), dtype=bool), {}
    for limit in limits:
        fails = kept & beyond(frame, evaluated, limit)
        taken[limit.name] = int(fails.sum())
        kept &= ~fails
    return kept, taken
