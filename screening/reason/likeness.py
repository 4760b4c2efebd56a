"""What measured compounds like a hit say of its prediction: for it, against it, or neither.

What a similar compound (``chem.assess.clusters.SIMILAR``) says depends on how far its measured
value lies below the prediction, which is one scale with two limits:

- it speaks *for* the prediction, a strength, where it was measured to be active itself, above the
  prediction or up to ``NEAR`` below it: half a log unit, threefold, which is the error of the
  assays themselves;
- from there to ``FAR``, a log unit, it is told as a *fact*: it neither confirms nor denies;
- it speaks *against* it, a warning, where it was weaker than that.

In units other than pActivity the limits are ``NEAR_SHARE`` and ``FAR_SHARE`` of the way from
``zero`` to ``full``. An upper bound, such as ``<5.70``, is never activity: it speaks against any
prediction above it, for the true value is still lower. A lower bound speaks for a prediction or is
a fact. A class speaks for the same class and against the other.

That there is no similar compound is told as a fact, too:

- *nothing alike measured* on a target is a compound whose nearest one measured there is not
  similar;
- *novel* is one of which the same holds for all that the model was trained on, on any target.

A novel compound whose nearest one on the target is no more alike than unrelated molecules are
(below ``RELATED``) is *extrapolated*: it may be inside the model's domain, for small or plain
molecules share common pieces with any set, but no grade is told of it.
"""

from collections.abc import Sequence
from enum import Enum

from chem.assess.clusters import SIMILAR
from screening.evidence.evidence import Neighbour
from screening.objective.terms import Primary
from screening.reason.grades import Estimate, grade
from screening.reason.measurements import FAR, measured_text
from screening.reason.sentence import Phrase, Phrases, Place
from screening.score.predicted_columns import PACTIVITY, PROBABILITY
from screening.text.cells import format_number

RELATED = 0.3
"""Tanimoto similarity (ECFP4) below which two molecules are no more alike than any two are: Jasial
2016, F1000Research 5, 591."""
NEAR = 0.5
"""Log units of pActivity: two assays of one compound differ by as much (``FAR`` is twice this)."""
NEAR_SHARE, FAR_SHARE = 0.125, 0.25
"""Shares of the way from ``zero`` to ``full``, in units other than pActivity."""
_EVEN = 0.5


class Says(Enum):
    """What a similar compound says of a prediction."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"


def what_it_says(one: Neighbour, predicted: float, term: Primary, unit: str) -> Says:
    """Tell whether a similar compound's measurement supports a prediction."""
    if unit == PROBABILITY:
        if predicted < _EVEN:
            return Says.NEITHER
        return Says.FOR if one.value >= _EVEN else Says.AGAINST
    way = term.full - term.zero
    near, far = (NEAR, FAR) if unit == PACTIVITY else (NEAR_SHARE * way, FAR_SHARE * way)
    below = predicted - one.value
    if one.relation == "<":
        return Says.AGAINST if below > 0 else Says.NEITHER
    if below > far and one.relation == "=":
        return Says.AGAINST
    is_active = grade(Estimate(one.value, one.value), term, unit).is_good
    return Says.FOR if is_active and below <= near else Says.NEITHER


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
    predicted: float,
    term: Primary,
    unit: str,
    near: Sequence[Neighbour],
    on: str,
    distance: float | None,
) -> Phrases:
    """Tell of the most similar measured compound, and of the first that says the opposite.

    near: measured compounds of this target, nearest first, the hit not among them. on: `` on EGFR``
    where a target has to be named. distance: to all that the model was trained on.
    """
    if not near:
        return
    if near[0].similarity < SIMILAR:
        alike = format_number(near[0].similarity, 2)
        if is_novel(distance):
            yield Phrase(Place.FACT, f"novel (nearest on {term.name} {alike})")
        else:
            yield Phrase(Place.FACT, f"nothing alike measured on {term.name} (nearest {alike})")
        return
    similar = [one for one in near if one.similarity >= SIMILAR]
    said = [what_it_says(one, predicted, term, unit) for one in similar]
    yield _told(similar[0], said[0], unit, on)
    opposite = {Says.FOR: Says.AGAINST, Says.AGAINST: Says.FOR}.get(said[0])
    if opposite in said:
        yield _told(similar[said.index(opposite)], opposite, unit, on)


def _told(one: Neighbour, says: Says, unit: str, on: str) -> Phrase:
    alike = format_number(one.similarity, 2)
    is_class = unit == PROBABILITY
    measured = f"measured {measured_text(one, 2 if is_class else 1, is_class)}{on}"
    if says is Says.FOR:
        return Phrase(Place.STRENGTH, f"similar ({alike}) to one {measured}")
    if says is Says.NEITHER:
        return Phrase(Place.FACT, f"similar ({alike}) to one {measured}")
    what = "an inactive one" if is_class or one.relation == "<" else "a weaker one"
    return Phrase(Place.WARNING, f"similar ({alike}) to {what} ({measured})")
