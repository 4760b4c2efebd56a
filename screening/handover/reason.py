"""Why a hit is on the list, in one plain sentence: strengths first, then warnings.

What is good or bad follows from the screen. Halfway between a part's ``zero`` and its ``full``
divides the two:

- *potent* is a primary prediction at or beyond halfway, *active* one beyond ``zero``, *weak* one
  that is worth nothing; ± is its standard deviation. *Uncertain* is one that is worth something,
  but nothing when it is judged cautiously, as the score does;
- *measured* tells the value of a compound that was itself measured on the target;
- *novel* is a compound whose nearest measured one is not similar enough to share a cluster with it
  (``chem.clusters``); any other is *like one measured* at some value, a warning where that value
  is worth nothing;
- *N-fold over* an off-target is a margin at or beyond halfway, the smallest one where there are
  several; *only N-fold over* is one below that, *not selective over* one of zero or less;
- a *risk* is a liability at or beyond halfway to ``zero``, and any probability of 0.5 or more that
  costs score; risks are told in the order of what they cost. *No risk predicted* says that there
  is none;
- *outside the model's domain* is a distance beyond the limit that its card gives;
- *off its window* is a property less than halfway inside;
- alerts: those of PAINS by name, others by number.

Where the sentence would be longer than 140 characters, strengths after the first give way, then
warnings, each from the last one, and it ends with how many were left out.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chem.clusters import SIMILAR
from screening.desirability import FLOOR, ramp
from screening.evidence import Neighbour
from screening.handover.cells import format_number
from screening.handover.nearest import measured_text
from screening.handover.units import PACTIVITY, PROBABILITY, unit_of
from screening.parts import Liability, OffTarget, Prediction, Primary
from screening.screen import Screen

LONGEST = 140
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
SPOKEN = {"herg": "hERG", "ames": "AMES", "dili": "DILI", "ld50_zhu": "LD50"}
"""Names that chemists write otherwise than the tasks are called."""

Parts = Iterator[tuple[bool, str]]
"""Whether it speaks for the hit, and what is said."""


def reason(
    hit: Mapping[str, Any],
    screen: Screen,
    units: Mapping[str, str],
    limits: Mapping[str, float] | None = None,
    neighbours: Mapping[str, Sequence[Neighbour]] | None = None,
) -> str:
    """Return the sentence of one hit, at most 140 characters.

    hit: its row of the ranked frame. units: of each predicted task. limits: of each column of
    distances, beyond which a model is out of its domain. neighbours: measured compounds of each
    primary task, nearest first. What is not given is not told.
    """
    told: list[tuple[bool, str]] = []
    for part in screen.primary:
        unit = unit_of(part.task, screen, units)
        near = (neighbours or {}).get(part.task, ())
        told += _potency(hit, part, unit, near, alone=len(screen.primary) == 1)
    told += _domains(hit, limits or {})
    told += _selectivity(hit, screen.off_targets, units)
    told += _risks(hit, screen, units)
    told += _windows(hit, screen)
    told += _alerts(str(hit.get("alerts", "")))
    strengths = [text for good, text in told if good]
    return _fit(strengths, [text for good, text in told if not good])


def _potency(
    hit: Mapping[str, Any], part: Primary, unit: str, near: Sequence[Neighbour], alone: bool
) -> Parts:
    mean, std = float(hit[part.name]), float(hit[f"{part.name}_std"])
    lower = float(hit[f"{part.name}_lower"])
    decimals = 2 if unit == PROBABILITY else 1
    measured = [_measured(one, decimals, unit) for one in near if one.smiles == str(hit["smiles"])]
    worth = _worth(mean, part)
    grade = GRADES.get(unit, OTHER_GRADES)[0 if worth >= HALFWAY else 1 if worth > 0 else 2]
    known = f", measured {measured[0]}" if measured else ""
    value = f"{format_number(mean, decimals)} ± {format_number(std, decimals)}"
    yield worth > 0, f"{grade} {part.name} ({value}{known})"
    if near and not measured:
        on = "" if alone else f" on {part.name}"
        alike = format_number(near[0].similarity, 2)
        if near[0].similarity < SIMILAR:
            yield True, f"novel{on} (nearest measured: similarity {alike})"
        else:
            idle = near[0].relation != ">" and _worth(near[0].value, part) == 0
            text = _measured(near[0], decimals, unit)
            yield not idle, f"like one measured {text}{on} (similarity {alike})"
    if worth > 0 and _worth(lower, part) == 0:
        yield False, f"uncertain on {part.name} (cautiously {format_number(lower, decimals)})"


def _measured(one: Neighbour, decimals: int, unit: str) -> str:
    return measured_text(one, decimals, is_class=unit == PROBABILITY)


def _domains(hit: Mapping[str, Any], limits: Mapping[str, float]) -> Parts:
    for column, limit in limits.items():
        if column in hit and float(hit[column]) > limit:
            yield False, f"outside the {column.removesuffix('_distance')} model's domain"


def _selectivity(
    hit: Mapping[str, Any], parts: Sequence[OffTarget], units: Mapping[str, str]
) -> Parts:
    margins = {part.name: float(hit[f"selectivity_{part.name}"]) for part in parts}
    above = [part for part in parts if float(hit[f"d_selectivity_{part.name}"]) >= HALFWAY]
    if above:
        least = min(above, key=lambda part: margins[part.name])
        size = _times(margins[least.name], units.get(least.task, PACTIVITY))
        least_of = "≥" if len(above) > 1 and not size.startswith(">") else ""
        yield True, f"{least_of}{size} over {_names(above)}"
    below = [part for part in parts if part not in above]
    none = [part for part in below if margins[part.name] <= 0]
    if none:
        yield False, f"not selective over {_names(none)}"
    for part in below:
        if part not in none:
            size = _times(margins[part.name], units.get(part.task, PACTIVITY))
            yield False, f"only {size} over {part.name}"


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


def _risks(hit: Mapping[str, Any], screen: Screen, units: Mapping[str, str]) -> Parts:
    found = []
    for part in screen.liabilities:
        value, worth = float(hit[part.task]), float(hit[f"d_{part.name}"])
        unit = unit_of(part.task, screen, units)
        likely = unit == PROBABILITY and part.full < part.zero and value >= LIKELY
        if worth < HALFWAY or (likely and worth < 1):
            cost = -part.weight * math.log(FLOOR + (1 - FLOOR) * worth)
            found.append((cost, _risk(part, value, unit)))
    yield from ((False, text) for _, text in sorted(found, key=lambda risk: -risk[0]))
    if screen.liabilities and not found:
        yield True, "no risk predicted"


def _risk(part: Liability, value: float, unit: str) -> str:
    name = SPOKEN.get(part.name, part.name)
    number = format_number(value, 2)
    if unit != PROBABILITY:
        return f"{name} {number}"
    return f"{name} risk {number}" if part.full < part.zero else f"{name} only {number}"


def _windows(hit: Mapping[str, Any], screen: Screen) -> Parts:
    for window in screen.windows:
        if float(hit[f"d_{window.property}"]) < HALFWAY:
            value = format_number(float(hit[window.property]), 1)
            yield False, f"{window.property} {value} off its window"


def _alerts(text: str) -> Parts:
    every = [alert for alert in text.split("; ") if alert]
    pains = [alert for alert in every if alert.startswith("PAINS ")]
    yield from ((False, alert) for alert in pains)
    if others := len(every) - len(pains):
        more = "more " if pains else ""
        yield False, f"{others} {more}alert{'s' if others > 1 else ''}"


def _worth(value: float, part: Prediction) -> float:
    return float(ramp([value], part.zero, part.full)[0])


def _names(parts: Sequence[Prediction]) -> str:
    return ", ".join(part.name for part in parts)


def _fit(strengths: Sequence[str], warnings: Sequence[str]) -> str:
    """Join parts as far as they fit, the last strengths giving way first; say how many did not."""
    every = len(strengths) + len(warnings)
    choices = [(kept, len(warnings)) for kept in range(len(strengths), 0, -1)]
    least = min(1, len(strengths))
    choices += [(least, kept) for kept in range(len(warnings), -1, -1)]
    for good, bad in choices:
        left = every - good - bad
        text = "; ".join([*strengths[:good], *warnings[:bad], *([f"{left} more"] if left else [])])
        if text and len(text) <= LONGEST:
            return text
    return f"{[*strengths, *warnings][0][: LONGEST - 1]}…" if every else ""
