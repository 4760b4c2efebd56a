"""Offers compounds in the pick order: by rank, cluster by cluster, or the least alike first.

The next compound can depend on those taken before, so an order is told whether each was taken.
Orders number compounds from 0 in the order of the ranked list, which also breaks every tie.
"""

from collections.abc import Generator, Sequence

import numpy as np

from chem.assess.similarity import Unlike

BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM = "cluster", "maxmin", "explore"
"""Values of ``picked_by``, beside ``rank`` and ``control``; the number of the cluster follows
``cluster``."""
Picks = Generator[int, bool, None]
"""A generator that yields the offered compound, and is sent True if it was taken."""


class PickOrder:
    """A pick order that can be left and resumed."""

    def __init__(self, order: Picks) -> None:
        self._order = order
        self._answer: bool | None = None

    def next(self) -> int | None:
        """Return the next offered compound; None if all were offered."""
        try:
            if self._answer is None:
                return next(self._order)
            return self._order.send(self._answer)
        except StopIteration:
            return None

    def record(self, taken: bool) -> None:
        """Record whether the last compound was taken; to be called after each ``next``."""
        self._answer = taken


def by_rank(count: int) -> Picks:
    """Offer compounds in the order of the list."""
    for at in range(count):  # noqa: UP028 -- a range cannot be told what was taken
        yield at


def by_cluster(clusters: Sequence[int]) -> Picks:
    """Offer the best of each cluster, then the second of each, and so on.

    clusters: the number [n] of each compound's cluster. Each round starts with the cluster that has
    the best first member. A refused compound is replaced by the next of its cluster in the same
    round.
    """
    waiting: dict[int, list[int]] = {}
    for at, cluster in enumerate(clusters):
        waiting.setdefault(cluster, []).append(at)
    for members in waiting.values():
        members.reverse()
    while any(waiting.values()):
        for members in waiting.values():
            while members and not (yield members.pop()):
                pass


def by_unlikeness(smiles: Sequence[str], count: int, taken: Sequence[int] = ()) -> Picks:
    """Offer the best, then always the compound least like all that were taken (MaxMin).

    Args:
        smiles: The SMILES of all compounds, offered or taken.
        count: The number of compounds that are offered, which come first.
        taken: The compounds that were taken before and are not offered, such as controls; they
            lower the chances of similar ones.
    """
    compounds = Unlike(smiles)
    open = np.arange(len(smiles)) < count
    for control in taken:
        compounds.take(control)
        open[control] = False
    at: int | None = int(np.argmax(open)) if open.any() else None
    while at is not None:
        open[at] = False
        if (yield at):
            compounds.take(at)
        at = compounds.least(open)
