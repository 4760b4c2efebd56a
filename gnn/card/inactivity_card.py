"""Defines the part of a bundle's card on the probabilities of inactivity."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from gnn.card.strict import Strict


class InactivityCard(Strict):
    """The probability that a compound is inactive on one target: its numbers, and their quality.

    The first five are fields of :class:`gnn.calibration.inactivity.Inactivity`. Quality is measured
    on held-out rows, with numbers that were fitted on the other half of the molecules.
    """

    level: FiniteFloat
    """The largest value that counts as inactive, in the task's unit."""
    mean: FiniteFloat
    near: Annotated[FiniteFloat, Field(ge=0)]
    far: Annotated[FiniteFloat, Field(ge=0)]
    offset: FiniteFloat
    rows: int
    """Held-out values that are known to be above the level or not."""
    inactive: int
    """Number of those that are not above it."""
    log_loss: float | None = None
    """Mean of -log of the probability given to the truth; None without rows."""
    auroc: float | None = None
    """None if there are too few rows, or if all are alike."""


class InactivitySummary(Strict):
    """The quality of the probabilities of inactivity over all tasks that have one."""

    tasks: int
    rows: int
    log_loss: float
    """Mean over the rows of all tasks."""
    log_loss_of_share: float
    """The same if every compound is given its task's share of inactive ones."""
    calibration_error: float
    """Expected calibration error over the rows of all tasks, as for
    :class:`gnn.card.card.Probabilities`."""
    auroc: float | None = None
    """Mean over the tasks that have one."""
