"""Measurements of a hit itself, and the rule for a measurement that contradicts its prediction.

A measurement contradicts a numeric prediction if both of these hold:

- They differ by more than 1 (``FAR``), which is tenfold for a pActivity.
- The measurement lies outside the 90 % interval, or the two lie on different sides of ``zero`` or
  of the midpoint between ``zero`` and ``full``.

The difference of a target that is learned as logarithms is one of logarithms: 1 is tenfold.

A contradiction has a direction. A measurement *stronger than predicted* lies on the side of
``full``, so the compound is better than its prediction. Any other is weaker.

A bound, such as ``<5.00``, stands for the nearest value that it allows. A prediction inside the
bound is never contradicted. A class is contradicted by the other class; a probability of 0.5 or
more predicts class 1.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from chem.structure.equivalence import without_stereo
from screening.evidence.evidence import BUT_STEREO, ITSELF, Neighbour
from screening.objective.objective import ramp
from screening.objective.terms import Prediction, Primary
from screening.rank.structure_columns import stereo_word
from screening.score.predicted_columns import PROBABILITY
from screening.text.cells import Figures, format_number

ENDS = ("id", "smiles", "similarity", "value", "others")
"""Endings of the columns of each primary target, in order."""
FAR = 1.0
HALFWAY = 0.5
"""Desirability from which a value counts as good."""
LIKELY = 0.5
"""Probability from which an outcome is more likely than not."""


_STATED = {
    "undefined": " without stereochemistry",
    "none": " without stereochemistry",
    "racemic": " as the racemate",
    "one_of_two": " as a single unknown enantiomer",
    "mixture": " as a mixture of stereoisomers",
}
"""Difference of a measured structure from the hit, by its word of ``STEREO_WORDS``."""


def column_name(label: str, end: str) -> str:
    """Return the name of a column.

    >>> column_name("EGFR", "value")
    'nearest_EGFR_value'
    """
    return f"nearest_{label}_{end}"


def measured_text(neighbour: Neighbour, digits: int | Figures, is_class: bool) -> str:
    """Return a measured value as a cell: ``7.92``, ``<5.00`` for a bound, ``1`` for a class.

    >>> measured_text(Neighbour("a", "C", 0.61, 5.0, "<"), 2, False)
    '<5.00'
    """
    number = format_number(neighbour.value, 0 if is_class else digits)
    return number if neighbour.relation == "=" else f"{neighbour.relation}{number}"


def reason_digits(term: Prediction, unit: str) -> int | Figures:
    """Return the digits of a term's values in sentences, fewer than in files."""
    if term.scale == "log10":
        return Figures(2)
    return 2 if unit == PROBABILITY else 1


def short_text(neighbour: Neighbour, term: Prediction, unit: str) -> str:
    """Return a measured value as in sentences: ``7.9``, ``<5.0`` or ``0.041``."""
    return measured_text(neighbour, reason_digits(term, unit), unit == PROBABILITY)


def neighbour_cells(
    label: str, neighbours: Sequence[Neighbour], digits: int | Figures, is_class: bool
) -> dict[str, Any]:
    """Return the cells of the nearest compound, and the others as one text.

    Args:
        label: name of the primary target.
        neighbours: measured compounds of one hit, nearest first; without any, all cells are empty.
        digits: decimals or figures of the measured values.
        is_class: whether the values are classes, 0 and 1.
    """
    if not neighbours:
        return {column_name(label, end): None if end == "similarity" else "" for end in ENDS}
    first, *others = neighbours
    told = (
        f"{one.id} {measured_text(one, digits, is_class)} ({format_number(one.similarity, 2)})"
        for one in others
    )
    cells = (
        first.id,
        first.smiles,
        first.similarity,
        measured_text(first, digits, is_class),
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
    """Return the measurement of a compound itself, with the difference of its structure or "".

    The order of preference is: the same structure, the structure without stereochemistry (many
    sources do not record it), a racemate or another mixture, another stereoisomer. The models
    ignore stereochemistry, so all of these bear on the prediction.

    Args:
        near: measured compounds, nearest first.
        smiles: standardized SMILES of the hit.
    """
    own: dict[str, Neighbour] = {}
    for one in near:
        if is_itself(one, smiles):
            return one, ""
        # Fingerprints ignore stereochemistry. Compounds that share all bits are mostly identical.
        if one.same == BUT_STEREO or (one.similarity == 1 and _differs_in_stereo(one, smiles)):
            own.setdefault(_how(one), one)
    for how in (*dict.fromkeys(_STATED.values()), " as a stereoisomer"):
        if how in own:
            return own[how], how
    return None


def _differs_in_stereo(one: Neighbour, smiles: str) -> bool:
    return without_stereo(one.smiles) == without_stereo(smiles)


def is_itself(one: Neighbour, smiles: str) -> bool:
    """Tell whether a measured compound is the hit itself, in the same stereochemistry."""
    return one.same == ITSELF or one.smiles == smiles


def structure_difference(one: Neighbour) -> str:
    """Return the difference of a measured structure, such as `` without stereochemistry``.

    Returns ``""`` if there is no difference, and for another compound.
    """
    return _how(one) if one.same == BUT_STEREO else ""


def _how(one: Neighbour) -> str:
    return _STATED.get(stereo_word(one.smiles), " as a stereoisomer")


def shortfall(predicted: float, measured: float, term: Prediction) -> float:
    """Return how far a measurement lies below a prediction: in the unit, or in log10 of it."""
    if isinstance(term, Primary) and term.scale == "log10":
        return math.log10(predicted / measured)
    return predicted - measured


def contradicts(
    measured: Neighbour, predicted: Predicted, term: Prediction, is_class: bool
) -> bool:
    """Tell whether a measurement contradicts a prediction, by the rule of this module."""
    value, relation = measured.value, measured.relation
    if is_class:
        return (predicted.value >= LIKELY) != (value >= LIKELY)
    if (relation == "<" and predicted.value <= value) or (
        relation == ">" and predicted.value >= value
    ):
        return False
    if abs(shortfall(predicted.value, value, term)) <= FAR:
        return False
    outside = not predicted.low <= value <= predicted.high
    return outside or _side(value, term) != _side(predicted.value, term)


class Contradiction(NamedTuple):
    """A measurement that contradicts a prediction."""

    measured: str
    """The measurement, such as ``measured 5.5``."""
    is_stronger: bool
    """Whether the compound was measured stronger than predicted, and not weaker."""

    @property
    def told(self) -> str:
        """The measurement and what it says about the prediction.

        >>> Contradiction("measured 9.9", True).told
        'measured 9.9, stronger than predicted'
        """
        says = "stronger than predicted" if self.is_stronger else "which contradicts the prediction"
        return f"{self.measured}, {says}"


def is_stronger(measured: Neighbour, predicted: float, term: Prediction) -> bool:
    """Tell whether a measurement lies on the side of ``full`` from a prediction."""
    return bool(measured.value > predicted) == (term.full > term.zero)


def worth(value: float, term: Prediction) -> float:
    """Return the desirability of a value for a term of the objective, 0 to 1."""
    return float(ramp([value], term.zero, term.full)[0])


def _side(value: float, term: Prediction) -> tuple[bool, bool]:
    return worth(value, term) > 0, worth(value, term) >= HALFWAY
