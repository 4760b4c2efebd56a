"""The data of a report page as JSON, from which its script draws everything.

Cells are the texts of ``hits.csv``. Each structure is stored once, as its drawing marks and the
positions of its atoms. Structures are most of a page, so they are compressed to a quarter. All
other data is readable in the source of the page.
"""

import json
import math
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chem.features.fingerprints import count_fingerprints
from chem.output.depict import depict
from gnn.explain.tsne_layout import tsne_layout
from screening.evidence.evidence import Contributions, Evidence
from screening.hits.dictionary import define_columns
from screening.hits.table import Column, HitTable
from screening.objective.screen_settings import Screen
from screening.objective.terms import Prediction
from screening.reason.measurements import (
    Contradiction,
    is_itself,
    measured_text,
    structure_difference,
)
from screening.reason.other_targets import Comparison
from screening.reason.risk_lines import risk_lines
from screening.report.column_labels import column_label
from screening.report.inactivity_data import inactivity_words
from screening.report.manifest import RunFacts
from screening.report.panel_data import panel_facts, panel_rows
from screening.score.predicted_columns import (
    PACTIVITY,
    PROBABILITY,
    bundle_of,
    has_interval,
    scale_of,
    unit_of,
)
from screening.text.cells import format_number, isolated
from screening.text.digits import digits_of
from screening.text.words import ALERTS, describe_objective, spoken

SIDE = 1000
"""Map coordinates are whole numbers from 0 to this."""
PICTURE = (250, 180)
"""Width and height of a structure in pixels; the page scales it."""
SCALES = {PROBABILITY: (0.0, 1.0), PACTIVITY: (3.0, 11.0)}
"""Ends of the axis for predictions, by unit."""
LOGARITHMS = (-2.0, 3.0)
"""Ends of the axis for tasks that are learned as logarithms: 0.01 and 1,000 of the unit."""
STEPS = 1000
"""Contributions are whole multiples of 1/1000 on the task's scale."""
MAP_MOST = 4_000
"""The most points on a map: the hits, then measured compounds in order."""


def map_points(smiles: Sequence[str]) -> list[tuple[int, int]]:
    """Return map coordinates of molecules; equal structures share one point.

    Distances are 1 - Tanimoto similarity of circular environments out to two bonds (ECFP4 bits).
    """
    distinct = list(dict.fromkeys(smiles))
    if not distinct:
        return []
    places = np.rint(tsne_layout(_distances(distinct)) * SIDE).astype(int)
    at = {text: (int(x), int(y)) for text, (x, y) in zip(distinct, places, strict=True)}
    return [at[text] for text in smiles]


