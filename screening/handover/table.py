"""The hits as one table of text: every file of the hand-over shows these same cells."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from chem.describe import PROPERTIES
from screening.handover.cells import format_number
from screening.screen import Screen

Group = Literal["identity", "score", "prediction", "domain", "property", "input", "vendor"]

PROBABILITY = "probability"
"""The unit of a classification task."""
PROPERTY_DECIMALS = {"mw": 2, "logp": 2, "tpsa": 1, "qed": 2}
"""Other properties are counts."""
VENDOR_PREFIX = "vendor_"
"""Goes before a vendor's column when its name is already taken."""

UNNAMED = "vendor_column"
"""The name of a vendor's column that has none: SD fields and spreadsheets need one."""


class Column(NamedTuple):
    """One column of the hit list."""

    name: str
    """Header, unique in the table."""
    source: str
    """Column of the ranked frame, or the vendor's own name of the field."""
    decimals: int | None
    """Decimals of a number; None for text."""
    group: Group


class HitTable(NamedTuple):
    """Hits in rank order. Cells are plain text, not yet escaped for any format."""

    columns: tuple[Column, ...]
    rows: list[list[str]]
    """[hits][columns]"""

    def records(self) -> list[dict[str, str]]:
        """Each row as ``{header: cell}``."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def hit_table(
    hits: pd.DataFrame,
    screen: Screen,
    units: Mapping[str, str],
    extra_columns: Sequence[str] = (),
) -> HitTable:
    """Lay out ranked hits in the documented order of columns.

    hits: ``Ranking.hits`` of a scored frame with ``compound_id, name, smiles, input_smiles,
    changes`` (texts) and ``extra`` (a JSON object or a dict of the vendor's fields).
    units: unit of each predicted task; a probability has 3 decimals, anything else 2.
    extra_columns: the library's own order of the vendor's columns; fields that are not in it
    follow in order of first appearance.
    """
    extras = (
        [_extra(value) for value in hits["extra"]] if "extra" in hits else [{} for _ in hits.index]
    )
    vendor = dict.fromkeys([*extra_columns, *(key for extra in extras for key in extra)])
    columns = _own_columns(hits, screen, units)
    taken = {column.name for column in columns}
    for field in vendor:
        name = field if field.strip() else UNNAMED
        while name in taken:
            name = VENDOR_PREFIX + name
        taken.add(name)
        columns.append(Column(name, field, None, "vendor"))
    rows = [
        [_cell(hit, extra, column) for column in columns]
        for hit, extra in zip(hits.to_dict("records"), extras, strict=True)
    ]
    return HitTable(tuple(columns), rows)


def decimals_of(task: str, screen: Screen, units: Mapping[str, str]) -> int:
    """3 for a probability, 2 for anything else; without a unit, a liability is a probability."""
    risks = {part.task for part in screen.liabilities}
    unit = units.get(task, PROBABILITY if task in risks else "")
    return 3 if unit == PROBABILITY else 2


def distance_columns(hits: pd.DataFrame, screen: Screen) -> list[str]:
    """Columns of distances to the training compounds of a bundle, such as ``activity_distance``."""
    own = {*screen.tasks, *screen.objective_columns}
    return [name for name in map(str, hits) if name.endswith("_distance") and name not in own]


def _own_columns(hits: pd.DataFrame, screen: Screen, units: Mapping[str, str]) -> list[Column]:
    columns = [
        Column("rank", "rank", 0, "identity"),
        Column("compound_id", "compound_id", None, "identity"),
        Column("smiles", "smiles", None, "identity"),
        Column("score", "score", 4, "score"),
        Column("name", "name", None, "identity"),
    ]
    own = {
        f"{part.name}{end}": decimals_of(part.task, screen, units)
        for part in screen.primary
        for end in ("", "_std", "_lower")
    }
    for name in screen.objective_columns:
        decimals = own.get(name, 3 if name.startswith("d_") else 2)
        columns.append(Column(name, name, decimals, "score"))
    for task in screen.tasks:
        for name in (task, f"{task}_std", f"{task}_lo", f"{task}_hi"):
            if name in hits:
                columns.append(Column(name, name, decimals_of(task, screen, units), "prediction"))
    columns += [Column(name, name, 2, "domain") for name in distance_columns(hits, screen)]
    columns.append(Column("changes", "changes", None, "input"))
    for name in (*PROPERTIES, "qed"):
        if name in hits:
            columns.append(Column(name, name, PROPERTY_DECIMALS.get(name, 0), "property"))
    if "alerts" in hits:
        columns.append(Column("alerts", "alerts", None, "property"))
    columns.append(Column("row", "row", 0, "input"))
    columns.append(Column("input_smiles", "input_smiles", None, "input"))
    return columns


def _cell(hit: dict[Any, Any], extra: Mapping[str, str], column: Column) -> str:
    if column.group == "vendor":
        return extra.get(column.source, "")
    value = hit[column.source]
    if column.decimals is not None:
        return format_number(value, column.decimals)
    if column.source == "changes":
        return "; ".join(value)
    return str(value)


def _extra(value: str | Mapping[str, str]) -> Mapping[str, str]:
    loaded: Mapping[str, str] = json.loads(value) if isinstance(value, str) else value
    return {str(key): str(text) for key, text in loaded.items()}
