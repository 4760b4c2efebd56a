"""A bundle's card: what the model is, what it was made of, how good it is."""

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FARTHEST = 0.7
"""No distance beyond this one is inside a domain, however far a bundle's own limit reaches: there
lie molecules that have nothing to do with it. Of the approved drugs 19 in 20 are farther than 0.68
from 635 measured JAK inhibitors."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(_Strict):
    """One metric of the bundle beside the baseline's, on the same rows."""

    network: float
    network_interval: tuple[float, float]
    """95 % bootstrap interval over molecules."""
    forest: float | None = None
    """The random forest's; None where none was trained."""
    forest_interval: tuple[float, float] | None = None


class Probabilities(_Strict):
    """How well probabilities match what was found, on rows they were not calibrated on.

    The error is the expected calibration error: in ten equal bins of probability, the mean
    distance between the mean probability and the share of positives, weighted by rows.
    """

    rows: int
    log_loss: float
    """Mean of -log of the probability given to what was found."""
    calibration_error: float
    log_loss_before: float
    """Of the models' own probabilities, before calibration."""
    calibration_error_before: float


class DistanceBin(_Strict):
    """Held-out values of all tasks at distances from ``low`` up to ``high``."""

    low: float
    high: float
    values: int
    """Values of regressions."""
    rmse: float | None = None
    """In ``DomainCard.unit``."""
    mae: float | None = None
    coverage: float | None = None
    """Share of them in their 90 % interval."""
    classes: int = 0
    """Values of classes."""
    log_loss: float | None = None


class DomainCard(_Strict):
    """What a bundle was trained on, as distances: see :mod:`gnn.calibration.domain`."""

    compounds: int
    """Training compounds that distances are measured to, equal ones counted once."""
    limit: float
    """95 % of the molecules that validated the model are nearer."""
    thirds: tuple[float, float]
    """The distances that part these molecules into thirds."""
    unit: str
    """Unit of the errors: the regressions' own, or ``standard deviations`` of each task's training
    values where units differ; empty without regressions."""
    errors: tuple[DistanceBin, ...]
    """The error by distance."""

    @property
    def edge(self) -> float:
        """The distance beyond which a molecule is outside the domain.

        It is ``limit``, ``FARTHEST`` at most, in whole hundredths: what is shown is what decides,
        and a filter that is written with two decimals takes the same molecules.
        """
        return math.floor(100 * min(self.limit, FARTHEST) + 1e-9) / 100


class TaskCard(_Strict):
    """One task."""

    name: str
    kind: Literal["regression", "classification"]
    unit: str
    direction: str
    """``up``: a larger value is more of what is measured (more potent, more toxic)."""
    uniprot: str = ""
    """UniProt accession of the protein target, or empty."""
    trained_on: int
    """Measurements that were trained on."""
    bounded: int
    """Those of them that are only a bound."""
    validated_on: int
    """Measurements that were only measured on."""
    calibration: dict[str, Any]
    """As :class:`gnn.calibration.calibration.Calibration` takes it."""
    metrics: dict[str, Metric]
    """Empty where the validation rows are too few or all alike."""
    coverage: float | None = None
    """Share of the validation values in their 90 % interval, cross-fitted; of a regression."""
    probabilities: Probabilities | None = None
    """Of a class."""


class Summary(_Strict):
    """A metric averaged over tasks."""

    tasks: int
    network: float
    forest: float | None
    network_interval: tuple[float, float]
    """95 % bootstrap interval over tasks; over molecules where there is one task."""


class Stage(_Strict):
    """One model on the way to the shipped one, before calibration."""

    name: str
    metrics: dict[str, float]
    """Means over the tasks, by ``<kind> <metric>``."""


class Candidate(_Strict):
    """A model that could have been shipped, as cross-validation on the assay's own rows has it."""

    name: Literal["gp", "network", "blend"]
    error: float
    """Root mean squared error over held-out values, of classes the Brier score's root; in units of
    each task's standard deviation where there are several tasks, else in the task's unit."""
    interval: tuple[float, float]
    """95 % bootstrap interval over molecules."""
    better: float
    """Share of bootstrap draws in which it has the least error of those compared."""


class Comparison(_Strict):
    """Which model of an own assay was chosen, and why."""

    chosen: Literal["gp", "network", "blend"]
    why: str
    candidates: tuple[Candidate, ...]


class Explanation(_Strict):
    """Whether contributions of atoms point at groups that are known for what a task measures.

    Of molecules that are predicted positive and hold the group: the groups' atoms beside the
    molecules' other atoms. See :mod:`gnn.explain.attribution`.
    """

    task: str
    group: str
    """A toxicophore's name, or ``any``: the atoms of all of them together."""
    molecules: int
    auroc: float
    """Probability that an atom of the group has a larger contribution than another atom of its
    molecule, mean over molecules; 0.5 by chance."""
    low: float
    """Of its 95 % bootstrap interval over molecules."""
    high: float
    hetero: float
    """The same where every atom but carbon counts as standing out."""
    top: float
    """Share of the group's atoms among as many atoms of the largest contributions."""
    top_chance: float
    """The same of atoms drawn by chance."""
    lost: float
    """Log odds that the prediction falls by when the group's atoms are taken out, mean."""
    lost_others: float
    """The same for as many other atoms, a connected piece of them where there is one."""


class Card(_Strict):
    """All that is known about a bundle; written as ``card.json`` beside the weights."""

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
    """Sizes, as :class:`gnn.models.network.NetworkConfig` takes them."""
    members: int
    """Networks; 0 where the kernel machine is better alone."""
    kernel: bool = False
    """Whether a kernel machine (:mod:`gnn.models.kernel`) is part of it."""
    comparison: Comparison | None = None
    """Of an own assay: which models were compared, and which was chosen."""
    ablation: tuple[Stage, ...] = ()
    """What each part of the training earned, on the rows held out; empty without teachers."""
    refit: bool = False
    """Whether the networks shipped were trained again on the ``valid`` rows too; metrics, counts of
    measurements and calibrations are of the networks before that, the domain is of these."""
    training: dict[str, Any]
    data: list[dict[str, Any]]
    """Sets it was trained on: name, sha256, source, licence, rows."""
    split: str
    summary: dict[str, Summary]
    """Mean metrics over tasks, by ``<kind> <metric>``."""
    coverage: float | None
    """Share of validation values inside their 90 % interval, which was fitted on the values of
    the other half of the molecules."""
    coverage_by_third: tuple[float, float, float] | None = None
    """The same within each third of the distance to training, nearest first."""
    probabilities: Probabilities | None = None
    """Means over the classes."""
    domain: DomainCard | None = None
    explanations: tuple[Explanation, ...] = ()
    """Whether contributions of atoms point at known groups, where that was looked at."""
    notes: list[str]
    weights: str
    """sha256 of ``weights.safetensors``."""
    versions: dict[str, str]
