"""A bundle's card: what the model is, what it was made of, how good it is."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Metric(_Part):
    """One metric of the bundle beside the baseline's, on the same rows."""

    network: float
    network_interval: tuple[float, float]
    """95 % bootstrap interval over molecules."""
    forest: float | None = None
    """The random forest's; None where none was trained."""
    forest_interval: tuple[float, float] | None = None


class TaskCard(_Part):
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
    calibration: dict[str, float | int]
    metrics: dict[str, Metric]
    """Empty where the validation rows are too few or all alike."""


class Summary(_Part):
    """A metric averaged over tasks."""

    tasks: int
    network: float
    forest: float | None
    network_interval: tuple[float, float]
    """95 % bootstrap interval over tasks; over molecules where there is one task."""


class Card(_Part):
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
    """Sizes, as :class:`gnn.network.NetworkConfig` takes them."""
    members: int
    training: dict[str, Any]
    data: list[dict[str, Any]]
    """Sets it was trained on: name, sha256, source, licence, rows."""
    split: str
    summary: dict[str, Summary]
    """Mean metrics over tasks, by ``<kind> <metric>``."""
    coverage: float | None
    """Share of validation values inside their 90 % interval; the quantile is cross-fitted."""
    notes: list[str]
    weights: str
    """sha256 of ``weights.safetensors``."""
    versions: dict[str, str]
