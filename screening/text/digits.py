"""The digits with which files show predictions."""

from collections.abc import Mapping

from screening.objective.screen_settings import Screen
from screening.score.predicted_columns import PROBABILITY, unit_of
from screening.text.cells import Figures

PROBABILITY_DECIMALS, OTHER_DECIMALS = 3, 2
LOGARITHM_FIGURES = Figures(3)
"""The precision of tasks that are learned as logarithms: 0.008 and 900 are both as exact."""


def digits_of(task: str, screen: Screen, units: Mapping[str, str]) -> int | Figures:
    """Return the digits of a predicted task in files.

    That is 3 decimals of a probability, 3 figures of a task of the screen that is learned as
    logarithms, and 2 decimals of anything else; see ``unit_of``.
    """
    if task in {term.task for term in screen.objective.predictions if term.scale == "log10"}:
        return LOGARITHM_FIGURES
    is_class = unit_of(task, screen, units) == PROBABILITY
    return PROBABILITY_DECIMALS if is_class else OTHER_DECIMALS
