"""Compares a prediction with those of the other targets of the same bundle.

The mean is over all other targets, whether or not the screen names them as off-targets. The primary
targets of the screen are left out: a compound should hit these.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from screening.reason.sentence import HitFacts
from screening.score.predicted_columns import ENDING, PACTIVITY, bundle_of, other_targets
from screening.text.cells import format_number

HIGHEST = 5
"""The number of other targets that are named."""


class Comparison(NamedTuple):
    """A prediction beside those of other targets."""

    name: str
    """The target."""
    bundle: str
    value: float
    """Its predicted pActivity."""
    others: tuple[tuple[str, float], ...]
    """Every other target with its prediction, highest first; at least one."""

    @property
    def margin(self) -> float:
        """The prediction minus the mean of the others."""
        # An exact sum does not depend on the order of the targets.
        return self.value - math.fsum(value for _, value in self.others) / len(self.others)

    @property
    def highest(self) -> str:
        """The others with the highest predictions: ``FLT3 7.9, KIT 7.5``."""
        named = self.others[:HIGHEST]
        return ", ".join(f"{name} {format_number(value, 1)}" for name, value in named)

    def sentence(self, targets: str) -> str:
        """Return the comparison in words.

        Args:
            targets: the word for the targets of the bundle, such as ``kinases``.

        >>> Comparison("EGFR", "activity", 8.1, (("KIT", 6.5), ("SRC", 5.7))).sentence("kinases")
        'EGFR pActivity 8.1, 2.0 above the mean of 2 other kinases predicted'
        """
        count = len(self.others)
        side = "below" if format_number(self.margin, 1).startswith("-") else "above"
        mean = f"the mean of {count:,} other {targets}" if count > 1 else f"{self.others[0][0]}, as"
        return (
            f"{self.name} pActivity {format_number(self.value, 1)}, "
            f"{format_number(abs(self.margin), 1)} {side} {mean} predicted"
        )


def compare_with_others(
    row: Mapping[str, Any], name: str, task: str, others: Sequence[str], bundle: str
) -> Comparison:
    """Compare a prediction of a hit; equal predictions stay in the order of the bundle.

    Args:
        row: the predictions of the hit.
        name: the name of the target in the screen.
        task: its task.
        others: the tasks of the other targets, at least one, in the order of the bundle.
        bundle: the bundle of all these tasks.
    """
    found = [(other.removeprefix(f"{bundle}_"), float(row[other])) for other in others]
    found.sort(key=lambda one: -one[1])
    return Comparison(name, bundle, float(row[task]), tuple(found))


def compare(hit: HitFacts) -> Iterator[Comparison]:
    """Compare every primary prediction that is a pActivity, if its bundle has other targets."""
    for term in hit.screen.objective.primary:
        if hit.unit_of(term) != PACTIVITY:
            continue
        limits = dict.fromkeys([name for name in hit.row if name.endswith(ENDING)], 1.0)
        found = other_targets(term.task, hit.screen, hit.units, limits)
        if others := [task for task in found if task in hit.row]:
            bundle = bundle_of(term.task, limits)
            yield compare_with_others(hit.row, term.name, term.task, others, bundle)
