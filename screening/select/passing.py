"""Who was considered and not taken, and why: every compound of the pool is accounted for."""

from collections import Counter

import pandas as pd

from screening.objective.screen import Screen
from screening.rank.late import BY_RANK
from screening.select.basket import CONTROL, Basket
from screening.select.candidates import Candidates
from screening.select.chosen import ALIKE, BETTER, FULL, Chosen
from screening.select.marks import Marks
from screening.select.orders import BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM
from screening.select.verdicts import Verdicts

COLUMNS = ["list_rank", "row", "smiles", "score", "why"]
_BETTER = " has a better one"


def passed_over(
    everyone: pd.DataFrame,
    candidates: Candidates,
    basket: Basket,
    verdicts: Verdicts,
    excluded: pd.DataFrame,
    hits: pd.DataFrame,
    rule: str,
) -> pd.DataFrame:
    """Return ``COLUMNS`` of who was considered and not taken, in the order of the list.

    everyone: considered candidates in that order, with ``index``, their place among all.
    excluded: those of the pool that a list names. rule: by which most hits are picked.
    """
    rows, places = everyone["row"].tolist(), everyone["index"].tolist()
    numbers = _numbers(hits)
    met: dict[int, int] = {}
    whys = []
    for row, place in zip(rows, places, strict=True):
        cluster = candidates.each[place].cluster
        if row in basket.taken:
            met.setdefault(cluster, numbers.get(row, 0))
            whys.append("")
        elif reason := basket.refused.get(row) or verdicts.reason(row):
            whys.append("" if reason in verdicts.late else reason)
        elif rule == BY_CLUSTER and cluster in met:
            whys.append(f"cluster {met[cluster]}{_BETTER}")
        else:
            whys.append(ALIKE if rule == BY_MAXMIN else FULL)
    left = everyone.assign(why=pd.Series(whys, index=everyone.index, dtype="str"))
    left = left.loc[left["why"] != "", COLUMNS]
    # Who is excluded may have been met twice, down the list and among the most promising.
    both = pd.concat([left, excluded[COLUMNS]]).drop_duplicates("row", ignore_index=True)
    both["list_rank"] = both["list_rank"].astype("int64")
    return both.sort_values(["list_rank", "row"], ignore_index=True)


def account(
    screen: Screen,
    marks: Marks,
    pool: int,
    candidates: Candidates,
    basket: Basket,
    verdicts: Verdicts,
    over: pd.DataFrame,
) -> Chosen:
    """Count how a selection went. pool: its compounds. over: who was passed over."""
    selection = screen.selection
    assert selection is not None
    excluded = {why: n for why, n in verdicts.taken.items() if why in marks.whys}
    listed = Counter(map(_kind, over["why"]))
    beyond = [one.row for one in candidates.each[pool:]]
    outside = sum(row in basket.taken or row in basket.refused for row in beyond)
    picked = Counter(basket.taken.values())
    rules = (CONTROL, BY_RANK, BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM)
    money = None
    if selection.budget is not None:
        money = {
            "budget": f"{selection.budget:.2f}",
            "spent": f"{basket.spent:.2f}",
            "currency": candidates.currency,
            "unpriced_controls": basket.unpriced,
            "prices_read": candidates.prices_read,
        }
    return Chosen(
        asked=screen.hits,
        pool=pool,
        considered=pool + outside + sum(excluded.values()),
        by_rule={rule: picked[rule] for rule in rules if picked[rule]},
        passed_over={**dict(sorted(listed.items())), **excluded},
        not_listed=sum(excluded.values()) - sum(listed[why] for why in excluded),
        money=money,
        lists=marks.lists,
    )


def _numbers(hits: pd.DataFrame) -> dict[int, int]:
    """Return the clusters of hits, by row."""
    if "cluster" not in hits:
        return {}
    return dict(zip(hits["row"].tolist(), hits["cluster"].tolist(), strict=True))


def _kind(why: str) -> str:
    """Return the reason to count by."""
    return BETTER if why.endswith(_BETTER) else why
