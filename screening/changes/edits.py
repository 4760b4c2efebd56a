"""Tells in which inputs two runs differ: the library, the screen, the models, the versions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from screening.changes.compared_run import ComparedRun
from screening.objective.screen_settings import Screen
from screening.runs.past_run import PastRecords
from screening.score.scoring_purpose import rules_of

_LISTS = ("exclude", "include")
_NO_CAUSE = ("members", "stands_for", "scale", "cost_ratio")
"""The fields of terms whose edits change no score: the first three follow from the models' cards,
and the last places a line that only marks hits."""
MOST_NAMED = 3
"""The most differences, or compounds, that one detail names."""


@dataclass(frozen=True)
class Edits:
    """The inputs in which a newer run differs from an older one."""

    before: Screen
    now: Screen
    library: bool
    """True if the library's file, or the columns it was read by, differ."""
    models: tuple[str, ...]
    """The bundles whose content differs, or that only one of the runs has. Of a bundle that a
    campaign promoted or rolled back, its number and the date are told, too."""
    versions: tuple[str, ...]
    """What differs in standardizing, featurizing and computing, in words."""
    lists: bool
    """True if a list to exclude or include has another content under the same name."""

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """The edits that may change a compound's own score or filters, in words."""
        return tuple(_diff_wanted(self.before, self.now))

    @cached_property
    def selection(self) -> tuple[str, ...]:
        """The edits of the number of hits and of the selection, lists left out, in words."""
        return tuple(_diff_selection(self.before, self.now))

    @cached_property
    def list_names(self) -> tuple[str, ...]:
        """The edits of the lists that the screen names, in words."""
        pairs = [(_lists(self.before, key), _lists(self.now, key), key) for key in _LISTS]
        return tuple(
            f"selection.{key} {_text(old)} → {_text(new)}" for old, new, key in pairs if old != new
        )

    @property
    def screen(self) -> tuple[str, ...]:
        """All edits of the screen that may change the hit list, in words."""
        return (*self.wanted, *self.selection, *self.list_names)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The edits of the lines from which a hit is marked as a risk, in words."""
        old, new = (
            {_label(term): term.cost_ratio for term in screen.objective.liabilities}
            for screen in (self.before, self.now)
        )
        return tuple(
            f"liabilities {label} cost_ratio {_text(old[label])} → {_text(new[label])}"
            for label in old
            if label in new and old[label] != new[label]
        )

    @property
    def screen_notes(self) -> list[str]:
        """The edits of the screen in a sentence for each kind, also those that change no rank."""
        notes = []
        then, now = (
            ", ".join(term.task for term in screen.objective.primary)
            for screen in (self.before, self.now)
        )
        if then != now:
            notes.append(f"the runs have different primary targets: {then} before, {now} now")
        if self.screen:
            notes.append(f"the screen was edited: {some(self.screen)}")
        if self.lines:
            notes.append(
                "hits are marked as risks from another probability on, at unchanged scores: "
                f"{some(self.lines)}"
            )
        return notes

    @property
    def selects(self) -> bool:
        """True if one of the screens has a selection."""
        return bool(self.before.selection or self.now.selection)

    @property
    def is_one_input(self) -> bool:
        """True if only the screen differs, or only the models."""
        rest = self.library or self.versions or self.lists
        return not rest and bool(self.screen) != bool(self.models)


def find_edits(before: ComparedRun, now: ComparedRun) -> Edits:
    """Compare the inputs of two runs."""
    old, new = before.past, now.past
    return Edits(
        before=old.screen,
        now=new.screen,
        library=_library(old) != _library(new),
        models=_models(old, new),
        versions=tuple(_versions(old, new)),
        lists=_lists_changed(old, new),
    )


def some(words: tuple[str, ...] | list[str]) -> str:
    """Join the first words, and count the others.

    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = len(words) - MOST_NAMED
    return ", ".join(words[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _library(past: PastRecords) -> tuple[Any, ...]:
    columns = None if past.where.library is None else past.where.library.columns
    return past.prepared.sha256, columns


def _models(old: PastRecords, new: PastRecords) -> tuple[str, ...]:
    then, now = (
        {one.name: one.sha256 for one in past.scorer.manifest.bundles} for past in (old, new)
    )
    names = (name for name in sorted({*then, *now}) if then.get(name) != now.get(name))
    before, after = (past.scorer.manifest.promotions for past in (old, new))
    return tuple(_told_promotion(name, before.get(name, ""), after.get(name, "")) for name in names)


def _told_promotion(name: str, before: str, now: str) -> str:
    """Return the name of a changed bundle, with what a campaign did to it.

    >>> _told_promotion("activity", "", "model 002, promoted on 2026-01-31")
    'activity (model 002, promoted on 2026-01-31)'
    """
    if now:
        return f"{name} ({now}; {before} before)" if before else f"{name} ({now})"
    return f"{name} (not promoted; {before} before)" if before else name


def _versions(old: PastRecords, new: PastRecords) -> Iterator[str]:
    pairs: dict[str, tuple[Any, Any]] = {
        "standardization": (old.prepared.standardizer, new.prepared.standardizer),
        "featurizer": (old.prepared.featurizer[:8], new.prepared.featurizer[:8]),
        "device": (old.device, new.device),
        "rules of predicted columns": (rules_of(old.ledger), rules_of(new.ledger)),
        "precision": tuple("bfloat16" if past.bfloat16 else "float32" for past in (old, new)),  # type: ignore[dict-item]
    }
    then, now = (_packages(past) for past in (old, new))
    pairs |= {name: (then.get(name), now.get(name)) for name in ("rdkit", "torch", "numpy")}
    for name, (one, other) in pairs.items():
        if one != other:
            yield f"{name} {one} → {other}"


def _precision(past: PastRecords) -> str:
    return "bfloat16" if past.bfloat16 else "float32"


def _packages(past: PastRecords) -> Mapping[str, Any]:
    found = past.scorer.manifest.versions
    return found if isinstance(found, dict) else {}


def _lists_changed(old: PastRecords, new: PastRecords) -> bool:
    then, now = _list_hashes(old), _list_hashes(new)
    return any(then[key] != now[key] for key in then.keys() & now.keys())


def _list_hashes(past: PastRecords) -> dict[tuple[Any, Any], Any]:
    selection = past.run.manifest.selection
    lists = [] if selection is None else selection.lists
    return {(one.get("role"), one.get("name")): one.get("sha256") for one in lists}


def _lists(screen: Screen, key: str) -> tuple[str, ...]:
    found: tuple[str, ...] = () if screen.selection is None else getattr(screen.selection, key)
    return found


def _diff_wanted(before: Screen, now: Screen) -> Iterator[str]:
    for group in type(now.objective).model_fields:
        old, new = (
            {_label(term): term for term in getattr(screen.objective, group)}
            for screen in (before, now)
        )
        for label in dict.fromkeys([*old, *new]):
            name = f"{group} {label}"
            if label not in new:
                yield f"{name} removed"
            elif label not in old:
                yield f"{name} added"
            else:
                yield from _diff_fields(name, old[label], new[label])
    yield from _diff_values("filters", before.filters, now.filters)


def _diff_selection(before: Screen, now: Screen) -> Iterator[str]:
    if before.hits != now.hits:
        yield f"hits {before.hits} → {now.hits}"
    old, new = (
        {} if screen.selection is None else dict(screen.selection) for screen in (before, now)
    )
    if bool(old) != bool(new):
        yield "selection added" if new else "selection removed"
        return
    for key in _LISTS:
        old.pop(key, None)
        new.pop(key, None)
    yield from _diff_values("selection", old, new, ".")


def _label(term: BaseModel) -> str:
    return str(getattr(term, "name", "") or getattr(term, "property", ""))


def _diff_fields(name: str, old: BaseModel, new: BaseModel) -> Iterator[str]:
    before, now = ({key: value for key, value in one if key not in _NO_CAUSE} for one in (old, new))
    yield from _diff_values(name, before, now)


def _diff_values(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], joint: str = " "
) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield f"{name}{joint}{key} {_text(old.get(key))} → {_text(new.get(key))}"


def _text(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
