"""Phrases on the selectivity of a hit over its off-targets.

The margin is the best primary prediction minus the prediction of an off-target. Both predictions
have errors, and those of one compound are correlated: a compound that is predicted too potent on
one target mostly is so on another. If the card of the bundle says how much, the error of the margin
is that of the difference of correlated errors. Otherwise, and between bundles, it is that of
independent errors, which is cautious.

The cautious value is the margin minus its error. From ``LEAST_FOLDS`` on it is stated as a
selectivity: *30-fold or more (cautious value)*. Below that the selectivity is *not shown*, and both
numbers are given: *predicted 17-fold, cautious value 1.5-fold*. A margin of zero or
less is *no selectivity predicted*. If one of the two predictions is not reliable, nothing is
stated. A margin is one of predictions also where a measurement of the compound itself contradicts
the primary prediction; the phrase then says that it is *from the prediction*.
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from screening.objective.terms import OffTarget, Primary
from screening.reason.measurements import HALFWAY
from screening.reason.sentence import HitFacts, Phrase, Phrases, Place, listed
from screening.score.predicted_columns import PACTIVITY, bundle_of
from screening.text.cells import format_number

MOST_FOLDS = 1000
"""Margins above this are not distinguished."""
LEAST_FOLDS = 3
"""Margins below this are within the error of the assays."""


class Margin(NamedTuple):
    """The margin of the best primary prediction over an off-target."""

    name: str
    """Its name in the screen; that of a set has the target with the highest prediction, too."""
    value: float
    error: float
    """Infinite if unknown."""
    worth: float
    """Its desirability, 0 to 1."""
    unit: str

    @property
    def cautious(self) -> float:
        """The margin minus its error."""
        return self.value - self.error

    @property
    def is_shown(self) -> bool:
        """True if the cautious value is large enough to be stated."""
        least = math.log10(LEAST_FOLDS) if self.unit == PACTIVITY else 0.0
        return self.cautious > 0 and self.cautious >= least


def selectivity(hit: HitFacts, contradicted: Collection[str] = ()) -> Phrases:
    """Yield phrases on the off-targets that a hit spares, does not spare, or may not spare.

    Call it only for a hit whose best primary prediction is reliable.

    Args:
        hit: the hit.
        contradicted: the names of the primary targets whose prediction a measurement contradicts.
            The margins are then no strengths.
    """
    off_targets = (*hit.screen.objective.off_targets, *_highest_of_sets(hit))
    for far, terms in hit.by_outside(off_targets).items():
        names = listed([_called(hit, term.name) for term in terms])
        where = f"outside {far.bundle}'s domain ({far.how_far})"
        yield Phrase(Place.WARNING, f"selectivity not assessed over {names}: {where}")
    margins = [_margin(hit, term) for term in off_targets if not hit.is_outside(term)]
    count = len(off_targets)
    if shown := [margin for margin in margins if margin.is_shown]:
        wanted = all(margin.worth >= HALFWAY for margin in shown)
        place = Place.STRENGTH if wanted and not contradicted else Place.FACT
        least = min(shown, key=lambda margin: margin.cautious)
        source = " from the prediction" if best_primary(hit).name in contradicted else ""
        value = f"cautious value{source}"
        yield Phrase(
            place,
            f"{_at_least(least)} over {_names(shown)} ({value}, {_of(shown, count)})",
        )
    if none := [margin for margin in margins if margin.value <= 0]:
        yield Phrase(Place.WARNING, f"no selectivity predicted over {_names(none)}")
    if few := [margin for margin in margins if not margin.is_shown and margin.value > 0]:
        yield Phrase(Place.WARNING, f"selectivity not shown over {_names(few)} ({_within(few)})")


def _highest_of_sets(hit: HitFacts) -> list[OffTarget]:
    """Return the target with the highest prediction of each set to spare, under its name."""
    return [
        OffTarget(
            task=max(over.known_members, key=hit.number),
            label=over.name,
            zero=over.zero,
            full=over.full,
        )
        for over in hit.screen.objective.selective_over
    ]


def _called(hit: HitFacts, name: str) -> str:
    """Return the name of an off-target or a set in sentences, such as ``group TK``."""
    sets = {over.name: over.known_as for over in hit.screen.objective.selective_over}
    return sets.get(name, name)


def best_primary(hit: HitFacts) -> Primary:
    """Return the primary term with the best prediction, from which margins are computed."""
    return max(hit.screen.objective.primary, key=lambda term: hit.number(term.name))


def _margin(hit: HitFacts, term: OffTarget) -> Margin:
    best = best_primary(hit)
    stds = [hit.row.get(f"{name}_std") for name in (best.name, term.task)]
    one, other = (math.inf if std is None else float(std) for std in stds)
    error = _error(one, other, hit.shared(best, term))
    value, worth = (hit.number(f"{start}selectivity_{term.name}") for start in ("", "d_"))
    name = _called(hit, term.name)
    if term.name in {over.name for over in hit.screen.objective.selective_over}:
        bundle = bundle_of(term.task, hit.limits)
        name = f"{name} ({term.task.removeprefix(bundle + '_')})"
    return Margin(name, value, error, worth, hit.units.get(term.task, PACTIVITY))


def _error(one: float, other: float, correlation: float) -> float:
    """Return the standard deviation of a difference.

    >>> _error(0.6, 0.8, 0.0), round(_error(0.6, 0.8, 0.5), 2), _error(0.6, math.inf, 0.5)
    (1.0, 0.72, inf)
    """
    if math.isinf(one) or math.isinf(other):
        return math.inf
    return math.sqrt(one**2 + other**2 - 2 * correlation * one * other)


def _names(margins: Sequence[Margin]) -> str:
    return listed([margin.name for margin in margins])


def _of(shown: Sequence[Margin], count: int) -> str:
    if count == 1:
        return "the only off-target"
    some = "all" if len(shown) == count else f"{len(shown)} of"
    return f"{some} {count} off-targets"


def _at_least(margin: Margin) -> str:
    """Return the cautious value of a margin, rounded down to one figure: ``30-fold or more``."""
    if margin.unit != PACTIVITY:
        return f"a margin of {format_number(margin.cautious, 2)} or more"
    folds = 10.0 ** min(margin.cautious, 300.0)
    if folds >= MOST_FOLDS:
        return f"{MOST_FOLDS}-fold or more"
    figure = 10 ** math.floor(math.log10(folds))
    # A whole number with an error in its last bits must not become the number below it.
    return f"{math.floor(folds / figure + 1e-6) * figure:.0f}-fold or more"


def _within(margins: Sequence[Margin]) -> str:
    """Return margins and what their error leaves of them.

    An example is ``predicted 17-fold, cautious value 1.5-fold``.
    """
    values = sorted(margin.value for margin in margins)
    unit = margins[0].unit
    low, high = (_folds(value, unit) for value in (values[0], values[-1]))
    span = high if low == high else f"{low.removesuffix('-fold')} to {high}"
    left = max(margin.cautious for margin in margins)
    its = "their" if len(margins) > 1 else "its"
    if any(math.isinf(margin.error) for margin in margins):
        return f"predicted {span}, error unknown"
    if left <= 0:
        return f"predicted {span}, within {its} error"
    if len(margins) > 1:
        return f"predicted {span}, cautious values {_folds(left, unit)} or less"
    return f"predicted {span}, cautious value {_folds(left, unit)}"


def _folds(margin: float, unit: str) -> str:
    """Return a margin of pActivities as a ratio of concentrations, and any other unchanged."""
    if unit != PACTIVITY:
        return format_number(margin, 2)
    folds = 10.0 ** min(margin, 300.0)
    if folds > MOST_FOLDS:
        return f"over {MOST_FOLDS}-fold"
    # Two figures already exceed the precision of the prediction.
    rounded = round(folds, 1 - math.floor(math.log10(folds)))
    return f"{format_number(rounded, 1 if rounded < 10 else 0)}-fold"
