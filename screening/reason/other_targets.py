"""Compares a prediction with those of the other targets of the same bundle.

The mean is over all other targets, whether or not the screen names them as off-targets. The primary
targets of the screen are left out: a compound should hit these.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from screening.objective.screen_settings import Screen
from screening.reason.measurements import Contradiction
from screening.reason.sentence import HitFacts
from screening.score.predicted_columns import (
    ENDING,
    PACTIVITY,
    bundle_of,
    other_targets,
    unit_of,
)
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
    size: int
    """The number of other targets, at least one."""
    margin: float
    """The prediction minus the mean of the others."""
    strongest: tuple[tuple[str, float], ...]
    """The ``HIGHEST`` others with the highest predictions, highest first."""

    @property
    def highest(self) -> str:
        """The others with the highest predictions: ``FLT3 7.9, KIT 7.5``."""
        return ", ".join(f"{name} {format_number(value, 1)}" for name, value in self.strongest)

    def sentence(self, targets: str, against: Contradiction | None = None) -> str:
        """Return the comparison in words.

        Args:
            targets: the word for the targets of the bundle, such as ``kinases``.
            against: the measurement that contradicts the prediction, if there is one. The
                comparison stays one of predictions, and says so.

        >>> two = (("KIT", 6.5), ("SRC", 5.7))
        >>> Comparison("EGFR", "activity", 8.1, 2, 2.0, two).sentence("kinases")
        'EGFR pActivity 8.1, 2.0 above the mean of 2 other kinases predicted'
        """
        side = "below" if format_number(self.margin, 1).startswith("-") else "above"
        others = f"the mean of {self.size:,} other {targets}"
        mean = others if self.size > 1 else f"{self.strongest[0][0]}, as"
        said = ""
        if against is not None:
            said = f"; from the prediction, although the compound was {against.measured}"
        return (
            f"{self.name} pActivity {format_number(self.value, 1)}, "
            f"{format_number(abs(self.margin), 1)} {side} {mean} predicted{said}"
        )


class OtherTargets(NamedTuple):
    """The targets to which a primary prediction is compared, the same for all hits."""

    name: str
    """The name of the primary target in the screen."""
    task: str
    bundle: str
    """The bundle of all these tasks."""
    others: tuple[str, ...]
    """The tasks of the other targets, at least one, in the order of the bundle."""
    names: tuple[str, ...]
    """Their names in the bundle."""

    def compare(self, row: Mapping[str, Any]) -> Comparison:
        """Compare a prediction of a hit; equal predictions stay in the order of the bundle."""
        values = [float(row[other]) for other in self.others]
        order = sorted(range(len(values)), key=lambda at: -values[at])
        value = float(row[self.task])
        # An exact sum does not depend on the order of the targets.
        margin = value - math.fsum(values) / len(values)
        strongest = tuple((self.names[at], values[at]) for at in order[:HIGHEST])
        return Comparison(self.name, self.bundle, value, len(values), margin, strongest)


def compared_targets(
    known: Collection[str], screen: Screen, units: Mapping[str, str]
) -> tuple[OtherTargets, ...]:
    """Return the other targets of each primary task that is a pActivity and whose bundle has some.

    Args:
        known: the columns of the ranked frame.
        screen: the screen.
        units: unit of each predicted task, in the order of the bundle.
    """
    own = {*screen.objective.tasks, *screen.objective.columns}
    limits = {name: 1.0 for name in known if name.endswith(ENDING) and name not in own}
    found = []
    for term in screen.objective.primary:
        if unit_of(term.task, screen, units) != PACTIVITY or term.task not in known:
            continue
        others = other_targets(term.task, screen, units, limits)
        if tasks := tuple(task for task in others if task in known):
            bundle = bundle_of(term.task, limits)
            names = tuple(task.removeprefix(f"{bundle}_") for task in tasks)
            found.append(OtherTargets(term.name, term.task, bundle, tasks, names))
    return tuple(found)


def compare(hit: HitFacts) -> list[Comparison]:
    """Compare every primary prediction that is a pActivity, if its bundle has other targets."""
    return [one.compare(hit.row) for one in compared_targets(hit.row, hit.screen, hit.units)]
