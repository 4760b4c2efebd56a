"""Defines a bundle's card: its identity, its data and its measured quality."""

import math
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chem.records.message_text import counted
from gnn.card.domain_card import DomainCard, SharedErrorCard, ShiftCard
from gnn.card.inactivity_card import InactivityCard, InactivitySummary
from gnn.card.metric_card import Metric, Summary
from gnn.card.mutant_card import MutantsCard
from gnn.card.results_card import OwnResultsCard, PromotionCard, RetrainedCard, tell_results
from gnn.card.sets_card import HeldBack, Overlap
from gnn.card.strict import Strict


class Probabilities(Strict):
    """The agreement of probabilities with the truth, on rows not used for their calibration.

    The error is the expected calibration error: in ten equal bins of probability, the mean
    distance between the mean probability and the share of positives, weighted by rows.
    """

    rows: int
    log_loss: float
    """Mean of -log of the probability given to the truth."""
    calibration_error: float
    log_loss_before: float
    """Log loss of the models' own probabilities, before calibration."""
    calibration_error_before: float


class OperatingPoints(Strict):
    """Every line that could be drawn through a class's probabilities, on the held-out rows.

    The probabilities are cross-fitted, as for :class:`Probabilities`. A row is above a threshold if
    its probability is the threshold or more.
    """

    positives: int
    negatives: int
    thresholds: tuple[float, ...]
    """Probabilities, ascending."""
    sensitivity: tuple[float, ...]
    """The share of the positives that are above each threshold, 0 to 1."""
    specificity: tuple[float, ...]
    """The share of the negatives that are below each threshold, 0 to 1."""


class DrugReference(Strict):
    """The library with whose predictions a prediction can be compared."""

    library: str
    """Its name in the catalogue."""
    sha256: str
    rows: int
    drugs: int
    """Number of distinct compounds that were predicted. Other rows repeat a compound, as another
    salt of it, or cannot be standardized."""


