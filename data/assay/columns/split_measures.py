"""Splits a column of values by its rows: one measure per type, one per dose."""

from collections import Counter
from collections.abc import Sequence

from chem.records.numbers import Decimal, NumberStyle
from data.assay.cells.ambiguous_measure import settle
from data.assay.cells.cells import Reading, is_missing, read_cell
from data.assay.cells.measure import Measure, from_header
from data.assay.cells.raw_rows import AssayRows
from data.assay.columns.column_roles import Layout
from data.assay.headers.headers import Header, understand
from data.assay.headers.spelling import task_name
from data.assay.headers.units import find_unit

_FEW_TYPES = 200


def part_by_type(
    column: str, header: Header, rows: AssayRows, layout: Layout, decimal: Decimal | None = None
) -> tuple[list[Measure], list[str]]:
    """Return a measure for each type that rows name, such as Ki, and the types left out."""
    types = [cell.strip() for cell in rows.cells[layout.types[column]]]
    counts = Counter(
        name.lower()
        for name, cell in zip(types, rows.cells[column], strict=True)
        if not is_missing(cell)
    )
    spelled = {name.lower(): name for name in types}
    left: list[str] = []
    measures: list[Measure] = []
    for word, count in counts.most_common(_FEW_TYPES):
        measure = _read_type(spelled[word], header, rows, layout, decimal)
        if isinstance(measure, str):
            left.append(f"{count} of {spelled[word]!r} ({measure})")
        else:
            measures += part_by_dose(measure, rows, layout)
    return measures, left


def _read_type(
    name: str, header: Header, rows: AssayRows, layout: Layout, decimal: Decimal | None
) -> Measure | str:
    """Return the measure of the rows that name a type, or why they are left out."""
    column, own = header.column, understand(name)
    if own.role != "value" or own.kind in ("class", "number") or own.doubt:
        return own.reason or own.doubt or "not recognized"
    measure = from_header(own)._replace(
        column=column,
        relation=layout.relation.get(column, ""),
        units=layout.units.get(column, ""),
        only=((layout.types[column], name),),
    )
    if header.kind == "pactivity" and own.kind in ("concentration", "pactivity"):
        measure = from_header(header)._replace(
            task=own.task,
            quantity=own.quantity,
            unit="pActivity",
            transform="",
            relation=measure.relation,
            only=measure.only,
        )
    elif own.kind == "pactivity":
        measure = measure._replace(units="")
    types = rows.cells[layout.types[column]]
    places = [at for at, cell in enumerate(types) if cell.strip().lower() == name.lower()]
    cells = [rows.cells[column][at] for at in places]
    if measure.units:
        units = {find_unit(rows.cells[measure.units][at]) for at in places}
        if measure.transform and units <= {None}:
            measure = measure._replace(units="")  # Log GI50: its numbers show the unit
        elif measure.kind == "concentration" and units <= {"%", None}:
            return "no molar unit"
    elif measure.kind == "concentration" and not (measure.unit or measure.transform):
        measure = measure._replace(unit=header.unit)
        if not measure.unit and not name_units(cells):
            return "no unit"
    if measure.kind == "percent":
        return measure
    measure, question = settle(measure, cells, decimal, rows.delimiter)
    return question or measure


def part_by_dose(measure: Measure, rows: AssayRows, layout: Layout) -> list[Measure]:
    """Split a column of per cent if its rows were measured at several doses."""
    if measure.kind != "percent" or not layout.dose or measure.condition:
        return [measure]
    doses = [cell.strip().lower() for cell in rows.cells[layout.dose]]
    told = Counter(
        dose
        for dose, cell in zip(doses, rows.cells[measure.column], strict=True)
        if not is_missing(cell)
    )
    unit = layout.headers[layout.dose].unit
    spelled = {cell.strip().lower(): cell.strip() for cell in rows.cells[layout.dose]}

    def say(word: str) -> str:
        dose = spelled[word]
        named = isinstance(read := read_cell(dose), Reading) and read.unit
        return dose if named or not unit else f"{dose} {unit}"

    if len(told) <= 1:
        return [measure._replace(condition=say(dose)) for dose in told] or [measure]
    return [
        measure._replace(
            condition=say(dose) or "no dose",
            only=(*measure.only, (layout.dose, dose)),
            task=f"{measure.task}_{task_name(say(dose) or 'no dose')}",
        )
        for dose in told
    ]


def name_units(cells: Sequence[str]) -> bool:
    """Tell whether every cell that is a number has its own unit of concentration (``5 nM``)."""
    told = [cell for cell in cells if not is_missing(cell)]
    styles = (None, NumberStyle("comma"))
    readings = [read_cell(cell, style) for cell in told for style in styles]
    numbers = [one for one in readings if isinstance(one, Reading)]
    return bool(numbers) and all(one.unit not in ("", "%") for one in numbers)
