"""Columns of distance to training compounds, and where each bundle's domain ends."""

from collections.abc import Mapping

from gnn.bundle.bundle import Bundle
from gnn.bundle.predict import domain_columns

ENDING = "_distance"
Limits = Mapping[str, float]
"""By column of distances, such as ``activity_distance``: the distance beyond which is outside."""


def bundle_of(task: str, limits: Limits) -> str:
    """Return the bundle of a task; where its domain is not known, what stands before the first _.

    >>> bundle_of("my_assay_pKi", {"my_assay_distance": 0.7})
    'my_assay'
    """
    names = (column.removesuffix(ENDING) for column in limits)
    found = [name for name in names if task.startswith(f"{name}_")]
    return max(found, key=len, default=task.split("_", 1)[0])


def distance_column(task: str, limits: Limits) -> str:
    """Return the column of the distance to what a task's bundle was trained on."""
    return bundle_of(task, limits) + ENDING


def domain_limits(bundles: tuple[Bundle, ...]) -> dict[str, float]:
    """Return each bundle's distance column with the distance beyond which it is out of its domain.

    A bundle that does not know its domain has no such column.
    """
    return {
        column: bundle.card.domain.edge
        for bundle in bundles
        if bundle.card.domain is not None
        for column in domain_columns(bundle)
    }
