"""Units of predicted tasks, and how many decimals are known of a value in them."""

from collections.abc import Collection, Mapping

from screening.objective.screen_settings import Screen

PACTIVITY = "pActivity"
"""The unit of a potency: -log10 of a molar concentration."""
PROBABILITY = "probability"
"""The unit of a classification task."""
PROBABILITY_DECIMALS, OTHER_DECIMALS = 3, 2


def unit_of(task: str, screen: Screen, units: Mapping[str, str]) -> str:
    """Return the unit of a predicted task; where none is given, a liability is a probability."""
    risks = {term.task for term in screen.liabilities}
    return units.get(task, PROBABILITY if task in risks else "")


def decimals_of(task: str, screen: Screen, units: Mapping[str, str]) -> int:
    """Return 3 for a probability, 2 for anything else; see ``unit_of``."""
    is_class = unit_of(task, screen, units) == PROBABILITY
    return PROBABILITY_DECIMALS if is_class else OTHER_DECIMALS


def has_interval(
    task: str,
    screen: Screen,
    units: Mapping[str, str],
    calibrated: Collection[str] | None = None,
) -> bool:
    """Tell whether ``_lo`` and ``_hi`` of a task are a 90 % interval, or only a spread.

    calibrated: the tasks of which the bundles' cards say so; without it a probability has none.
    """
    if calibrated is not None:
        return task in calibrated
    return unit_of(task, screen, units) != PROBABILITY
