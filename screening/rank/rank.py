"""Ranks scored molecules and keeps the best N, in a total order that no partitioning changes.

The order is by score, rounded to SCORE_DECIMALS, highest first; ties are ordered by standardized
SMILES (by code point), then by row. Rounding keeps the float noise of machines out of the order.
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
"""Two scores are equal if they agree to this many decimals."""
OPTIMISTIC = "optimistic"
"""The column of the optimistic score, which is there if it was asked for."""


class Money(NamedTuple):
    """The budget of a selection and the sum spent, as texts with two decimals."""

    budget: str
    spent: str
    currency: str
    """The currency of the prices; ``""`` if no price names one."""
    unpriced_controls: int
    prices_read: str
    """The way in which the numbers of the price column were read, if that had to be decided."""


class SelectionReport(NamedTuple):
    """The counts of a selection."""

    asked: int
    """The number of hits asked for."""
    pool: int
    """The number of compounds of the ranked list from which the choice was made."""
    considered: int
    """The number of compounds considered: the pool, and the controls, explored and excluded
    compounds beyond it."""
    by_rule: dict[str, int]
    """The number of hits by the rule that picked them; those of all clusters together."""
    passed_over: dict[str, int]
    """The number of the other considered compounds by reason; those of all clusters together."""
    not_listed: int
    """The number of these that are excluded and are counted but not listed one by one."""
    money: Money | None
    """The budget and the sum spent; None without a budget."""
    lists: tuple[dict[str, Any], ...]
    """The outcome of each list of compounds."""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        money = None if self.money is None else self.money._asdict()
        return {**self._asdict(), "money": money, "lists": list(self.lists)}


class Ranking(NamedTuple):
    """The best compounds of a screen, and the counts of the others."""

    hits: pd.DataFrame
    """``rank`` 1..N, then ``score`` (rounded), the objective's columns, then the given ones."""
    scored: int
    """The number of molecules looked at."""
    passed: int
    """The number of molecules that no filter removed: scored = passed + sum of filtered +
    set_aside.

    A costly filter removes only molecules that it examined, down to the last hit."""
    filtered: dict[str, int]
    """The number of molecules that each filter removed; one that fails several filters counts for
    the first of them."""
    set_aside: int = 0
    """The number of molecules that the ensembles did not score because of a triage."""
    triage: TriageFacts | None = None
    """The facts of the triage, or the reason that there was none; None if not asked for."""
    examined: int = 0
    """The number of molecules whose QED and alerts were computed: the hits and those that costly
    filters removed; with costly filters and a selection, the whole pool and those that costly
    filters removed."""
    every: pd.DataFrame | None = None
    """``row``, ``score`` and ``kept`` of all molecules, if asked for; costly filters do not
    count."""
    depth: int = 0
    """The number of compounds of the list that a selection looked at."""
    passed_over: pd.DataFrame | None = None
    """The compounds that a selection considered and did not take, in the order of the list:
    ``list_rank, row, smiles, score, why``, and ``compound_id``. None without a selection."""
    selection: SelectionReport | None = None
    """The counts of the selection; None without one."""
    decided: str = ""
    """The content of ``decided.json``; empty if the screen hides no decided compounds."""


class Place(NamedTuple):
    """The position of a molecule in the order."""

    score: float
    """The rounded score."""
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

    Costly filters are not applied; see ``screening.rank.costly_filters``. The result is the same
    for every division and order of the pieces, provided that ``row`` is unique.

    Args:
        frames: Tables with ``row``, ``smiles``, the columns of ``Objective.needed_columns`` and
            those of the filters; other columns are kept.
        screen: The screen whose objective and filters are applied.
        keep_every: Return ``every`` as well.
        size: The number of molecules to hold; by default the screen's hits.
        after: Hold the first of the molecules after this position; the counts are of all.
        optimism: Order by ``OPTIMISTIC`` instead, the score with so many standard deviations added
            to every primary's prediction; not to be combined with ``after``.

    Raises:
        ValueError: There is a NaN in the objective or in the column of a filter, or no frame.
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
    """Tell which rows [n] come after a position."""
    score, smiles, row = frame["score"], frame["smiles"], frame["row"]
    later = (smiles > place.smiles) | ((smiles == place.smiles) & (row > place.row))
    behind = (score < place.score) | ((score == place.score) & later)
    return behind.to_numpy(dtype=bool)


def _top(frame: pd.DataFrame, size: int, by: str) -> pd.DataFrame:
    """Return the first ``size`` rows in the stated order."""
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
    """Return the positions [n], from 1, of molecules in the list of all that no filter removes.

    wanted: the ``score`` (rounded), ``smiles`` and ``row`` of the molecules. A molecule that a
    filter removes gets the position that it would have. The list is read once; costly filters are
    not applied.
    """
    ranks = np.ones(len(wanted), dtype=np.int64)
    asked = wanted[["score", "smiles", "row"]].assign(at=np.arange(len(wanted)), listed=0)
    for frame in frames:
        evaluated = _evaluate(frame, screen)
        kept, _ = apply_limits(frame, evaluated, screen.limits)
        others = frame[["smiles", "row"]].assign(score=evaluated["score"], at=-1, listed=1)[kept]
        # The sort is stable, so that no molecule comes after its own row of the list.
        both = in_order(pd.concat([asked, others]))
        ahead = both["listed"].cumsum()[both["listed"] == 0]
        ranks[both.loc[both["listed"] == 0, "at"]] += ahead.to_numpy()
    return ranks
