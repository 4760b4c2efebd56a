"""Works out the values on mutants from the columns that bundles predict for the wild types.

A bundle has mutants if its card does. Values are not part of what
:class:`gnn.bundle.predict.Predictor` returns, nor of stored scores: they are made where a
prediction is shown.
"""

from typing import NamedTuple, Protocol

from gnn.calibration.mutant_shifts import Interval, MutantShift
from gnn.card.card import Card
from gnn.card.mutant_card import MutantCard
from gnn.features.array_types import Floats


class HasCard(Protocol):
    """A bundle, of which only the card is needed."""

    @property
    def card(self) -> Card:
        """Its card."""


class TaskMutant(NamedTuple):
    """One mutant of a predicted task."""

    task: str
    """The predicted column of the wild type, such as ``activity_EGFR``."""
    card: MutantCard
    shift: MutantShift | None
    """None if its compounds are too few: then it has no values."""

    def values(self, wild: Floats, low: Floats, high: Floats) -> Interval | None:
        """Return the values [M] and their 90 % intervals; None if it has none.

        Args:
            wild: [M] predictions for the wild type, in pActivity.
            low: [M] lower ends of their 90 % intervals.
            high: [M] upper ends.
        """
        return None if self.shift is None else self.shift.apply(wild, low, high)


def mutants_of(bundle: HasCard) -> tuple[TaskMutant, ...]:
    """Return the mutants of a bundle's tasks, in the order of its card; none in an older one."""
    known = bundle.card.mutants
    if known is None:
        return ()
    return tuple(
        TaskMutant(f"{bundle.card.name}_{one.task}", one, _shift(one, known.floor))
        for one in known.mutants
    )


def _shift(card: MutantCard, floor: float) -> MutantShift | None:
    numbers = card.numbers
    if numbers is None:
        return None
    return MutantShift(floor, numbers.slope, numbers.slope_std, numbers.std, card.compounds)
