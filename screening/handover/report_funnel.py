"""The funnel of a report: how many records went which way, from the library to the list."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from screening.handover.manifest import RunFacts
from screening.rank import Ranking
from screening.screen import Screen


class Step(NamedTuple):
    """One step of the funnel."""

    label: str
    records: int
    note: str


class Loss(NamedTuple):
    """Records that went no further, and why."""

    why: str
    records: int


def funnel(ranking: Ranking, screen: Screen, facts: RunFacts) -> Iterator[Step]:
    """Yield each step with what was lost before it, in a few words."""
    yield Step("Read", facts.rows, "records of the library")
    plural = "" if facts.duplicates == 1 else "s"
    notes = f"{facts.rejected:,} unusable, {facts.duplicates:,} duplicate{plural}"
    yield Step("Scored", ranking.scored, notes)
    beyond = f"{sum(ranking.filtered.values()):,} beyond a hard limit"
    aside = f", {ranking.set_aside:,} not promising enough" if ranking.set_aside else ""
    late = f"; QED and alerts of {ranking.examined:,} looked at" if screen.late_limits else ""
    yield Step("Passed", ranking.passed, beyond + aside + late)
    yield Step("Handed over", len(ranking.hits), f"{screen.hits:,} asked for" + _choice(ranking))


def losses(ranking: Ranking, facts: RunFacts) -> list[Loss]:
    """Every reason for which a record is not in the list, in the order of the funnel."""
    rejects = sorted(facts.reject_codes.items(), key=lambda item: (-item[1], item[0]))
    found = [Loss(f"unusable: {code}", count) for code, count in rejects]
    found.append(Loss("duplicate of a record before it", facts.duplicates))
    found.append(Loss("not promising enough for the ensembles", ranking.set_aside))
    found += [Loss(f"filter {name}", count) for name, count in ranking.filtered.items()]
    found += [Loss(f"passed over: {why}", count) for why, count in _reasons(ranking).items()]
    return [loss for loss in found if loss.records]


def _choice(ranking: Ranking) -> str:
    """Say what a selection chose from; nothing where there was none."""
    if ranking.selection is None:
        return ""
    return f"; chosen from the first {ranking.selection['pool']:,}"


def _reasons(ranking: Ranking) -> Mapping[str, int]:
    """Return how many a selection passed over for each reason."""
    over: Mapping[str, int] = {} if ranking.selection is None else ranking.selection["passed_over"]
    return over
