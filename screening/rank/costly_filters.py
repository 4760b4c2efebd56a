"""Applies filters on costly properties, QED and alerts, down the ranked list until enough pass.

These properties cost 5 ms a compound, far more than its score, and are needed only for the hits.
So a ranking first holds somewhat more compounds than the hits, and each compound that a costly
filter removes is replaced by the next one. When these are used up, the scores are read again for
the next stretch of the list. So memory stays bounded, and the hits are the first of the whole list
that pass.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from chem.assess.costly_properties import CostlyProperties, compute_costly_properties
from chem.structure.equivalence import without_isotopes
from screening.objective.screen_settings import Limit, Screen
from screening.rank.rank import Place, Ranking, merge_top
from screening.rank.structure_columns import SAME_BUT_ISOTOPES

ScoredFrames = Callable[[], Iterable[pd.DataFrame]]
"""A function that returns the scored frames from the beginning each time it is called."""
SPARE = 200
"""The least number of compounds that a ranking holds beyond the hits, if there are costly
filters."""
SPARE_PER_HIT = 3
GROWTH = 4
"""The factor by which each further stretch of the list is longer than the one before it."""
MOST = 50_000
"""The most compounds of a stretch beyond the hits, so that memory stays bounded."""
BLOCK = 64
"""The number of compounds that are examined at a time."""
BY_RANK = "rank"
"""The ``picked_by`` of a hit that was taken for its score alone."""


def rank_with_costly_filters(
    frames: ScoredFrames, screen: Screen, keep_every: bool = False
) -> Ranking:
    """Rank compounds, and take the first ``screen.hits`` that pass every filter.

    The hits have the columns of ``merge_top`` and four more: ``qed`` in [0, 1]; ``alerts``, a text
    such as ``PAINS catechol_A; BRENK catechol`` or ""; ``list_rank``, the position in the list
    before costly filters; and ``picked_by``. Costly filters count after all others, and only
    compounds before the last hit, so no result depends on how far the list was read.

    A compound that differs from a hit only in isotope labels is skipped, and counted as removed by
    a filter of the name ``SAME_BUT_ISOTOPES``, which is listed only if it removed any. For
    ``frames`` and ``keep_every`` see ``merge_top``.
    """
    size = screen.hits + (spare_for(screen.hits) if screen.costly_limits else 0)
    ranking = merge_top(frames(), screen, keep_every, size)
    taken = {limit.name: 0 for limit in screen.costly_limits}
    picked, known = [ranking.hits.head(0).assign(list_rank=0)], list[CostlyProperties]()
    plain = dict[str, str]()
    for block in walk_ranked_list(ranking.hits, size, frames, screen):
        passes = []
        smiles = block["smiles"].tolist()
        for at, found in enumerate(compute_costly_properties(smiles)):
            if taker := first_failed_filter(found, screen.costly_limits):
                taken[taker] += 1
                continue
            if plain.setdefault(without_isotopes(smiles[at]), smiles[at]) != smiles[at]:
                taken[SAME_BUT_ISOTOPES] = taken.get(SAME_BUT_ISOTOPES, 0) + 1
                continue
            passes.append(at)
            known.append(found)
            if len(known) == screen.hits:
                break
        picked.append(block.iloc[passes])
        if len(known) == screen.hits:
            break
    hits = with_costly_columns(pd.concat(picked, ignore_index=True), known)
    hits["rank"] = np.arange(1, len(hits) + 1)
    hits["picked_by"] = pd.Series(BY_RANK, index=hits.index, dtype="str")
    lost = sum(taken.values())
    return ranking._replace(
        hits=hits,
        passed=ranking.passed - lost,
        filtered={**ranking.filtered, **taken},
        examined=len(hits) + lost,
    )


def spare_for(wanted: int) -> int:
    """Return the number of compounds to hold beyond those that are wanted."""
    return min(max(SPARE_PER_HIT * wanted, SPARE), MOST)


def first_failed_filter(found: CostlyProperties, limits: Iterable[Limit]) -> str:
    """Return the name of the first costly filter that removes a compound; ``""`` if none does."""
    return next((x.name for x in limits if x.takes(found.number(x.column))), "")


def with_costly_columns(hits: pd.DataFrame, found: Sequence[CostlyProperties]) -> pd.DataFrame:
    """Return compounds with the columns ``qed`` and ``alerts``, from their costly properties."""
    alerts = ["; ".join(map(str, one.alerts)) for one in found]
    return hits.assign(
        qed=np.array([one.qed for one in found], dtype=np.float64),
        alerts=pd.Series(alerts, index=hits.index, dtype="str"),
    )


def walk_ranked_list(
    held: pd.DataFrame, size: int, frames: ScoredFrames, screen: Screen
) -> Iterator[pd.DataFrame]:
    """Yield the ranked list in blocks, best first, with ``list_rank``, the position from 1.

    The scores are read again only as far as blocks are asked for.
    held: the first stretch of the list, which is all of it if it is shorter than ``size``.
    """
    before = 0
    while True:
        held = held.assign(list_rank=np.arange(before + 1, before + len(held) + 1))
        for start in range(0, len(held), BLOCK):
            yield held.iloc[start : start + BLOCK]
        if len(held) < size:
            return
        before += len(held)
        last = Place(*held[["score", "smiles", "row"]].iloc[-1])
        size = min(GROWTH * size, screen.hits + MOST)
        held = merge_top(frames(), screen, size=size, after=last).hits
