"""Defines the parts of a bundle's card on a campaign's own results, and on what they made of it."""

from typing import Literal

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


class RetrainedTask(Strict):
    """A last layer that was trained again for one task."""

    results: int
    """Values of the campaign."""
    kept: int
    """Compounds of the first training for which the old predictions were kept."""
    share: float
    """Weight of an old prediction beside a value of the campaign; the largest of all networks."""


class RetrainedCard(Strict):
    """Last layers that were trained again; see :mod:`gnn.candidates.retrain_head`."""

    base: str
    """Content hash of the bundle from which they were trained."""
    campaign: str
    """Hash of the last line of the campaign's log."""
    tasks: dict[str, RetrainedTask]


class PromotionCard(Strict):
    """The promotion of a bundle in a campaign."""

    model: str
    """Its number in the campaign, such as ``002``."""
    date: str
    """UTC, such as ``2026-01-31``."""
    how: Literal["moved", "retrained"]
    """Moved by results, or trained again with them."""
    replaced: str
    """The number of the model that was current before."""


def tell_results(
    name: str, own: OwnResultsCard | None, retrained: RetrainedCard | None
) -> tuple[str, ...]:
    """Return a sentence on what a campaign's results made of the bundle ``name``, or none."""
    if retrained is not None:
        counts = retrained.tasks.items()
        again = ", ".join(f"{task} ({one.results:,})" for task, one in counts)
        return (
            f"the last layer of {name} was trained again with the results of a campaign: {again}; "
            "the accuracy on its card is that from before",
        )
    if own is None:
        return ()
    moved = ", ".join(f"{task} ({one.results:,})" for task, one in own.tasks.items())
    return (
        f"{name} is moved by the results of a campaign: {moved}; the accuracy on its card is that "
        "without them",
    )
