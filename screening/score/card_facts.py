"""What the cards of a run's bundles say about its predictions, by predicted task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from screening.score.predicted_columns import Limits

if TYPE_CHECKING:
    from gnn.bundle.bundle import Bundle
    from gnn.evaluation.card import OperatingPoints

DrugQuantiles = Mapping[str, Sequence[float]]
"""The predictions for approved drugs, 0th to 100th percentile in steps of 5, by predicted task."""


@dataclass(frozen=True)
class CardFacts:
    """The facts of cards that the text of a hit needs; without them it says less."""

    limits: Limits = field(default_factory=dict)
    drugs: DrugQuantiles = field(default_factory=dict)


def drug_quantiles(bundles: "Sequence[Bundle]") -> dict[str, tuple[float, ...]]:
    """Return the predictions for approved drugs of each task whose card has them."""
    return {
        f"{bundle.card.name}_{task.name}": task.drug_quantiles
        for bundle in bundles
        for task in bundle.card.tasks
        if task.drug_quantiles
    }


def operating_points(bundles: "Sequence[Bundle]") -> "dict[str, OperatingPoints]":
    """Return the measured errors at each threshold of each class whose card has them."""
    return {
        f"{bundle.card.name}_{task.name}": task.operating_points
        for bundle in bundles
        for task in bundle.card.tasks
        if task.operating_points is not None
    }
