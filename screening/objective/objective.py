"""The objective of a screen, evaluated: one score for each compound, and every term of it.

A row's numbers depend on that row alone: no scaling by the library, no ranks, no reductions.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from screening.objective.desirability import Floats, combine, finite, ramp, window
from screening.objective.screen_settings import Limit, Screen


def needed_columns(screen: Screen) -> tuple[str, ...]:
    """The prediction and property columns that ``evaluate`` reads."""
    spread = [f"{term.task}_std" for term in screen.primary]
    windows = [term.property for term in screen.windows]
    return tuple(dict.fromkeys([*screen.tasks, *spread, *windows]))


def evaluate(frame: pd.DataFrame, screen: Screen) -> pd.DataFrame:
    """The score and its terms for every row of ``frame``.

    Returns float64 columns under the index of ``frame``: ``score`` in [FLOOR, 1] unrounded,
    then for each

    - primary: ``d_EGFR`` in [0, 1], ``EGFR`` the prediction, ``EGFR_std`` its standard
      deviation, ``EGFR_lower`` = EGFR - caution * std, which the desirability judges;
    - off-target: ``d_selectivity_AURKA`` and ``selectivity_AURKA``, the best primary's
      prediction minus the off-target's;
    - liability ``d_herg`` and property window ``d_mw``.

    Raises ValueError naming the column when a value is NaN or infinite: no score is NaN.
    """
    columns = dict(_term_columns(frame, screen))
    worth = [values for name, values in columns.items() if name.startswith("d_")]
    score = combine(worth, [term.weight for term in screen.terms])
    return pd.DataFrame({"score": score, **columns}, index=frame.index)


def _term_columns(frame: pd.DataFrame, screen: Screen) -> Iterator[tuple[str, Floats]]:
    """Named columns in the order of ``Screen.objective_columns``."""
    best = _read(frame, screen.primary[0].task)
    for primary in screen.primary:
        mean, std = _read(frame, primary.task), _read(frame, f"{primary.task}_std")
        lower = mean - primary.caution * std
        yield f"d_{primary.name}", ramp(lower, primary.zero, primary.full)
        yield primary.name, mean
        yield f"{primary.name}_std", std
        yield f"{primary.name}_lower", lower
        best = np.maximum(best, mean)
    for off in screen.off_targets:
        margin = best - _read(frame, off.task)
        yield f"d_selectivity_{off.name}", ramp(margin, off.zero, off.full)
        yield f"selectivity_{off.name}", margin
    for risk in screen.liabilities:
        yield f"d_{risk.name}", ramp(_read(frame, risk.task), risk.zero, risk.full)
    for rule in screen.windows:
        edges = (rule.zero_below, rule.full_from, rule.full_to, rule.zero_above)
        yield f"d_{rule.property}", window(_read(frame, rule.property), *edges)


def _read(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame.columns:
        raise ValueError(f'the scored table has no column "{column}"')
    try:
        return finite(frame[column].to_numpy())
    except ValueError as error:
        raise ValueError(f'column "{column}": {error}') from error


def beyond(frame: pd.DataFrame, evaluated: pd.DataFrame, limit: Limit) -> npt.NDArray[np.bool_]:
    """Tell which rows [n] a filter takes; its column is one of ``evaluated`` or else of ``frame``.

    Raises ValueError for NaN.
    """
    column = (evaluated if limit.column in evaluated.columns else frame)[limit.column]
    values = column.to_numpy(dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError(f'filter {limit.name}: column "{limit.column}" has NaN')
    return np.asarray(values < limit.value if limit.side == "min" else values > limit.value)
