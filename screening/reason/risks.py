"""What speaks against a hit beside its potency: liabilities, properties off their window, alerts.

A liability's endpoint is

- *not assessed* outside the domain of the model that predicts it, whatever is predicted there;
- a *risk* where it is a probability of 0.5 or more, or worth less than halfway to the screen's
  ``zero``; the costliest comes first;
- *borderline* where it costs score without that;
- *no risk predicted* where it costs nothing. That is said by name, and only of a hit without any
  risk: of the others it would say little.

A liability that is no such probability is *not as wanted*, *borderline* or *as wanted*.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from chem.records.text import counted
from screening.objective.objective import FLOOR
from screening.objective.terms import Liability
from screening.reason.measurements import HALFWAY, LIKELY
from screening.reason.sentence import HitFacts, Phrase, Phrases, Place
from screening.score.predicted_columns import PROBABILITY
from screening.text.cells import format_number
from screening.text.words import spoken


class _Assessed(NamedTuple):
    """A liability's endpoint of one hit."""

    name: str
    value: float
    worth: float
    gain: float
    """What it adds to the logarithm of the score: the costliest is the least."""
    is_risk: bool
    """Whether it is a probability of something that is not wanted."""

    @property
    def is_bad(self) -> bool:
        return self.worth < HALFWAY or (self.is_risk and self.value >= LIKELY)

    @property
    def is_clear(self) -> bool:
        return self.worth >= 1 and not self.is_bad

    @property
    def told(self) -> str:
        return f"{self.name} {format_number(self.value, 2)}"


def risks(hit: HitFacts) -> Phrases:
    """Tell of every liability."""
    liabilities = hit.screen.objective.liabilities
    primaries = hit.by_outside(hit.screen.objective.primary)
    for far, terms in hit.by_outside(liabilities).items():
        if far not in primaries:  # or it was said of the target
            names = ", ".join(spoken(term.name) for term in terms)
            how = f"outside its domain ({far.how_far})"
            yield Phrase(Place.WARNING, f"{far.bundle} not assessed ({names}): {how}")
    found = [_assess(hit, term) for term in liabilities if not hit.is_outside(term)]
    costliest = sorted(found, key=lambda one: one.gain)
    bad = [one for one in costliest if one.is_bad]
    yield from _bad(bad)
    if border := [one for one in costliest if not one.is_bad and not one.is_clear]:
        yield Phrase(Place.WARNING, f"borderline: {', '.join(one.told for one in border)}")
    if bad:
        return
    clear = [one for one in found if one.is_clear]
    if risk_free := [one.name for one in clear if one.is_risk]:
        yield Phrase(Place.STRENGTH, f"{', '.join(risk_free)}: no risk predicted")
    if wanted := [one.told for one in clear if not one.is_risk]:
        yield Phrase(Place.STRENGTH, f"{', '.join(wanted)} as wanted")


def _assess(hit: HitFacts, term: Liability) -> _Assessed:
    worth = hit.number(f"d_{term.name}")
    gain = term.weight * math.log(FLOOR + (1 - FLOOR) * worth)
    is_risk = term.full < term.zero and hit.unit_of(term) == PROBABILITY
    return _Assessed(spoken(term.name), hit.number(term.task), worth, gain, is_risk)


def _bad(bad: Sequence[_Assessed]) -> Phrases:
    """Tell all risks together, and then what is not as it is wanted."""
    probable = [one.told for one in bad if one.is_risk]
    if len(probable) > 1:
        yield Phrase(Place.WARNING, f"risks: {', '.join(probable)}")
    elif probable:
        name, number = probable[0].rsplit(" ", 1)
        yield Phrase(Place.WARNING, f"{name} risk {number}")
    if others := [one.told for one in bad if not one.is_risk]:
        yield Phrase(Place.WARNING, f"{', '.join(others)} not as wanted")


def windows(hit: HitFacts) -> Phrases:
    """Tell of properties that are not where they are wanted."""
    off = [
        f"{spoken(window.property)} {format_number(hit.number(window.property), 1)}"
        for window in hit.screen.objective.windows
        if hit.number(f"d_{window.property}") < HALFWAY
    ]
    if off:
        its = "its window" if len(off) == 1 else "their windows"
        yield Phrase(Place.WARNING, f"{', '.join(off)} off {its}")


def alerts(text: str) -> Phrases:
    """Tell alerts of PAINS by name, others by number. text: the hit's column ``alerts``."""
    every = [alert for alert in text.split("; ") if alert]
    pains = [alert for alert in every if alert.startswith("PAINS ")]
    if pains:
        yield Phrase(Place.WARNING, f"PAINS {', '.join(name[len('PAINS ') :] for name in pains)}")
    if others := len(every) - len(pains):
        more = "more " if pains else ""
        yield Phrase(Place.WARNING, counted(others, f"{more}alert"))
