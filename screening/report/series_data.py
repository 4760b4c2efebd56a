"""The tables of R-groups of a report page: one for each series among the hits.

A series is the hits of one Bemis-Murcko scaffold with the measured compounds that have it too. Its
core is that scaffold with everything that the hits carry alike. Measured compounds that differ
from the hits at another place than these from each other are no part of the table.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chem.analogs.series_places import (
    FewPlaces,
    differ_at_places,
    split_at_few_places,
    without_places,
)
from chem.assess.similarity import nearest
from chem.features.fingerprints import morgan_bits
from chem.output.depict import Depiction
from chem.output.depict_series import depict_core, depict_group, read_group
from screening.evidence.evidence import Evidence, MeasuredMember, Neighbour
from screening.hits.table import HitTable
from screening.objective.screen_settings import Screen
from screening.objective.terms import Primary
from screening.reason.measurements import measured_text, own_measurement
from screening.report.manifest import RunFacts
from screening.score.predicted_columns import PACTIVITY, PROBABILITY, unit_of
from screening.text.digits import digits_of

MOST_SERIES = 8
"""The most tables on a page; it states how many scaffolds follow."""
MOST_HITS, MOST_MEASURED = 40, 12
"""The most hits and measured compounds of a table; it states how many there are."""
MOST_PLACES = 4
"""The most places at which the members of a table differ."""
FEWEST_HITS, FEWEST = 2, 3
"""The fewest hits of a table, and the fewest members that differ from each other."""
_NUMBER = re.compile(r"\*:\d+")


class Sources(NamedTuple):
    """What the tables are made of."""

    screen: Screen
    facts: RunFacts
    evidence: Sequence[Evidence]
    """[hits] or empty."""
    smiles: Sequence[str]
    """[hits]"""


class Drawings:
    """The drawings of the tables, each made once."""

    def __init__(self) -> None:
        self.pictures: list[dict[str, Any]] = []
        self.groups: list[dict[str, Any]] = []
        """``smiles`` with its ``name``, or the number of its ``picture``."""
        self._numbers: dict[str, int] = {}

    def add(self, picture: Depiction) -> int:
        """Return the number of a drawing, from 0."""
        marks = [list(mark) for mark in picture.marks]
        self.pictures.append({"size": [picture.width, picture.height], "marks": marks})
        return len(self.pictures) - 1

    def group(self, smiles: str) -> int:
        """Return the number of a group, from 0; a group without a name is drawn."""
        plain = _NUMBER.sub("*:1", smiles)
        if plain not in self._numbers:
            one = read_group(plain)
            shown = (
                {"name": one.name} if one.name else {"picture": self.add(depict_group(one.smiles))}
            )
            self._numbers[plain] = len(self.groups)
            self.groups.append({"smiles": one.smiles, **shown})
        return self._numbers[plain]


def series_data(
    table: HitTable, screen: Screen, facts: RunFacts, evidence: Sequence[Evidence] | None
) -> dict[str, Any] | None:
    """Return the tables of a page; None without any.

    ``evidence`` is that of each row of the table, in order. ``tables`` follow the rank of their
    first hits; ``further`` is the number of scaffolds of several hits that were not looked at;
    ``apart`` is the number of those that gave no table.
    """
    names = [column.name for column in table.columns]
    if "scaffold" not in names:
        return None
    at = names.index("scaffold")
    series: dict[str, list[int]] = {}
    for hit, row in enumerate(table.rows):
        series.setdefault(row[at], []).append(hit)
    several = {core: hits for core, hits in series.items() if core and len(hits) >= FEWEST_HITS}
    smiles = [row[names.index("smiles")] for row in table.rows]
    sources, drawings = Sources(screen, facts, evidence or (), smiles), Drawings()
    tables: list[dict[str, Any]] = []
    looked_at = 0
    for core, hits in several.items():
        if len(tables) == MOST_SERIES:
            break
        looked_at += 1
        if made := _table(core, hits, sources, drawings):
            tables.append(made)
    if not tables:
        return None
    return {
        "tables": tables,
        "groups": drawings.groups,
        "pictures": drawings.pictures,
        "shaded": [
            unit_of(term.task, screen, facts.units) == PACTIVITY
            for term in screen.objective.primary
        ],
        "further": len(several) - looked_at,
        "apart": looked_at - len(tables),
    }


def _table(
    core: str, hits: Sequence[int], sources: Sources, drawings: Drawings
) -> dict[str, Any] | None:
    """Return the table of one scaffold; None if too few of its members differ at few places."""
    smiles = sources.smiles
    first = hits[:MOST_HITS]
    of_hits = split_at_few_places([smiles[hit] for hit in first], core, MOST_PLACES)
    kept = [first[at] for at in of_hits.members]
    if len(kept) < FEWEST_HITS or not of_hits.groups[0]:
        return None
    found, alike = _measured(of_hits, [smiles[hit] for hit in kept], _others(hits, sources))
    whole = split_at_few_places(
        [*(smiles[hit] for hit in kept), *(one.smiles for one in found)],
        without_places(of_hits.core),
        MOST_PLACES,
    )
    if len(set(whole.groups)) < FEWEST:
        return None
    rows = [
        {
            "groups": [drawings.group(group) for group in groups],
            **(
                _hit_row(kept[at], sources)
                if at < len(kept)
                else _measured_row(found[at - len(kept)], sources)
            ),
        }
        for at, groups in zip(whole.members, whole.groups, strict=True)
    ]
    rows.sort(key=_place)
    out, failed = (
        [first[at] for at in before] + [kept[at] for at in now if at < len(kept)]
        for before, now in (
            (of_hits.elsewhere, whole.elsewhere),
            (of_hits.failed, whole.failed),
        )
    )
    return {
        "scaffold": core,
        "smiles": whole.core,
        "core": drawings.add(depict_core(whole.core)),
        "places": len(whole.groups[0]),
        "rows": rows,
        "hits": len(hits),
        "measured": alike,
        "elsewhere": sorted(out),
        "failed": sorted(failed),
        "unsplit": [
            found[at - len(kept)].id
            for at in sorted((*whole.elsewhere, *whole.failed))
            if at >= len(kept)
        ],
    }


def _place(row: Mapping[str, Any]) -> tuple[float, ...]:
    """Return where a row stands: hits by rank, then measured compounds by falling value."""
    if "hit" in row:
        return (0, row["hit"])
    numbers = [text.lstrip("<>") for text in row["values"]]
    return (1, *(-float(text) if text else math.inf for text in numbers))


def _measured(
    series: FewPlaces, hits: Sequence[str], others: Sequence[MeasuredMember]
) -> tuple[list[MeasuredMember], int]:
    """Return the measured members of a table, by id, and the number of those that fit it.

    Of many the most similar to one of the hits are taken (ECFP4, Tanimoto).
    """
    fitting = [others[at] for at in differ_at_places([one.smiles for one in others], series.core)]
    if len(fitting) <= MOST_MEASURED:
        return fitting, len(fitting)
    _, similarity = nearest(
        morgan_bits([one.smiles for one in fitting]), morgan_bits(list(hits)), 1
    )
    order = sorted(range(len(fitting)), key=lambda at: (-float(similarity[at][0]), at))
    return [fitting[at] for at in sorted(order[:MOST_MEASURED])], len(fitting)


def _others(hits: Sequence[int], sources: Sources) -> list[MeasuredMember]:
    """Return the measured compounds of the hits' scaffold that are none of the hits."""
    if not sources.evidence:
        return []
    itself = {sources.smiles[hit] for hit in hits}
    ids = {
        own.id
        for hit in hits
        for near in sources.evidence[hit].neighbours.values()
        for own in near
        if own.same
    }
    members = sources.evidence[hits[0]].series
    return [one for one in members if one.smiles not in itself and one.id not in ids]