def _checked_quantiles(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """Refuse numbers among which a place would be wrong: too few, or not ascending."""
    rises = all(low <= high for low, high in pairwise(numbers))
    if numbers and not (len(numbers) == 21 and rises and all(map(math.isfinite, numbers))):
        raise ValueError(
            f"found {len(numbers)} quantiles, expected 21 ascending numbers or none; train the "
            "bundle again"
        )
    return numbers


class TaskCard(Strict):
    """The card of one task."""

    name: str
    kind: Literal["regression", "classification"]
    unit: str
    direction: str
    """``up``: a larger value is more of the measured property (more potent, more toxic)."""
    uniprot: str = ""
    """UniProt accession of the protein target, or empty."""
    scale: Literal["linear", "log10"] = "linear"
    """``log10``: trained, calibrated and measured on log10 of the values, so errors and metrics are
    differences of logarithms. Predictions are shown in the unit."""
    main_metric: str = ""
    """The metric by which the field compares models of it; empty: none in particular."""
    trained_on: int
    """Number of training measurements."""
    bounded: int
    """Number of those that are only a bound."""
    validated_on: int
    """Number of measurements used only for measuring."""
    calibration: dict[str, Any]
    """Fields of :class:`gnn.calibration.calibration.Calibration`."""
    inactivity: InactivityCard | None = None
    """The probability of inactivity; None for a task without a floor, and in older bundles."""
    metrics: dict[str, Metric]
    """Empty if there are too few validation rows, or if all are alike."""
    coverage: float | None = None
    """For a regression: share of the validation values in their 90 % interval, cross-fitted."""
    probabilities: Probabilities | None = None
    """For a class: the quality of its probabilities."""
    operating_points: OperatingPoints | None = None
    """For a class: its errors at each threshold; None if it was not measured."""
    drug_quantiles: Annotated[tuple[float, ...], AfterValidator(_checked_quantiles)] = ()
    """The predictions for approved drugs (``Card.drugs``): their 0th, 5th, … 100th percentile, in
    the unit of predictions; empty if unknown."""

    @property
    def main_result(self) -> Metric | None:
        """The metric by which the field compares models of it; None without one."""
        return self.metrics.get(self.main_metric)

    @property
    def is_linear(self) -> bool:
        """Tell whether it is a regression learned in its own unit: its errors are differences."""
        return self.kind == "regression" and self.scale == "linear"

    @property
    def error_unit(self) -> str:
        """The unit of errors, such as ``log10(h)`` for a half-life that is learned as logarithm."""
        return f"log10({self.unit})" if self.scale == "log10" else self.unit


class Stage(Strict):
    """One model on the way to the shipped one, before calibration."""

    name: str
    metrics: dict[str, float]
    """Means over the tasks, by ``<kind> <metric>``."""


class Candidate(Strict):
    """A model that could have been shipped, by cross-validation on the assay's own rows."""

    name: Literal["gp", "network", "blend"]
    error: float
    """Root mean squared error over held-out values (for classes, the root of the Brier score); with
    several tasks in units of each task's standard deviation, otherwise on the task's scale."""
    interval: tuple[float, float]
    """95 % bootstrap interval over molecules."""
    better: float
    """Share of bootstrap draws in which it has the least error of the compared models."""


class Comparison(Strict):
    """The chosen model of an own assay, with the reason for the choice."""

    chosen: Literal["gp", "network", "blend"]
    why: str
    candidates: tuple[Candidate, ...]


class Explanation(Strict):
    """The agreement of atoms' contributions with groups that are known for a task's effect.

    Among molecules that are predicted positive and contain the group, the groups' atoms are
    compared with the molecules' other atoms. See :mod:`gnn.explain.attribution`.
    """

    task: str
    group: str
    """A toxicophore's name, or ``any``: the atoms of all of them together."""
    molecules: int
    auroc: float
    """Probability that an atom of the group has a larger contribution than another atom of its
    molecule, mean over molecules; 0.5 by chance."""
    low: float
    """Lower end of its 95 % bootstrap interval over molecules."""
    high: float
    hetero: float
    """The same if every atom except carbon counts as part of the group."""
    top: float
    """Share of the group's atoms among as many atoms of the largest contributions."""
    top_chance: float
    """The same for atoms drawn by chance."""
    lost: float
    """Mean log odds by which the prediction falls when the group's atoms are removed."""
    lost_others: float
    """The same for as many other atoms, in a connected piece if there is one."""


class Protocol(Strict):
    """The results of another training of the same recipe, to be read beside those of a card."""

    name: str
    """Name of its bundle."""
    trained_on: str
    """Its training sets and the number of its measurements, in words."""
    measured_on: str
    """Its split, and the number of measurements that were held out, in words."""
    validated_on: int
    """Number of those, over all tasks."""
    summary: dict[str, Summary]
    """As in :class:`Card`."""
    main_summary: dict[str, Summary]
    coverage: float | None


class Card(Strict):
    """Everything known about a bundle; written as ``card.json`` beside the weights."""

    format: Literal[1] = 1
    name: str
    title: str
    description: str
    created: str
    """Date, YYYY-MM-DD."""
    featurizer: str
    """Hash of the featurizer's spec; a bundle refuses any other."""
    tasks: tuple[TaskCard, ...]
    network: dict[str, int | float]
    """Sizes: fields of :class:`gnn.models.network.NetworkConfig`."""
    members: int
    """Number of networks; 0 if the kernel machine alone is better."""
    kernel: bool = False
    """True if a kernel machine (:mod:`gnn.models.kernel`) is part of it."""
    comparison: Comparison | None = None
    """For an own assay: the compared models and the chosen one."""
    ablation: tuple[Stage, ...] = ()
    """Gain of each part of the training, on the rows held out; empty without teachers."""
    refit: bool = False
    """True if the shipped networks were trained again on the ``valid`` rows too. Metrics, counts of
    measurements and calibrations are those of the networks before that, the domain is that of the
    shipped ones."""
    training: dict[str, Any]
    data: list[dict[str, Any]]
    """Training sets: name, sha256, source, licence, rows, and what the licence forbids."""
    split: str
    overlaps: tuple[Overlap, ...] = ()
    """The pairs of training sets that share molecules, largest first."""
    held_back: tuple[HeldBack, ...] = ()
    """The check that no held-back molecule is trained on; empty with one set, and in older
    bundles."""
    summary: dict[str, Summary]
    """Mean metrics over tasks, by ``<kind> <metric>``."""
    main_summary: dict[str, Summary] = Field(default_factory=dict)
    """Means of the tasks' own metrics (``TaskCard.main_metric``) over the tasks that share one, by
    metric; none where their units differ."""
    protocols: tuple[Protocol, ...] = ()
    """Other trainings of the same recipe, to be read beside this one."""
    coverage: float | None
    """Share of validation values inside their 90 % interval, which was fitted on the values of
    the other half of the molecules."""
    coverage_by_third: tuple[float, float, float] | None = None
    """The same within each third of the distance to training, nearest first."""
    probabilities: Probabilities | None = None
    """Means over the classes."""
    inactivity: InactivitySummary | None = None
    """None if no task has a probability of inactivity."""
    mutants: MutantsCard | None = None
    """The mutants of its targets; None if none were fitted, and in older bundles."""
    shifts: tuple[ShiftCard, ...] = ()
    """The intervals on values of another source; empty if none was held out whole."""
    shared_error: SharedErrorCard | None = None
    """How the errors of regressions go together; None if that was not measured."""
    own_results: OwnResultsCard | None = None
    """The campaign's own results that move its predictions; None if none do."""
    retrained: RetrainedCard | None = None
    """The last layers that were trained again with a campaign's values; None if none were."""
    promotion: PromotionCard | None = None
    """Its promotion in a campaign; None for a bundle that was not promoted."""
    domain: DomainCard | None = None
    drugs: DrugReference | None = None
    """The drugs of ``TaskCard.drug_quantiles``; None if nothing was predicted for them."""
    explanations: tuple[Explanation, ...] = ()
    """Agreement of atoms' contributions with known groups, if that was examined."""
    notes: list[str]
    weights: str
    """SHA-256 of ``weights.safetensors``."""
    versions: dict[str, str]

    def as_protocol(self) -> Protocol:
        """Return its results, to be shown on the card of another training of the recipe."""
        sets = [str(source["name"]) for source in self.data]
        trained, measured = (
            sum(counts)
            for counts in (
                [task.trained_on for task in self.tasks],
                [task.validated_on for task in self.tasks],
            )
        )
        again = "; before it was trained again on all rows" if self.refit else ""
        return Protocol(
            name=self.name,
            trained_on=f"{counted(trained, 'value')} of its tasks{again}; sets: {', '.join(sets)}",
            measured_on=f"{counted(measured, 'value')}; {self.split}",
            validated_on=measured,
            summary=self.summary,
            main_summary=self.main_summary,
            coverage=self.coverage,
        )

    @model_validator(mode="after")
    def _mutants_have_tasks(self) -> Self:
        known = {task.name for task in self.tasks}
        for one in self.mutants.mutants if self.mutants else ():
            if one.task not in known:
                raise ValueError(f"{one.name} is a mutant of no task of the card")
        return self

    @property
    def told_of_results(self) -> tuple[str, ...]:
        """A sentence on what a campaign's results made of it, or none."""
        return tell_results(self.name, self.own_results, self.retrained)

    @property
    def restrictions(self) -> tuple[str, ...]:
        """What the licences of training sets forbid, a line for each set that forbids something."""
        return tuple(
            f"{self.name} is {source['restriction']}: it was trained on {source['name']}, "
            f"{source['licence']}"
            for source in self.data
            if source.get("restriction")
        )
