"""What measured compounds like a hit say of its prediction: for it, against it, or neither.

A similar compound (``chem.clusters.SIMILAR``) speaks *for* a prediction where it was measured to be
active itself, and not far below what is predicted: not more than ``FAR``, a log unit, of a
pActivity, and not more than ``FAR_PART`` of the way from ``zero`` to ``full`` in any other unit. It
speaks *against* it where it
was weaker than that, or found inactive at the highest concentration: an upper bound, such as
``<5.70``, is never activity. Anything else is told as a fact, and so is that there is none:

- *nothing alike measured* on a target is a compound whose nearest one measured there is not
  similar;
- *novel* is one of which the same holds for all that the model was trained on, on any target.

A novel compound whose nearest one on the target is no more alike than unrelated molecules are
(below ``RELATED``) is *extrapolated*: it may be inside the model's domain, for small or plain
molecules share common pieces with any set, but no grade is told of it.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from chem.clusters import SIMILAR
from screening.evidence import Neighbour
from screening.handover.cells import format_number
from screening.handover.grades import Estimate, grade
from screening.handover.measured import FAR
from screening.handover.nearest import measured_text
from screening.handover.sentence import Part, Parts, Place
from screening.handover.units import PACTIVITY, PROBABILITY
from screening.parts import Primary

RELATED = 0.3
"""Tanimoto similarity (ECFP4) below which two molecules are no more alike than any two are: Jasial
2016, F1000Research 5, 591."""
FAR_PART = 0.25
"""Part of the way from ``zero`` to ``full`` that is far, in units other than pActivity."""
_EVEN = 0.5


class Says(Enum):
    """What a similar compound says of a prediction."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"


def what_it_says(one: Neighbour, predicted: float, part: Primary, unit: str) -> Says:
    """Tell whether a similar compound's measurement supports a prediction."""
    if unit == PROBABILITY:
        if predicted < _EVEN:
            return Says.NEITHER
        return Says.FOR if one.value >= _EVEN else Says.AGAINST
    far = FAR if unit == PACTIVITY else FAR_PART * (part.full - part.zero)
    below = predicted - one.value
    if one.relation == "<":
        return Says.AGAINST if below > 0 else Says.NEITHER
    if below > far and one.relation == "=":
        return Says.AGAINST
    is_active = grade(Estimate(one.value, one.value), part, unit).is_good
    return Says.FOR if is_active and below <= far else Says.NEITHER


def is_novel(distance: float | None) -> bool:
    """Tell whether a model knows nothing similar; distance: to all that it was trained on."""
    return distance is not None and 1 - distance < SIMILAR


def is_extrapolated(near: Sequence[Neighbour], distance: float | None) -> bool:
    """Tell whether a prediction rests on molecules that have nothing to do with the compound.

    near: measured compounds of the target, nearest first; without any that is not known.
    """
    if not near or near[0].similarity >= RELATED:
        return False
    return distance is None or is_novel(distance)


def likeness(
    hit: Mapping[str, Any],
    part: Primary,
    unit: str,
    near: Sequence[Neighbour],
    on: str,
    distance: float | None,
) -> Parts:
    """Tell of the most similar measured compound, and of the first that says the opposite.

    near: measured compounds of this target, nearest first, the hit not among them. on: `` on EGFR``
    where a target has to be named. distance: to all that the model was trained on.
    """
    if not near:
        return
    if near[0].similarity < SIMILAR:
        alike = format_number(near[0].similarity, 2)
        if is_novel(distance):
            yield Part(Place.FACT, f"novel (nearest on {part.name} {alike})")
        else:
            yield Part(Place.FACT, f"nothing alike measured on {part.name} (nearest {alike})")
        return
    predicted = float(hit[part.name])
    similar = [one for one in near if one.similarity >= SIMILAR]
    said = [what_it_says(one, predicted, part, unit) for one in similar]
    yield _told(similar[0], said[0], unit, on)
    opposite = {Says.FOR: Says.AGAINST, Says.AGAINST: Says.FOR}.get(said[0])
    if opposite in said:
        yield _told(similar[said.index(opposite)], opposite, unit, on)


def _told(one: Neighbour, says: Says, unit: str, on: str) -> Part:
    alike = format_number(one.similarity, 2)
    is_class = unit == PROBABILITY
    measured = f"measured {measured_text(one, 2 if is_class else 1, is_class)}{on}"
    if says is Says.FOR:
        return Part(Place.STRENGTH, f"similar ({alike}) to one {measured}")
    if says is Says.NEITHER:
        return Part(Place.FACT, f"similar ({alike}) to one {measured}")
    what = "an inactive one" if is_class or one.relation == "<" else "a weaker one"
    return Part(Place.WARNING, f"similar ({alike}) to {what} ({measured})")
