"""Defines a metric of a card beside the random forest's, and its mean over tasks."""

from gnn.card.strict import Strict


class Gain(Strict):
    """The difference of two models on the same rows; positive if ours is better.

    It is ours minus the forest's, but the forest's minus ours where less is better (RMSE, MAE).
    """

    value: float
    interval: tuple[float, float]
    """95 % bootstrap interval, paired: both models are measured on each draw of the rows."""


class Metric(Strict):
    """One metric of the bundle beside the baseline's, on the same rows."""

    network: float
    network_interval: tuple[float, float]
    """95 % bootstrap interval over molecules."""
    forest: float | None = None
    """The random forest's value; None if none was trained."""
    forest_interval: tuple[float, float] | None = None
    gain: Gain | None = None
    """Over the forest, from the same draws; None without a forest, and in older bundles."""


class Summary(Strict):
    """A metric averaged over tasks."""

    tasks: int
    network: float
    forest: float | None
    network_interval: tuple[float, float]
    """95 % bootstrap interval over tasks; over molecules if there is one task."""
    gain: Gain | None = None
    """The mean gain over the forest, from the same draws of tasks; None if a task has none."""
