"""Works out the targets of the terms ``selective_over`` from the panel of a screen.

The scores of a run have every column of every bundle, and the surrogates predict the columns that
an objective needs. So such a term counts in the triage and in the ranking alike.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chem.errors import InputError
from screening.objective.screen_settings import Screen, suggest
from screening.objective.terms import SelectiveOver
from screening.score.predicted_columns import PACTIVITY, task_units
from screening.score.target_panel import (
    FEWEST,
    GROUPS,
    PanelTarget,
    TargetPanel,
    panel_of,
)

if TYPE_CHECKING:
    from gnn.bundle.bundle import Bundle

PANEL, GROUP, FAMILY = WORDS = ("panel", "group", "family")
"""Sets that depend on the primary targets: all targets, their groups, their families."""


def with_members(screen: Screen, bundles: "Sequence[Bundle]") -> Screen:
    """Return a screen whose terms ``selective_over`` have their members; others stay as they are.

    Members are the targets of a set that are no primary targets of the screen. Beside them stands
    which set that is, such as ``group TK``.

    Raises:
        InputError: The bundles of the primary targets have no panel, a primary target is no
            pActivity, no set has that name, or a set has no other target.
    """
    wanted = screen.objective.selective_over
    if not wanted:
        return screen
    units = task_units(tuple(bundles))
    panel = panel_of(screen, bundles)
    primaries = [term.task for term in screen.objective.primary]
    other = [task for task in primaries if units.get(task) != PACTIVITY]
    if panel is None or other:
        told = f"{other[0]} is none" if other else f"{primaries[0]} is of another bundle"
        raise InputError(
            f"screen {screen.name}: selective_over needs pActivities as primary targets, of a "
            f"bundle with at least {FEWEST} known proteins (UniProt accessions); {told}; name "
            "off-targets instead"
        )
    found = [
        term.changed(
            members=_members(screen, number, term, panel),
            stands_for=_meant(term.targets, _hit(screen, panel), panel),
        )
        for number, term in enumerate(wanted, 1)
    ]
    return screen.changed(selective_over=tuple(found))


def _members(
    screen: Screen, number: int, term: SelectiveOver, panel: TargetPanel
) -> tuple[str, ...]:
    primaries = [one.task for one in screen.objective.primary]
    chosen = _chosen(term.targets, _hit(screen, panel), panel)
    where = f"screen {screen.name}, [[selective_over]] {number}"
    if chosen is None:
        raise InputError(f"{where}: {_unknown(term.targets, panel)}")
    members = tuple(one.task for one in chosen if one.task not in primaries)
    if not members:
        raise InputError(
            f"{where}: {term.targets} has no target but the primary ones; {_known(panel)}"
        )
    return members


def _hit(screen: Screen, panel: TargetPanel) -> list[PanelTarget]:
    """Return the primary targets."""
    primaries = [one.task for one in screen.objective.primary]
    return [one for one in panel.targets if one.task in primaries]


def _meant(name: str, hit: Sequence[PanelTarget], panel: TargetPanel) -> str:
    """Return the set that a known name means, such as ``group TK`` or ``families EGFR and Src``."""
    if name == PANEL:
        return PANEL
    groups = [one for one in _groups(panel) if any(target.group == one for target in hit)]
    families = sorted({one.family for one in hit if one.family})
    kind, names = GROUP, [name]
    if name in (GROUP, FAMILY):
        kind, names = name, groups if name == GROUP else families
    elif name not in _groups(panel):
        kind = FAMILY
    plural = {GROUP: "groups", FAMILY: "families"}
    return f"{kind if len(names) == 1 else plural[kind]} {' and '.join(names)}"


def _chosen(name: str, hit: Sequence[PanelTarget], panel: TargetPanel) -> list[PanelTarget] | None:
    """Return the targets of a set; None if no set has that name. A group precedes a family."""
    groups, families = {one.group for one in hit}, {one.family for one in hit if one.family}
    if name == PANEL:
        return list(panel.targets)
    if name == GROUP:
        return [one for one in panel.targets if one.group in groups]
    if name == FAMILY:
        return [one for one in panel.targets if one.family in families]
    in_group = [one for one in panel.targets if one.group == name]
    in_family = [one for one in panel.targets if one.family == name]
    return in_group or in_family or None


def _unknown(name: str, panel: TargetPanel) -> str:
    families = {one.family for one in panel.targets if one.family}
    hint = suggest(name, [*WORDS, *_groups(panel), *sorted(families)])
    return f'found targets = "{name}";{hint} {_known(panel)}'


def _known(panel: TargetPanel) -> str:
    """Return the names that there are, in words."""
    families = sorted({one.family for one in panel.targets if one.family})
    groups = ", ".join(_groups(panel)) or "none"
    return (
        f"expected {', '.join(WORDS)}, a group ({groups}) or a family "
        f"({', '.join(families) or 'none'})"
    )


def _groups(panel: TargetPanel) -> list[str]:
    return [name for name in GROUPS if any(one.group == name for one in panel.targets)]
