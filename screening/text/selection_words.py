"""The rules by which a screen chooses its hits, in sentences."""

from collections.abc import Iterator

from chem.records.message_text import counted
from screening.objective.selection import Selection
from screening.rank.rank import SelectionReport
from screening.select.constraints import BUDGET, CLUSTER_CAP, NO_PRICE, SCAFFOLD_CAP

_ACQUISITIONS = {
    "probability": "by their expected yield, the probability of a hit times its worth otherwise",
    "improvement": "by how far they are expected to exceed the level of a hit",
    "knowledge": "by their expected yield and by what their results teach for {later} of {hits}",
}
_DIVERSITIES = {
    "clusters": "cluster by cluster, the best of each first (similarity {similarity:g})",
    "maxmin": "the best first, then always the one least like those taken",
}
_LIMITS = {
    BUDGET: "budget",
    NO_PRICE: "budget",
    SCAFFOLD_CAP: "max_per_scaffold",
    CLUSTER_CAP: "max_per_cluster",
}
"""The key of a screen by the reason of a refusal that a larger value would undo."""


def describe_rules(selection: Selection, hits: int) -> list[str]:
    """Return the rules of a selection of ``hits`` hits, a sentence each.

    >>> describe_rules(Selection(acquisition="improvement", max_per_scaffold=3), 40)[-1]
    'At most 3 hits share a scaffold.'
    """
    return [*_order(selection, hits), *_limits(selection)]


def describe_shortage(found: SelectionReport, hits: int) -> str:
    """Return why a selection took fewer hits than it was asked for; "" if no rule did it.

    >>> over = {"budget": 3, "scaffold cap": 1}
    >>> describe_shortage(SelectionReport(10, 500, 500, {"rank": 8}, over, 0, None, ()), 8)
    'the rules of the selection left 8: budget refused 3, scaffold cap refused 1; raise budget, \
max_per_scaffold or the pool for more'
    """
    refused = {why: n for why, n in found.passed_over.items() if why in _LIMITS and n}
    if hits >= found.asked or not refused:
        return ""
    told = ", ".join(f"{why} refused {n:,}" for why, n in refused.items())
    keys = ", ".join(dict.fromkeys(_LIMITS[why] for why in refused))
    return f"the rules of the selection left {hits:,}: {told}; raise {keys} or the pool for more"


def _order(selection: Selection, hits: int) -> Iterator[str]:
    if (way := selection.acquisition) is not None:
        later = counted(selection.later_picks(hits) // hits, "later plate")
        yield f"Picked {_ACQUISITIONS[way].format(later=later, hits=hits)} (acquisition {way})."
    elif selection.diversity != "none":
        how = _DIVERSITIES[selection.diversity].format(similarity=selection.similarity)
        yield f"Picked {how}."
    else:
        yield "Picked in the order of the list."
    if explored := selection.explored(hits):
        yield (
            f"{counted(explored, 'hit')} may be uncertain ones, the best with "
            f"{selection.optimism:g} standard deviations added."
        )


def _limits(selection: Selection) -> Iterator[str]:
    if (most := selection.max_per_scaffold) is not None:
        yield f"{_at_most(most)} share a scaffold."
    if (most := selection.max_per_cluster) is not None:
        yield f"{_at_most(most)} are of one cluster (similarity {selection.similarity:g})."
    if selection.budget is not None:
        budget = f"{selection.budget:,.2f}".removesuffix(".00")
        yield f"All hits together cost at most {budget} ({selection.price_column})."
    if selection.exclude:
        yield f"Excluded: {', '.join(selection.exclude)}."
    if selection.include:
        yield f"Taken as controls: {', '.join(selection.include)}."
    if selection.hide_decided:
        yield f"Hidden: compounds decided {' or '.join(selection.hide_decided)}."


def _at_most(most: int) -> str:
    return "No two hits" if most == 1 else f"At most {most:,} hits"
