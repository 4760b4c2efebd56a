"""Columns that follow from a pActivity: nM, ligand efficiency, margin over others, selectivity.

They stand only in a run whose task is a pActivity. A column whose name a term of the screen already
has is left out.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Literal, NamedTuple

from screening.objective.screen_settings import Screen
from screening.objective.terms import Primary
from screening.reason.other_targets import HIGHEST, Comparison, OtherTargets
from screening.reason.panel_profile import COMMON, POTENT, Profile
from screening.score.predicted_columns import PACTIVITY, unit_of
from screening.score.target_panel import TargetPanel

KCAL = 1.37
"""2.303 RT at 300 K, in kcal/mol: one unit of pActivity as a free energy."""
FIGURES = 2
"""Significant figures of a concentration: more exceed the precision of a prediction."""
SANE = (-6.0, 24.0)
"""The pActivities that are converted; beyond them a concentration has no meaning."""
LATER = ("efficiency", "others", "panel")
"""Groups of columns that runs of earlier versions lack."""
_HOPKINS = "Hopkins 2004 (doi 10.1016/S1359-6446(04)03069-7)"
_LEESON = "Leeson 2007 (doi 10.1038/nrd2445)"
_KARAMAN = "Karaman 2008 (doi 10.1038/nbt1358)"
_UITDEHAAG = "Uitdehaag 2011 (doi 10.1186/1471-2105-12-94)"


class HitNumbers(NamedTuple):
    """The numbers of a hit, from which its derived columns are computed."""

    row: Mapping[str, Any]
    """Its row of the ranked frame."""
    comparisons: Mapping[str, Comparison]
    """Its primary predictions beside those of other targets, by the name of the primary target."""
    profile: Profile | None = None
    """Its predictions on the panel; None without one."""


class Derived(NamedTuple):
    """A column that is computed from other columns of a hit."""

    name: str
    group: Literal["prediction", "efficiency", "others", "panel"]
    task: str
    """The predicted task that it follows from."""
    decimals: int | None
    figures: int | None
    value: Callable[[HitNumbers], float | str | None]
    """Computes the cell of a hit; None or "" if there is none."""
    meaning: str
    unit: str
    source: str


def derived_columns(
    known: Collection[str],
    screen: Screen,
    units: Mapping[str, str],
    compared: Sequence[OtherTargets],
    panel: TargetPanel | None = None,
) -> tuple[Derived, ...]:
    """Return the derived columns of a table of hits, in order.

    Args:
        known: the columns of the ranked frame.
        screen: the screen.
        units: unit of each predicted task.
        compared: the other targets to which primary predictions are compared.
        panel: the panel of the screen, whose columns are all known; None without one.
    """
    found = [
        column
        for task in screen.objective.tasks
        if unit_of(task, screen, units) == PACTIVITY
        for column in _concentrations(task, known)
    ]
    for term in screen.objective.primary:
        if unit_of(term.task, screen, units) == PACTIVITY and term.task in known:
            found += _efficiencies(term, known)
    for one in compared:
        found += _margins(one)
    if panel is not None:
        found += _selectivities(panel)
    own = {*known, *screen.objective.columns}
    return tuple(column for column in found if column.name not in own)


def nanomolar(value: float) -> str:
    """Return a pActivity as a concentration in nM with two significant figures.

    >>> nanomolar(8.1), nanomolar(6.0), nanomolar(4.92), nanomolar(10.5)
    ('7.9', '1000', '12000', '0.032')
    """
    if not SANE[0] <= value <= SANE[1]:
        return ""
    return format(Decimal(f"{10.0 ** (9.0 - value):.{FIGURES - 1}e}"), "f")


def _concentrations(task: str, known: Collection[str]) -> Iterator[Derived]:
    what = {
        "": f"Concentration of {task}: 10 to the power of 9 minus the pActivity",
        "_lo": f"Lower end of the range of {task}_nM, from {task}_hi",
        "_hi": f"Upper end of the range of {task}_nM, from {task}_lo",
    }
    for (end, text), other in zip(what.items(), ("", "_hi", "_lo"), strict=True):
        if task + other in known:
            meaning = f"{text}. Two significant figures."
            value = partial(_nanomolar_of, task + other)
            yield Derived(
                f"{task}_nM{end}", "prediction", task, None, FIGURES, value, meaning, "nM", ""
            )


def _nanomolar_of(column: str, hit: HitNumbers) -> str:
    return nanomolar(float(hit.row[column]))


def _efficiencies(term: Primary, known: Collection[str]) -> Iterator[Derived]:
    name, task = term.name, term.task
    value: Callable[[HitNumbers], float | None]
    if "heavy_atoms" in known:
        text = (
            f"Ligand efficiency: {KCAL} x {name} / heavy atoms ({KCAL} kcal/mol is 2.303 RT at "
            "300 K). From the prediction, not the cautious value; 0.3 is a common lower limit."
        )
        unit = "kcal/mol per heavy atom"
        value = partial(_ligand_efficiency, task)
        yield Derived(f"{name}_LE", "efficiency", task, 2, None, value, text, unit, _HOPKINS)
    if "logp" in known:
        text = f"Lipophilic ligand efficiency: {name} minus logp (Crippen, computed)."
        value = partial(_lipophilic_efficiency, task)
        yield Derived(f"{name}_LLE", "efficiency", task, 2, None, value, text, "", _LEESON)


def _ligand_efficiency(task: str, hit: HitNumbers) -> float | None:
    atoms = float(hit.row["heavy_atoms"])
    return KCAL * float(hit.row[task]) / atoms if atoms > 0 else None


def _lipophilic_efficiency(task: str, hit: HitNumbers) -> float:
    return float(hit.row[task]) - float(hit.row["logp"])


def _margins(compared: OtherTargets) -> Iterator[Derived]:
    name, task, others = compared.name, compared.task, compared.others
    many = f"the {len(others):,} other targets" if len(others) > 1 else "the only other target"
    text = (
        f"Margin: the prediction of {name} minus the mean of the predictions of {many} of the same "
        "bundle. Not reliable outside the domain of the bundle."
    )
    value = partial(_over_mean, name)
    yield Derived(f"{name}_over_others", "others", task, 2, None, value, text, PACTIVITY, "")
    text = f"Number of other targets of the bundle, and the {HIGHEST} with the highest predictions."
    told = partial(_highest, name)
    yield Derived(f"{name}_highest_others", "others", task, None, None, told, text, PACTIVITY, "")


def _over_mean(name: str, hit: HitNumbers) -> float:
    return hit.comparisons[name].margin


def _highest(name: str, hit: HitNumbers) -> str:
    """Return ``192 predicted: FLT3 7.9, KIT 7.5``."""
    found = hit.comparisons[name]
    return f"{found.size:,} predicted: {found.highest}"


def _selectivities(panel: TargetPanel) -> Iterator[Derived]:
    """Yield the columns of a hit's selectivity over a panel."""
    task, many = panel.targets[0].task, f"the {len(panel.targets):,} targets of {panel.bundle}"
    share = (
        f"S-score: share of {many} with a predicted pActivity of {POTENT:g} (1 uM) or more. "
        "Compare hits by it, not with measured S-scores: weak targets are often predicted near 6. "
        "Not reliable outside the domain."
    )
    end = (
        f"end of the 90 % interval of S_1uM. {COMMON:.0%} of each error's variance is taken to be "
        "common to all targets of a compound: errors are correlated, so intervals of independent "
        "errors are far too narrow."
    )
    entropy = (
        f"Selectivity entropy of the predictions for {many}: 0 if all of the compound binds one "
        f"target, {math.log(len(panel.targets)):.2f} if all equally."
    )
    columns: tuple[tuple[str, int, Callable[[Profile], float], str, str], ...] = (
        ("S_1uM", 3, lambda profile: profile.share, share, _KARAMAN),
        ("S_1uM_lo", 3, lambda profile: profile.share_interval[0], f"Lower {end}", ""),
        ("S_1uM_hi", 3, lambda profile: profile.share_interval[1], f"Upper {end}", ""),
        ("selectivity_entropy", 2, lambda profile: profile.entropy, entropy, _UITDEHAAG),
    )
    for name, decimals, number, meaning, source in columns:
        value = partial(_of_profile, number)
        yield Derived(name, "panel", task, decimals, None, value, meaning, "", source)


def _of_profile(number: Callable[[Profile], float], hit: HitNumbers) -> float | None:
    return None if hit.profile is None else number(hit.profile)
