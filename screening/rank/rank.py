"""From scored molecules to the best N: a total order, so that no cut of the work changes it.

The order: score rounded to SCORE_DECIMALS, highest first; ties by standardized SMILES
(by code point), then by row. Rounding keeps float noise between machines out of the order.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from screening.objective.objective import apply_limits, evaluate
from screening.objective.screen_settings import Screen
from screening.score.triage_recall import TriageFacts

SCORE_DECIMALS = 6
"""Scores are equal when they agree to this many decimals."""
OPTIMISTIC = "optimistic"
"""Column of the score that judges optimistically, where one was asked for."""


class Money(NamedTuple):
    """What was spent of a selection's budget, written out with two decimals."""

    budget: str
    spent: str
    currency: str
    """Of the prices; ``""`` where none names one."""
    unpriced_controls: int
    prices_read: str
    """How the numbers of the price column were read, where that had to be decided."""


class SelectionReport(NamedTuple):
    """How a selection went."""

    asked: int
    """Hits asked for."""
    pool: int
    """Compounds of the ranked list that the choice was made from."""
    considered: int
    """The pool, controls and explored compounds beyond it, and what is excluded among them."""
    by_rule: dict[str, int]
    """Hits by what picked them; those of all clusters together."""
    passed_over: dict[str, int]
    """The other considered compounds by reason, likewise."""
    not_listed: int
    """Of these, excluded compounds that are counted but not listed one by one."""
    money: Money | None
    """None without a budget."""
    lists: tuple[dict[str, Any], ...]
    """What became of each list of compounds."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        money = None if self.money is None else self.money._asdict()
        return {**self._asdict(), "money": money, "lists": list(self.lists)}


class Ranking(NamedTuple):
    """The best compounds of a screen, and where the others went."""

    hits: pd.DataFrame
    """``rank`` 1..N, then ``score`` (rounded), the objective's columns, then the given ones."""
    scored: int
    """Molecules looked at."""
    passed: int
    """Molecules that no filter took: scored = passed + sum of filtered + set_aside.

    A costly filter takes only of those that it was asked about, down to the last hit."""
    filtered: dict[str, int]
    """Molecules taken by each filter; one that fails several counts under the first of them."""
    set_aside: int = 0
    """Molecules that a triage had the ensembles not look at."""
    triage: TriageFacts | None = None
    """How the triage of the scores went, or why there was none; None where that was not asked."""
    examined: int = 0
    """Molecules asked for their QED and alerts: the hits and those that costly filters took; with
    costly filters and a selection, the whole pool and those that costly filters took."""
    every: pd.DataFrame | None = None
    """``row``, ``score`` and ``kept`` of all molecules, if asked for; costly filters take no
    part."""
    depth: int = 0
    """How far down the list a selection looked."""
    passed_over: pd.DataFrame | None = None
    """Considered by a selection and not taken, in the order of the list: ``list_rank, row, smiles,
    score, why``, and ``compound_id``. None without a selection."""
    selection: SelectionReport | None = None
    """How the selection went; None without one."""


class Place(NamedTuple):
    """Where a molecule stands in the order."""

    score: float
    """Rounded."""
    smiles: str
    row: int


def rank(frame: pd.DataFrame, screen: Screen) -> Ranking:
    """Rank one table of scored molecules; see ``merge_top``."""
    return merge_top([frame], screen)


