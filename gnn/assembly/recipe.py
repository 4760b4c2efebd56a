"""Reads recipes: TOML files that define the data and the training of a bundle."""

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from chem.disk.allowed_roots import named_path
from chem.disk.bounded_read import read_toml
from chem.records.message_text import did_you_mean
from gnn.errors import ModelError
from gnn.models.encoder import Pretrained, load_pretrained
from gnn.models.network import NetworkConfig, network_config
from gnn.training.directed import DirectedTeaching
from gnn.training.distil import Teaching, read_teaching
from gnn.training.loop import TrainingConfig

SHIPPED = Path(__file__).parents[1] / "recipes"
"""Folder of the recipes of the shipped bundles."""
_SHARES = (
    "dropout",
    "input_dropout",
    "head_dropout",
    "warmup",
    "average",
    "censored_pull",
    "task_balance",
    "encoder_rate",
)
_SETTINGS: dict[str, Any] = {
    "network": NetworkConfig,
    "training": TrainingConfig,
    "dmpnn": DirectedTeaching,
}
_OF_HEADS = ("hidden", "input_dropout", "head_dropout")
_PRETRAINED = ("width", "layers", "graph_hidden", "descriptors")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SetChoice(_Strict):
    """One dataset of the catalogue, and the division of its rows."""

    name: str
    """Name in the catalogue."""
    split: Literal["given", "scaffold", "random", "train", "outside"] = "scaffold"
    """``train``: the set only helps to train. None of its rows is held back, and its values never
    change a row that another set holds back. ``outside``: it is another source of the same
    quantities. Intervals are measured on its values and widened where they miss them; only a
    ``refit`` trains on them."""
    valid: Annotated[float, Field(gt=0, lt=0.5)] = 0.2
    """Share of rows used only for measuring, if the split is not given."""
    minimum_values: Annotated[int, Field(ge=0)] = 0
    """Tasks of the set with fewer values are left out."""

    @model_validator(mode="after")
    def _without_valid(self) -> Self:
        if self.split in ("train", "outside") and "valid" in self.model_fields_set:
            raise ValueError(
                f'{self.name}: split = "{self.split}" holds no rows back; leave valid out, or '
                "choose another split"
            )
        return self


class Presumed(_Strict):
    """Molecules to presume inactive, see :mod:`data.public_sets.presumed`."""

    sets: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names in the catalogue."""
    count: Annotated[int, Field(ge=1)]
    bound: float
    """The upper bound that they get, in the tasks' unit."""
    tasks_each: Annotated[int, Field(ge=1)] = 4
    similarity: Annotated[float, Field(gt=0, le=1)] = 0.35
    """Only molecules that are less similar than this to every measured one are used."""


_Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class TeacherWeight(_Strict):
    """The weight of one teacher in the mean that is learned, for each kind of task."""

    regression: _Weight
    classification: _Weight


