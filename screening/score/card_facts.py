"""What the cards of a run's bundles say about its predictions, by predicted task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from screening.score.predicted_columns import PROBABILITY, Limits, domain_limits, task_units

if TYPE_CHECKING:
    from gnn.bundle.bundle import Bundle
    from gnn.calibration.domain import Bits
    from gnn.card.card import OperatingPoints

DrugQuantiles = Mapping[str, Sequence[float]]
"""The predictions for approved drugs, 0th to 100th percentile in steps of 5, by predicted task."""


class ErrorCorrelations(NamedTuple):
    """How the errors of a bundle's predictions go together."""

    targets: float | None
    """Of one compound's errors on two targets, 0 to 1; None if unknown."""
    similarities: tuple[float, ...]
    series: tuple[float, ...]
    """Of two compounds' errors on one target at these similarities; both are empty if unknown."""


@dataclass(frozen=True)
class CardFacts:
    """The facts of cards that the text of a hit needs; without them it says less."""

    limits: Limits = field(default_factory=dict)
    drugs: DrugQuantiles = field(default_factory=dict)
    correlations: Mapping[str, ErrorCorrelations] = field(default_factory=dict)
    """By bundle."""
    known_errors: Mapping[str, "Bits"] = field(default_factory=dict)
    """The environments [n, 128] of the compounds whose own results move a task, by predicted
    task."""
    classes: frozenset[str] = frozenset()
    """The predicted tasks that are probabilities of a class."""


def selection_facts(bundles: "Sequence[Bundle]") -> CardFacts:
    """Return what a selection needs to know of the bundles."""
    known = {
        f"{bundle.card.name}_{name}": bundle.own_results.bits[one.compounds]
        for bundle in bundles
        if bundle.own_results is not None
        for name, one in bundle.own_results.tasks.items()
    }
    classes = {name for name, unit in task_units(tuple(bundles)).items() if unit == PROBABILITY}
    return CardFacts(
        domain_limits(tuple(bundles)),
        correlations=error_correlations(bundles),
        known_errors=known,
        classes=frozenset(classes),
    )


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


def error_correlations(bundles: "Sequence[Bundle]") -> dict[str, ErrorCorrelations]:
    """Return how errors go together, by bundle, for each bundle whose card says it."""
    found = {}
    for bundle in bundles:
        if (known := bundle.card.shared_error) is not None:
            series = (known.similarities, known.series)
            found[bundle.card.name] = ErrorCorrelations(known.targets, *series)
    return found
