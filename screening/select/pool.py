"""The pool that hits are chosen from: the first of the ranked list that pass and are not excluded.

It is found by walking down the list as in ``screening.rank.costly_filters``. What is excluded, or
taken by a costly filter, is replaced by what comes next, so that a long list of tested compounds
does not use the pool up.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import ScoredFrames, spare_for, walk_ranked_list
from screening.rank.rank import Ranking, merge_top
from screening.select.exclusions import Exclusions

LISTED = 50_000
"""Excluded compounds that are listed; further ones are counted alone: memory stays bounded."""


class Pool(NamedTuple):
    """The first of the list, and the excluded compounds that stood among them."""

    compounds: pd.DataFrame
    """In the order of the list, with ``list_rank``, their place in it."""
    excluded: pd.DataFrame
    """The first ``LISTED`` that were walked past: ``list_rank, row, smiles, score, why``."""
    ranking: Ranking
    """Of the whole library, before costly filters: its counts."""
    depth: int
    """How far down the list the walk went."""


def find_pool(
    frames: ScoredFrames, screen: Screen, exclusions: Exclusions, keep_every: bool = False
) -> Pool:
    """Walk down the ranked list until the pool is full, and count what was walked past."""
    assert screen.selection is not None
    wanted = screen.selection.considered(screen.hits)
    replaced = bool(screen.costly_limits or screen.selection.exclude)
    size = wanted + (spare_for(wanted) if replaced else 0)
    ranking = merge_top(frames(), screen, keep_every, size)
    kept = [ranking.hits.head(0).assign(list_rank=np.empty(0, np.int64))]
    excluded = [kept[0].assign(why=pd.Series(dtype="str"))]
    found = listed = depth = 0
    for block in walk_ranked_list(ranking.hits, size, frames, screen):
        told = pd.Series(exclusions.reasons_against(block), index=block.index, dtype="str")
        before = found + (told == "").cumsum().shift(fill_value=0)
        block, told = block[before < wanted], told[before < wanted]
        exclusions.count(block["row"])
        passes = told == ""
        kept.append(block[passes])
        away = block.assign(why=told)[~passes & ~told.isin(exclusions.costly_filters)].head(
            LISTED - listed
        )
        excluded.append(away)
        found, listed, depth = found + int(passes.sum()), listed + len(away), depth + len(block)
        if found == wanted:
            break
    columns = ["list_rank", "row", "smiles", "score", "why"]
    return Pool(
        pd.concat(kept, ignore_index=True),
        pd.concat(excluded, ignore_index=True)[columns],
        ranking,
        depth,
    )
