"""The names of the columns that bundles predict.

It needs no torch: workers whose scores are all known never load it.
"""

from collections.abc import Sequence
from typing import Protocol

from gnn.card.card import Card

COLUMN_ENDINGS = ("", "_std", "_lo", "_hi")
"""Endings of a task's four columns: value, standard deviation, 90 % interval."""
COLUMN_RULES = 2
"""Number of the rules by which a bundle's columns follow from what it computes.

Raise it when a column of the same bundle changes: then scores by the former rules are not taken
for scores by these. 2: the deviation of a regression follows from its interval.
"""
DISTANCE = "distance"
"""Ending of a bundle's last column: the distance to its training compounds, 0 to 1."""


class Described(Protocol):
    """What the names of a bundle's columns depend on."""

    @property
    def card(self) -> Card:
        """Its card."""

    @property
    def domain(self) -> object | None:
        """The training compounds; None in an old bundle that does not contain them."""


def predicted_columns(bundles: Sequence[Described]) -> list[str]:
    """Return the names of all columns that bundles predict, in order."""
    return [name for bundle in bundles for name in (*task_columns(bundle), *domain_columns(bundle))]


def task_columns(bundle: Described) -> list[str]:
    """Return the columns of a bundle's tasks, four each."""
    return [
        f"{bundle.card.name}_{task.name}{ending}"
        for task in bundle.card.tasks
        for ending in COLUMN_ENDINGS
    ]


def domain_columns(bundle: Described) -> list[str]:
    """Return the column of a bundle's domain; none if it does not know its domain."""
    return [] if bundle.domain is None else [f"{bundle.card.name}_{DISTANCE}"]