class TeachingChoice(_Strict):
    """Teachers: the shipped networks learn their mean on every molecule.

    See :mod:`gnn.training.teacher`.
    """

    teachers: Annotated[
        tuple[Literal["networks", "process", "forest", "trees", "dmpnn"], ...], Field(min_length=1)
    ]
    values: tuple[str, ...] = ()
    """Teachers whose mean is learned in regressions; empty means all of them."""
    weights: dict[str, TeacherWeight] = {}
    """The weight of each teacher, instead of ``values``; empty gives all of them the same."""
    members: Annotated[int, Field(ge=1, le=50)] = 2
    """Number of networks that teach, if networks do."""
    analogs: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Number of unlabelled molecules to add, see :mod:`gnn.assembly.analogs`."""
    network: dict[str, int | float] = {}
    """Sizes of the teaching networks that differ from those of the shipped networks."""
    training: dict[str, int | float] = {}
    """Settings of the teaching networks that differ."""
    dmpnn: dict[str, int | float] = {}
    """Sizes and settings of the teacher ``dmpnn`` that differ from the published ones."""


class Recipe(_Strict):
    """The data and the training settings of a bundle."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=40)]
    """First part of its prediction columns."""
    title: str
    description: str = ""
    sets: Annotated[tuple[SetChoice, ...], Field(min_length=1)]
    presumed_inactive: Presumed | None = None
    mutants: str | None = None
    """Name in the catalogue of a set of mutants, from which differences of the shipped targets'
    mutants to their wild types are fitted; None: no mutants."""
    ship: tuple[str, ...] = ()
    """Tasks to keep in the bundle; empty keeps all. The others only help to train."""
    members: Annotated[int, Field(ge=1, le=50)] = 3
    """Networks in the ensemble."""
    stop: Annotated[float, Field(gt=0, lt=0.5)] = 0.06
    """Share of the training rows by which each member decides when to stop."""
    pretrained: bool = True
    """Start from the pretrained encoder, whose sizes the network then has."""
    teaching: TeachingChoice | None = None
    """Teachers of the networks, in addition to the measurements."""
    refit: bool = False
    """Measure, then train again on every row, including held-out ones, and ship the result."""
    forest: bool = True
    """Train a random forest on the same rows for comparison."""
    seed: int = 0
    network: dict[str, int | float] = {}
    """Sizes, see :class:`gnn.models.network.NetworkConfig`."""
    training: dict[str, int | float] = {}
    """Settings, see :class:`gnn.training.loop.TrainingConfig`."""

    @field_validator("network", "training")
    @classmethod
    def _known(cls, given: dict[str, int | float], info: Any) -> dict[str, int | float]:
        _check(str(info.field_name), given)
        return given

    @model_validator(mode="after")
    def _without_a_stop(self) -> Self:
        if self.refit and not (self.pretrained and self.settings().encoder_rate == 0):
            raise ValueError(
                "refit leaves no rows to stop a training by; set pretrained = true and "
                "training.encoder_rate = 0, or refit = false"
            )
        return self

    @model_validator(mode="after")
    def _teachable(self) -> Self:
        if self.teaching is None:
            return self
        if len(set(self.teaching.teachers)) < len(self.teaching.teachers):
            raise ValueError("teaching.teachers: one is named twice; name each once")
        if strange := set(self.teaching.values) - set(self.teaching.teachers):
            raise ValueError(f"teaching.values: {min(strange)} is none of teaching.teachers")
        _check_weights(self.teaching)
        for name in ("network", "training", "dmpnn"):
            _check(name, getattr(self.teaching, name))
        if self.teaching.dmpnn and "dmpnn" not in self.teaching.teachers:
            raise ValueError("teaching.dmpnn: no teacher dmpnn is named; add it to teachers")
        if others := self.teaching.network.keys() - set(_OF_HEADS):
            raise ValueError(
                f"teaching.network.{min(others)} must be the same for all networks; only "
                f"{', '.join(_OF_HEADS)} may differ"
            )
        settings = (self.settings(), self.teacher_settings()[1])
        if not self.pretrained or any(one.encoder_rate for one in settings):
            raise ValueError(
                "teaching is for heads on an encoder that stays fixed; set pretrained = true and "
                "training.encoder_rate = 0, or leave it out"
            )
        return self

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        given = [key for key in _PRETRAINED if key in self.network]
        if self.pretrained and given:
            raise ValueError(
                f"network.{given[0]} is the pretrained encoder's; leave it out, or set "
                "pretrained = false"
            )
        return self

    def encoder(self) -> Pretrained | None:
        """Return the encoder from which training starts, if any."""
        return load_pretrained() if self.pretrained else None

    def sizes(self, tasks: int) -> NetworkConfig:
        """Return the network's sizes for a number of tasks."""
        return network_config(tasks, self.network, self.encoder())

    def settings(self) -> TrainingConfig:
        """Return the settings of the training."""
        return TrainingConfig(**self.training)  # type: ignore[arg-type]

    def teacher_settings(self) -> tuple[dict[str, int | float], TrainingConfig]:
        """Return the sizes and the settings of the networks that teach."""
        network = self.teaching.network if self.teaching else {}
        training = self.training | (self.teaching.training if self.teaching else {})
        return self.network | network, TrainingConfig(**training)  # type: ignore[arg-type]

    def teaching_settings(self) -> dict[str, Any] | None:
        """Return the settings that :mod:`gnn.training.distil` needs, as plain values."""
        if self.teaching is None:
            return None
        network, training = self.teacher_settings()
        return {
            "teachers": list(self.teaching.teachers),
            "values": list(self.teaching.values),
            "weights": {name: of.model_dump() for name, of in self.teaching.weights.items()},
            "members": self.teaching.members,
            "network": network,
            "training": asdict(training),
            **({"dmpnn": self.teaching.dmpnn} if "dmpnn" in self.teaching.teachers else {}),
        }

    def teaching_for(self, tasks: int) -> Teaching | None:
        """Return the teaching for the networks of a number of tasks."""
        return read_teaching(self.teaching_settings(), tasks, self.encoder())


