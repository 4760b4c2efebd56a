"""Finds low values that stand for "inactive at the highest concentration"."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.activities.activity import UPPER

MINIMUM_COUNT = 10
MINIMUM_SHARE = 0.05
TIMES_NEXT = 2
HIGHEST_PLATEAU = 6.5


def find_plateau(values: npt.NDArray[np.float32]) -> float | None:
    """Return the low value that was given to a target's inactive molecules, or None.

    ``values`` [m] are pActivities of one target, none missing. The most frequent value is such a
    plateau if all of this holds:

    - it occurs at least 10 times;
    - it is at least 5 % of the values, or at least twice as frequent as the next one;
    - it is at or below the target's median, and at or below 6.5 (0.3 µM).

    Measured on the 193 human kinases of kinase200: the most frequent values are 26.9 % of all
    values; this rule takes 177 kinases and 26.6 %. Their plateaus behave like one: molecules at
    EGFR = 5.7 sit on the most frequent value of their other kinases in 68 % of the cases, other
    molecules of EGFR in 3 %; FLT1 = 6.4 gives 70 % against 19 %. The ceiling excludes values that
    do not: EPHB4 = 7.3 (39 % of its values) gives 0 % against 5 %.
    """
    if len(values) == 0:
        return None
    found, counts = np.unique(values, return_counts=True)
    top = int(counts.argmax())  # np.unique sorts, so a tie goes to the lower value
    count, value = int(counts[top]), float(found[top])
    others = int(np.delete(counts, top).max(initial=0))
    frequent = count >= MINIMUM_SHARE * len(values) or count >= TIMES_NEXT * others
    low = value <= float(np.median(values)) and value <= HIGHEST_PLATEAU
    return value if count >= MINIMUM_COUNT and frequent and low else None


def flag_plateaus(
    values: npt.NDArray[np.float32], floors: Sequence[float] = ()
) -> npt.NDArray[np.int8]:
    """Return bounds [n, t] for ``values`` [n, t]: −1 (upper bound) on each task's plateau.

    ``floors`` are plateaus of every task, because its values come from the same assays: a small set
    has too few values of most tasks for a plateau of their own.
    """
    bounds = np.where(np.isin(values, np.array(floors, np.float32)), UPPER, 0).astype(np.int8)
    for task in range(values.shape[1]):
        column = values[:, task]
        plateau = find_plateau(column[~np.isnan(column)])
        if plateau is not None:
            bounds[column == np.float32(plateau), task] = UPPER
    return bounds
