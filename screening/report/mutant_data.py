"""The predictions of the hits for mutants of the panel's targets, as numbers of a report page."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from screening.reason.panel_profile import Profile
from screening.score.target_panel import TargetPanel
from screening.text.cells import format_number

STEPS = 100
"""Predictions are whole multiples of 1/100 of a pActivity."""
DECIMALS = 2


def steps(value: float) -> int:
    """Return a value in ``STEPS``, rounded as the cells of ``hits.csv`` are."""
    return round(STEPS * float(format_number(value, DECIMALS)))


def mutant_facts(panel: TargetPanel) -> list[dict[str, Any]]:
    """Return what all hits share: for each mutant the position of its wild type, name and quality.

    ``compounds`` is the number of those that tell the difference to the wild type; ``error`` and
    ``coverage`` are texts, empty for a mutant without predictions.
    """
    places = _places(panel)
    return [
        {
            "at": places[one.task],
            "name": one.card.name,
            "compounds": one.card.compounds,
            "error": format_number(known.error, 2) if (known := one.card.numbers) else "",
            "coverage": format_number(100 * known.coverage, 0) if known else "",
        }
        for one in panel.mutants
    ]


def mutant_numbers(panel: TargetPanel, profiles: Sequence[Profile]) -> list[dict[str, Any]]:
    """Return for each hit the value and both ends of the 90 % interval of each mutant, in steps.

    A mutant without predictions has None. A panel without mutants has an empty dictionary for each
    hit, so that pages of older bundles do not grow.
    """
    if not panel.mutants or not profiles:
        return [{} for _ in profiles]
    mean, low, high = (
        np.stack([getattr(one, name) for one in profiles]) for name in ("mean", "low", "high")
    )
    places = _places(panel)
    columns: list[list[list[int]] | None] = []
    for one in panel.mutants:
        at = places[one.task]
        found = one.values(mean[:, at], low[:, at], high[:, at])
        columns.append(
            found and [list(map(steps, numbers)) for numbers in zip(*found, strict=True)]
        )
    return [
        {"mutants": [column and column[hit] for column in columns]} for hit in range(len(profiles))
    ]


def _places(panel: TargetPanel) -> dict[str, int]:
    return {one.task: at for at, one in enumerate(panel.targets)}
