"""Decides from foreseen results whether a candidate is better than the current model.

The newest event of each target decides, because it is the nearest to the next plate. A candidate is
promoted if its error there is lower than that of the current model by the margin, on no target
higher, and if its intervals hold as many results as they promise, within chance.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest

from chem.records.message_text import counted
from gnn.candidates.foresee import BASE, CURRENT, Foreseen, Later
from gnn.features.array_types import Bools, Floats64

MARGIN = 0.02
"""The least gain by default: an error that is 2 % lower."""
LEAST = 8
"""Fewest compounds that decide: with fewer, chance alone makes a gain of any size. Results of one
compound on several targets err together, so they count as one."""
PROMISED = 0.9
"""Share of results that intervals have to hold."""
_DRAWS = 2_000


class Figures(NamedTuple):
    """How one model foresaw some results."""

    results: int
    rmse: float
    """In the unit of the values; NaN for none."""
    inside: int
    """Results inside of their 90 % interval."""

    @property
    def coverage(self) -> float:
        """The share of results inside of their interval; NaN for none."""
        return self.inside / self.results if self.results else float("nan")


class Gain(NamedTuple):
    """1 - RMSE / RMSE of the current model, with its 90 % interval by a bootstrap of compounds."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        low, high = (f"{100 * end:.0f}" for end in (self.low, self.high))
        return f"{100 * self.value:.1f} % (90 % interval {low} to {high} %)"


class Decision(NamedTuple):
    """The comparison of all models, and what follows."""

    every: Mapping[str, Figures]
    """On all later results that a model did not know, by name of the model."""
    newest: Mapping[str, Figures]
    """On the results that decide."""
    events: tuple[int, ...]
    """Places in time of the events that decide."""
    promote: str
    """The candidate to promote; empty for none."""
    gain: Gain | None
    """Of the candidate to promote."""
    why: tuple[str, ...]
    """Why each candidate is promoted or not, in sentences."""


def decide(later: Later, margin: float = MARGIN) -> Decision:
    """Compare the candidates with the current model.

    margin: The least gain, such as 0.02.
    """
    deciding = _deciding(later)
    every = {name: _figures(later, one, _known(one)) for name, one in later.models.items()}
    newest = {name: _figures(later, one, deciding) for name, one in later.models.items()}
    events = tuple(int(one) for one in np.unique(later.event[deciding]))
    count = len(np.unique(later.compound[deciding]))
    if count < LEAST:
        why = (
            f"results of {counted(count, 'new compound')} decide, expected at least {LEAST} "
            "compounds with exact values in the newest event of a target, after its first one, "
            "that the current model does not know; keep results of one more plate"
        )
        return Decision(every, newest, events, "", None, (why,))
    told = [f"{name}: {why}" for name, why in later.not_made.items()]
    names = [name for name in later.models if name not in (BASE, CURRENT)]
    for name in sorted(names, key=lambda one: newest[one].rmse):
        gain = _gain(later, name, deciding)
        reason = _refusal(later, name, gain, margin, deciding)
        if not reason:
            told.append(f"{name}: its error is lower by {gain}")
            return Decision(every, newest, events, name, gain, tuple(told))
        told.append(f"{name}: {reason}")
    return Decision(every, newest, events, "", None, tuple(told))


def _known(one: Foreseen) -> Bools:
    found: Bools = np.isfinite(one.value)
    return found


def _deciding(later: Later) -> Bools:
    """Return the results of the newest event of each task that the current model foresaw."""
    found = np.zeros(len(later.event), bool)
    for task in np.unique(later.task.astype(str)):
        mine = later.task == task
        found |= mine & (later.event == later.event[mine].max())
    return found & _known(later.models[CURRENT])


def _errors(later: Later, name: str, rows: Bools) -> Floats64:
    found: Floats64 = (later.measured - later.models[name].value)[rows]
    return found


def _figures(later: Later, one: Foreseen, rows: Bools) -> Figures:
    measured = later.measured[rows]
    inside = (one.low[rows] <= measured) & (measured <= one.high[rows])
    return Figures(int(rows.sum()), _rmse(measured - one.value[rows]), int(inside.sum()))


def _rmse(errors: Floats64) -> float:
    return float(np.sqrt(np.mean(errors**2))) if len(errors) else float("nan")


def _gain(later: Later, name: str, rows: Bools) -> Gain:
    """Return the gain of a candidate.

    Both models are drawn the same compounds, each with its results on all targets.
    """
    _, owner = np.unique(later.compound[rows], return_inverse=True)
    # [compounds] sums of squared errors: the number of results is the same for both models.
    mine, current = (np.bincount(owner, _errors(later, one, rows) ** 2) for one in (name, CURRENT))
    draws = np.random.default_rng(0).integers(0, len(mine), (_DRAWS, len(mine)))
    base = np.maximum(current[draws].sum(axis=1), 1e-12)
    drawn = 1 - np.sqrt(mine[draws].sum(axis=1) / base)
    low, high = np.quantile(drawn, [0.05, 0.95])
    value = 1 - np.sqrt(mine.sum() / max(float(current.sum()), 1e-12))
    return Gain(float(value), float(low), float(high))


def _refusal(later: Later, name: str, gain: Gain, margin: float, rows: Bools) -> str:
    """Return why a candidate is not promoted; empty if it is."""
    mine, current = (later.models[one].value[rows] for one in (name, CURRENT))
    if gain.value < margin and np.allclose(mine, current, rtol=0, atol=1e-4):
        return (
            "made of earlier events only, it foresees these results as the current model does; "
            "one more event tells whether these results help"
        )
    if gain.value < margin:
        word = "lower" if gain.value >= 0 else "higher"
        size = Gain(abs(gain.value), *(gain[1:] if gain.value >= 0 else (-gain.high, -gain.low)))
        return f"its error is {word} by {size}, expected lower by at least {100 * margin:g} %"
    tasks = np.unique(later.task[rows].astype(str))
    for task in tasks if len(tasks) > 1 else ():
        own = rows & (later.task == task)
        before, now = (_rmse(_errors(later, one, own)) for one in (CURRENT, name))
        if now > before:
            return f"its error on {task} is higher, {now:.3f} instead of {before:.3f}"
    held = _figures(later, later.models[name], rows)
    high = binomtest(held.inside, held.results).proportion_ci(0.95, method="wilson").high
    if high < PROMISED:
        return (
            f"its 90 % intervals hold {held.inside} of {held.results} results, which is fewer than "
            f"chance allows"
        )
    return ""
