"""What is predicted of a hit on a primary target, and what was measured of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from screening.evidence.evidence import Neighbour
from screening.objective.terms import Primary
from screening.reason.grades import Estimate, Grade, grade, grade_with_measurement, word_of
from screening.reason.likeness import is_extrapolated, likeness
from screening.reason.measurements import (
    Predicted,
    contradicts,
    measured_text,
    own_measurement,
    worth,
)
from screening.reason.sentence import Phrase, Phrases, Place
from screening.score.predicted_columns import PROBABILITY, Limits, bundle_of, distance_column
from screening.text.applicability import NOT_RELIED_ON, Outside
from screening.text.cells import format_number


def contradiction(
    hit: Mapping[str, Any], term: Primary, unit: str, near: Sequence[Neighbour]
) -> str:
    """Return ``measured 5.5``, the measurement that contradicts the prediction; "" without one.

    hit: a row of the ranked frame. near: measured compounds of this target, nearest first.
    """
    if (found := own_measurement(near, str(hit["smiles"]))) is None:
        return ""
    mean = float(hit[term.name])
    ends = (float(hit.get(f"{term.task}{end}", mean)) for end in ("_lo", "_hi"))
    one, how = found
    if contradicts(one, Predicted(mean, *ends), term, unit == PROBABILITY):
        return f"measured {_measured(one, unit)}{how}"
    return ""


def unreliable(far: Outside) -> Phrase:
    """Say that a hit is outside the domain of a model that predicts a primary target."""
    where = f"outside {far.bundle}'s domain ({far.how_far})"
    return Phrase(Place.VERDICT, f"{where}: {NOT_RELIED_ON}")


def potency(
    hit: Mapping[str, Any],
    term: Primary,
    unit: str,
    near: Sequence[Neighbour],
    alone: bool,
    limits: Limits,
    outsides: Mapping[str, Outside],
) -> Phrases:
    """Tell the grade or a contradiction, and what was measured of compounds like it.

    alone: whether this is the screen's only primary target. Outside the domain of the target's
    model no grade is told: ``unreliable`` says why.
    """
    on = "" if alone else f" on {term.name}"
    found = own_measurement(near, str(hit["smiles"]))
    if bundle_of(term.task, limits) in outsides:
        if found is not None:
            yield Phrase(Place.FACT, f"measured {_measured(found[0], unit)}{found[1]}{on}")
        elif near:
            alike = format_number(near[0].similarity, 2)
            yield Phrase(Place.FACT, f"nearest measured on {term.name} at {alike}")
        return
    value = _value(hit, term, unit)
    if against := contradiction(hit, term, unit, near):
        yield Phrase(Place.VERDICT, f"{against}{on}, contradicts the prediction ({value})")
        return
    distance = distance_to(hit, term, limits)
    if found is None and is_extrapolated(near, distance):
        alike = format_number(near[0].similarity, 2)
        why = f"nothing like it measured there, nearest {alike}"
        yield Phrase(Place.VERDICT, f"extrapolated on {term.name} ({value}): {why}")
        return
    yield _graded(hit, term, unit, found)
    if found is None:
        yield from likeness(hit, term, unit, near, on, distance)


def distance_to(hit: Mapping[str, Any], term: Primary, limits: Limits) -> float | None:
    """Return a hit's distance to what a target's model was trained on; None if not known."""
    distance = hit.get(distance_column(term.task, limits))
    return None if distance is None else float(distance)


def is_reliable(
    hit: Mapping[str, Any],
    term: Primary,
    near: Sequence[Neighbour],
    limits: Limits,
    outsides: Mapping[str, Outside],
) -> bool:
    """Tell whether a prediction is inside its model's domain and not extrapolated."""
    if bundle_of(term.task, limits) in outsides:
        return False
    if own_measurement(near, str(hit["smiles"])) is not None:
        return True
    return not is_extrapolated(near, distance_to(hit, term, limits))


def graded(hit: Mapping[str, Any], term: Primary, unit: str) -> tuple[Grade, Estimate]:
    """Return the grade of a hit's prediction, and the numbers that it was graded by."""
    mean = float(hit[term.name])
    # A screen without caution ranks by the prediction; words need its error all the same.
    lower = min(float(hit[f"{term.name}_lower"]), mean - float(hit[f"{term.name}_std"]))
    estimate = Estimate(mean, lower)
    return grade(estimate, term, unit), estimate


def _graded(
    hit: Mapping[str, Any], term: Primary, unit: str, found: tuple[Neighbour, str] | None
) -> Phrase:
    value = _value(hit, term, unit)
    told, (_, cautious) = graded(hit, term, unit)
    if found is not None:
        value += f", measured {_measured(found[0], unit)}{found[1]}"
        told = grade_with_measurement(told, found[0], not found[1], term, unit)
    if told == Grade.UNCERTAIN:
        value += f", cautiously {format_number(cautious, _decimals(unit))}"
    earns = worth(float(hit[f"{term.name}_lower"]), term)
    if told.is_good and earns == 0:
        value += ", too little for this screen"
    return Phrase(Place.VERDICT, f"{word_of(told, unit)} {term.name} ({value})")


def _value(hit: Mapping[str, Any], term: Primary, unit: str) -> str:
    """Return a prediction ± its error; a probability tells its own doubt, and is told alone."""
    names = (term.name,) if unit == PROBABILITY else (term.name, f"{term.name}_std")
    return " ± ".join(format_number(float(hit[name]), _decimals(unit)) for name in names)


def _decimals(unit: str) -> int:
    return 2 if unit == PROBABILITY else 1


def _measured(one: Neighbour, unit: str) -> str:
    return measured_text(one, _decimals(unit), is_class=unit == PROBABILITY)
