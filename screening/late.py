"""Late chemistry: QED and alerts are worked out down the ranked list until enough have passed.

They cost 5 ms a compound, far more than its score, and are wanted of the hits alone. So a ranking
first holds somewhat more than the hits, and what late filters take from it is replaced by
what comes next. Where that is used up, the scores are read again for the next stretch of the list:
memory stays bounded, and the hits are the first of the whole list that pass.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from chem.examine import examine
from screening.rank import Place, Ranking, merge_top
from screening.screen import Screen

Frames = Callable[[], Iterable[pd.DataFrame]]
"""Gives the scored frames from the beginning, each time that it is called."""
SPARE = 200
"""Compounds that a ranking holds beyond the hits, at least, where there are late filters."""
SPARE_PER_HIT = 3
GROWTH = 4
"""Each further stretch of the list is that much longer than the one before it."""
MOST = 50_000
"""But a stretch needs no more than that beyond the hits: memory stays bounded."""
BLOCK = 64
"""Compounds examined in one go."""


def rank_and_examine(frames: Frames, screen: Screen, keep_every: bool = False) -> Ranking:
    """Rank, take the first ``screen.hits`` that pass every filter, and say what is known of them.

    The hits are those of ``merge_top`` with ``qed`` in [0, 1] and ``alerts``, a text such as
    ``PAINS catechol_A; BRENK catechol`` or "", beside their columns. Late filters count after all
    others, and only what stands before the last hit: so no result hangs on how far the list was
    read. For frames and ``keep_every`` see ``merge_top``.
    """
    spare = min(max(SPARE_PER_HIT * screen.hits, SPARE), MOST) if screen.late_limits else 0
    size = screen.hits + spare
    ranking = merge_top(frames(), screen, keep_every, size)
    taken = {limit.name: 0 for limit in screen.late_limits}
    picked, drug_likeness, alerts = [ranking.hits.head(0)], list[float](), list[str]()
    for block in _down_the_list(ranking.hits, size, frames, screen):
        passing = []
        for at, found in enumerate(examine(block["smiles"].tolist())):
            takers = (x.name for x in screen.late_limits if x.takes(found.number(x.column)))
            if taker := next(takers, ""):
                taken[taker] += 1
                continue
            passing.append(at)
            drug_likeness.append(found.qed)
            alerts.append("; ".join(map(str, found.alerts)))
            if len(alerts) == screen.hits:
                break
        picked.append(block.iloc[passing])
        if len(alerts) == screen.hits:
            break
    hits = pd.concat(picked, ignore_index=True)
    hits["rank"] = np.arange(1, len(hits) + 1)
    hits["qed"] = np.array(drug_likeness, dtype=np.float64)
    hits["alerts"] = pd.Series(alerts, dtype="str")
    lost = sum(taken.values())
    return ranking._replace(
        hits=hits,
        passed=ranking.passed - lost,
        filtered={**ranking.filtered, **taken},
        examined=len(hits) + lost,
    )


def _down_the_list(
    held: pd.DataFrame, size: int, frames: Frames, screen: Screen
) -> Iterator[pd.DataFrame]:
    """Yield the ranked list in blocks, best first; the scores are read as far as it is asked for.

    held: its first stretch, which is all of it if it is shorter than ``size``.
    """
    while True:
        for start in range(0, len(held), BLOCK):
            yield held.iloc[start : start + BLOCK]
        if len(held) < size:
            return
        last = Place(*held[["score", "smiles", "row"]].iloc[-1])
        size = min(GROWTH * size, screen.hits + MOST)
        held = merge_top(frames(), screen, size=size, after=last).hits
