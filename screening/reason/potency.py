"""Phrases on a primary target: the graded prediction, and measurements for or against it."""

import numpy as np

from screening.evidence.evidence import Neighbour
from screening.objective.objective import move_logarithm
from screening.objective.terms import Primary
from screening.reason.likeness import is_extrapolated, likeness
from screening.reason.measurements import (
    Contradiction,
    Predicted,
    contradicts,
    is_stronger,
    own_measurement,
    reason_digits,
    short_text,
    worth,
)
from screening.reason.prediction_grades import (
    Estimate,
    Grade,
    grade,
    grade_with_measurement,
    word_of,
)
from screening.reason.sentence import HitFacts, Phrase, Phrases, Place
from screening.score.predicted_columns import PROBABILITY
from screening.text.applicability import NOT_RELIED_ON, Outside
from screening.text.cells import format_number


def contradiction(hit: HitFacts, term: Primary) -> Contradiction | None:
    """Return the measurement that contradicts a prediction; None without one."""
    if (found := own_measurement(hit.near(term), hit.smiles)) is None:
        return None
    mean, unit = hit.number(term.name), hit.unit_of(term)
    ends = (float(hit.row.get(f"{term.task}{end}", mean)) for end in ("_lo", "_hi"))
    one, how = found
    if contradicts(one, Predicted(mean, *ends), term, unit == PROBABILITY):
        measured = f"measured {short_text(one, term, unit)}{how}"
        return Contradiction(measured, is_stronger(one, mean, term))
    return None


def unreliable(far: Outside) -> Phrase:
    """Return the phrase for a hit outside the domain of a model of a primary target."""
    where = f"outside {far.bundle}'s domain ({far.how_far})"
    return Phrase(Place.VERDICT, f"{where}: {NOT_RELIED_ON}")


def potency(hit: HitFacts, term: Primary) -> Phrases:
    """Yield the grade or a contradiction, and the measurements of similar compounds.

    Outside the domain of the target's model there is no grade: ``unreliable`` gives the reason.
    """
    near, unit = hit.near(term), hit.unit_of(term)
    on = "" if len(hit.screen.objective.primary) == 1 else f" on {term.name}"
    found = own_measurement(near, hit.smiles)
    if hit.is_outside(term):
        if found is not None:
            yield Phrase(Place.FACT, f"measured {short_text(found[0], term, unit)}{found[1]}{on}")
        elif near:
            alike = format_number(near[0].similarity, 2)
            yield Phrase(
                Place.FACT, f"nearest compound measured on {term.name}: similarity {alike}"
            )
        return
    if against := contradiction(hit, term):
        named = against._replace(measured=f"{against.measured}{on}")
        yield Phrase(Place.VERDICT, f"{named.told} ({_value(hit, term)})")
        return
    if found is None and is_extrapolated(near, hit.distance(term)):
        alike = format_number(near[0].similarity, 2)
        why = f"no related compound measured, nearest {alike}"
        yield Phrase(Place.VERDICT, f"extrapolated on {term.name} ({_value(hit, term)}): {why}")
        return
    yield _graded(hit, term, found)
    if found is None:
        yield from likeness(hit.number(term.name), term, unit, near, on, hit.distance(term))


def is_reliable(hit: HitFacts, term: Primary) -> bool:
    """Tell whether a prediction is inside its model's domain and not extrapolated."""
    if hit.is_outside(term):
        return False
    if own_measurement(hit.near(term), hit.smiles) is not None:
        return True
    return not is_extrapolated(hit.near(term), hit.distance(term))


def _graded(hit: HitFacts, term: Primary, found: tuple[Neighbour, str] | None) -> Phrase:
    unit, value = hit.unit_of(term), _value(hit, term)
    mean, lower = hit.number(term.name), hit.number(f"{term.name}_lower")
    # A screen without caution ranks by the prediction. Grades use its error in any case.
    cautious = min(lower, _one_error_below(hit, term))
    told = grade(Estimate(mean, cautious), term, unit)
    if found is not None:
        value += f", measured {short_text(found[0], term, unit)}{found[1]}"
        told = grade_with_measurement(told, found[0], not found[1], term, unit)
    if told == Grade.UNCERTAIN:
        value += f", cautious value {format_number(cautious, reason_digits(term, unit))}"
    if told.is_good and worth(lower, term) == 0:
        value += ", too low for this screen"
    return Phrase(Place.VERDICT, f"{word_of(told, unit)} {term.name} ({value})")


def _one_error_below(hit: HitFacts, term: Primary) -> float:
    mean = hit.number(term.name)
    if term.scale == "log10":
        low, high = (np.array([hit.number(f"{term.task}{end}")]) for end in ("_lo", "_hi"))
        return float(move_logarithm(np.array([mean]), low, high, by=-1.0)[0])
    return mean - hit.number(f"{term.name}_std")


def _value(hit: HitFacts, term: Primary) -> str:
    """Return a prediction ± its error. A probability has no ±: it states its own doubt.

    The error of a target that is learned as logarithms is not symmetric: its interval is shown.
    """
    unit = hit.unit_of(term)
    digits = reason_digits(term, unit)
    if term.scale == "log10":
        three = (term.name, f"{term.task}_lo", f"{term.task}_hi")
        value, low, high = (format_number(hit.number(name), digits) for name in three)
        return f"{value}, 90 % interval {low} to {high}"
    names = (term.name,) if unit == PROBABILITY else (term.name, f"{term.name}_std")
    return " ± ".join(format_number(hit.number(name), digits) for name in names)
