"""Part a column of values by its rows: one measure for each type, one for each dose."""

from collections import Counter
from collections.abc import Sequence

from chem.records.numbers import Decimal, NumberStyle
from data.assay.cells.cells import Reading, is_missing, read_cell
from data.assay.cells.measure import Measure, from_header
from data.assay.cells.raw_rows import AssayRows
from data.assay.cells.settle import settle
from data.assay.columns.column_roles import Layout
from data.assay.headers.headers import Header, understand
from data.assay.headers.spelling import task_name
from data.assay.headers.units import find_unit

_FEW_TYPES = 200


def part_by_type(
    column: str,
    header: Header,
    rows: AssayRows,
    layout: Layout,
    decimal: Decimal | None = None,
) -> tuple[list[Measure], list[str]]:
    """Return a measure for each type that rows name, such as Ki, and what is left out."""
    types = layout.types[column]
    says = [cell.strip().lower() for cell in rows.cells[types]]
    counts = Counter(
        word for word, cell in zip(says, rows.cells[column], strict=True) if not is_missing(cell)
    )
    spelled = {cell.strip().lower(): cell.strip() for cell in rows.cells[types]}
    left: list[str] = []
    measures: list[Measure] = []
    for word, count in counts.most_common(_FEW_TYPES):
        own = understand(spelled[word])
        if header.kind == "pactivity" and own.kind in ("concentration", "pactivity"):
            measure = from_header(header)._replace(
                task=own.task, quantity=own.quantity, unit="pActivity", transform=""
            )
        else:
            measure = from_header(own)._replace(column=column)
        measure = measure._replace(
            relation=layout.relation.get(column, ""),
            units="" if measure.kind == "pactivity" else layout.units.get(column, ""),
            only=((types, spelled[word]),),
        )
        reason = own.reason or own.doubt
        if own.role != "value" or own.kind in ("class", "number") or own.doubt:
            left.append(f"{count} of {spelled[word]!r} ({reason or 'no known quantity'})")
            continue
        cells = [c for c, s in zip(rows.cells[column], says, strict=True) if s == word]
        if measure.units:
            units = {
                find_unit(u)
                for u, s in zip(rows.cells[measure.units], says, strict=True)
                if s == word
            }
            if measure.transform and units <= {None}:
                measure = measure._replace(units="")  # Log GI50: its numbers say of which unit
            elif measure.kind == "concentration" and units <= {"%", None}:
                left.append(f"{count} of {spelled[word]!r} (no molar unit)")
                continue
        elif measure.kind == "concentration" and not (measure.unit or measure.transform):
            measure = measure._replace(unit=header.unit)
            if not measure.unit and not name_units(cells):
                left.append(f"{count} of {spelled[word]!r} (no unit)")
                continue
        if measure.kind != "percent":
            measure, question = settle(measure, cells, decimal, rows.delimiter)
            if question:
                left.append(f"{count} of {spelled[word]!r} ({question})")
                continue
        measures += part_by_dose(measure, rows, layout)
    return measures, left


def part_by_dose(measure: Measure, rows: AssayRows, layout: Layout) -> list[Measure]:
    """Part a column of per cent whose rows were measured at several doses."""
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
    """Tell whether every cell that is a number carries its own unit of concentration (``5 nM``)."""
    told = [cell for cell in cells if not is_missing(cell)]
    styles = (None, NumberStyle("comma"))
    readings = [read_cell(cell, style) for cell in told for style in styles]
    numbers = [one for one in readings if isinstance(one, Reading)]
    return bool(numbers) and all(one.unit not in ("", "%") for one in numbers)
