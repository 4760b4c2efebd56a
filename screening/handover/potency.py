"""What is predicted of a hit on a primary target, what was measured, and what is known nearby."""

from collections.abc import Mapping, Sequence
from typing import Any

from chem.clusters import SIMILAR
from screening.evidence import Neighbour
from screening.handover.cells import format_number
from screening.handover.measured import HALFWAY, Predicted, contradicts, measured_itself, worth
from screening.handover.nearest import measured_text
from screening.handover.sentence import Part, Parts, Place
from screening.handover.units import PACTIVITY, PROBABILITY
from screening.parts import Primary

GRADES = {
    PACTIVITY: ("potent on", "active on", "uncertain on", "weak on"),
    PROBABILITY: ("likely on", "possible on", "uncertain on", "unlikely on"),
}
"""Words for a primary prediction: its cautious value is at halfway or beyond, is worth something,
is worth nothing while the prediction itself is worth something, and neither is worth anything."""
OTHER_GRADES = ("good on", "fair on", "uncertain on", "poor on")


def contradiction(
    hit: Mapping[str, Any], part: Primary, unit: str, near: Sequence[Neighbour]
) -> str:
    """Return ``measured 5.5``, the measurement that contradicts the prediction; "" without one.

    hit: a row of the ranked frame. near: measured compounds of this target, nearest first.
    """
    if (found := measured_itself(near, str(hit["smiles"]))) is None:
        return ""
    mean = float(hit[part.name])
    ends = (float(hit.get(f"{part.task}{end}", mean)) for end in ("_lo", "_hi"))
    one, how = found
    if contradicts(one, Predicted(mean, *ends), part, unit == PROBABILITY):
        return f"measured {_measured(one, unit)}{how}"
    return ""


def potency(
    hit: Mapping[str, Any], part: Primary, unit: str, near: Sequence[Neighbour], alone: bool
) -> Parts:
    """Tell the grade, a contradiction, and what was measured of the compound or of one like it.

    alone: whether this is the screen's only primary target.
    """
    decimals, on = _decimals(unit), "" if alone else f" on {part.name}"
    mean, lower = float(hit[part.name]), float(hit[f"{part.name}_lower"])
    value = f"{format_number(mean, decimals)} ± "
    value += format_number(float(hit[f"{part.name}_std"]), decimals)
    grade = _grade(mean, lower, part)
    words = f"{GRADES.get(unit, OTHER_GRADES)[grade]} {part.name}"
    found = measured_itself(near, str(hit["smiles"]))
    if against := contradiction(hit, part, unit, near):
        yield Part(Place.CONTRADICTION, f"{against}{on}, contradicts the prediction")
        words = f"predicted {words}"
    elif found is not None:
        value += f", measured {_measured(found[0], unit)}{found[1]}"
    if grade == _UNCERTAIN:
        value += f", cautiously {format_number(lower, decimals)}"
    place = Place.STRENGTH if grade < _UNCERTAIN else Place.WARNING
    yield Part(place, f"{words} ({value})")
    if near and found is None:
        yield _likeness(hit, part, unit, near[0], on)


_UNCERTAIN = 2


def _grade(mean: float, lower: float, part: Primary) -> int:
    """Return the place in ``GRADES``, by the cautious value: it is the one that is ranked by."""
    cautious = worth(lower, part)
    if cautious >= HALFWAY:
        return 0
    if cautious > 0:
        return 1
    return _UNCERTAIN if worth(mean, part) > 0 else 3


def _likeness(
    hit: Mapping[str, Any], part: Primary, unit: str, nearest: Neighbour, on: str
) -> Part:
    alike = format_number(nearest.similarity, 2)
    if nearest.similarity >= SIMILAR:
        idle = nearest.relation != ">" and worth(nearest.value, part) == 0
        text = f"similar ({alike}) to one measured {_measured(nearest, unit)}{on}"
        return Part(Place.WARNING if idle else Place.STRENGTH, text)
    # The model may know the compound from other targets: then it is not new to it.
    distance = hit.get(f"{part.task.split('_', 1)[0]}_distance")
    if distance is not None and 1 - float(distance) < SIMILAR:
        return Part(Place.STRENGTH, f"novel (nearest on {part.name} {alike})")
    text = f"nothing alike measured on {part.name} (nearest {alike})"
    return Part(Place.STRENGTH, text)


def _decimals(unit: str) -> int:
    return 2 if unit == PROBABILITY else 1


def _measured(one: Neighbour, unit: str) -> str:
    return measured_text(one, _decimals(unit), is_class=unit == PROBABILITY)
