"""Defines the part of a bundle's card on a campaign's own results, which move its predictions."""

from gnn.card.strict import Strict


class TaskResultsCard(Strict):
    """The own results on one task; see :mod:`gnn.updating.moved_tasks`.

    The figures are of the compounds of all events after the first, each predicted from the results
    of earlier events only.
    """

    results: int
    events: int
    """Number of events in which they came, such as plates that were read together."""
    foreseen: int
    """Number of these later results, without bounds and without compounds of earlier events."""
    rmse_before: float | None
    """Their root mean squared error as the model alone predicts them; None without any."""
    rmse: float | None
    """The same with the offsets of earlier events."""
    coverage_before: float | None
    """Share of them in their 90 % interval as the model alone gives it."""
    coverage: float | None
    """The same with the offsets and intervals from earlier events."""

    @property
    def is_better(self) -> bool:
        """True if later results are predicted better with the results, or if there is none."""
        return self.rmse is None or self.rmse_before is None or self.rmse < self.rmse_before


class OwnResultsCard(Strict):
    """A campaign's own results, kept in ``results.safetensors`` beside the weights."""

    sha256: str
    """Hash of the file."""
    base: str
    """Content hash of the bundle that they were added to."""
    campaign: str
    """Hash of the last line of the campaign's log."""
    compounds: int
    tasks: dict[str, TaskResultsCard]
    left_out: dict[str, int]
    """Results that move nothing, by reason."""
