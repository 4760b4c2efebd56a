"""Reads the catalogue of datasets that hitlist knows: their sources, contents and hashes."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chem.errors import InputError
from chem.records.message_text import did_you_mean

_OF_CLASSES = ("auroc", "auprc")
"""The metrics of classifications; the others are those of regressions."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Entry):
    """One file inside a wheel."""

    path: str
    """Path inside the wheel, with forward slashes."""
    sha256: Sha256
    """SHA-256 of the member's own bytes."""


class WheelSource(_Entry):
    """Files inside a wheel of the Python Package Index. The wheel is read, never installed."""

    project: str
    version: str
    members: tuple[Member, ...] = Field(min_length=1)
    """Several members are gzipped CSV files with the same header, joined in this order."""


class UrlSource(_Entry):
    """A file on the web, identical to the dataset's file byte for byte."""

    url: str


class TaskColumn(_Entry):
    """A column of measurements, and its meaning."""

    column: str
    name: str
    kind: Literal["regression", "classification"]
    unit: str
    offset: float = 0.0
    """Added to each number to convert it to ``unit`` (9 turns −log10 nM into −log10 M)."""
    floor: float | None = None
    """The assay's lower limit as written: this number stands for "at most this"."""
    ceiling: float | None = None
    """The assay's upper limit as written: this number stands for "at least this"."""
    scale: Literal["linear", "log10"] = "linear"
    """``log10``: learned and compared as logarithms, for times, volumes and rates; shown in
    ``unit``."""
    main_metric: Literal["", "r2", "rmse", "mae", "spearman", "auroc", "auprc"] = ""
    """The metric by which the field compares models of it; empty: none in particular."""

    @model_validator(mode="after")
    def _has_logarithms(self) -> "TaskColumn":
        limits = [limit for limit in (self.floor, self.ceiling) if limit is not None]
        positive = all(limit + self.offset > 0 for limit in limits)
        if self.scale == "log10" and (self.kind == "classification" or not positive):
            raise ValueError(f"{self.name}: log10 is for numbers above 0, limits included")
        if self.main_metric and (self.main_metric in _OF_CLASSES) != (
            self.kind == "classification"
        ):
            raise ValueError(f"{self.name}: {self.main_metric} does not judge a {self.kind}")
        return self


class Dataset(_Entry):
    """One dataset of the catalogue."""

    name: str
    title: str
    kind: Literal["library", "activities", "benchmark"]
    file: str
    """Relative path, in a mirror folder and below ``datasets`` in the cache."""
    sha256: Sha256
    digest: Literal["file", "content"] = "file"
    """``content``: the hash is that of the decompressed text (for a file that is joined here)."""
    sources: tuple[WheelSource | UrlSource, ...] = ()
    """Tried in order if neither a mirror nor the cache has the file. Empty: mirrors only."""
    upstream: str
    """The first publication of the data, for people; nothing is fetched from there."""
    licence: str
    citation: str
    """DOI, or a full reference if there is none."""
    rows: int = Field(gt=0)
    """Number of data records, without the header."""
    columns: tuple[str, ...]
    units: str
    """Meaning of the numbers, in words."""
    smiles_column: str
    id_column: str | None = None
    name_column: str | None = None
    split_column: str | None = None
    tasks: tuple[TaskColumn, ...] = ()
    """Columns of a wide table (one column per task)."""
    task_column: str | None = None
    """Column with the task of each row of a long table (one row per measurement)."""
    value_column: str | None = None
    """Column with the measurements of a long table."""

    @model_validator(mode="after")
    def _columns_exist(self) -> "Dataset":
        named = [self.smiles_column, self.id_column, self.name_column, self.split_column]
        named += [self.task_column, self.value_column, *(task.column for task in self.tasks)]
        missing = [column for column in named if column and column not in self.columns]
        if missing:
            raise ValueError(f"{self.name}: columns {missing} are not among {list(self.columns)}")
        path = PurePosixPath(self.file)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{self.name}: file {self.file!r} must be a plain relative path")
        return self


@cache
def datasets() -> dict[str, Dataset]:
    """Return every dataset of the shipped catalogue by name, in the catalogue's order."""
    text = files("data.catalogue").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {name: Dataset(name=name, **entry) for name, entry in tomllib.loads(text).items()}


def dataset(name: str) -> Dataset:
    """Return one dataset.

    Raises:
        InputError: No dataset has this name; close names are suggested.
    """
    known = datasets()
    if name in known:
        return known[name]
    hint = did_you_mean(name.lower(), known.keys(), "no name comes close.", cutoff=0.5, most=3)
    raise InputError(
        f"no dataset is called {name!r}: {hint} `hitlist data list` shows all {len(known)}."
    )
