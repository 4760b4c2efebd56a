"""Phrases on measured compounds similar to a hit: for its prediction, against it, or neither.

A compound is similar from ``chem.assess.clusters.SIMILAR`` on. Its measured value is compared with
the prediction:

- The value supports the prediction (*strength*) if it counts as active and lies above the
  prediction or at most ``NEAR`` below it. ``NEAR`` is half a log unit, or threefold, which is the
  error of the assays.
- The value is a *fact* if it lies up to ``FAR``, one log unit, below: it neither confirms nor
  contradicts the prediction.
- The value is a *warning* if it lies further below.

Targets that are learned as logarithms are compared as such, with the same limits. In other units
the limits are ``NEAR_SHARE`` and ``FAR_SHARE`` of the distance from ``zero`` to ``full``. An upper
bound, such as ``<5.70``, never counts as active. It is a warning for any prediction above it,
because the true value is lower still. A lower bound is a strength or a fact. A class supports a
prediction of the same class and is a warning for the other.

A hit without similar compounds gets a fact:

- *no similar compound measured* on a target, if its nearest compound measured there is not similar;
- *novel*, if this holds for all training compounds of the model, on any target.

A novel hit is *extrapolated* if its nearest compound on the target is no more similar than
unrelated molecules are (below ``RELATED``). It may still be inside the model's domain, because
small or plain molecules share common fragments with any set. It gets no grade.
"""

from collections.abc import Sequence
from enum import Enum

from chem.assess.clusters import SIMILAR
from screening.evidence.evidence import Neighbour
from screening.objective.terms import Primary
from screening.reason.measurements import FAR, short_text, shortfall
from screening.reason.prediction_grades import Estimate, grade
from screening.reason.sentence import Phrase, Phrases, Place
from screening.score.predicted_columns import PACTIVITY, PROBABILITY
from screening.text.cells import format_number

RELATED = 0.3
"""Tanimoto similarity (ECFP4) below which two molecules count as unrelated: Jasial 2016,
F1000Research 5, 591."""
NEAR = 0.5
"""Log units by which two assays of one compound differ (``FAR`` is twice this)."""
NEAR_SHARE, FAR_SHARE = 0.125, 0.25
"""Shares of the distance from ``zero`` to ``full``, in other units."""
_EVEN = 0.5


class Says(Enum):
    """The relation of a similar compound's measurement to a prediction."""

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
    in_logs = unit == PACTIVITY or term.scale == "log10"
    near, far = (NEAR, FAR) if in_logs else (NEAR_SHARE * way, FAR_SHARE * way)
    below = shortfall(predicted, one.value, term)
    if one.relation == "<":
        return Says.AGAINST if below > 0 else Says.NEITHER
    if below > far and one.relation == "=":
        return Says.AGAINST
    is_active = grade(Estimate(one.value, one.value), term, unit).is_good
    return Says.FOR if is_active and below <= near else Says.NEITHER


def is_novel(distance: float | None) -> bool:
    """Tell whether no training compound of a model is similar to a hit.

    Args:
        distance: Tanimoto distance to the nearest training compound; None if unknown.
    """
    return distance is not None and 1 - distance < SIMILAR


def is_extrapolated(near: Sequence[Neighbour], distance: float | None) -> bool:
    """Tell whether a prediction rests on unrelated molecules only.

    Args:
        near: measured compounds of the target, nearest first; without any, the answer is False.
        distance: Tanimoto distance to the nearest training compound; None if unknown.
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
    """Yield phrases on the most similar measured compound and on the first that disagrees with it.

    Args:
        predicted: the prediction.
        term: the primary target.
        unit: unit of the prediction.
        near: measured compounds of this target, nearest first, without the hit itself.
        on: `` on EGFR`` if the target must be named, else "".
        distance: Tanimoto distance to the nearest training compound; None if unknown.
    """
    if not near:
        return
    if near[0].similarity < SIMILAR:
        alike = format_number(near[0].similarity, 2)
        if is_novel(distance):
            yield Phrase(Place.FACT, f"novel (nearest on {term.name} {alike})")
        else:
            yield Phrase(
                Place.FACT, f"no similar compound measured on {term.name} (nearest {alike})"
            )
        return
    similar = [one for one in near if one.similarity >= SIMILAR]
    said = [what_it_says(one, predicted, term, unit) for one in similar]
    yield _told(similar[0], said[0], term, unit, on)
    opposite = {Says.FOR: Says.AGAINST, Says.AGAINST: Says.FOR}.get(said[0])
    if opposite in said:
        yield _told(similar[said.index(opposite)], opposite, term, unit, on)


def _told(one: Neighbour, says: Says, term: Primary, unit: str, on: str) -> Phrase:
    alike = format_number(one.similarity, 2)
    is_class = unit == PROBABILITY
    measured = f"measured {short_text(one, term, unit)}{on}"
    if says is Says.FOR:
        return Phrase(Place.STRENGTH, f"similar ({alike}) to a compound {measured}")
    if says is Says.NEITHER:
        return Phrase(Place.FACT, f"similar ({alike}) to a compound {measured}")
    what = "an inactive compound" if is_class or one.relation == "<" else "a weaker compound"
    return Phrase(Place.WARNING, f"similar ({alike}) to {what} ({measured})")
