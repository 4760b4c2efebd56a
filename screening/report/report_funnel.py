"""The funnel of a report: how many records went which way, from the library to the list."""

from collections.abc import Iterator
from typing import NamedTuple

from chem.records.counted import counted
from screening.objective.screen_settings import Screen
from screening.rank.rank import Ranking
from screening.rank.structure_columns import SAME_BUT_ISOTOPES
from screening.report.manifest import RunFacts
from screening.score.triage_recall import TriageFacts, describe_triage
from screening.select.constraints import ISOTOPES


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
    """Yield each step with what was lost before it, in a few words.

    After a triage *scored* are those alone that the ensembles scored. Where they were chosen for an
    earlier screen, what that screen's filters took is told as its doing.
    """
    yield Step("Read", facts.rows, "records of the library")
    unusable = f"{facts.rejected:,} unusable, {counted(facts.duplicates, 'duplicate')}"
    triage = _triage(ranking)
    if triage is None:
        yield Step("Scored", ranking.scored, unusable)
        beyond = sum(ranking.filtered.values())
    else:
        yield Step("Usable", ranking.scored, unusable)
        before, aside = ranking.scored - triage.looked_at, _aside(ranking)
        scored = triage.looked_at - aside
        if earlier := triage.chosen_for:
            lost = f"{before:,} taken by the filters of {earlier}, {aside:,} not promising for it"
        else:
            lost = f"{before:,} beyond a hard limit, {aside:,} not promising enough"
        yield Step("Scored", scored, lost)
        beyond = scored - ranking.passed
    costly = f"; QED and alerts of {ranking.examined:,} looked at" if screen.costly_limits else ""
    yield Step("Passed", ranking.passed, f"{beyond:,} beyond a hard limit{costly}")
    chosen = ranking.selection
    choice = "" if chosen is None else f"; chosen from the first {chosen.pool:,}"
    yield Step("Handed over", len(ranking.hits), f"{screen.hits:,} asked for{choice}")


def losses(ranking: Ranking, facts: RunFacts) -> list[Loss]:
    """Every reason for which a record is not in the list, in the order of the funnel."""
    rejects = sorted(facts.reject_codes.items(), key=lambda item: (-item[1], item[0]))
    found = [Loss(f"unusable: {code}", count) for code, count in rejects]
    found.append(Loss("duplicate of a record before it", facts.duplicates))
    triage = _triage(ranking) or TriageFacts()
    earlier = triage.chosen_for
    found.append(Loss(f"filters of {earlier}, never looked at", triage.never_looked_at))
    enough = f"not promising enough for {earlier or 'the ensembles'}"
    found.append(Loss(enough, _aside(ranking)))
    for name, count in ranking.filtered.items():
        found.append(Loss(ISOTOPES if name == SAME_BUT_ISOTOPES else f"filter {name}", count))
    if ranking.selection is not None:
        over = ranking.selection.passed_over
        found += [Loss(f"passed over: {why}", count) for why, count in over.items()]
    return [loss for loss in found if loss.records]


def audit_line(ranking: Ranking) -> str:
    """Say how much of the best a triage found, and among which; "" where everything was scored."""
    triage = _triage(ranking)
    if triage is None:
        return ""
    line = describe_triage(triage.as_dict())
    return f"{line[:1].upper()}{line[1:]}."


def _triage(ranking: Ranking) -> TriageFacts | None:
    """Return what is known of the triage; None where the ensembles scored everything."""
    found = ranking.triage
    return None if found is None or found.recall is None else found


def _aside(ranking: Ranking) -> int:
    """Return how many a triage looked at and found not promising enough.

    A ranking again counts among ``set_aside`` also what filters of the earlier screen took.
    """
    return ranking.set_aside - (_triage(ranking) or TriageFacts()).never_looked_at
