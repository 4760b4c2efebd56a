"""What a change did to measured values: the statistics of matched pairs of a bundle's compounds.

Only exact values count: how far a bound is from another value is not known.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.activities.activity import EXACT
from gnn.bundle.bundle import Bundle
from screening.analogs.cuts import cut_compounds
from screening.analogs.search import Progress

LEAST_PAIRS = 3
"""The fewest pairs from which a statistic is given."""


class Statistic(NamedTuple):
    """What a change did to the values of a task."""

    pairs: int
    mean: float
    """In the task's unit; above 0 if the new part has the higher value."""
    deviation: float
    """The standard deviation of the differences."""


class MeasuredPairs(NamedTuple):
    """The compounds measured on one task, cut."""

    values: "pd.Series[float]"
    """The mean value for each substituent and core, which are its index, sorted."""

    def statistic(self, change: str) -> Statistic | None:
        """Return what a change such as ``CO[*:1]>>Cl[*:1]`` did; None for fewer than 3 pairs."""
        old, new = change.split(">>")
        differences = (self._of(new) - self._of(old)).dropna()
        if len(differences) < LEAST_PAIRS:
            return None
        numbers = differences.to_numpy(np.float64)
        return Statistic(len(numbers), float(numbers.mean()), float(numbers.std(ddof=1)))

    def _of(self, substituent: str) -> "pd.Series[float]":
        """Return the values of the compounds with a substituent, by core."""
        try:
            found: pd.Series[float] = self.values.xs(substituent)
        except KeyError:
            return self.values.iloc[:0].droplevel(0)
        return found


def measured_pairs(
    bundle: Bundle, task: str, progress: Progress | None = None
) -> MeasuredPairs | None:
    """Return the cut compounds of a task of a bundle.

    None if the bundle ships no measured compounds, if the task is a class, or if its values are
    learned as logarithms.

    Raises ModelError for a damaged file of measured compounds.
    """
    card = next(one for one in bundle.card.tasks if one.name == task)
    measured = bundle.measured_compounds
    if not measured or card.kind != "regression" or card.scale == "log10":
        return None
    rows, values, bounds = measured.of(task)
    exact = bounds == EXACT
    smiles = measured.smiles[rows[exact]]
    frame = pd.DataFrame({"smiles": smiles, "value": values[exact].astype(np.float64)})
    means = frame.groupby("smiles")["value"].mean()
    cuts = cut_compounds(means.index.tolist(), progress)
    cuts["value"] = means.to_numpy()[cuts.pop("compound").to_numpy()]
    return MeasuredPairs(cuts.groupby(["substituent", "core"])["value"].mean())
