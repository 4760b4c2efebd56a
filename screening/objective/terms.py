"""The objective of a screen and its terms, as a screen writes them.

Every term has the same two words: the desirability is 0 at ``zero`` and 1 at ``full``, and it is
linear in between.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chem.assess.costly_properties import COSTLY

RESERVED = frozenset(
    [
        *("rank", "compound_id", "smiles", "score", "name", "picked_by", "list_rank", "reason"),
        *("hit_probability", "knowledge"),
        *("sa_score", "scaffold", "cluster", "row", "changes", "input_smiles", "extra"),
        *COSTLY,
    ]
)
"""Columns of the hit list that no term of an objective may take."""


Text = Annotated[str, Field(min_length=1, max_length=500)]
Task = Annotated[str, Field(pattern=r"^[^_\s]\S*_\S+$", max_length=200)]
"""A predicted column, ``<bundle>_<task>``, such as ``activity_EGFR``."""
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$|^$", max_length=60)]


def _not_tiny(value: float) -> float:
    if value < 1e-9:
        raise ValueError(f"{value:g} is too small to calculate with; give at least 1e-9")
    return value


NotTiny = AfterValidator(_not_tiny)
"""The check of a positive number that is a divisor."""
Weight = Annotated[float, Field(gt=0, le=1e6), NotTiny]
Edge = Annotated[float, Field(ge=-1e300, le=1e300)]
"""A value of a column at which a range begins or ends; the width between two is finite."""


class Strict(BaseModel):
    """A frozen record that refuses unknown keys, values of another type, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def changed(self, **values: object) -> Self:
        """Return a copy with other values, checked like a new one: ``model_copy`` checks nothing.

        Raises pydantic's ValidationError.
        """
        return self.model_validate({**dict(self), **values})


class Term(Strict):
    """One term of the objective."""

    weight: Weight = 1.0
    """The exponent of the term in the geometric mean, relative to the other terms' weights."""


class Prediction(Term):
    """A term for one predicted task."""

    task: Task
    label: Label = ""
    """A short name for columns; by default the task's name without its bundle."""
    zero: Edge
    full: Edge
    scale: Literal["log10"] | None = None
    """``log10`` if the task is learned as logarithms. The model's card decides: planning a run sets
    it."""

    @property
    def name(self) -> str:
        """The name used in columns, such as ``EGFR`` in ``d_EGFR``."""
        return self.label or self.task.split("_", 1)[1]


class Rising(Prediction):
    """A term for which more is better."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.full <= self.zero:
            raise ValueError(f"full ({self.full:g}) must be above zero ({self.zero:g})")
        return self


class Primary(Rising):
    """A target that a hit must be active on, judged by a lower bound: uncertainty lowers the score.

    The lower bound is the prediction minus ``caution`` standard deviations.
    """

    caution: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Standard deviations subtracted from the prediction; 0: the prediction itself is judged. If
    ``scale`` is ``log10``, they are those of the logarithm."""

    @property
    def halfway(self) -> float:
        """The value with half of the desirability, from which a compound counts as active."""
        return (self.zero + self.full) / 2


class OffTarget(Rising):
    """A target that a hit should spare, judged by the best primary's prediction minus this one's.

    Both are pActivities, so a margin of 1 means tenfold selectivity.
    """

    zero: Edge = 0.0
    full: Edge = 1.5


class SelectiveOver(Term):
    """A set of targets that a hit should spare, judged by the one with the highest prediction.

    The margin is the best primary's prediction minus that one, in pActivity.
    """

    targets: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=60)]
    """``panel``, ``group`` or ``family`` (of the primary targets), or a group or family by name."""
    label: Label = ""
    """A short name for columns; by default ``targets``."""
    zero: Edge = 0.0
    full: Edge = 1.5
    members: Annotated[tuple[Task, ...], Field(min_length=1, strict=False)] | None = None
    """The predicted columns of the set; every run works them out from its bundles."""
    stands_for: Annotated[str, Field(max_length=2000)] = ""
    """The set that ``targets`` means, such as ``group TK``; every run works it out likewise. It
    changes no score, and no hash of a screen contains it."""

    @property
    def name(self) -> str:
        """The name used in columns, such as ``TK`` in ``selectivity_TK``."""
        return self.label or self.targets

    @property
    def known_as(self) -> str:
        """The name used in sentences, such as ``group TK``."""
        return self.label or self.stands_for or self.targets

    @property
    def described(self) -> str:
        """The set and its size, such as ``group TK, 55 targets``."""
        size = len(self.members or ())
        return f"{self.stands_for or self.targets}, {size:,} target{'' if size == 1 else 's'}"

    @property
    def known_members(self) -> tuple[str, ...]:
        """The members; ValueError if no run has worked them out."""
        if self.members is None:
            raise ValueError(f"the targets of selective_over {self.targets} are not worked out")
        return self.members

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.full <= self.zero:
            raise ValueError(f"full ({self.full:g}) must be above zero ({self.zero:g})")
        return self


