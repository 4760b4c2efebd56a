"""Over which off-targets a hit is selective, by how much, and over which it is not.

A margin is the best primary prediction minus that of an off-target: a difference of two
predictions, each with an error of its own. The error of the margin is the root of the sum of both
squares, as if they were independent; errors on related targets mostly go together, so that is
cautious. A selectivity is told where the margin less its error still is ``LEAST_FOLDS`` or more,
and what is left is what is told: *30-fold or more (predicted less its error)*. It is *not shown*
where less is left, and then both are told: *predicted 17-fold, less its error 1.5-fold*. What is
*predicted* always is the margin itself; *no selectivity predicted* is a margin of zero or less.
Nothing is told where one of the two predictions is not to be relied on.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from screening.objective.terms import OffTarget, Primary
from screening.reason.measurements import HALFWAY
from screening.reason.sentence import HitFacts, Phrase, Phrases, Place, listed
from screening.score.predicted_columns import PACTIVITY
from screening.text.cells import format_number

MOST_FOLDS = 1000
"""Larger margins are not told apart."""
LEAST_FOLDS = 3
"""Smaller ones are within the error of the assays themselves."""


class Margin(NamedTuple):
    """How much less a hit is predicted to do on an off-target."""

    term: OffTarget
    value: float
    error: float
    """Infinite where it is not known."""
    worth: float
    """Its desirability, 0 to 1."""
    unit: str

    @property
    def cautious(self) -> float:
        """What is left of it less its error."""
        return self.value - self.error

    @property
    def is_shown(self) -> bool:
        """Whether enough is left to be told."""
        least = math.log10(LEAST_FOLDS) if self.unit == PACTIVITY else 0.0
        return self.cautious > 0 and self.cautious >= least


def selectivity(hit: HitFacts, contradicted: bool = False) -> Phrases:
    """Tell of the off-targets that it spares, and of those that it does not or may not.

    Only for a hit whose best primary prediction is reliable. contradicted: whether a
    measurement contradicts what the margins are counted from; they then speak for nothing.
    """
    off_targets = hit.screen.objective.off_targets
    for far, terms in hit.by_outside(off_targets).items():
        names = listed([term.name for term in terms])
        where = f"outside {far.bundle}'s domain ({far.how_far})"
        yield Phrase(Place.WARNING, f"selectivity not assessed over {names}: {where}")
    margins = [_margin(hit, term) for term in off_targets if not hit.is_outside(term)]
    count = len(off_targets)
    if shown := [margin for margin in margins if margin.is_shown]:
        wanted = all(margin.worth >= HALFWAY for margin in shown)
        place = Place.STRENGTH if wanted and not contradicted else Place.FACT
        least = min(shown, key=lambda margin: margin.cautious)
        yield Phrase(
            place,
            f"{_at_least(least)} over {_names(shown)} (predicted less its error, "
            f"{_of(shown, count)})",
        )
    if none := [margin for margin in margins if margin.value <= 0]:
        yield Phrase(Place.WARNING, f"no selectivity predicted over {_names(none)}")
    if few := [margin for margin in margins if not margin.is_shown and margin.value > 0]:
        yield Phrase(Place.WARNING, f"selectivity not shown over {_names(few)} ({_within(few)})")


def best_primary(hit: HitFacts) -> Primary:
    """Return the primary term from whose prediction the margins are counted."""
    return max(hit.screen.objective.primary, key=lambda term: hit.number(term.name))


def _margin(hit: HitFacts, term: OffTarget) -> Margin:
    stds = (hit.row.get(f"{best_primary(hit).name}_std"), hit.row.get(f"{term.task}_std"))
    error = math.hypot(*(math.inf if std is None else float(std) for std in stds))
    value, worth = (hit.number(f"{start}selectivity_{term.name}") for start in ("", "d_"))
    return Margin(term, value, error, worth, hit.units.get(term.task, PACTIVITY))


def _names(margins: Sequence[Margin]) -> str:
    return listed([margin.term.name for margin in margins])


def _of(shown: Sequence[Margin], count: int) -> str:
    if count == 1:
        return "the only off-target"
    some = "all" if len(shown) == count else f"{len(shown)} of"
    return f"{some} {count} off-targets"


def _at_least(margin: Margin) -> str:
    """``30-fold or more``: what is left of a margin, rounded down to one figure."""
    if margin.unit != PACTIVITY:
        return f"a margin of {format_number(margin.cautious, 2)} or more"
    folds = 10.0 ** min(margin.cautious, 300.0)
    if folds >= MOST_FOLDS:
        return f"{MOST_FOLDS}-fold or more"
    figure = 10 ** math.floor(math.log10(folds))
    # What is a whole number but for its last bits is not to become the one below it.
    return f"{math.floor(folds / figure + 1e-6) * figure:.0f}-fold or more"


def _within(margins: Sequence[Margin]) -> str:
    """``predicted 7 to 17-fold, less their error 1.5-fold at most``: margins, and what is left."""
    values = sorted(margin.value for margin in margins)
    unit = margins[0].unit
    low, high = (_folds(value, unit) for value in (values[0], values[-1]))
    span = high if low == high else f"{low.removesuffix('-fold')} to {high}"
    left = max(margin.cautious for margin in margins)
    its = "their" if len(margins) > 1 else "its"
    if any(math.isinf(margin.error) for margin in margins):
        return f"predicted {span}, error not known"
    if left <= 0:
        return f"predicted {span}, no more than {its} error"
    most = " at most" if len(margins) > 1 else ""
    return f"predicted {span}, less {its} error {_folds(left, unit)}{most}"


def _folds(margin: float, unit: str) -> str:
    """A margin of pActivities as a ratio of concentrations; any other as it is."""
    if unit != PACTIVITY:
        return format_number(margin, 2)
    folds = 10.0 ** min(margin, 300.0)
    if folds > MOST_FOLDS:
        return f"over {MOST_FOLDS}-fold"
    # Two figures are more than is known of it already.
    rounded = round(folds, 1 - math.floor(math.log10(folds)))
    return f"{format_number(rounded, 1 if rounded < 10 else 0)}-fold"
