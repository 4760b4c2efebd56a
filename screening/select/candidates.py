"""Collects the compounds that may be chosen: the pool, the controls and the best by optimism.

The pool consists of the first compounds of the ranked list that pass all filters and are not
excluded. It is found by walking down the list as in ``screening.rank.costly_filters``. A compound
that is excluded, or removed by a costly filter, is replaced by the next one, so that a long list of
tested compounds does not use up the pool.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from chem.assess.clusters import clusters
from chem.errors import InputError
from chem.records.message_text import counted
from screening.objective.screen_settings import Screen
from screening.objective.selection import Selection
from screening.rank.costly_filters import BY_RANK, ScoredFrames, spare_for, walk_ranked_list
from screening.rank.rank import OPTIMISTIC, Ranking, merge_top
from screening.select.constraints import Candidate, Constraints, Exclusions
from screening.select.list_matches import ListMatches
from screening.select.outlook import Outlook, inside_domains
from screening.select.pick_order import BY_CLUSTER, BY_MAXMIN
from screening.select.prices import LOOKED_AT, Price, check_currency, read_prices

COLUMNS = ["list_rank", "row", "smiles", "score", "why"]
"""The columns that are reported for each compound that is not selected."""
LISTED = 50_000
"""The most excluded compounds that are listed; further ones are only counted, so that memory stays
bounded."""
Identify = Callable[[pd.DataFrame], pd.DataFrame]
"""A function that adds ``compound_id`` and ``extra``, a JSON object of the library's own columns,
by ``row``."""


class Pool(NamedTuple):
    """The first compounds of the list, and the excluded compounds that were among them."""

    compounds: pd.DataFrame
    """The pool in the order of the list, with ``list_rank``, the position in the list."""
    excluded: pd.DataFrame
    """``COLUMNS`` of the first ``LISTED`` excluded compounds on the way down the list."""
    ranking: Ranking
    """The ranking of the whole library, before costly filters, with its counts."""
    depth: int
    """The number of compounds of the list that were looked at."""


class Candidates(NamedTuple):
    """The compounds that may be chosen, each once."""

    frame: pd.DataFrame
    """The scored and evaluated compounds: the pool in the order of the list, then those beyond it.
    The index counts from 0; ``list_rank`` is known only for the pool."""
    each: list[Candidate]
    """The same compounds, in the form that the rules need."""
    pool: int
    """The number of compounds of the pool, which come first."""
    controls: list[int]
    """The positions of the controls in ``frame``, best first."""
    explorable: list[int]
    """The positions of the compounds that may be explored, inside the primary targets' domains,
    best by optimism first."""
    clustered: bool
    """True if a rule needs clusters."""
    currency: str
    """The currency of the prices; ``""`` if no price names one."""
    prices_read: str = ""
    """The way in which the numbers of the price column were read, if that had to be decided."""


class Choice(NamedTuple):
    """A choice in progress: the compounds that may be chosen, and those chosen so far."""

    screen: Screen
    selection: Selection
    list_matches: ListMatches
    pool: Pool
    candidates: Candidates
    constraints: Constraints
    exclusions: Exclusions
    outlook: Outlook | None = None
    """What an acquisition knows of the candidates; None without one."""

    @property
    def rule(self) -> str:
        """The name of the rule that picks most hits."""
        if self.selection.acquisition is not None:
            return self.selection.acquisition
        names = {"none": BY_RANK, "clusters": BY_CLUSTER, "maxmin": BY_MAXMIN}
        return names[self.selection.diversity]


def find_pool(
    frames: ScoredFrames, screen: Screen, exclusions: Exclusions, keep_every: bool = False
) -> Pool:
    """Walk down the ranked list until the pool is full, and count the compounds left out."""
    assert screen.selection is not None
    wanted = screen.selection.considered(screen.hits)
    replaced = bool(
        screen.costly_limits or screen.selection.exclude or screen.selection.hide_decided
    )
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
    return Pool(
        pd.concat(kept, ignore_index=True),
        pd.concat(excluded, ignore_index=True)[COLUMNS],
        ranking,
        depth,
    )


def find_candidates(
    pool: pd.DataFrame,
    frames: ScoredFrames,
    controls: ScoredFrames,
    screen: Screen,
    list_matches: ListMatches,
    identify: Identify,
    edges: Mapping[str, float] | None = None,
) -> Candidates:
    """Collect all compounds that may be chosen, with clusters and prices if a rule needs them.

    ``edges`` has the distance at which each bundle's domain ends, by column of distances. Only
    compounds inside the domains of the primary targets are explored: beyond them a deviation is
    large because nothing is known, and optimism would favour the compounds that the models know
    least about.
    """
    selection = screen.selection
    assert selection is not None
    wanted, explorable = _controls(controls, screen, list_matches), pool.head(0)
    wanted = explorable if wanted is None else wanted
    if selection.explored(screen.hits) or selection.acquisition is not None:
        size = selection.acquisition_pool(screen.hits)
        inside = _inside(frames, screen, edges or {})
        explorable = merge_top(inside, screen, size=size, optimism=selection.optimism).hits
        explorable = explorable.drop(columns=[OPTIMISTIC])
    # Of duplicates the pool's rows are kept, because their positions in the list are known.
    together = pd.concat([pool, wanted, explorable], ignore_index=True)
    frame = together.drop_duplicates("row").reset_index(drop=True)
    at = {row: place for place, row in enumerate(frame["row"].tolist())}
    clustered = selection.diversity == "clusters" or selection.max_per_cluster is not None
    smiles = frame["smiles"].tolist()
    numbers = clusters(smiles, selection.similarity) if clustered else [0] * len(smiles)
    column, told = selection.price_column, ""
    prices: list[Price | None] = [None] * len(smiles)
    if column:
        prices, told = _prices(identify, frame[["row"]], column, selection)
    return Candidates(
        frame,
        [
            Candidate(row, text, number, None if price is None else price.amount)
            for row, text, number, price in zip(at, smiles, numbers, prices, strict=True)
        ],
        len(pool),
        [at[row] for row in wanted["row"].tolist()],
        [at[row] for row in explorable["row"].tolist()],
        clustered,
        check_currency(prices, column) if column else "",
        told,
    )


def _inside(
    frames: ScoredFrames, screen: Screen, edges: Mapping[str, float]
) -> Iterator[pd.DataFrame]:
    """Yield each frame's rows inside the domains of the primary targets' bundles."""
    for frame in frames():
        yield frame[inside_domains(frame, screen, edges)]


def _controls(
    frames: ScoredFrames, screen: Screen, list_matches: ListMatches
) -> pd.DataFrame | None:
    """Return the controls, evaluated and in the order of the list; None if there are none.

    No filter removes a control.
    """
    if not len(list_matches.controls):
        return None  # without reading a score
    found = [frame[frame["row"].isin(list_matches.controls)] for frame in frames()]
    scored = {row for frame in found for row in frame["row"].tolist()}
    if missing := [row for row in list_matches.controls.tolist() if row not in scored]:
        raise InputError(
            f"there are no scores of {counted(len(missing), 'control')}, the first in row "
            f"{missing[0]} of the library; screen it again with these controls"
        )
    plain = screen.changed(filters={})
    once = pd.concat(found).drop_duplicates("row")
    return merge_top([once], plain, size=len(once)).hits


def _prices(
    identify: Identify, compounds: pd.DataFrame, column: str, selection: Selection
) -> tuple[list[Price | None], str]:
    """Read the price [n] of each compound, and tell how the column's numbers are written.

    The first records of the library and the compounds together decide this, so that it does not
    depend on the partitions.
    """
    own = _texts(identify(compounds), column)
    first = _texts(identify(pd.DataFrame({"row": range(1, LOOKED_AT + 1)})), column)
    return read_prices(own, first, column, selection.price_decimal)


def _texts(identified: pd.DataFrame, column: str) -> list[str]:
    return [
        str(json.loads(text).get(column, "")) if isinstance(text, str) else ""
        for text in identified["extra"]
    ]
