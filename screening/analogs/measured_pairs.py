"""What a change did to measured values: the statistics of matched pairs of a bundle's compounds.

Only exact values count: how far a bound is from another value is not known.
"""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from data.activities.activity import EXACT
from gnn.bundle.bundle import Bundle
from gnn.features.array_types import Floats64, Ints
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

    places: dict[tuple[str, str], int]
    """The position of each of n pairs of a substituent and the kind of atom that carries it."""
    starts: Ints
    """[n + 1] where the values of each of them begin."""
    cores: Ints
    """The number of the core of each value; ascending for each of them."""
    values: Floats64
    """The mean value of each substituent and core."""

    @classmethod
    def of(cls, cuts: pd.DataFrame, values: Floats64) -> Self:
        """Take the cuts of compounds (:func:`cut_compounds`), and the value of each cut's."""
        place, pairs = pd.MultiIndex.from_frame(cuts[["substituent", "carrier"]]).factorize()
        cut = {"place": place, "core": pd.factorize(cuts["core"])[0], "value": values}
        means = pd.DataFrame(cut).groupby(["place", "core"], as_index=False)["value"].mean()
        return cls(
            {pair: at for at, pair in enumerate(pairs)},
            np.searchsorted(means["place"], np.arange(len(pairs) + 1)),
            means["core"].to_numpy(np.int64),
            means["value"].to_numpy(np.float64),
        )

    def statistic(self, change: str, carrier: str) -> Statistic | None:
        """Return what a change such as ``CO[*:1]>>Cl[*:1]`` did; None for fewer than 3 pairs.

        carrier: the kind of atom at which it was made: a hydroxyl group on a ring says nothing of
        one beside an oxygen.
        """
        old, new = (self._of((substituent, carrier)) for substituent in change.split(">>"))
        _, of_old, of_new = np.intersect1d(old[0], new[0], assume_unique=True, return_indices=True)
        if len(of_old) < LEAST_PAIRS:
            return None
        numbers = new[1][of_new] - old[1][of_old]
        return Statistic(len(numbers), float(numbers.mean()), float(numbers.std(ddof=1)))

    def _of(self, place: tuple[str, str]) -> tuple[Ints, Floats64]:
        """Return the cores and the values of the compounds with a substituent."""
        at = self.places.get(place)
        own = slice(0) if at is None else slice(self.starts[at], self.starts[at + 1])
        return self.cores[own], self.values[own]


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
    if not measured or not card.is_linear:
        return None
    rows, values, bounds = measured.of(task)
    exact = bounds == EXACT
    smiles = measured.smiles[rows[exact]]
    frame = pd.DataFrame({"smiles": smiles, "value": values[exact].astype(np.float64)})
    means = frame.groupby("smiles")["value"].mean()
    cuts = cut_compounds(means.index.tolist(), progress)
    of_cut = means.to_numpy(np.float64)[cuts["compound"].to_numpy()]
    return MeasuredPairs.of(cuts, of_cut)
