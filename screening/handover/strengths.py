"""What speaks for a hit and against it, as short parts of a sentence; ``reason`` has the rules."""

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from chem.clusters import SIMILAR
from chem.flat import without_stereo
from screening.desirability import FLOOR, ramp
from screening.evidence import Neighbour
from screening.handover.cells import format_number
from screening.handover.nearest import measured_text
from screening.handover.units import PACTIVITY, PROBABILITY, unit_of
from screening.handover.words import spoken
from screening.parts import OffTarget, Prediction, Primary
from screening.screen import Screen

HALFWAY = 0.5
LIKELY = 0.5
"""A probability from which something is more likely than not."""
MOST_FOLDS = 1000
GRADES = {
    PACTIVITY: ("potent on", "active on", "weak on"),
    PROBABILITY: ("likely on", "possible on", "unlikely on"),
}
"""Words for a primary prediction: at halfway and beyond, beyond ``zero``, worth nothing."""
OTHER_GRADES = ("good on", "fair on", "poor on")


class Matter(IntEnum):
    """What a part is about; what matters most comes first."""

    POTENCY = 0
    DOMAIN = 1
    MEASURED = 2
    SELECTIVITY = 3
    RISK = 4
    PAINS = 5
    WINDOW = 6
    ALERTS = 7
    NO_RISK = 8


class Part(NamedTuple):
    """A part of the sentence."""

    good: bool
    """Whether it speaks for the hit."""
    matter: Matter
    text: str


Parts = Iterator[Part]


def potency(
    hit: Mapping[str, Any], part: Primary, unit: str, near: Sequence[Neighbour], alone: bool
) -> Parts:
    """What is predicted on a primary target, and what was measured. alone: the only target."""
    mean, std = float(hit[part.name]), float(hit[f"{part.name}_std"])
    lower = float(hit[f"{part.name}_lower"])
    decimals = 2 if unit == PROBABILITY else 1
    itself = [text for one in near if (text := _itself(one, str(hit["smiles"]), decimals, unit))]
    worth = _worth(mean, part)
    grade = GRADES.get(unit, OTHER_GRADES)[0 if worth >= HALFWAY else 1 if worth > 0 else 2]
    known = f", {itself[0]}" if itself else ""
    value = f"{format_number(mean, decimals)} ± {format_number(std, decimals)}"
    yield Part(worth > 0, Matter.POTENCY, f"{grade} {part.name} ({value}{known})")
    if near and not itself:
        on = "" if alone else f" on {part.name}"
        alike = format_number(near[0].similarity, 2)
        if near[0].similarity < SIMILAR:
            yield Part(True, Matter.MEASURED, f"novel{on} (similarity {alike})")
        else:
            idle = near[0].relation != ">" and _worth(near[0].value, part) == 0
            text = f"similar ({alike}) to one measured {_measured(near[0], decimals, unit)}{on}"
            yield Part(not idle, Matter.MEASURED, text)
    if worth > 0 and _worth(lower, part) == 0:
        text = f"uncertain on {part.name} (cautiously {format_number(lower, decimals)})"
        yield Part(False, Matter.POTENCY, text)


def domains(hit: Mapping[str, Any], limits: Mapping[str, float]) -> Parts:
    """Models that know nothing like it."""
    for column, limit in limits.items():
        if column in hit and float(hit[column]) > limit:
            model = column.removesuffix("_distance")
            yield Part(False, Matter.DOMAIN, f"outside the {model} model's domain")


def selectivity(
    hit: Mapping[str, Any], parts: Sequence[OffTarget], units: Mapping[str, str]
) -> Parts:
    """Off-targets that it spares, hits as well, and spares too little."""
    margins = {part.name: float(hit[f"selectivity_{part.name}"]) for part in parts}
    above = [part for part in parts if float(hit[f"d_selectivity_{part.name}"]) >= HALFWAY]
    none = [part for part in parts if part not in above and margins[part.name] <= 0]
    some = [part for part in parts if part not in above and part not in none]
    if above:
        least, _ = _ends(above, margins, units)
        sign = "≥" if len(above) > 1 and not least.startswith(">") else ""
        yield Part(True, Matter.SELECTIVITY, f"{sign}{least} {_over(above, parts)}")
    if none:
        yield Part(False, Matter.SELECTIVITY, f"not {_over(none, parts, 'selective ')}")
    if some:
        least, most = _ends(some, margins, units)
        span = most if least == most else f"{least.removesuffix('-fold')} to {most}"
        yield Part(False, Matter.SELECTIVITY, f"only {span} {_over(some, parts)}")


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
        yield Part(False, Matter.RISK, f"risks: {', '.join(probable)}")
    for _, is_risk, name, number in found:
        if not is_risk:
            yield Part(False, Matter.RISK, f"{name} {number}")
        elif len(probable) == 1:
            yield Part(False, Matter.RISK, f"{name} risk {number}")
    if screen.liabilities and not found:
        yield Part(True, Matter.NO_RISK, "no risk predicted")


def windows(hit: Mapping[str, Any], screen: Screen) -> Parts:
    """Properties that are not where they are wanted."""
    for window in screen.windows:
        if float(hit[f"d_{window.property}"]) < HALFWAY:
            value = format_number(float(hit[window.property]), 1)
            yield Part(False, Matter.WINDOW, f"{window.property} {value} off its window")


def alerts(text: str) -> Parts:
    """Alerts of PAINS by name, others by number. text: the hit's column ``alerts``."""
    every = [alert for alert in text.split("; ") if alert]
    pains = [alert for alert in every if alert.startswith("PAINS ")]
    yield from (Part(False, Matter.PAINS, alert) for alert in pains)
    if others := len(every) - len(pains):
        more = "more " if pains else ""
        yield Part(False, Matter.ALERTS, f"{others} {more}alert{'s' if others > 1 else ''}")


def _itself(one: Neighbour, smiles: str, decimals: int, unit: str) -> str:
    """What was measured of the compound itself; "" if ``one`` is another compound."""
    text = f"measured {_measured(one, decimals, unit)}"
    if one.smiles == smiles:
        return text
    # Fingerprints know no stereochemistry, and compounds that share all bits are mostly one.
    if one.similarity == 1 and without_stereo(one.smiles) == without_stereo(smiles):
        is_flat = one.smiles == without_stereo(one.smiles)
        return f"{text} {'without stereo' if is_flat else 'as a stereoisomer'}"
    return ""


def _measured(one: Neighbour, decimals: int, unit: str) -> str:
    return measured_text(one, decimals, is_class=unit == PROBABILITY)


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
        return f">{MOST_FOLDS}-fold"
    # Two figures are more than is known of it already.
    rounded = round(folds, 1 - math.floor(math.log10(folds)))
    return f"{format_number(rounded, 1 if rounded < 10 else 0)}-fold"


def _worth(value: float, part: Prediction) -> float:
    return float(ramp([value], part.zero, part.full)[0])


def _over(some: Sequence[OffTarget], every: Sequence[OffTarget], before: str = "") -> str:
    """``over AURKA, CDK2``, or ``selective`` where that is all of several off-targets."""
    if len(some) == len(every) > 1:
        return "selective"
    return f"{before}over {', '.join(part.name for part in some)}"