def _check_weights(teaching: TeachingChoice) -> None:
    """Raise ValueError for weights that leave out a teacher, or that leave a task without one."""
    if not teaching.weights:
        return
    if teaching.values:
        raise ValueError("teaching.values and teaching.weights exclude each other; leave one out")
    if different := set(teaching.weights) ^ set(teaching.teachers):
        raise ValueError(
            f"teaching.weights: {min(different)} is in only one of teaching.teachers and "
            "teaching.weights; give each teacher its weights"
        )
    for kind in TeacherWeight.model_fields:
        if not any(getattr(weight, kind) for weight in teaching.weights.values()):
            raise ValueError(f"teaching.weights: every {kind} is 0; give one teacher more")


def _check(name: str, given: Mapping[str, int | float]) -> None:
    """Raise ValueError for a size or setting that is unknown or impossible."""
    settings = _SETTINGS[name]
    known = {field.name: field.type for field in fields(settings) if field.name != "tasks"}
    for key, value in given.items():
        if key not in known:
            hint = did_you_mean(key, known.keys(), f"known are {', '.join(known)}")
            raise ValueError(f"unknown key {key!r}: {hint}")
        wanted = _wanted(key, known[key] is int, value)
        if wanted:
            raise ValueError(f"{key} = {value}: expected {wanted}")


def _wanted(key: str, whole: bool, value: int | float) -> str:
    """Return the values that a size or setting may have if this one is not allowed, else ``""``."""
    least = 0 if key in ("radius", "descriptors", "pairs", "paths") else 1
    if whole and (not isinstance(value, int) or value < least):
        return f"a whole number from {least}"
    if key in ("environments", "pairs", "paths") and int(value) & (int(value) - 1):
        return "a power of two"
    if key in _SHARES and not 0 <= value <= 1:
        return "a share from 0 to 1"
    if not math.isfinite(value) or value < 0 or (key == "learning_rate" and value == 0):
        return "a positive number"
    return ""


def shipped_recipes() -> list[str]:
    """Return the names of the recipes that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def find_recipe(name: str) -> Path:
    """Return the path of a recipe, given the name of a shipped one or a file."""
    names = shipped_recipes()
    if name in names:  # looked up by name only: a path joined to a folder may lead out of it
        return SHIPPED / f"{name}.toml"
    path = named_path(name)
    if path.is_file():
        return path
    hint = did_you_mean(name, {one: f'"{one}"' for one in names})
    advice = f"give the path of a TOML file, or one of {', '.join(names)}"
    raise ModelError(f"no recipe {name!r}: {' '.join(filter(None, (hint, advice)))}")


def load_recipe(path: Path) -> Recipe:
    """Read a recipe; unknown keys and impossible values are refused."""
    try:
        return Recipe.model_validate(read_toml(path))
    except OSError as error:
        raise ModelError(
            f"cannot read {path}: {error.strerror}; give a recipe's TOML file"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(role) for role in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        told = " ".join(f"{path}: {where}: {what}; see gnn/recipes for examples".split())
        raise ModelError(told) from None
    except ValueError as error:
        told = " ".join(f"{path} is not valid TOML: {error}; mend the file".split())
        raise ModelError(told) from None