def _hit_row(hit: int, sources: Sources) -> dict[str, Any]:
    """Return a row of a hit: its position in the table, and its own measured values."""
    known = sources.evidence[hit].neighbours if sources.evidence else {}
    smiles = sources.smiles[hit]
    values = [
        _own_text(known.get(term.task, ()), smiles, term, sources)
        for term in sources.screen.objective.primary
    ]
    return {"hit": hit, "values": values}


def _own_text(near: Sequence[Neighbour], smiles: str, term: Primary, sources: Sources) -> str:
    own = own_measurement(near, smiles)
    return _text(own[0], term, sources) + own[1] if own else ""


def _measured_row(one: MeasuredMember, sources: Sources) -> dict[str, Any]:
    values: Mapping[str, Neighbour] = {
        task: Neighbour(one.id, one.smiles, 1.0, own.value, own.relation)
        for task, own in one.values.items()
    }
    texts = [
        _text(values[term.task], term, sources) if term.task in values else ""
        for term in sources.screen.objective.primary
    ]
    return {"id": one.id, "values": texts}


def _text(measured: Neighbour, term: Primary, sources: Sources) -> str:
    screen, units = sources.screen, sources.facts.units
    is_class = unit_of(term.task, screen, units) == PROBABILITY
    return measured_text(measured, digits_of(term.task, screen, units), is_class)
