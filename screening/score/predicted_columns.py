"""The columns that bundles predict, their units, and the limits of the bundles' domains."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chem.errors import InputError
from gnn.bundle.column_names import COLUMN_ENDINGS, domain_columns, predicted_columns, task_columns
from gnn.bundle.inactivity_columns import ENDINGS, inactivity_of
from screening.objective.screen_settings import Screen, suggest

if TYPE_CHECKING:
    from gnn.bundle.bundle import Bundle

ENDING = "_distance"
Limits = Mapping[str, float]
"""The limit of each bundle's domain, as a distance, by the column of distances, such as
``activity_distance``."""
PACTIVITY = "pActivity"
"""The unit of a potency: -log10 of a molar concentration."""
PROBABILITY = "probability"
"""The unit of a classification task."""


def bundle_of(task: str, limits: Limits) -> str:
    """Return the bundle of a task; if its domain is not known, the text before the first ``_``.

    >>> bundle_of("my_assay_pKi", {"my_assay_distance": 0.7})
    'my_assay'
    """
    names = (column.removesuffix(ENDING) for column in limits)
    found = [name for name in names if task.startswith(f"{name}_")]
    return max(found, key=len, default=task.split("_", 1)[0])


def distance_column(task: str, limits: Limits) -> str:
    """Return the column of the distance to the training compounds of a task's bundle."""
    return bundle_of(task, limits) + ENDING


def domain_limits(bundles: "tuple[Bundle, ...]") -> dict[str, float]:
    """Return the distance column of each bundle, with the distance at which its domain ends.

    A bundle that does not know its domain has no such column.
    """
    return {
        column: bundle.card.domain.edge
        for bundle in bundles
        if bundle.card.domain is not None
        for column in domain_columns(bundle)
    }


def task_units(bundles: "tuple[Bundle, ...]") -> dict[str, str]:
    """Return the unit of every task's column; that of a class is ``probability``."""
    return {
        f"{bundle.card.name}_{task.name}": (
            PROBABILITY if task.kind == "classification" else task.unit
        )
        for bundle in bundles
        for task in bundle.card.tasks
    }


def restrictions_of(bundles: "Sequence[Bundle]") -> tuple[str, ...]:
    """Return what the terms of bundles forbid, and which results move them, in sentences."""
    return tuple(
        line
        for bundle in bundles
        for line in (*bundle.card.restrictions, *bundle.card.told_of_results)
    )


def promotions_of(bundles: "Sequence[Bundle]") -> dict[str, str]:
    """Return the number and the date of each bundle that a campaign promoted, by its name."""
    promoted = [(one.card.name, one.card.promotion) for one in bundles]
    return {name: f"model {one.model}, promoted on {one.date}" for name, one in promoted if one}


def logarithm_tasks(bundles: "Sequence[Bundle]") -> frozenset[str]:
    """Return the tasks that are learned as logarithms and shown in their unit.

    Their intervals are not symmetric, and their errors and contributions add up as logarithms.
    """
    return frozenset(
        f"{bundle.card.name}_{task.name}"
        for bundle in bundles
        for task in bundle.card.tasks
        if task.scale == "log10"
    )


def with_scales(screen: Screen, bundles: "Sequence[Bundle]") -> Screen:
    """Return the screen with the scale of each predicted task as its model's card has it."""
    logs = logarithm_tasks(bundles)
    objective = screen.objective
    groups = {
        "primary": objective.primary,
        "off_targets": objective.off_targets,
        "liabilities": objective.liabilities,
    }
    known = {
        name: tuple(term.changed(scale="log10" if term.task in logs else None) for term in terms)
        for name, terms in groups.items()
    }
    return screen if known == groups else screen.changed(**known)


def calibrated_tasks(bundles: "tuple[Bundle, ...]") -> frozenset[str]:
    """Return the tasks whose columns ``_lo`` and ``_hi`` are a calibrated 90 % interval.

    For regressions this is measured for all tasks together, because they are calibrated together.
    For a class the interval is that of the share of positives, and needs held-out rows on which it
    was calibrated. All descriptions of ``_lo`` and ``_hi`` depend on this function.
    """
    return frozenset(
        f"{bundle.card.name}_{task.name}"
        for bundle in bundles
        for task in bundle.card.tasks
        if (
            task.calibration["rows"] > 0
            if task.kind == "classification"
            else task.coverage is not None or bundle.card.coverage is not None
        )
    )


def other_targets(task: str, screen: Screen, units: Mapping[str, str], limits: Limits) -> list[str]:
    """Return the tasks of the same bundle that are pActivities and no primary task of the screen.

    Args:
        task: a primary task.
        screen: the screen.
        units: unit of each predicted task, in the order of the bundle.
        limits: the columns of distances, whose names tell the bundles apart.
    """
    primaries = {term.task for term in screen.objective.primary}
    bundle = bundle_of(task, limits)
    return [
        other
        for other, unit in units.items()
        if unit == PACTIVITY and other not in primaries and bundle_of(other, limits) == bundle
    ]


