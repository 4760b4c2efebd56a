"""Applicability domains: the one rule for whether a hit is inside the domains of its models.

A hit is outside a bundle's domain if its distance to the training compounds exceeds the bundle's
limit (``gnn.card.domain_card.DomainCard.edge``). Nothing is then stated from this bundle: no
grade, no selectivity, no absence of a risk. Each bundle is checked separately.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from screening.objective.screen_settings import Screen
from screening.score.predicted_columns import ENDING, Limits, distance_column
from screening.select.constraints import CONTROL
from screening.text.cells import format_number

NOT_RELIED_ON = "prediction not reliable"
"""Text that replaces the grade of a prediction outside its model's domain."""


class Outside(NamedTuple):
    """A bundle whose domain a hit lies outside of."""

    bundle: str
    distance: float
    limit: float

    @property
    def how_far(self) -> str:
        """Distance and limit, ``distance 0.83, limit 0.70``; three decimals if two look equal."""
        decimals = 2 if f"{self.distance:.2f}" != f"{self.limit:.2f}" else 3
        distance = format_number(self.distance, decimals)
        return f"distance {distance}, limit {format_number(self.limit, 2)}"


def outside_of(hit: Mapping[str, Any], limits: Limits) -> dict[str, Outside]:
    """Return the domains that a hit lies outside of, by bundle.

    A bundle with an unknown distance or limit is left out.

    Args:
        hit: row of the ranked frame.
        limits: limit of each distance column.
    """
    found = {}
    for column, limit in limits.items():
        if column in hit and float(hit[column]) > limit:
            bundle = column.removesuffix(ENDING)
            found[bundle] = Outside(bundle, float(hit[column]), limit)
    return found


class Crossed(NamedTuple):
    """The number of hits outside a bundle's domain."""

    bundle: str
    limit: float
    hits: int
    outside: int
    told: str
    """Sentence for the end of a run; empty if no hit is outside."""


def crossed_domains(hits: pd.DataFrame, screen: Screen, limits: Limits) -> list[Crossed]:
    """Count the hits outside the domain of each bundle of the objective, if its domain is known.

    Args:
        hits: ``Ranking.hits``.
        screen: the screen.
        limits: limit of each distance column.
    """
    found = []
    for column in dict.fromkeys(distance_column(task, limits) for task in screen.objective.tasks):
        if column not in limits or column not in hits:
            continue
        is_outside = hits[column].astype(float) > limits[column]
        kept = is_outside & (hits["picked_by"] == CONTROL) if "picked_by" in hits else ~is_outside
        counts = len(hits), int(is_outside.sum()), int((kept & is_outside).sum())
        bundle = column.removesuffix(ENDING)
        told = _told(bundle, limits[column], *counts, screen) if counts[1] else ""
        found.append(Crossed(bundle, limits[column], *counts[:2], told))
    return found


def _told(bundle: str, limit: float, hits: int, outside: int, controls: int, screen: Screen) -> str:
    """Return the sentence, with the filter of a screen file that removes these hits."""
    key, number = f"max_{bundle}{ENDING}", format_number(limit, 2)
    text = (
        f"{outside:,} of {hits:,} hit{'' if hits == 1 else 's'} {'is' if outside == 1 else 'are'} "
        f"outside {bundle}'s domain (distance over {number})"
    )
    if outside == controls:
        return f"{text}, a control" if outside == 1 else f"{text}, all of them controls"
    instead = f", in place of {screen.filters[key]:g}," if key in screen.filters else ""
    but = f" but for {controls:,} control{'' if controls == 1 else 's'}" if controls else ""
    them = "it" if outside == 1 else "them"
    # No "[filters]": `prefect deployment run --watch` takes words in brackets for markup.
    return f"{text}; `{key} = {number}` in the table `filters`{instead} leaves {them} out{but}"
