"""A word for how good a prediction is: by fixed thresholds of the field, of the cautious value.

The cautious value is what would still hold if the prediction were too high by its error, at least
one standard deviation and more where the screen asks for more caution. A word is never said of
the prediction itself, so that an uncertain one earns none.

- A **pActivity** is *potent* from 7 (100 nM or better, what a chemical probe has to show on its
  target: Arrowsmith 2015, doi 10.1038/nchembio.1867) and *active* from 6 (1 uM). Below that it is
  *uncertain* where the prediction itself reaches 6, *weak* from 5 (10 uM, where most assays end)
  and *inactive* below.
- A **probability** is *likely* from two thirds, cautiously, *possible* from one third and
  *unlikely* below.
- Any **other unit** has no thresholds of its own, so the screen's are taken: *good* is the
  cautious value halfway from ``zero`` to ``full`` or beyond, *fair* beyond ``zero``; *uncertain*
  is a prediction beyond ``zero`` whose cautious value is not, *poor* one that is not itself.

A value that was measured of the compound itself goes before its prediction: the word is of that
value. One of a stereoisomer, or of the compound without stereochemistry, can take from a word and
not add to it. A bound is not a value: an upper one takes from a word, a lower one adds to it.
"""

from enum import IntEnum
from typing import NamedTuple

from screening.evidence.evidence import Neighbour
from screening.objective.terms import Prediction
from screening.reason.measurements import HALFWAY, worth
from screening.score.predicted_columns import PACTIVITY, PROBABILITY

POTENT, ACTIVE, WEAK = 7.0, 6.0, 5.0
"""pActivities from which the words hold: 100 nM, 1 uM and 10 uM."""
LIKELY, POSSIBLE = 2 / 3, 1 / 3
"""Probabilities from which the words hold."""


class Grade(IntEnum):
    """Grades of all units, best first."""

    STRONG = 0
    FAIR = 1
    UNCERTAIN = 2
    LITTLE = 3
    NONE = 4

    @property
    def is_good(self) -> bool:
        """Whether it speaks for a compound."""
        return self < Grade.UNCERTAIN


WORDS = {
    PACTIVITY: ("potent on", "active on", "uncertain on", "weak on", "inactive on"),
    PROBABILITY: ("likely on", "possible on", "possible on", "unlikely on", "unlikely on"),
}
OTHER_WORDS = ("good on", "fair on", "uncertain on", "poor on", "poor on")


class Estimate(NamedTuple):
    """A prediction and what would still hold if it were too high by its error."""

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
    """Return the grade of a compound that was measured, or a stereoisomer of which was.

    is_itself: whether it was measured as it is.
    """
    found = grade(Estimate(measured.value, measured.value), term, unit)
    if measured.relation == ">":
        return min(predicted, found) if is_itself else predicted
    if measured.relation == "<" or not is_itself:
        return max(predicted, found)
    return found
