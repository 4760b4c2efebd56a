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
from typing import Any, NamedTuple

from chem.structure.variants import without_stereo
from screening.evidence.evidence import BUT_STEREO, ITSELF, Neighbour
from screening.objective.objective import ramp
from screening.objective.terms import Prediction
from screening.rank.structure_columns import stereo_word
from screening.text.cells import format_number

ENDS = ("id", "smiles", "similarity", "value", "others")
"""What is told of each primary target, in the order of the columns."""
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


def column_name(label: str, end: str) -> str:
    """Return the name of a column, such as ``nearest_EGFR_value``; end: one of ``ENDS``."""
    return f"nearest_{label}_{end}"


def measured_text(neighbour: Neighbour, decimals: int, is_class: bool) -> str:
    """Return the measured value as a cell: ``7.92``, ``<5.00`` for a bound, ``1`` for a class.

    >>> measured_text(Neighbour("a", "C", 0.61, 5.0, "<"), 2, False)
    '<5.00'
    """
    number = format_number(neighbour.value, 0 if is_class else decimals)
    return number if neighbour.relation == "=" else f"{neighbour.relation}{number}"


def neighbour_cells(
    label: str, neighbours: Sequence[Neighbour], decimals: int, is_class: bool
) -> dict[str, Any]:
    """Return the nearest one in columns of its own and the others as one text.

    neighbours: of one hit, nearest first; without any, every cell is empty.
    decimals, is_class: of the target's task.
    """
    if not neighbours:
        return {column_name(label, end): None if end == "similarity" else "" for end in ENDS}
    first, *others = neighbours
    told = (
        f"{one.id} {measured_text(one, decimals, is_class)} ({format_number(one.similarity, 2)})"
        for one in others
    )
    cells = (
        first.id,
        first.smiles,
        first.similarity,
        measured_text(first, decimals, is_class),
        "; ".join(told),
    )
    return {column_name(label, end): cell for end, cell in zip(ENDS, cells, strict=True)}


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
