"""The predictions of the hits on the panel, as the compact numbers of a report page.

Names of targets are given once. A hit has one row of whole numbers, in hundredths of a pActivity;
the rows are compressed like the structures.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from screening.evidence.evidence import Evidence, OwnValue
from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.reason.panel_profile import (
    CLOSE,
    COMMON,
    POTENT,
    STRONG,
    Profile,
    close_targets,
    primary_places,
)
from screening.report.manifest import RunFacts
from screening.report.mutant_data import DECIMALS, mutant_facts, mutant_numbers, steps
from screening.text.cells import format_number

NAMED = 20
"""The most close targets that a page names with their intervals; it states how many follow."""


def panel_facts(table: HitTable, screen: Screen, facts: RunFacts) -> dict[str, Any] | None:
    """Return what all hits share: the names of the targets by group; None without a panel."""
    panel = table.panel
    if panel is None:
        return None
    groups = [
        {"name": name, "size": len(list(members))}
        for name, members in groupby(panel.targets, key=lambda one: one.group)
    ]
    return {
        "model": panel.bundle,
        "targets": facts.targets.get(panel.bundle, "targets"),
        "names": [one.name for one in panel.targets],
        "groups": groups,
        "primary": list(primary_places(panel, _primaries(screen))),
        "potent": POTENT,
        "close": CLOSE,
        "strong": STRONG,
        "common": COMMON,
        "mutants": mutant_facts(panel),
    }


def panel_rows(
    table: HitTable, screen: Screen, evidence: Sequence[Evidence] | None
) -> list[dict[str, Any]]:
    """Return the numbers of each hit; empty without a panel.

    ``values`` are its predictions in steps; ``own`` the texts of its measured values by
    position; ``near`` the close targets with both ends of their intervals; ``further`` the number
    of close targets that are not named; ``mutants`` the predictions for the mutants, in the order
    of :func:`screening.report.mutant_data.mutant_facts`.
    """
    panel = table.panel
    if panel is None:
        return []
    known = evidence or [Evidence({}, (), ())] * len(table.rows)
    primaries = primary_places(panel, _primaries(screen))
    places = {one.task: at for at, one in enumerate(panel.targets)}
    found = []
    mutants = mutant_numbers(panel, table.profiles)
    for profile, one, of_mutants in zip(table.profiles, known, mutants, strict=True):
        own = {places[task]: values for task, values in one.own_values.items() if task in places}
        found.append({**_row(profile, primaries, own), **of_mutants})
    return found


def _row(
    profile: Profile, primaries: Sequence[int], own: Mapping[int, Sequence[OwnValue]]
) -> dict[str, Any]:
    # A value of at most 5 says nothing of a strong target, so bounds from above are left out.
    reached = {
        at: max(one.value for one in values if one.relation != "<")
        for at, values in own.items()
        if any(one.relation != "<" for one in values)
    }
    close = close_targets(profile, primaries, reached) if primaries else []
    return {
        "values": [steps(value) for value in profile.mean.tolist()],
        "own": {str(at): ", ".join(_text(one) for one in own[at]) for at in sorted(own)},
        "near": [
            [at, steps(float(profile.low[at])), steps(float(profile.high[at]))]
            for at in close[:NAMED]
        ],
        "further": max(0, len(close) - NAMED),
    }


def _primaries(screen: Screen) -> list[str]:
    return [term.task for term in screen.objective.primary]


def _text(one: OwnValue) -> str:
    number = format_number(one.value, DECIMALS)
    return number if one.relation == "=" else f"{one.relation}{number}"
