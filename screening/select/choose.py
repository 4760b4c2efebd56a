"""From the ranked list to the hits, by the rules of a screen's selection.

Controls come first. Then the pool is offered in the order of the screen's ``diversity``, until
the places that are left are those of exploration; then the most promising by optimism, inside the
primary targets' domains; and what exploration cannot fill goes to the pool again. The hits are
handed over in the order of the list.

Nothing hangs on how the library was cut or the scores were read: the pool is the first of a total
order, and every later step goes through it in a stated order.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chem.assess.examine import examine
from chem.errors import InputError
from screening.objective.screen import Screen
from screening.objective.selection import Selection
from screening.rank.late import BLOCK, BY_RANK, Frames, with_examined
from screening.rank.rank import Ranking, in_order, list_ranks
from screening.select.basket import Basket
from screening.select.candidates import Candidates, Identify, find_candidates
from screening.select.marks import Marks
from screening.select.orders import (
    BY_CLUSTER,
    BY_MAXMIN,
    BY_OPTIMISM,
    Offers,
    Order,
    by_cluster,
    by_rank,
    by_unlikeness,
)
from screening.select.passing import account, passed_over
from screening.select.pool import Pool, find_pool
from screening.select.verdicts import Verdicts


def rank_and_choose(
    frames: Frames,
    screen: Screen,
    marks: Marks,
    controls: Frames,
    identify: Identify,
    keep_every: bool = False,
    edges: Mapping[str, float] | None = None,
) -> Ranking:
    """Rank, and choose up to ``screen.hits`` by ``screen.selection``.

    The hits have the columns of ``rank_and_examine``, and ``cluster`` where clusters were asked
    for. controls: scored frames that hold the controls of ``marks``, whoever else they hold. For
    frames and ``keep_every`` see ``merge_top``; for ``edges``, ``find_candidates``. Raises
    InputError where the controls alone cost more than the budget, or have no scores.
    """
    assert screen.selection is not None
    verdicts = Verdicts(screen, marks)
    pool = find_pool(frames, screen, verdicts, keep_every)
    candidates = find_candidates(pool.compounds, frames, controls, screen, marks, identify, edges)
    basket, rule = Basket(screen.selection), _rule(screen.selection)
    _choose(candidates, basket, verdicts, screen)
    everyone = _with_list_ranks(candidates, basket, verdicts, frames, screen)
    hits = _hits(everyone, candidates, basket, verdicts)
    over = passed_over(everyone, candidates, basket, verdicts, pool.excluded, hits, rule)
    ids = identify(over[["row"]])["compound_id"].to_numpy(dtype=object)
    over.insert(1, "compound_id", pd.Series(ids, index=over.index, dtype="str"))
    told = account(screen, marks, len(pool.compounds), candidates, basket, verdicts, over)
    return _ranking(pool, hits, over, verdicts)._replace(selection=told.as_dict())


def _choose(candidates: Candidates, basket: Basket, verdicts: Verdicts, screen: Screen) -> None:
    """Fill the basket."""
    selection = screen.selection
    assert selection is not None
    for at in candidates.controls:
        basket.keep(candidates.each[at])
    if basket.is_overdrawn:
        raise InputError(
            f"the controls alone cost {basket.spent}, the budget is {selection.budget:g}; raise "
            "it, or include fewer controls"
        )
    offers, rule = Offers(_order(candidates, selection)), _rule(selection)
    open = screen.hits - len(basket.taken)
    explored = min(selection.explored(screen.hits), open)

    def fill(size: int) -> None:
        while len(basket.taken) < size and (at := offers.next()) is not None:
            offers.tell(basket.offer(candidates.each[at], rule))

    fill(screen.hits - explored)
    _explore(candidates, basket, verdicts, len(basket.taken) + explored)
    fill(screen.hits)


def _order(candidates: Candidates, selection: Selection) -> Order:
    if selection.diversity == "clusters":
        return by_cluster([one.cluster for one in candidates.each[: candidates.pool]])
    if selection.diversity == "maxmin":
        last = max([candidates.pool - 1, *candidates.controls])
        smiles = [one.smiles for one in candidates.each[: last + 1]]
        return by_unlikeness(smiles, candidates.pool, candidates.controls)
    return by_rank(candidates.pool)


def _rule(selection: Selection) -> str:
    names = {"none": BY_RANK, "clusters": BY_CLUSTER, "maxmin": BY_MAXMIN}
    return names[selection.diversity]


def _explore(candidates: Candidates, basket: Basket, verdicts: Verdicts, size: int) -> None:
    """Take the best by optimism that were not taken yet, until the basket holds ``size``."""
    hopes = candidates.hopes
    for start in range(0, len(hopes), BLOCK):
        block = candidates.frame.iloc[hopes[start : start + BLOCK]]
        for at, verdict in zip(hopes[start : start + BLOCK], verdicts.ask(block), strict=True):
            if len(basket.taken) >= size:
                return
            verdicts.count([candidates.each[at].row])
            if not verdict:
                basket.offer(candidates.each[at], BY_OPTIMISM)


def _with_list_ranks(
    candidates: Candidates, basket: Basket, verdicts: Verdicts, frames: Frames, screen: Screen
) -> pd.DataFrame:
    """Return all candidates that were considered, with ``list_rank``, in the order of the list."""
    frame = candidates.frame
    inside = np.arange(len(frame)) < candidates.pool
    asked = [row in basket.taken or verdicts.is_counted(row) for row in frame["row"].tolist()]
    outside = frame[~inside & np.array(asked, dtype=bool)]
    if len(outside):
        outside = outside.assign(list_rank=list_ranks(frames(), screen, outside))
    return in_order(pd.concat([frame[inside], outside])).reset_index()


def _hits(
    everyone: pd.DataFrame, candidates: Candidates, basket: Basket, verdicts: Verdicts
) -> pd.DataFrame:
    hits = everyone[everyone["row"].isin(basket.taken.keys())].reset_index(drop=True)
    rules = [basket.taken[row] for row in hits["row"].tolist()]
    if candidates.clustered:
        # Numbered by the first hit of each in the order of the list.
        numbers: dict[int, int] = {}
        own = [candidates.each[at].cluster for at in hits["index"].tolist()]
        hits["cluster"] = [numbers.setdefault(one, len(numbers) + 1) for one in own]
        rules = [
            f"{rule} {number}" if rule == BY_CLUSTER else rule
            for rule, number in zip(rules, hits["cluster"].tolist(), strict=True)
        ]
    hits["rank"] = np.arange(1, len(hits) + 1)
    hits["list_rank"] = hits["list_rank"].astype(np.int64)
    hits["picked_by"] = pd.Series(rules, index=hits.index, dtype="str")
    unknown = hits[~hits["row"].isin(verdicts.examined.keys())]
    found = examine(unknown["smiles"].tolist())
    known = {**verdicts.examined, **dict(zip(unknown["row"].tolist(), found, strict=True))}
    return with_examined(hits.drop(columns="index"), [known[row] for row in hits["row"].tolist()])


def _ranking(pool: Pool, hits: pd.DataFrame, over: pd.DataFrame, verdicts: Verdicts) -> Ranking:
    taken = verdicts.taken
    asked = {row for row in verdicts.examined if verdicts.is_counted(row)}
    return pool.ranking._replace(
        hits=hits,
        passed=pool.ranking.passed - sum(taken.values()),
        filtered={**pool.ranking.filtered, **taken},
        examined=len(asked.union(hits["row"].tolist())),
        depth=pool.depth,
        passed_over=over,
    )
