"""Decides which items of an inventory go, by age and size, and gives the reason for each.

Runs go only by their own limits. Never does the newest finished run of a screen go, nor a run whose
scores a kept run ranks, nor the prepared library of a run that is always kept. The newest run of a
screen on another library goes by its age alone. A dead folder that may be gone on with goes by no
limit of size.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chem.records.message_text import counted
from screening.objective.retention import DAY, Retention
from screening.upkeep.items import PREPARED, Item
from screening.upkeep.sizes import written_age, written_size

DEAD = 7 * DAY
"""The age in seconds from which a dead folder goes if no age is given: a run that was stopped may
be gone on with."""
LEFTOVER = 3600.0
"""The age in seconds from which a leftover goes: its writer may still be at work before."""


class Limits(NamedTuple):
    """The limits of what is kept; None: no limit."""

    older_than: float | None = None
    """The seconds since the last use from which prepared libraries, scores and dead folders go."""
    most: int | None = None
    """The most bytes that prepared libraries, scores and dead folders may hold together."""
    keep_runs: int | None = None
    """The number of the newest finished runs that are kept of each screen on its library."""
    runs_older_than: float | None = None
    """The age in seconds from which finished runs go."""
    screen: str | None = None
    """The screen whose runs may go, finished or stopped; None: every screen."""


def limits_of(retention: Retention, screen: str) -> Limits:
    """Return the limits that the ``[retention]`` of a screen sets."""
    return Limits(None, retention.most_bytes, retention.keep_runs, retention.seconds, screen)


class Proposal(NamedTuple):
    """Whether an item goes, and why."""

    item: Item
    goes: bool
    why: str
    always: bool = False
    """True for a run that stays whatever the limits are."""


def decide(items: Sequence[Item], limits: Limits, now: float) -> list[Proposal]:
    """Decide about every item.

    Args:
        items: All items of an inventory.
        limits: The limits of what is kept.
        now: The time in seconds since 1970.

    Returns:
        A proposal for each item: those that go first, oldest use first.
    """
    runs = _decide_runs([item for item in items if item.kind == "run"], limits, now)
    others = _decide_others([item for item in items if item.kind != "run"], runs, limits, now)
    return sorted(runs + others, key=lambda one: (not one.goes, one.item.used, str(one.item.path)))


def _decide_runs(runs: Sequence[Item], limits: Limits, now: float) -> list[Proposal]:
    proposals: dict[Path, Proposal] = {}
    met: Counter[tuple[str, ...]] = Counter()
    for item in sorted(runs, key=lambda run: (run.made, run.path.name), reverse=True):
        way = "scored" if item.ranks is None else "ranked"
        met.update([(way, item.name), (way, item.name, item.library)])
        places = met[way, item.name], met[way, item.name, item.library]
        proposals[item.path] = _decide_run(item, *places, limits, now)
    for one in sorted(proposals.values(), key=lambda one: one.always):  # the last word is "always"
        scorer = None if one.goes or one.item.ranks is None else proposals.get(one.item.ranks)
        if scorer is not None and not scorer.always:
            why = f"{one.item.path.name} ranks its scores"
            proposals[scorer.item.path] = Proposal(scorer.item, False, why, one.always)
    return list(proposals.values())


def _decide_run(item: Item, of_all: int, place: int, limits: Limits, now: float) -> Proposal:
    """Decide about one run.

    ``of_all`` counts the runs of its screen from the newest, 1, and ``place`` those of its library.
    """
    if item.kept:
        return Proposal(item, False, item.kept, always=True)
    if of_all == 1:
        return Proposal(item, False, f"the newest run of {item.name}", always=True)
    age, oldest = now - item.made, limits.runs_older_than
    is_own = limits.screen in (None, item.name)
    if place == 1 and not (is_own and oldest is not None and age > oldest):
        why = f"the newest run of {item.name} on its library"
        return Proposal(item, False, why, always=True)
    if not is_own:
        return Proposal(item, False, f"it is not a run of {limits.screen}")
    if limits.keep_runs is not None and place > limits.keep_runs:
        return Proposal(item, True, f"{place - 1:,} runs of {item.name} are newer")
    if oldest is not None and age > oldest:
        return Proposal(item, True, f"{written_age(age)} old")
    return Proposal(item, False, "within the limits" if _limits_runs(limits) else "no limit")


def _limits_runs(limits: Limits) -> bool:
    return limits.keep_runs is not None or limits.runs_older_than is not None


def _decide_others(
    items: Sequence[Item], runs: Sequence[Proposal], limits: Limits, now: float
) -> list[Proposal]:
    needed = {path: one.item.path.name for one in runs if one.always for path in one.item.needs}
    used_by = Counter(path for one in runs if not one.goes for path in one.item.needs)
    kept, going, waiting = [], [], []
    for item in items:
        age = now - item.used
        by = needed.get(item.path)
        if item.kept or by is not None:
            kept.append(Proposal(item, False, item.kept or f"{by} needs it to be explained"))
        elif why := _untouched(item, limits):
            kept.append(Proposal(item, False, why))
        elif age > _most_age(item, limits):
            going.append(Proposal(item, True, _unused(item, age, used_by)))
        elif item.kind == "leftover":
            kept.append(Proposal(item, False, "its writer may be at work"))
        elif item.kind == "dead" and age <= DEAD:
            kept.append(Proposal(item, False, f"it may be gone on with for {written_age(DEAD)}"))
        else:
            waiting.append(item)
    left = sum(item.extent.bytes for item in waiting) + sum(one.item.extent.bytes for one in kept)
    for item in sorted(waiting, key=lambda one: (one.used, str(one.path))):
        if limits.most is not None and left > limits.most:
            left -= item.extent.bytes
            why = f"{_unused(item, now - item.used, used_by)}; over {written_size(limits.most)}"
            going.append(Proposal(item, True, why))
        else:
            kept.append(Proposal(item, False, _within(limits)))
    return kept + going


def _unused(item: Item, age: float, used_by: Counter[Path]) -> str:
    why = f"unused for {written_age(age)}"
    if count := used_by[item.path]:
        why += f"; {counted(count, 'run')} can then be neither explained nor ranked again"
    return why


def _untouched(item: Item, limits: Limits) -> str:
    """Return the reason that no limit is about a dead folder; ``""`` if one is."""
    if item.kind != "dead":
        return ""
    is_run = item.path.parent.name != PREPARED
    if is_run and limits.screen is not None and item.name != limits.screen:
        return f"it is not a run of {limits.screen}"
    if limits.older_than is None and limits.most is None and _limits_runs(limits):
        return "no limit"
    return ""


def _most_age(item: Item, limits: Limits) -> float:
    """Return the age in seconds from which an item goes, whatever its size."""
    if item.kind == "leftover":
        return LEFTOVER
    if limits.older_than is not None:
        return limits.older_than
    return DEAD if item.kind == "dead" else float("inf")


def _within(limits: Limits) -> str:
    return "no limit" if limits.older_than is None and limits.most is None else "within the limits"


def excess(proposals: Sequence[Proposal], limits: Limits) -> int:
    """Return the bytes by which what stays exceeds the limit of size."""
    if limits.most is None:
        return 0
    left = sum(
        one.item.extent.bytes for one in proposals if not one.goes and one.item.kind != "run"
    )
    return max(0, left - limits.most)