class Liability(Prediction):
    """A predicted risk, usually a probability: desirability 1 at ``full`` and 0 at ``zero``.

    ``full`` is below ``zero`` for a risk, and above it for something wanted, such as solubility.
    """

    cost_ratio: Annotated[float, Field(ge=0.01, le=100)] | None = None
    """For the probability of a risk: the cost of missing a compound that has it, in units of the
    cost of giving up a compound that does not. It places the line above which a hit is marked as a
    risk; scores, ranks and filters do not use it."""

    @property
    def line(self) -> float | None:
        """The probability from which giving a compound up costs less than keeping it.

        A compound has the risk with a calibrated probability p. Keeping it costs ``cost_ratio`` if
        it has the risk: p * cost_ratio on average. Giving it up costs 1 if it does not: 1 - p on
        average. The second is less from p = 1 / (1 + cost_ratio) on, 0.5 for equal costs (Elkan
        2001, The foundations of cost-sensitive learning, IJCAI 17, 973-978, theorem 1). None
        without a cost ratio.
        """
        return None if self.cost_ratio is None else 1 / (1 + self.cost_ratio)

    @model_validator(mode="after")
    def _has_width(self) -> Self:
        if self.full == self.zero:
            raise ValueError(f"full and zero must differ, both are {self.full:g}")
        if self.cost_ratio is not None and self.full > self.zero:
            raise ValueError(
                f"found cost_ratio beside full ({self.full:g}) above zero ({self.zero:g}), "
                "expected full below zero: only a risk has a line; leave out cost_ratio"
            )
        return self


class Window(Term):
    """A range of a property; a side that is left out has no limit."""

    property: Text
    zero_below: Edge | None = None
    full_from: Edge | None = None
    full_to: Edge | None = None
    zero_above: Edge | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.zero_below is None) != (self.full_from is None):
            raise ValueError("zero_below and full_from belong together: give both or neither")
        if (self.full_to is None) != (self.zero_above is None):
            raise ValueError("full_to and zero_above belong together: give both or neither")
        edges = [self.zero_below, self.full_from, self.full_to, self.zero_above]
        given = [edge for edge in edges if edge is not None]
        if not given:
            raise ValueError(
                "give zero_below and full_from, or full_to and zero_above, or all four"
            )
        if given != sorted(given):
            raise ValueError("zero_below <= full_from <= full_to <= zero_above does not hold")
        return self


class Objective(Strict):
    """The terms of a score: together they say what makes a good compound."""

    primary: Annotated[tuple[Primary, ...], Field(min_length=1, strict=False)]
    off_targets: Annotated[tuple[OffTarget, ...], Field(strict=False)] = ()
    selective_over: Annotated[tuple[SelectiveOver, ...], Field(strict=False)] = ()
    liabilities: Annotated[tuple[Liability, ...], Field(strict=False)] = ()
    windows: Annotated[tuple[Window, ...], Field(strict=False)] = ()

    @property
    def terms(self) -> tuple[Prediction | SelectiveOver | Window, ...]:
        """Every term, in the order of its desirabilities."""
        return (
            *self.primary,
            *self.off_targets,
            *self.selective_over,
            *self.liabilities,
            *self.windows,
        )

    @property
    def tasks(self) -> tuple[str, ...]:
        """Every predicted task that a term names, each once, in its order."""
        return tuple(dict.fromkeys(term.task for term in self.predictions))

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """Every term of one predicted task, in its order."""
        return (*self.primary, *self.off_targets, *self.liabilities)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the objective adds beside ``score``, in their order."""
        return tuple(name for _, names in _named_terms(self) for name in names)

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """The prediction and property columns from which the score is worked out."""
        spread = [f"{term.task}{end}" for term in self.primary for end in _ends_needed(term)]
        windows = [term.property for term in self.windows]
        members = [task for term in self.selective_over for task in term.members or ()]
        return tuple(dict.fromkeys([*self.tasks, *spread, *members, *windows]))

    def as_scored(self) -> Self:
        """Return a copy without what changes no score: cost ratios, and what sets stand for."""
        return self.changed(
            liabilities=tuple(term.changed(cost_ratio=None) for term in self.liabilities),
            selective_over=tuple(term.changed(stands_for="") for term in self.selective_over),
        )

    @model_validator(mode="after")
    def _names_are_clear(self) -> Self:
        seen: dict[str, str] = dict.fromkeys(RESERVED, "the hit list itself")
        for term, names in _named_terms(self):
            for name in names:
                if name in seen:
                    raise ValueError(
                        f'{term} would make the column "{name}", which {seen[name]} already has; '
                        "give it another label"
                    )
                seen[name] = term
        return self


def _ends_needed(term: Primary) -> tuple[str, ...]:
    """Return the endings of the columns that tell the error of a primary target."""
    return ("_std",) if term.scale is None else ("_std", "_lo", "_hi")


def _named_terms(objective: Objective) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each term in words, with the columns that it adds."""
    for primary in objective.primary:
        n = primary.name
        yield f"primary {primary.task}", (f"d_{n}", n, f"{n}_std", f"{n}_lower")
    for off in objective.off_targets:
        yield f"off-target {off.task}", (f"d_selectivity_{off.name}", f"selectivity_{off.name}")
    for over in objective.selective_over:
        columns = (f"d_selectivity_{over.name}", f"selectivity_{over.name}")
        yield f"selective_over {over.targets}", columns
    for liability in objective.liabilities:
        yield f"liability {liability.task}", (f"d_{liability.name}",)
    for window in objective.windows:
        yield f"window {window.property}", (f"d_{window.property}",)
