"""A screen as one frozen record: its library, its bundles, its objective and its settings.

Unknown keys are refused, so that a typing mistake never silently changes a ranking.
"""

import math
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from chem.assess.costly_properties import COSTLY
from chem.errors import InputError
from screening.objective.plate_settings import Lab
from screening.objective.retention import Retention
from screening.objective.schedule import Schedule
from screening.objective.selection import POOL_PER_HIT, Selection
from screening.objective.terms import Objective, Strict, Text


class Limit(NamedTuple):
    """One hard filter: it removes the compounds beyond it, and ``name`` counts them."""

    name: str
    side: Literal["min", "max"]
    column: str
    value: float

    @property
    def is_costly(self) -> bool:
        """True if its column is computed only for high ranks: QED and the numbers of alerts."""
        return self.column in COSTLY

    def takes(self, value: float) -> bool:
        """Tell whether the filter removes a compound with this value."""
        return value < self.value if self.side == "min" else value > self.value


class Notify(Strict):
    """The rules by which a nightly run tells its news. They change no file of the run."""

    bar: Annotated[float, Field(ge=0, le=1)] = 0.8
    """The score from which a new hit is announced."""


class Screen(Strict):
    """A whole screen: its library, its bundles, its objective and its settings."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
    title: Text
    library: Text
    bundles: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    min_rows: Annotated[int, Field(ge=1, le=10**12)] | None = None
    """The fewest records of a whole library; a file with fewer is refused."""
    max_drop: Annotated[float, Field(ge=0, lt=1)] | None = None
    """The largest share of records by which a library may shrink since the last finished run."""
    decisions: Text | None = None
    """The CSV file of decisions about compounds, which changes no score, and no hit without
    ``hide_decided``; None: ``decisions.csv`` beside the folder of the run."""
    hits: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    exhaustive: bool = False
    """True: the ensembles score every compound; False: only those that a triage finds promising."""
    objective: Objective
    """What is wanted. A screen's file writes its tables beside the other keys."""
    filters: dict[str, float] = Field(default_factory=dict)
    """Limits by ``max_<column>`` or ``min_<column>``; a value equal to its limit passes.

    The columns are properties, predictions, terms of the score, and those of ``COSTLY``."""
    selection: Selection | None = None
    """The rules by which hits are chosen from the ranked list; None: its first compounds."""
    lab: Lab = Field(default_factory=Lab)
    """The settings by which the hits are plated and dispensed."""
    schedule: Schedule | None = None
    """When a server runs the screen; no key, hash or output of a run contains it."""
    notify: Notify = Field(default_factory=Notify)
    """The rules by which a nightly run tells its news."""
    retention: Retention | None = None
    """What is kept of runs and of the cache; no key, hash or output of a run contains it."""

    @property
    def sought(self) -> int:
        """The number of hits of a screen without a selection whose list is as long as the pool."""
        if self.selection is None:
            return self.hits
        return max(self.hits, -(-self.selection.considered(self.hits) // POOL_PER_HIT))

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The filters on every compound, in the file's order, in which they count compounds."""
        return tuple(limit for limit in _limits(self) if not limit.is_costly)

    @property
    def costly_limits(self) -> tuple[Limit, ...]:
        """The filters on costly properties, in the file's order.

        They are applied down the ranked list, after all other filters.
        """
        return tuple(limit for limit in _limits(self) if limit.is_costly)

    def changed(self, **values: object) -> Self:
        """Return a checked copy with other values, the objective's terms among them.

        Raises pydantic's ValidationError.
        """
        terms = {key: values.pop(key) for key in Objective.model_fields if key in values}
        if terms:
            values["objective"] = self.objective.changed(**terms)
        return super().changed(**values)

    @model_validator(mode="before")
    @classmethod
    def _gather_objective(cls, found: Any) -> Any:
        """Put the tables of the objective, which a file writes beside the other keys, inside it."""
        if not isinstance(found, dict) or "objective" in found:
            return found
        rest = {key: value for key, value in found.items() if key not in Objective.model_fields}
        terms = {key: value for key, value in found.items() if key in Objective.model_fields}
        return {**rest, "objective": terms}

    @model_validator(mode="after")
    def _filters_are_known(self) -> Self:
        for key in self.filters:
            if not key.startswith(("min_", "max_")) or len(key) == 4:
                raise ValueError(
                    f'filters: unknown key "{key}"; a filter is named max_<column> or '
                    "min_<column>, such as max_mw"
                )
        for limit in self.costly_limits:
            _check_costly(limit)
        return self

    @model_validator(mode="after")
    def _pool_is_deep_enough(self) -> Self:
        pool = None if self.selection is None else self.selection.pool
        if pool is not None and pool < self.hits:
            raise ValueError(
                f"selection: a pool of {pool} is smaller than hits ({self.hits}); raise pool, or "
                "leave it out"
            )
        return self

    def check(self, columns: Collection[str], properties: Collection[str]) -> None:
        """Check every name against the predictions of the bundles and the library's properties.

        Args:
            columns: The columns of the predictor (``activity_EGFR``, ``activity_EGFR_std``, ...).
            properties: The property columns of the library.

        Raises:
            InputError: A name is unknown; the message has its term and the closest known name.
        """
        known = set(columns)
        tasks = [column for column in columns if f"{column}_std" in known]
        for group in ("primary", "off_targets", "liabilities"):
            for number, term in enumerate(getattr(self.objective, group), 1):
                if term.task not in tasks:
                    raise self._unknown(f"[[{group}]] {number}", "target", term.task, tasks)
        self._check_windows(properties)
        columns_now = [*COSTLY, *properties, *columns, "score", *self.objective.columns]
        for limit in self.limits:
            if limit.column not in columns_now:
                where = f"[filters] {limit.name}"
                raise self._unknown(where, "column", limit.column, columns_now)
        for name in self.objective.columns:
            if name in known or name in properties:
                raise InputError(
                    f'screen {self.name}: a term labelled "{name}" hides the column of that name; '
                    "give it another label"
                )

    def _check_windows(self, properties: Collection[str]) -> None:
        for number, window in enumerate(self.objective.windows, 1):
            where = f"[[windows]] {number}"
            if window.property in COSTLY:
                raise InputError(
                    f'screen {self.name}, {where}: "{window.property}" is computed only for the '
                    "first compounds of the list, so it can filter but not score; write "
                    f"min_{window.property} or max_{window.property} under [filters]"
                )
            if window.property not in properties:
                raise self._unknown(where, "property", window.property, list(properties))

    def _unknown(self, where: str, kind: str, found: str, allowed: list[str]) -> InputError:
        hint = suggest(found, allowed)
        few = ", ".join(allowed[:8]) + (f", ... ({len(allowed)} in all)" if allowed[8:] else "")
        text = (
            f'screen {self.name}, {where}: unknown {kind} "{found}";{hint} known: {few or "none"}'
        )
        return InputError(" ".join(text.split()))


_ALSO_CALLED = {
    **dict.fromkeys(("molweight", "molwt", "molecularweight", "weight", "mass"), "mw"),
    **dict.fromkeys(("donors", "hdonors", "hbonddonors"), "hbd"),
    **dict.fromkeys(("acceptors", "hacceptors", "hbondacceptors"), "hba"),
    **dict.fromkeys(("polarsurface", "polarsurfacearea"), "tpsa"),
}
"""Other names of columns, without underscores."""


def suggest(found: str, allowed: Collection[str]) -> str:
    """Return `` did you mean "activity_EGFR"?`` for a near miss, else ``""``.

    A missing bundle name is a near miss too.
    """
    if (called := _ALSO_CALLED.get(found.casefold().replace("_", ""))) in allowed:
        return f' did you mean "{called}"?'
    whole = {name.casefold(): name for name in allowed}
    bare = {name.split("_", 1)[-1].casefold(): name for name in allowed}
    words = found.casefold()
    for text, names in ((words, whole), (words, bare), (words.split("_", 1)[-1], bare)):
        if match := get_close_matches(text, names, n=1, cutoff=0.6):
            return f' did you mean "{names[match[0]]}"?'
    return ""


def _limits(screen: Screen) -> Iterator[Limit]:
    """Yield every filter in the order of the file."""
    for key, value in screen.filters.items():
        yield Limit(key, "min" if key.startswith("min_") else "max", key[4:], value)


def _check_costly(limit: Limit) -> None:
    """Refuse a filter that nothing can pass: a run would examine a whole library to find that."""
    most = 1.0 if limit.column == "qed" else math.inf
    if limit.takes(0.0 if limit.side == "max" else most):
        raise ValueError(
            f"filters: {limit.name} = {limit.value:g} lets nothing pass; {limit.column} is "
            + ("between 0 and 1" if limit.column == "qed" else "a count, 0 or more")
        )
