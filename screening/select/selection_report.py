"""Reports a selection: the compounds not selected and the reasons, in numbers and in words.

Every compound of the pool is accounted for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from screening.rank.costly_filters import BY_RANK
from screening.rank.rank import Money, SelectionReport
from screening.select.candidates import COLUMNS, Choice
from screening.select.constraints import CONTROL, REFUSALS
from screening.select.decided import DECIDED
from screening.select.pick_order import BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM

EXCLUDED = "excluded: "
"""The start of the reason of a compound on an exclusion list; the list's name follows."""
FULL = "hits were full"
ALIKE = "more like a hit than others"
BETTER = "its cluster has a better one"
"""The reason under which all of the form ``cluster 3 has a better one`` are counted together."""
_BETTER = " has a better one"


def is_excluded(why: str) -> bool:
    """Tell whether a list or a decision excluded a compound."""
    return why.startswith((EXCLUDED, DECIDED))


def is_refusal(why: str) -> bool:
    """Tell whether a rule refused a compound; if not, better compounds were taken instead."""
    return why in REFUSALS or is_excluded(why)


def describe_lists(lists: Sequence[Mapping[str, Any]]) -> list[str]:
    """Describe how each list was read, and count its entries that differ only in stereochemistry.

    >>> owned = {"name": "owned.csv", "role": "exclude", "other_stereo": 3}
    >>> describe_lists([owned])
    ['3 of owned.csv differ from compounds of the library by stereochemistry alone: not excluded']
    """
    verb = {"exclude": "excluded", "include": "included"}
    read = [f"{one['name']}: {note}" for one in lists for note in one.get("reading", ())]
    return read + [
        f"{one['other_stereo']:,} of {one['name']} differ from compounds of the library by "
        f"stereochemistry alone: not {verb[one['role']]}"
        for one in lists
        if one.get("other_stereo")
    ]


def describe_selection(found: SelectionReport) -> str:
    """Describe in one line how a selection went.

    >>> picked, over = {"control": 1, "cluster": 9}, {"budget": 3}
    >>> describe_selection(SelectionReport(10, 500, 13, picked, over, 0, None, ()))
    'chosen from a pool of 500: 1 by control, 9 by cluster; passed over: budget 3'
    """
    picked = ", ".join(f"{n:,} by {rule}" for rule, n in found.by_rule.items() if n)
    over = ", ".join(f"{what} {n:,}" for what, n in found.passed_over.items() if n)
    excluded = sum(n for what, n in found.passed_over.items() if what.startswith(EXCLUDED))
    beyond = found.considered - found.pool - excluded
    further = f" and {beyond:,} beyond it" if beyond > 0 else ""
    line = f"chosen from a pool of {found.pool:,}{further}: {picked or 'none'}"
    line += f"; passed over: {over}" if over else ""
    if (money := found.money) is not None:
        currency = f" {money.currency}" if money.currency else ""
        line += f"; spent {money.spent} of {money.budget}{currency}"
        free = money.unpriced_controls
        line += f", controls without a readable price {free}" if free else ""
        line += f"; prices read with a {money.prices_read}" if money.prices_read else ""
    return line


def list_not_selected(choice: Choice, considered: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return ``COLUMNS`` of compounds considered and not selected, in the order of the list.

    considered: the candidates in that order, with ``index``, their position among all candidates.
    """
    constraints, exclusions = choice.constraints, choice.exclusions
    rows, places = considered["row"].tolist(), considered["index"].tolist()
    numbers = _numbers(hits)
    met: dict[int, int] = {}
    whys = []
    for row, place in zip(rows, places, strict=True):
        cluster = choice.candidates.each[place].cluster
        if row in constraints.taken:
            met.setdefault(cluster, numbers.get(row, 0))
            whys.append("")
        elif reason := constraints.refused.get(row) or exclusions.reason(row):
            whys.append("" if reason in exclusions.costly_filters else reason)
        elif choice.rule == BY_CLUSTER and cluster in met:
            whys.append(f"cluster {met[cluster]}{_BETTER}")
        else:
            whys.append(ALIKE if choice.rule == BY_MAXMIN else FULL)
    left = considered.assign(why=pd.Series(whys, index=considered.index, dtype="str"))
    left = left.loc[left["why"] != "", COLUMNS]
    # An excluded compound can be met twice: down the list and among the explorable ones.
    both = pd.concat([left, choice.pool.excluded]).drop_duplicates("row", ignore_index=True)
    both["list_rank"] = both["list_rank"].astype("int64")
    return both.sort_values(["list_rank", "row"], ignore_index=True)


def report_selection(choice: Choice, over: pd.DataFrame) -> SelectionReport:
    """Return the counts of a selection; ``over`` has the compounds that were not selected."""
    candidates, constraints = choice.candidates, choice.constraints
    reasons = choice.list_matches.reasons
    excluded = {why: n for why, n in choice.exclusions.taken.items() if why in reasons}
    listed = Counter(map(_kind, over["why"]))
    beyond = [one.row for one in candidates.each[candidates.pool :]]
    outside = sum(row in constraints.taken or row in constraints.refused for row in beyond)
    picked = Counter(constraints.taken.values())
    rules = dict.fromkeys([CONTROL, BY_RANK, BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM, choice.rule])
    money = None
    if choice.selection.budget is not None:
        money = Money(
            budget=f"{choice.selection.budget:.2f}",
            spent=f"{constraints.spent:.2f}",
            currency=candidates.currency,
            unpriced_controls=constraints.unpriced,
            prices_read=candidates.prices_read,
        )
    return SelectionReport(
        asked=choice.screen.hits,
        pool=candidates.pool,
        considered=candidates.pool + outside + sum(excluded.values()),
        by_rule={rule: picked[rule] for rule in rules if picked[rule]},
        passed_over={**dict(sorted(listed.items())), **excluded},
        not_listed=sum(excluded.values()) - sum(listed[why] for why in excluded),
        money=money,
        lists=choice.list_matches.lists,
    )


def _numbers(hits: pd.DataFrame) -> dict[int, int]:
    """Return the cluster numbers of hits, by row."""
    if "cluster" not in hits:
        return {}
    return dict(zip(hits["row"].tolist(), hits["cluster"].tolist(), strict=True))


def _kind(why: str) -> str:
    """Return the reason under which a compound is counted."""
    return BETTER if why.endswith(_BETTER) else why
