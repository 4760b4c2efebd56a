"""Works out the probability of inactivity from the columns that bundles predict.

Only tasks whose card has the numbers have these two columns. They are not part of what
:class:`gnn.bundle.predict.Predictor` returns, nor of stored scores: they are made where a
prediction is shown.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gnn.bundle.column_names import Described, domain_columns
from gnn.calibration.inactivity import Inactivity
from gnn.card.inactivity_card import InactivityCard
from gnn.features.array_types import Floats

P_INACTIVE, IF_ACTIVE = "_p_inactive", "_if_active"
"""Endings of both columns: the probability that the true value is at most the level of the task,
and the value, in the task's unit, of a compound that is above it."""
ENDINGS = (P_INACTIVE, IF_ACTIVE)


class TaskInactivity(NamedTuple):
    """The probability of inactivity of one predicted task."""

    numbers: Inactivity
    distance: str | None
    """Column of the distance to the training compounds; None if the bundle does not know it."""

    def probability_and_value(
        self, task: str, predicted: Mapping[str, Floats]
    ) -> tuple[Floats, Floats]:
        """Return both columns [M] of a task, from its columns among those predicted, each [M]."""
        distance = None if self.distance is None else predicted[self.distance]
        value = predicted[task]
        probability = self.numbers.probability(value, distance)
        return probability, self.numbers.value_if_active(
            value, predicted[f"{task}_hi"], probability
        )


def inactivity_of(bundles: Iterable[Described]) -> dict[str, TaskInactivity]:
    """Return the tasks whose card has the numbers, by their column such as ``activity_EGFR``."""
    return {
        f"{bundle.card.name}_{task.name}": TaskInactivity(
            _numbers(task.inactivity), next(iter(domain_columns(bundle)), None)
        )
        for bundle in bundles
        for task in bundle.card.tasks
        if task.inactivity is not None
    }


def _numbers(card: InactivityCard) -> Inactivity:
    return Inactivity(card.level, card.mean, card.near, card.far, card.offset)


def inactivity_columns(
    known: Mapping[str, TaskInactivity], predicted: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return both columns [M] of every known task, by name, from the predicted columns [M]."""
    found: dict[str, Floats] = {}
    for task, one in known.items():
        columns = one.probability_and_value(task, predicted)
        found |= {f"{task}{end}": column for end, column in zip(ENDINGS, columns, strict=True)}
    return found
