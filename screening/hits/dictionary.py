"""``columns.csv``: what each column of a run's ``hits.csv`` says, in the order of its columns."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from screening.hits.hit_files import write_csv
from screening.hits.meanings import meanings, vendor_meaning
from screening.hits.table import Column, HitTable
from screening.objective.screen_settings import Screen


class Definition(NamedTuple):
    """One row of ``columns.csv``."""

    column: str
    group: str
    type: str
    """``text``, ``whole number``, ``number``, or ``number or bound`` (``<5.00``)."""
    unit: str
    decimals: str
    """Decimals that numbers are rounded to."""
    range: str
    meaning: str
    source: str


def define_columns(
    table: HitTable,
    screen: Screen,
    units: Mapping[str, str],
    calibrated: Collection[str] | None = None,
) -> tuple[Definition, ...]:
    """Return one definition for each column of a table, in its order.

    calibrated: the tasks with a 90 % interval; see ``units.has_interval``. Raises ValueError for a
    column of ours that has no meaning here.
    """
    known = dict(meanings(table, screen, units, calibrated))
    found = []
    for column in table.columns:
        if column.group == "vendor":
            meaning = vendor_meaning(column)
        elif column.name in known:
            meaning = known[column.name]
        else:
            raise ValueError(f'the column "{column.name}" has no meaning in the data dictionary')
        decimals = "" if column.decimals is None else str(column.decimals)
        found.append(
            Definition(
                column.name,
                column.group,
                _type(column),
                meaning.unit,
                decimals,
                meaning.range,
                meaning.text,
                meaning.source,
            )
        )
    return tuple(found)


def write_dictionary(
    path: Path,
    table: HitTable,
    screen: Screen,
    units: Mapping[str, str],
    calibrated: Collection[str] | None = None,
) -> tuple[Definition, ...]:
    """Write ``columns.csv`` and return its rows."""
    definitions = define_columns(table, screen, units, calibrated)
    write_csv(path, Definition._fields, definitions)
    return definitions


def _type(column: Column) -> str:
    if column.is_measurement:
        return "number or bound"
    if column.decimals is None:
        return "text"
    return "number" if column.decimals else "whole number"
