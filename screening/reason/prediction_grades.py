"""Grades of predictions: words for the cautious value, with fixed thresholds of the field.

The cautious value is the prediction minus its error: one standard deviation, or more if the screen
asks for more caution, and for a target that is learned as logarithms those of its logarithm. Grades
use the cautious value, so an uncertain prediction earns none.

- A **pActivity** is *potent* from 7 (100 nM, as required of a chemical probe: Arrowsmith 2015,
  doi 10.1038/nchembio.1867) and *active* from 6 (1 uM). Below 6 it is *uncertain* if the prediction
  itself reaches 6. Otherwise it is *weak* if the prediction is 5 (10 uM, where most assays end) or
  more, and *inactive* below.
- A **probability** is *likely* if the cautious value is two thirds or more, *possible* if the
  prediction is one third or more, and *unlikely* below.
- Any **other unit** uses the thresholds of the screen. *Good* is a cautious value at the midpoint
  between ``zero`` and ``full`` or beyond, *fair* is one beyond ``zero``. *Uncertain* is a
  prediction beyond ``zero`` whose cautious value is not; *poor* is any other prediction.

A measurement of the compound itself replaces the prediction. A measurement of a stereoisomer, or of
the compound without stereochemistry, can lower a grade but not raise it. An upper bound can lower a
grade, and a lower bound can raise it.
"""

from enum import IntEnum
from typing import NamedTuple

from screening.evidence.evidence import Neighbour
from screening.objective.terms import Prediction
from screening.reason.measurements import HALFWAY, worth
from screening.score.predicted_columns import PACTIVITY, PROBABILITY

POTENT, ACTIVE, WEAK = 7.0, 6.0, 5.0
"""Thresholds of pActivity: 100 nM, 1 uM and 10 uM."""
LIKELY, POSSIBLE = 2 / 3, 1 / 3
"""Thresholds of probability."""


class Grade(IntEnum):
    """Grades of all units, best first."""

    STRONG = 0
    FAIR = 1
    UNCERTAIN = 2
    LITTLE = 3
    NONE = 4

    @property
    def is_good(self) -> bool:
        """True if the grade speaks for a compound."""
        return self < Grade.UNCERTAIN


WORDS = {
    PACTIVITY: ("potent on", "active on", "uncertain on", "weak on", "inactive on"),
    PROBABILITY: ("likely on", "possible on", "possible on", "unlikely on", "unlikely on"),
}
OTHER_WORDS = ("good on", "fair on", "uncertain on", "poor on", "poor on")


class Estimate(NamedTuple):
    """A prediction and its cautious value."""

    value: float
    cautious: float


def word_of(grade: Grade, unit: str) -> str:
    """Return the word for a grade, such as ``potent on``."""
    return WORDS.get(unit, OTHER_WORDS)[grade]


def grade(given: Estimate, term: Prediction, unit: str) -> Grade:
    """Return the grade of a prediction."""
    value, cautious = given
    if unit == PACTIVITY:
        if cautious >= ACTIVE:
            return Grade.STRONG if cautious >= POTENT else Grade.FAIR
        if value >= ACTIVE:
            return Grade.UNCERTAIN
        return Grade.LITTLE if value >= WEAK else Grade.NONE
    if unit == PROBABILITY:
        if cautious >= LIKELY:
            return Grade.STRONG
        return Grade.UNCERTAIN if value >= POSSIBLE else Grade.LITTLE
    if worth(cautious, term) > 0:
        return Grade.STRONG if worth(cautious, term) >= HALFWAY else Grade.FAIR
    return Grade.UNCERTAIN if worth(value, term) > 0 else Grade.LITTLE


def grade_with_measurement(
    predicted: Grade, measured: Neighbour, is_itself: bool, term: Prediction, unit: str
) -> Grade:
    """Return the grade of a compound that was measured itself or as a stereoisomer.

    Args:
        predicted: the grade of the prediction.
        measured: the measurement.
        is_itself: whether exactly this structure was measured.
        term: the primary target.
        unit: unit of the prediction.
    """
    found = grade(Estimate(measured.value, measured.value), term, unit)
    if measured.relation == ">":
        return min(predicted, found) if is_itself else predicted
    if measured.relation == "<" or not is_itself:
        return max(predicted, found)
    return found