def _distances(smiles: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return Tanimoto distances ``[n, n]``."""
    bits = (count_fingerprints(smiles) > 0).astype(np.float32)
    shared = bits @ bits.T
    each = bits.sum(axis=1)
    union = each[:, None] + each[None, :] - shared
    return np.asarray(1 - shared / np.maximum(union, 1), dtype=np.float32)


class PageData(NamedTuple):
    """The data for the script of a page, as plain JSON values."""

    facts: dict[str, Any]
    pictures: list[dict[str, Any]]
    """Structures by number: the hits in order, then measured compounds."""
    panel: list[dict[str, Any]]
    """The predictions of each hit on the panel; empty without one."""


def page_data(
    table: HitTable, screen: Screen, facts: RunFacts, evidence: Sequence[Evidence] | None
) -> PageData:
    """Collect the data of a page; ``evidence`` is that of each row of the table, in order."""
    if evidence is not None and len(evidence) != len(table.rows):
        raise ValueError(f"found evidence of {len(evidence)} hits, expected {len(table.rows)}")
    pictures = Pictures()
    at = [column.name for column in table.columns].index("smiles")
    smiles = [row[at] for row in table.rows]
    for text in smiles:
        pictures.number(text)
    known = evidence or []
    neighbours = [
        list(_neighbours(entry, own, screen, facts, pictures))
        for entry, own in zip(known, smiles[: len(known)], strict=True)
    ]
    points = map_points(pictures.smiles[:MAP_MOST])
    known_facts = {
        "columns": list(_columns(table, screen, facts)),
        "cells": table.rows,
        "parts": [
            {"column": term.column, "label": term.label} for term in describe_objective(screen)
        ],
        "tasks": [_task(task, screen, facts) for task in screen.objective.tasks],
        "domains": [
            {
                "column": column.name,
                "model": column.name.removesuffix("_distance"),
                "limit": facts.limits.get(column.name),
            }
            for column in table.columns
            if column.group == "domain"
        ],
        "price": _price_column(table, screen),
        "efficiencies": [column.name for column in table.columns if column.group == "efficiency"],
        **_judgements(table, facts),
        "size": PICTURE,
        "structure": [pictures.number(text) for text in smiles],
        "map": [list(point) for point in points],
        "explained": _explained(known, screen, facts),
        "contributions": [[_contribution(one) for one in e.contributions] for e in known],
        "flags": [[[f.source, f.name, list(f.atoms)] for f in e.flags] for e in known],
        "neighbours": neighbours,
        "sources": ALERTS,
        "panel": panel_facts(table, screen, facts),
    }
    return PageData(known_facts, pictures.drawn, panel_rows(table, screen, evidence))


def _columns(table: HitTable, screen: Screen, facts: RunFacts) -> Iterator[dict[str, Any]]:
    named = table._replace(columns=tuple(map(_isolated, table.columns)))
    about = (facts.units, facts.calibrated, facts.logarithms, facts.inactivity)
    for column, one in zip(table.columns, define_columns(named, screen, *about), strict=True):
        yield {
            "name": column.name,
            "label": column_label(column, screen),
            "group": column.group,
            "number": column.is_number,
            "meaning": f"{one.meaning} ({one.unit})" if one.unit else one.meaning,
        }


def _price_column(table: HitTable, screen: Screen) -> str | None:
    """Return the column of the prices that the screen names; None without one."""
    wanted = None if screen.selection is None else screen.selection.price_column
    named = (one.name for one in table.columns if (one.group, one.source) == ("vendor", wanted))
    return next(named, None)


def _judgements(table: HitTable, facts: RunFacts) -> dict[str, Any]:
    """Return what the run says of each hit beside its numbers: doubts, risks, comparisons."""
    none: Sequence[Mapping[str, Contradiction]] = [{} for _ in table.comparisons]
    contradictions = table.contradictions or none
    return {
        "doubts": [list(row) for row in table.doubts],
        "risks": [list(row) for row in table.risks],
        "drugs": [dict(row) for row in table.drugs],
        "groups": list(table.groups),
        "inactivity": list(inactivity_words(table, facts)),
        "compared": [
            list(_compared(row, against, facts))
            for row, against in zip(table.comparisons, contradictions, strict=True)
        ],
        "outsides": [{one.bundle: one.how_far for one in row} for row in table.outsides],
        "contradictions": [
            [
                {"text": f"{label} {one.told}", "stronger": one.is_stronger}
                for label, one in found.items()
            ]
            for found in table.contradictions
        ],
    }


def _compared(
    row: Sequence[Comparison], against: Mapping[str, Contradiction], facts: RunFacts
) -> Iterator[dict[str, str]]:
    for one in row:
        targets = facts.targets.get(one.bundle, "targets")
        text = one.sentence(targets, against.get(one.name))
        yield {"text": text, "highest": one.highest, "model": one.bundle}


def _isolated(column: Column) -> Column:
    """Return a column whose name cannot change the direction of the text around it."""
    if column.group != "vendor" or not column.source:
        return column
    return column._replace(source=isolated(column.source))


def as_json(value: Any) -> str:
    """Return a value as JSON that cannot end a ``<script>`` element or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def packed(value: Any) -> str:
    """Return a value as JSON, compressed with zlib and encoded as base64."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return b64encode(zlib.compress(text.encode(), 9)).decode()


class Pictures:
    """Collected structures, each drawn once."""

    def __init__(self) -> None:
        self.smiles: list[str] = []
        self.drawn: list[dict[str, Any]] = []
        """``atoms``: x and y of each atom; ``marks``: element, style and path of each mark."""
        self._numbers: dict[str, int] = {}

    def number(self, smiles: str) -> int:
        """Return the number of a structure, from 0. Draws a new structure."""
        if smiles not in self._numbers:
            picture = depict(smiles, *PICTURE)
            self._numbers[smiles] = len(self.smiles)
            self.smiles.append(smiles)
            places = [coordinate for place in picture.atoms for coordinate in place]
            self.drawn.append({"atoms": places, "marks": [list(mark) for mark in picture.marks]})
        return self._numbers[smiles]


def _task(task: str, screen: Screen, facts: RunFacts) -> dict[str, Any]:
    unit = unit_of(task, screen, facts.units)
    is_log = task in facts.logarithms
    low, high = LOGARITHMS if is_log else SCALES.get(unit, SCALES[PACTIVITY])
    least, most = scale_of(unit)
    lines = risk_lines(screen, facts.units, facts.operating_points)
    primary = any(term.task == task for term in screen.objective.primary)
    return {
        "task": task,
        "label": _label(task, screen),
        "model": bundle_of(task, facts.limits),
        "low": low,
        "high": high,
        "scale": [least, most] if math.isfinite(most) else None,
        "primary": primary,
        "probability": unit == PROBABILITY,
        "logarithm": is_log,
        "interval": has_interval(task, screen, facts.units, facts.calibrated),
        "line": next((one.told for one in lines if one.term.task == task), ""),
    }


def _label(task: str, screen: Screen) -> str:
    """Return the name of a task in the screen."""
    names = {
        term.task: spoken(term.name)
        for term in screen.objective.terms
        if isinstance(term, Prediction)
    }
    return names.get(task, spoken(task.split("_", 1)[1]))


def _explained(known: Sequence[Evidence], screen: Screen, facts: RunFacts) -> list[dict[str, Any]]:
    """Return the tasks with known contributions, and the value of a full disc."""
    largest: dict[str, list[float]] = {}
    for entry in known:
        for one in entry.contributions:
            atoms = largest.setdefault(one.task, [])
            atoms.append(max((abs(float(value)) for value in one.atoms), default=0.0))
    found = []
    for task, values in largest.items():
        unit = unit_of(task, screen, facts.units)
        unit = "log odds" if unit == PROBABILITY else unit
        shown = unit if task in facts.logarithms else ""
        unit = f"log10({unit})" if shown else unit
        full = sorted(values)[int(0.9 * (len(values) - 1))]
        label = _label(task, screen)
        known_unit = {"unit": unit, "shown": shown}
        found.append({"task": task, "label": label, **known_unit, "full": round(full, 3) or 0.001})
    return found


def _contribution(one: Contributions) -> dict[str, Any]:
    steps = [round(float(value) * STEPS) for value in one.atoms]
    return {"task": one.task, "base": round(one.base, 3), "total": round(one.total, 3), "of": steps}


def _neighbours(
    entry: Evidence, smiles: str, screen: Screen, facts: RunFacts, pictures: Pictures
) -> Iterator[dict[str, Any]]:
    """Yield the measured compounds near a hit of this structure, for each primary target."""
    for term in screen.objective.primary:
        near = entry.neighbours.get(term.task, ())
        digits = digits_of(term.task, screen, facts.units)
        is_class = unit_of(term.task, screen, facts.units) == PROBABILITY
        yield {
            "label": term.name,
            "model": bundle_of(term.task, facts.limits),
            "near": [
                {
                    "id": one.id,
                    "picture": pictures.number(one.smiles),
                    "similarity": format_number(one.similarity, 2),
                    "itself": is_itself(one, smiles),
                    "value": measured_text(one, digits, is_class) + structure_difference(one),
                }
                for one in near
            ],
        }
