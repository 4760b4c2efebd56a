"""Phrases on liabilities, on properties outside their windows, and on structural alerts.

A liability is

- *not assessed* outside the domain of the model that predicts it, whatever the prediction;
- a *risk* if its probability is 0.5 or more (with the three decimals of ``hits.csv``), or if its
  desirability is below one half. If the screen gives its ``cost_ratio``, the line that follows from
  it decides alone (``Liability.line``). The risk that costs most score comes first. Where the card
  has the predictions for approved drugs, the share of them with a lower one is stated;
- *borderline* if it costs score but is no risk;
- *no risk predicted* if it costs nothing. This is stated only for a hit without any risk.

A liability that is not the probability of something unwanted is *outside the wanted range*,
*borderline* or *in the wanted range*.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chem.records.message_text import counted
from screening.evidence.evidence import Flag
from screening.objective.objective import FLOOR
from screening.objective.terms import Liability
from screening.reason.measurements import HALFWAY, reason_digits
from screening.reason.risk_lines import is_above_line, is_risk, line_of
from screening.reason.sentence import HitFacts, Phrase, Phrases, Place
from screening.text.cells import Figures, format_number
from screening.text.drug_percentile import among_drugs
from screening.text.words import spoken


class _Assessed(NamedTuple):
    """One liability of one hit."""

    term: Liability
    value: float
    worth: float
    gain: float
    """The amount that it adds to the logarithm of the score; the lowest costs most."""
    is_risk: bool
    """Whether it is the probability of something unwanted."""
    digits: int | Figures
    """The digits of its value in sentences."""
    percent: float | None
    """Percent of the approved drugs with a lower prediction; None if unknown."""

    @property
    def name(self) -> str:
        """Its name as chemists write it."""
        return spoken(self.term.name)

    @property
    def is_bad(self) -> bool:
        return is_above_line(self.term, self.value) if self.is_risk else self.worth < HALFWAY

    @property
    def is_clear(self) -> bool:
        return self.worth >= 1 and not self.is_bad

    @property
    def told(self) -> str:
        # Beside the limit two decimals would not tell a risk from what is borderline.
        limit, _ = line_of(self.term)
        near = self.is_risk and format_number(self.value, 2) == format_number(limit, 2)
        return f"{self.name} {format_number(self.value, 3 if near else self.digits)}"


def risks(hit: HitFacts) -> Phrases:
    """Yield phrases on every liability."""
    liabilities = hit.screen.objective.liabilities
    primaries = hit.by_outside(hit.screen.objective.primary)
    for far, terms in hit.by_outside(liabilities).items():
        if far not in primaries:  # otherwise the phrase on the target says it
            names = ", ".join(spoken(term.name) for term in terms)
            how = f"outside its domain ({far.how_far})"
            yield Phrase(Place.WARNING, f"{far.bundle} not assessed ({names}): {how}")
    found = _assessed(hit)
    costliest = sorted(found, key=_cost)
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
        yield Phrase(Place.STRENGTH, f"{', '.join(wanted)} in the wanted range")


def bad_liabilities(hit: HitFacts) -> Iterator[str]:
    """Yield each liability that is a risk or outside its wanted range, costliest first.

    An example is ``hERG 0.71``. Liabilities outside the domain of their model are left out.
    """
    yield from (one.told for one in sorted(_assessed(hit), key=_cost) if one.is_bad)


def _assessed(hit: HitFacts) -> list[_Assessed]:
    """Return every liability inside its model's domain, in the order of the screen."""
    terms = hit.screen.objective.liabilities
    return [_assess(hit, term) for term in terms if not hit.is_outside(term)]


def _cost(one: _Assessed) -> float:
    """Return the key that sorts the liability that costs most score first."""
    return one.gain


def _assess(hit: HitFacts, term: Liability) -> _Assessed:
    worth = hit.number(f"d_{term.name}")
    gain = term.weight * math.log(FLOOR + (1 - FLOOR) * worth)
    # Two decimals of any value on its own scale.
    digits = reason_digits(term, hit.unit_of(term)) if term.scale else 2
    return _Assessed(
        term,
        hit.number(term.task),
        worth,
        gain,
        is_risk(term, hit.unit_of(term)),
        digits,
        hit.percent_of_drugs(term),
    )


def _bad(bad: Sequence[_Assessed]) -> Phrases:
    """Yield all risks in one phrase, and then other liabilities outside the wanted range."""
    probable = [one for one in bad if one.is_risk]
    told = ", ".join(one.told for one in probable)
    if len(probable) > 1:
        yield Phrase(Place.WARNING, f"risks: {told}{_among(probable)}")
    elif probable:
        name, number = told.rsplit(" ", 1)
        yield Phrase(Place.WARNING, f"{name} risk {number}{_among(probable)}")
    if others := [one for one in bad if not one.is_risk]:
        told = ", ".join(one.told for one in others)
        yield Phrase(Place.WARNING, f"{told} outside the wanted range{_among(others)}")


def _among(some: Sequence[_Assessed]) -> str:
    """Return how the values compare with those of approved drugs, if this is known of all."""
    percents = [one.percent for one in some if one.percent is not None]
    return f" ({among_drugs(percents)})" if len(percents) == len(some) else ""


def windows(hit: HitFacts) -> Phrases:
    """Yield a phrase on the properties outside their windows."""
    off = [
        f"{spoken(window.property)} {format_number(hit.number(window.property), 1)}"
        for window in hit.screen.objective.windows
        if hit.number(f"d_{window.property}") < HALFWAY
    ]
    if off:
        its = "its window" if len(off) == 1 else "their windows"
        yield Phrase(Place.WARNING, f"{', '.join(off)} outside {its}")


def count_groups(flags: Sequence[Flag]) -> int:
    """Return the number of atom groups with alerts: alerts that share an atom are one group.

    Collections of alerts overlap, so one aniline can have three alerts.
    """
    groups: list[set[int]] = []
    for flag in flags:
        atoms = set(flag.atoms)
        touching = [group for group in groups if group & atoms]
        groups = [group for group in groups if not group & atoms]
        groups.append(atoms.union(*touching))
    return len(groups)


def alerts(text: str, groups: int = 0) -> Phrases:
    """Yield phrases on alerts: PAINS by name, all others as a number.

    Args:
        text: the column ``alerts`` of the hit.
        groups: the number of atom groups with alerts; 0: unknown.
    """
    every = [alert for alert in text.split("; ") if alert]
    pains = [alert for alert in every if alert.startswith("PAINS ")]
    if pains:
        yield Phrase(Place.WARNING, f"PAINS {', '.join(name[len('PAINS ') :] for name in pains)}")
    if others := len(every) - len(pains):
        more = "more " if pains else ""
        where = f" on {counted(groups, 'group')}" if not pains and 0 < groups < others else ""
        yield Phrase(Place.WARNING, f"{counted(others, f'{more}alert')}{where}")
