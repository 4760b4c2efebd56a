"""What speaks for a hit and against it, as short parts of a sentence; ``reason`` has the rules."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from screening.desirability import FLOOR
from screening.handover.cells import format_number
from screening.handover.measured import HALFWAY, LIKELY
from screening.handover.sentence import Part, Parts, Place
from screening.handover.units import PACTIVITY, PROBABILITY, unit_of
from screening.handover.words import spoken
from screening.parts import OffTarget
from screening.screen import Screen

MOST_FOLDS = 1000
"""Larger margins are not told apart."""


def domains(hit: Mapping[str, Any], limits: Mapping[str, float]) -> Parts:
    """Models that know nothing like it."""
    far = [name for name, limit in limits.items() if name in hit and float(hit[name]) > limit]
    models = [name.removesuffix("_distance") for name in far]
    if len(models) == 1:
        yield Part(Place.WARNING, f"outside the {models[0]} model's domain")
    elif models:
        yield Part(Place.WARNING, f"outside the domains of the models {', '.join(models)}")


def selectivity(
    hit: Mapping[str, Any],
    parts: Sequence[OffTarget],
    units: Mapping[str, str],
    contradicted: bool = False,
) -> Parts:
    """Off-targets that it spares, hits as well, and spares too little.

    contradicted: whether a measurement contradicts what the margins are counted from.
    """
    margins = {part.name: float(hit[f"selectivity_{part.name}"]) for part in parts}
    above = [part for part in parts if float(hit[f"d_selectivity_{part.name}"]) >= HALFWAY]
    none = [part for part in parts if part not in above and margins[part.name] <= 0]
    some = [part for part in parts if part not in above and part not in none]
    if above:
        least, _ = _ends(above, margins, units)
        said = "predicted about" if contradicted else "about"
        yield Part(Place.STRENGTH, f"{said} {least} {_over(above, parts)}")
    if none:
        yield Part(Place.WARNING, f"not {_over(none, parts, 'selective ')}")
    if some:
        least, most = _ends(some, margins, units)
        span = most if least == most else f"{least.removesuffix('-fold')} to {most}"
        yield Part(Place.WARNING, f"only {span} {_over(some, parts)}")


def risks(hit: Mapping[str, Any], screen: Screen, units: Mapping[str, str]) -> Parts:
    """Liabilities, the costliest first, or that there is none."""
    found = []
    for part in screen.liabilities:
        value, worth = float(hit[part.task]), float(hit[f"d_{part.name}"])
        is_risk = part.full < part.zero and unit_of(part.task, screen, units) == PROBABILITY
        if worth < HALFWAY or (is_risk and value >= LIKELY and worth < 1):
            gain = part.weight * math.log(FLOOR + (1 - FLOOR) * worth)
            name = spoken(part.name)
            found.append((gain, is_risk, name, format_number(value, 2)))
    found.sort(key=lambda one: one[0])
    probable = [f"{name} {number}" for _, is_risk, name, number in found if is_risk]
    if len(probable) > 1:
        yield Part(Place.WARNING, f"risks: {', '.join(probable)}")
    for _, is_risk, name, number in found:
        if not is_risk:
            yield Part(Place.WARNING, f"{name} {number}")
        elif len(probable) == 1:
            yield Part(Place.WARNING, f"{name} risk {number}")
    if screen.liabilities and not found:
        yield Part(Place.STRENGTH, "no risk predicted")


def windows(hit: Mapping[str, Any], screen: Screen) -> Parts:
    """Properties that are not where they are wanted."""
    off = [
        f"{spoken(window.property)} {format_number(float(hit[window.property]), 1)}"
        for window in screen.windows
        if float(hit[f"d_{window.property}"]) < HALFWAY
    ]
    if off:
        its = "its window" if len(off) == 1 else "their windows"
        yield Part(Place.WARNING, f"{', '.join(off)} off {its}")


def alerts(text: str) -> Parts:
    """Alerts of PAINS by name, others by number. text: the hit's column ``alerts``."""
    every = [alert for alert in text.split("; ") if alert]
    pains = [alert for alert in every if alert.startswith("PAINS ")]
    if pains:
        yield Part(Place.WARNING, f"PAINS {', '.join(name[len('PAINS ') :] for name in pains)}")
    if others := len(every) - len(pains):
        more = "more " if pains else ""
        yield Part(Place.WARNING, f"{others} {more}alert{'s' if others > 1 else ''}")


def _ends(
    parts: Sequence[OffTarget], margins: Mapping[str, float], units: Mapping[str, str]
) -> tuple[str, str]:
    """The smallest and the largest margin in words."""
    ordered = sorted(parts, key=lambda part: margins[part.name])
    least, most = (
        _times(margins[part.name], units.get(part.task, PACTIVITY))
        for part in (ordered[0], ordered[-1])
    )
    return least, most


def _times(margin: float, unit: str) -> str:
    """A margin of pActivities as a ratio of concentrations; any other as it is."""
    if unit != PACTIVITY:
        return f"{format_number(margin, 2)} margin"
    folds = 10.0 ** min(margin, 300.0)
    if folds > MOST_FOLDS:
        return f"{MOST_FOLDS}-fold or more"
    # Two figures are more than is known of it already.
    rounded = round(folds, 1 - math.floor(math.log10(folds)))
    return f"{format_number(rounded, 1 if rounded < 10 else 0)}-fold"


def _over(some: Sequence[OffTarget], every: Sequence[OffTarget], before: str = "") -> str:
    """``over AURKA, CDK2``, or ``selective`` where that is all of several off-targets."""
    if len(some) == len(every) > 1:
        return "selective"
    return f"{before}over {', '.join(part.name for part in some)}"
