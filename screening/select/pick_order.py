"""The pick order of compounds: by rank, cluster by cluster, or the least alike first.

What comes next can depend on what was taken, so an order is told after each. Orders count compounds
from 0 as they stand in the ranked list, and break every tie by it.
"""

from collections.abc import Generator, Sequence

import numpy as np

from chem.assess.similarity import Unlike

BY_CLUSTER, BY_MAXMIN, BY_OPTIMISM = "cluster", "maxmin", "explore"
"""``picked_by``, beside ``rank`` and ``control``; the number of the cluster is written behind."""
Picks = Generator[int, bool, None]
"""Yields what is offered, and is sent whether it was taken."""


class PickOrder:
    """An order that can be left and taken up again."""

    def __init__(self, order: Picks) -> None:
        self._order = order
        self._answer: bool | None = None

    def next(self) -> int | None:
        """Return what is offered next; None when all were."""
        try:
            if self._answer is None:
                return next(self._order)
            return self._order.send(self._answer)
        except StopIteration:
            return None

    def record(self, taken: bool) -> None:
        """Tell whether the last one was taken; to be called after each ``next``."""
        self._answer = taken


def by_rank(count: int) -> Picks:
    """Offer in the order of the list."""
    for at in range(count):  # noqa: UP028 -- a range cannot be told what was taken
        yield at


def by_cluster(clusters: Sequence[int]) -> Picks:
    """Offer the best of each cluster, then the second of each, and so on.

    clusters: number [n] of each compound's. In each round the cluster with the best first member
    is asked first. One that is refused is replaced by the next of its cluster in the same round.
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
    """Offer the best, then always what is least like all that were taken: MaxMin.

    smiles: of all compounds that matter. count: the first so many of them are offered. taken: what
        was taken before and is not offered; controls are, and keep their likes away.
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