def target_words(bundles: "Sequence[Bundle]") -> dict[str, str]:
    """Return the word for the targets of each bundle: ``kinases`` if its title says so."""
    return {
        bundle.card.name: "kinases" if "kinase" in bundle.card.title.casefold() else "targets"
        for bundle in bundles
    }


def prediction_columns(screen: Screen, bundles: "Sequence[Bundle]") -> list[str]:
    """Return the prediction columns that a ranking reads or a hit list shows."""
    every = set(predicted_columns(bundles))
    shown = [task for task in screen.objective.tasks if task in every]
    columns = [f"{task}{end}" for task in shown for end in COLUMN_ENDINGS]
    domains = [
        column
        for bundle in bundles
        for column in domain_columns(bundle)
        if set(screen.objective.tasks) & set(task_columns(bundle))
    ]
    filtered = [limit.column for limit in screen.limits]
    wanted = [*columns, *domains, *screen.objective.needed_columns, *filtered]
    return [column for column in dict.fromkeys(wanted) if column in every]


class Wanted(NamedTuple):
    """The tasks to predict, with their bundles and columns."""

    bundles: "tuple[Bundle, ...]"
    """The bundles that predict one of the tasks."""
    tasks: int
    """The number of tasks that are written."""
    columns: list[str]
    """Four columns for each task, two more if it has a probability of inactivity
    (:mod:`gnn.bundle.inactivity_columns`), and the distance of each bundle, in their order."""


def wanted_tasks(bundles: "Sequence[Bundle]", names: Sequence[str] = ()) -> Wanted:
    """Return the tasks of some names; without names, every task.

    Args:
        bundles: The bundles to search.
        names: Tasks or their columns, upper or lower case: ``EGFR`` or ``activity_EGFR``. A name
            that several bundles have stands for the tasks of all of them.

    Raises:
        InputError: No bundle has such a task.
    """
    if not names:
        names = tuple(task_units(tuple(bundles)))
    ends = dict.fromkeys(inactivity_of(bundles), (*COLUMN_ENDINGS, *ENDINGS))
    asked = {name.casefold() for name in names}
    kept: list[Bundle] = []
    columns: list[str] = []
    found: set[str] = set()
    tasks = 0
    for bundle in bundles:
        called = [(task.name, f"{bundle.card.name}_{task.name}") for task in bundle.card.tasks]
        spelled = {column: {name.casefold(), column.casefold()} for name, column in called}
        wanted = [column for column, words in spelled.items() if words & asked]
        if wanted:
            kept.append(bundle)
            columns += [
                column + ending for column in wanted for ending in ends.get(column, COLUMN_ENDINGS)
            ]
            columns += domain_columns(bundle)
            tasks += len(wanted)
            found = found.union(*(spelled[column] for column in wanted))
    for name in names:
        if name.casefold() not in found:
            raise _unknown_task(name, bundles)
    return Wanted(tuple(kept), tasks, columns)


def _unknown_task(name: str, bundles: "Sequence[Bundle]") -> InputError:
    known = list(task_units(tuple(bundles)))
    shown = " and ".join(f"`hitlist bundles show {bundle.card.name}`" for bundle in bundles)
    return InputError(f"no bundle predicts {name!r};{suggest(name, known)} {shown} list the tasks")


def unit_of(task: str, screen: Screen, units: Mapping[str, str]) -> str:
    """Return the unit of a predicted task; a liability without a unit is a probability."""
    risks = {term.task for term in screen.objective.liabilities}
    return units.get(task, PROBABILITY if task in risks else "")


def scale_of(unit: str) -> tuple[float, float]:
    """Return the least and the largest value that a unit allows.

    Intervals and spreads can reach beyond them. Pages cut them there; files keep them.

    >>> scale_of("probability"), scale_of("% bound"), scale_of("pActivity")
    ((0.0, 1.0), (0.0, 100.0), (-inf, inf))
    """
    if unit == PROBABILITY:
        return 0.0, 1.0
    return (0.0, 100.0) if unit.startswith("%") else (-math.inf, math.inf)


def has_interval(
    task: str,
    screen: Screen,
    units: Mapping[str, str],
    calibrated: Collection[str] | None = None,
) -> bool:
    """Tell whether ``_lo`` and ``_hi`` of a task are a 90 % interval, or only a spread.

    calibrated: the tasks with a calibrated interval according to the bundles' cards; without it, a
    probability has none.
    """
    if calibrated is not None:
        return task in calibrated
    return unit_of(task, screen, units) != PROBABILITY