def merge_top(
    frames: Iterable[pd.DataFrame],
    screen: Screen,
    keep_every: bool = False,
    size: int | None = None,
    after: Place | None = None,
    optimism: float | None = None,
) -> Ranking:
    """Rank a library that comes in pieces, holding one piece and the best N in memory.

    Costly filters are not asked: see ``screening.rank.costly_filters``.

    frames: tables with ``row``, ``smiles`` and the columns of ``Objective.needed_columns`` and of
    the filters; anything else travels along. The result is the same for every way to cut and
    order the pieces, provided that ``row`` is unique. size: how many to hold, by default the
    screen's hits. after: hold the first of those that come after that place; the counts are of
    all. optimism: order by ``OPTIMISTIC`` instead, the score where so many standard deviations
    are added to every primary's prediction; ``after`` is not for that order. Raises ValueError for
    NaN in the objective or in a filter's column.
    """
    best: pd.DataFrame | None = None
    by = "score" if optimism is None else OPTIMISTIC
    size = screen.hits if size is None else size
    filtered = Counter({limit.name: 0 for limit in screen.limits})
    scored = passed = 0
    every = []
    for frame in frames:
        evaluated = _evaluate(frame, screen)
        if optimism is not None:
            other = _evaluate(frame, screen, optimism)
            evaluated.insert(1, OPTIMISTIC, other["score"])
        kept, taken = apply_limits(frame, evaluated, screen.limits)
        filtered.update(taken)
        scored += len(frame)
        passed += int(kept.sum())
        if keep_every:
            every.append(
                pd.DataFrame({"row": frame["row"], "score": evaluated["score"], "kept": kept})
            )
        whole = pd.concat([evaluated, frame], axis="columns")[kept]
        top = _top(whole if after is None else whole[_behind(whole, after)], size, by)
        best = top if best is None else _top(pd.concat([best, top]), size, by)
    if best is None:
        raise ValueError("no table to rank; expected at least one, which may have no rows")
    best = best.reset_index(drop=True)
    best.insert(0, "rank", np.arange(1, len(best) + 1))
    together = pd.concat(every) if keep_every else None
    return Ranking(best, scored, passed, dict(filtered), every=together)


def _evaluate(frame: pd.DataFrame, screen: Screen, optimism: float | None = None) -> pd.DataFrame:
    """Evaluate a frame, with rounded scores."""
    evaluated = evaluate(frame, screen.objective, optimism)
    evaluated["score"] = evaluated["score"].round(SCORE_DECIMALS)
    return evaluated


def _behind(frame: pd.DataFrame, place: Place) -> npt.NDArray[np.bool_]:
    """Tell which rows [n] come after a place."""
    score, smiles, row = frame["score"], frame["smiles"], frame["row"]
    later = (smiles > place.smiles) | ((smiles == place.smiles) & (row > place.row))
    behind = (score < place.score) | ((score == place.score) & later)
    return behind.to_numpy(dtype=bool)


def _top(frame: pd.DataFrame, size: int, by: str) -> pd.DataFrame:
    """The first ``size`` rows in the stated order."""
    if len(frame) > size:
        scores = frame[by].to_numpy()
        threshold = np.partition(scores, len(scores) - size)[len(scores) - size]
        frame = frame[scores >= threshold]
    return in_order(frame, by).head(size)


def in_order(frame: pd.DataFrame, by: str = "score") -> pd.DataFrame:
    """Sort rows with ``score``, ``smiles`` and ``row`` in the stated order."""
    return frame.sort_values([by, "smiles", "row"], ascending=[False, True, True])


def list_ranks(
    frames: Iterable[pd.DataFrame], screen: Screen, wanted: pd.DataFrame
) -> npt.NDArray[np.int64]:
    """Return where [n] molecules stand in the list of all that no filter takes, from 1.

    wanted: their ``score`` (rounded), ``smiles`` and ``row``. One that a filter takes gets the
    place where it would stand. The list is read once; costly filters are not asked.
    """
    ranks = np.ones(len(wanted), dtype=np.int64)
    asked = wanted[["score", "smiles", "row"]].assign(at=np.arange(len(wanted)), listed=0)
    for frame in frames:
        evaluated = _evaluate(frame, screen)
        kept, _ = apply_limits(frame, evaluated, screen.limits)
        others = frame[["smiles", "row"]].assign(score=evaluated["score"], at=-1, listed=1)[kept]
        # The sort is stable, so that no molecule comes behind its own row of the list.
        both = in_order(pd.concat([asked, others]))
        ahead = both["listed"].cumsum()[both["listed"] == 0]
        ranks[both.loc[both["listed"] == 0, "at"]] += ahead.to_numpy()
    return ranks
