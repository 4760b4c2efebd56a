"""The line of each risk: the probability from which a hit is marked, and its measured errors."""

from collections.abc import Mapping
from typing import NamedTuple

from gnn.card.card import OperatingPoints
from screening.objective.screen_settings import Screen
from screening.objective.terms import Liability
from screening.reason.measurements import HALFWAY, LIKELY, worth
from screening.score.predicted_columns import PROBABILITY, unit_of
from screening.text.cells import format_number
from screening.text.words import spoken

_HALF_STEP = 0.025
"""Half of the distance between two thresholds of a card."""
_SAME = 1e-9


class RiskLine(NamedTuple):
    """The line of one liability that is the probability of something unwanted."""

    term: Liability
    value: float
    """0 to 1."""
    why: str
    """Where the line comes from, in words."""
    measured: str
    """The share of held-out compounds on each side, in words; empty if the card does not know."""

    @property
    def told(self) -> str:
        """The line in one sentence, with the name of the liability."""
        return f"{spoken(self.term.name)}: line at {self.described}"

    @property
    def described(self) -> str:
        """The line in words, such as ``0.20 (cost ratio 4)``."""
        found = f"; {self.measured}" if self.measured else ""
        return f"{format_number(self.value, 2)} ({self.why}){found}"


def risk_lines(
    screen: Screen, units: Mapping[str, str], points: Mapping[str, OperatingPoints]
) -> list[RiskLine]:
    """Return the line of every liability that is the probability of a risk, in the screen's order.

    Args:
        screen: The screen.
        units: The unit of each predicted task.
        points: The measured errors at each threshold, by task.
    """
    return [
        RiskLine(term, *line_of(term), _measured(term, points))
        for term in screen.objective.liabilities
        if is_risk(term, unit_of(term.task, screen, units))
    ]


def is_risk(term: Liability, unit: str) -> bool:
    """Tell whether a liability is the probability of something unwanted."""
    return term.full < term.zero and unit == PROBABILITY


def is_above_line(term: Liability, value: float) -> bool:
    """Tell whether a hit with this probability of a risk is marked.

    Probabilities count with the three decimals that ``hits.csv`` has.
    """
    rounded = float(format_number(value, 3))
    if term.line is not None:
        return rounded >= round(term.line, 3)
    return worth(value, term) < HALFWAY or rounded >= LIKELY


def line_of(term: Liability) -> tuple[float, str]:
    """Return the line of a risk, 0 to 1, and where it comes from in words."""
    if term.line is not None:
        return term.line, f"cost ratio {term.cost_ratio:g}"
    halfway = term.zero + HALFWAY * (term.full - term.zero)
    if halfway < LIKELY:
        return halfway, "half of its desirability"
    return LIKELY, "more likely than not"


def _measured(term: Liability, points: Mapping[str, OperatingPoints]) -> str:
    """Return the errors at the threshold nearest to the line, if there is one close to it."""
    known = points.get(term.task)
    if known is None:
        return ""
    line, _ = line_of(term)
    at = min(range(len(known.thresholds)), key=lambda place: abs(known.thresholds[place] - line))
    apart = abs(known.thresholds[at] - line)
    if apart > _HALF_STEP + _SAME:
        return ""
    where = "it" if apart < _SAME else format_number(known.thresholds[at], 2)
    above, below = (100 * shares[at] for shares in (known.sensitivity, known.specificity))
    return (
        f"of {known.positives:,} held-out compounds that have it, {above:.0f} % are above {where}; "
        f"of {known.negatives:,} others, {below:.0f} % are below"
    )
