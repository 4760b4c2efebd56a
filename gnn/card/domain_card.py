"""Defines the parts of a bundle's card on its domain, and on the errors there and elsewhere."""

import math
from typing import Literal

from gnn.card.strict import Strict

FARTHEST = 0.7
"""Largest distance that counts as inside a domain, even if a bundle's own limit is larger: farther
molecules have nothing to do with it. 19 of 20 approved drugs are farther than 0.68 from 635
measured JAK inhibitors."""


class DistanceBin(Strict):
    """Held-out values of all tasks at distances from ``low`` up to ``high``."""

    low: float
    high: float
    values: int
    """Values of regressions."""
    rmse: float | None = None
    """Root mean squared error in ``DomainCard.unit``."""
    mae: float | None = None
    coverage: float | None = None
    """Share of values in their 90 % interval."""
    classes: int = 0
    """Values of classes."""
    log_loss: float | None = None


ShiftKind = Literal["new compounds", "known compounds"]
"""Compounds that the training sets lack, or that they have without this task's value."""


class ShiftCard(Strict):
    """The 90 % intervals on values of another source, which were not trained on when measured."""

    kind: ShiftKind
    values: int
    """Values that show an error: no bounds that the prediction respects."""
    distance: float
    """Median distance to the training compounds."""
    rmse: float
    """Root mean squared error in ``DomainCard.unit``."""
    bias: float
    """Mean of value minus measurement, in the same unit."""
    coverage_before: float
    """Share of the values in intervals that the held-back rows of the own sets gave."""
    coverage: float
    """The same after the intervals were widened by the other half of the compounds."""


class DomainCard(Strict):
    """A bundle's training compounds as distances: see :mod:`gnn.calibration.domain`."""

    compounds: int
    """Training compounds to which distances are measured; equal ones are counted once."""
    limit: float
    """Distance to the training compounds that 95 % of the validation molecules do not reach."""
    thirds: tuple[float, float]
    """The distances that divide these molecules into thirds."""
    unit: str
    """Unit of the errors: that of the regressions, or ``standard deviations`` of each task's
    training values if units differ; empty without regressions."""
    errors: tuple[DistanceBin, ...]
    """The error by distance."""

    @property
    def edge(self) -> float:
        """The distance beyond which a molecule is outside the domain.

        It is ``limit``, at most ``FARTHEST``, rounded down to hundredths: the displayed number is
        the one that decides, and a filter with two decimals selects the same molecules.
        """
        return math.floor(100 * min(self.limit, FARTHEST) + 1e-9) / 100


class SharedErrorCard(Strict):
    """How errors go together; see :mod:`gnn.calibration.shared_error`."""

    targets: float | None
    """Correlation of one compound's errors on two targets; None: too few pairs."""
    target_pairs: int
    similarities: tuple[float, ...]
    """Mean similarities of pairs of compounds, ascending."""
    series: tuple[float, ...]
    """Correlations of two compounds' errors on one target, at these similarities."""
    series_pairs: tuple[int, ...]
