"""Compounds that were considered and not selected, and why: every compound of the pool is accounted
for."""

from collections import Counter

import pandas as pd

from screening.objective.screen_settings import Screen
from screening.rank.costly_filters import BY_RANK
from screening.select.candidates import Candidates
from screening.select.constraints import CONTROL, Constraints
from screening.select.exclusions import Exclusions
from screening.select.list_matches import ListMatches
from screening.select.pick_order import BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM
from screening.select.selection_report import ALIKE, BETTER, FULL, SelectionReport

COLUMNS = ["list_rank", "row", "smiles", "score", "why"]
_BETTER = " has a better one"


def list_not_selected(
    everyone: pd.DataFrame,
    candidates: Candidates,
    constraints: Constraints,
    exclusions: Exclusions,
    excluded: pd.DataFrame,
    hits: pd.DataFrame,
    rule: str,
) -> pd.DataFrame:
    """Return ``COLUMNS`` of what was considered and not selected, in the order of the list.

    everyone: considered candidates in that order, with ``index``, their place among all.
    excluded: those of the pool that a list names. rule: by which most hits are picked.
    """
    rows, places = everyone["row"].tolist(), everyone["index"].tolist()
    numbers = _numbers(hits)
    met: dict[int, int] = {}
    whys = []
    for row, place in zip(rows, places, strict=True):
        cluster = candidates.each[place].cluster
        if row in constraints.taken:
            met.setdefault(cluster, numbers.get(row, 0))
            whys.append("")
        elif reason := constraints.refused.get(row) or exclusions.reason(row):
            whys.append("" if reason in exclusions.costly_filters else reason)
        elif rule == BY_CLUSTER and cluster in met:
            whys.append(f"cluster {met[cluster]}{_BETTER}")
        else:
            whys.append(ALIKE if rule == BY_MAXMIN else FULL)
    left = everyone.assign(why=pd.Series(whys, index=everyone.index, dtype="str"))
    left = left.loc[left["why"] != "", COLUMNS]
    # An excluded compound can be met twice: down the list and among the explorable ones.
    both = pd.concat([left, excluded[COLUMNS]]).drop_duplicates("row", ignore_index=True)
    both["list_rank"] = both["list_rank"].astype("int64")
    return both.sort_values(["list_rank", "row"], ignore_index=True)


def report_selection(
    screen: Screen,
    list_matches: ListMatches,
    pool: int,
    candidates: Candidates,
    constraints: Constraints,
    exclusions: Exclusions,
    over: pd.DataFrame,
) -> SelectionReport:
    """Count how a selection went. pool: its compounds. over: what was not selected."""
    selection = screen.selection
    assert selection is not None
    excluded = {why: n for why, n in exclusions.taken.items() if why in list_matches.reasons}
    listed = Counter(map(_kind, over["why"]))
    beyond = [one.row for one in candidates.each[pool:]]
    outside = sum(row in constraints.taken or row in constraints.refused for row in beyond)
    picked = Counter(constraints.taken.values())
    rules = (CONTROL, BY_RANK, BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM)
    money = None
    if selection.budget is not None:
        money = {
            "budget": f"{selection.budget:.2f}",
            "spent": f"{constraints.spent:.2f}",
            "currency": candidates.currency,
            "unpriced_controls": constraints.unpriced,
            "prices_read": candidates.prices_read,
        }
    return SelectionReport(
        asked=screen.hits,
        pool=pool,
        considered=pool + outside + sum(excluded.values()),
        by_rule={rule: picked[rule] for rule in rules if picked[rule]},
        passed_over={**dict(sorted(listed.items())), **excluded},
        not_listed=sum(excluded.values()) - sum(listed[why] for why in excluded),
        money=money,
        lists=list_matches.lists,
    )


def _numbers(hits: pd.DataFrame) -> dict[int, int]:
    """Return the clusters of hits, by row."""
    if "cluster" not in hits:
        return {}
    return dict(zip(hits["row"].tolist(), hits["cluster"].tolist(), strict=True))


def _kind(why: str) -> str:
    """Return the reason to count by."""
    return BETTER if why.endswith(_BETTER) else why
