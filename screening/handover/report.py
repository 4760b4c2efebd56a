"""``report.html``: the screen, its funnel and its hits on one page that opens from disk.

The page loads nothing and runs nothing: its content security policy allows its own styles only,
and every text of the library is escaped by the template.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

import pandas as pd
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from chem.depict import depict
from screening.handover.manifest import RunFacts, versions
from screening.handover.table import PROBABILITY, HitTable, decimals_of
from screening.handover.words import explain_objective
from screening.rank import Ranking
from screening.screen import Screen

SCALES = {PROBABILITY: (0.0, 1.0), "pActivity": (3.0, 11.0)}
"""Ends of the axis on which a prediction of this unit is drawn."""
PICTURE = (250, 180)
"""Width and height of a structure in pixels."""


class Step(NamedTuple):
    """One step of the funnel."""

    label: str
    records: int
    note: str


class Bar(NamedTuple):
    """A desirability drawn as a bar."""

    label: str
    text: str
    percent: float


class Span(NamedTuple):
    """A prediction with its 90 % interval on an axis from 0 to 100."""

    label: str
    text: str
    interval: str
    at: float
    low: float
    high: float


class Reach(NamedTuple):
    """Whether a compound is like those that a model knows."""

    model: str
    distance: str
    limit: str
    """Empty where the model does not tell."""
    outside: bool


class Card(NamedTuple):
    """All that the page shows of one hit."""

    cells: dict[str, str]
    picture: Markup
    bars: list[Bar]
    spans: list[Span]
    reaches: list[Reach]
    properties: list[tuple[str, str]]
    vendor: list[tuple[str, str]]

    @property
    def strange(self) -> bool:
        """Whether it is outside the domain of a model."""
        return any(reach.outside for reach in self.reaches)


def render_report(table: HitTable, ranking: Ranking, screen: Screen, facts: RunFacts) -> str:
    """The whole page as text. The same run gives the same page."""
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_part_of_page),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        screen=screen,
        facts=facts,
        funnel=list(_funnel(ranking, screen, facts)),
        rejects=sorted(facts.reject_codes.items(), key=lambda item: (-item[1], item[0])),
        filtered=ranking.filtered,
        objective=explain_objective(screen),
        cards=_cards(table, ranking.hits, screen, facts),
        versions=versions(),
        picture=PICTURE,
    )


def _part_of_page(name: str) -> str:
    return files("screening.handover").joinpath(name).read_text(encoding="utf-8")


def _funnel(ranking: Ranking, screen: Screen, facts: RunFacts) -> Iterator[Step]:
    yield Step("Read", facts.rows, "records of the library")
    plural = "" if facts.duplicates == 1 else "s"
    notes = f"{facts.rejected:,} unusable, {facts.duplicates:,} duplicate{plural}"
    yield Step("Scored", ranking.scored, notes)
    beyond = f"{sum(ranking.filtered.values()):,} beyond a hard limit"
    aside = f", {ranking.set_aside:,} not promising enough" if ranking.set_aside else ""
    late = f"; QED and alerts of {ranking.examined:,} looked at" if screen.late_limits else ""
    yield Step("Passed", ranking.passed, beyond + aside + late)
    yield Step("Handed over", len(ranking.hits), f"{screen.hits:,} asked for")


def _cards(table: HitTable, hits: pd.DataFrame, screen: Screen, facts: RunFacts) -> list[Card]:
    groups = {
        group: [column.name for column in table.columns if column.group == group]
        for group in ("domain", "property", "vendor")
    }
    cards = []
    for cells, hit in zip(table.records(), hits.to_dict("records"), strict=True):
        bars = [
            Bar(part.label, cells[part.column], 100 * hit[part.column])
            for part in explain_objective(screen)
        ]
        spans = [_span(task, hit, cells, screen, facts) for task in screen.tasks]
        picture = Markup(depict(cells["smiles"], *PICTURE).svg())
        shown = {group: [(n, cells[n]) for n in names] for group, names in groups.items()}
        properties = [(name, text or "none") for name, text in shown["property"]]
        vendor = [(name, text) for name, text in shown["vendor"] if text]
        reaches = [_reach(name, hit, cells, facts) for name in groups["domain"]]
        cards.append(Card(cells, picture, bars, spans, reaches, properties, vendor))
    return cards


def _reach(column: str, hit: dict[Any, Any], cells: dict[str, str], facts: RunFacts) -> Reach:
    limit = facts.limits.get(column)
    model = column.removesuffix("_distance")
    if limit is None:
        return Reach(model, cells[column], "", False)
    return Reach(model, cells[column], f"{limit:.2f}", float(hit[column]) > limit)


def _span(
    task: str, hit: dict[Any, Any], cells: dict[str, str], screen: Screen, facts: RunFacts
) -> Span:
    mean = float(hit[task])
    low, high = float(hit.get(f"{task}_lo", mean)), float(hit.get(f"{task}_hi", mean))
    unit = facts.units.get(task, PROBABILITY if decimals_of(task, screen, facts.units) == 3 else "")
    start, end = SCALES.get(unit, SCALES["pActivity"])
    at, left, right = (
        round(min(max(100 * (value - start) / (end - start), 0.0), 100.0), 1)
        for value in (mean, low, high)
    )
    interval = f"{cells[f'{task}_lo']} – {cells[f'{task}_hi']}" if f"{task}_lo" in cells else ""
    label = re.sub(r"^[^_]*_", "", task)
    return Span(label, cells[task], interval, at, left, right)
