"""What was measured of a hit itself, and whether that contradicts what is predicted of it.

A measurement contradicts a prediction of a number where both of these hold:

- they are more than 1 apart (``FAR``): tenfold, where the unit is a pActivity;
- the measurement lies outside the 90 % interval, or the prediction is at or beyond halfway, or
  beyond ``zero``, and the measurement is not, or the other way round.

Of a bound, such as ``<5.00``, only what it excludes counts: it stands for the nearest value that
it allows, so a prediction inside it is never contradicted. A class is contradicted by the other
class; a probability of 0.5 and more predicts class 1.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chem.structure.flat import without_stereo
from screening.evidence.evidence import BUT_STEREO, ITSELF, Neighbour
from screening.objective.objective import ramp
from screening.objective.terms import Prediction
from screening.rank.structure_columns import stereo_word

FAR = 1.0
HALFWAY = 0.5
"""A worth from which a value is good."""
LIKELY = 0.5
"""A probability from which something is more likely than not."""


_STATED = {
    "undefined": " without stereo",
    "none": " without stereo",
    "racemic": " as the racemate",
    "one_of_two": " as one enantiomer, it is not known which",
    "mixture": " as a mixture of stereoisomers",
}
"""How a measured structure differs from the hit's, by its word of ``STEREO_WORDS``."""


class Predicted(NamedTuple):
    """A prediction in its task's unit."""

    value: float
    low: float
    """Lower end of the 90 % interval."""
    high: float


def own_measurement(near: Sequence[Neighbour], smiles: str) -> tuple[Neighbour, str] | None:
    """Return the compound's own measurement, and "" or how its structure differs.

    The compound as it is goes before one without stereochemistry, which many sources do not
    record, that before a racemate or another mixture, and that before another stereoisomer: the
    models read none, so all of them speak of their prediction too.
    near: measured compounds, nearest first. smiles: of the hit, standardized.
    """
    flat = without_stereo(smiles)
    own: dict[str, Neighbour] = {}
    for one in near:
        if one.same == ITSELF or one.smiles == smiles:
            return one, ""
        # Fingerprints know no stereochemistry, and compounds that share all bits are mostly one.
        if one.same == BUT_STEREO or (one.similarity == 1 and without_stereo(one.smiles) == flat):
            own.setdefault(_how(one), one)
    for how in (*dict.fromkeys(_STATED.values()), " as a stereoisomer"):
        if how in own:
            return own[how], how
    return None


def structure_difference(one: Neighbour) -> str:
    """Return how the structure of the hit's own measurement differs, such as `` without stereo``.

    ``""`` where it does not, and of another compound.
    """
    return _how(one) if one.same == BUT_STEREO else ""


def _how(one: Neighbour) -> str:
    return _STATED.get(stereo_word(one.smiles), " as a stereoisomer")


def contradicts(
    measured: Neighbour, predicted: Predicted, term: Prediction, is_class: bool
) -> bool:
    """Tell whether a measurement contradicts a prediction; see the module for the rule."""
    value, relation = measured.value, measured.relation
    if is_class:
        return (predicted.value >= LIKELY) != (value >= LIKELY)
    if (relation == "<" and predicted.value <= value) or (
        relation == ">" and predicted.value >= value
    ):
        return False
    if abs(predicted.value - value) <= FAR:
        return False
    outside = not predicted.low <= value <= predicted.high
    return outside or _side(value, term) != _side(predicted.value, term)


def worth(value: float, term: Prediction) -> float:
    """Return what a value is worth to a term of the objective, 0 to 1."""
    return float(ramp([value], term.zero, term.full)[0])


def _side(value: float, term: Prediction) -> tuple[bool, bool]:
    return worth(value, term) > 0, worth(value, term) >= HALFWAY
