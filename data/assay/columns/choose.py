"""Choose which columns of an assay file are its measurements, and in which rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chem.errors import InputError
from chem.records.numbers import Decimal
from data.assay.cells.cells import Reading, are_classes, is_missing, read_cell
from data.assay.cells.measure import UNITS, Measure, from_header, parse_units, with_units
from data.assay.cells.raw_rows import AssayRows
from data.assay.cells.settle import settle
from data.assay.columns.column_roles import Layout, as_class
from data.assay.columns.parts import name_units, part_by_dose, part_by_type
from data.assay.headers.headers import Header
from data.assay.headers.spelling import task_name
from data.assay.headers.units import find_unit

_SHOWN = 12


@dataclass
class Chosen:
    """What was chosen, and why the rest was not."""

    measures: list[Measure] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """Column → why it is no measurement."""
    questions: dict[str, str] = field(default_factory=dict)
    """Column → what must be asked before it can be read."""
    notes: list[str] = field(default_factory=list)

    def unused(self, rows: AssayRows, used: set[str], has_split: bool) -> str:
        """Return the columns that are no measurement, by reason, for one line."""
        beside: set[str] = set()
        for measure in self.measures:
            beside |= {measure.relation, measure.units, *(column for column, _ in measure.only)}
        by_reason: dict[str, list[str]] = {}
        for column in rows.columns:
            split = has_split and column.lower() == "split"
            if column not in used | beside and not split:
                reason = self.reasons.get(column, "not used")
                by_reason.setdefault(reason, []).append(repr(column))
        return "; ".join(f"{', '.join(names)} ({why})" for why, names in by_reason.items())


def choose_measures(
    rows: AssayRows,
    layout: Layout,
    value_column: str | None,
    units: str | None,
    chosen: Chosen,
    decimal: Decimal | None = None,
) -> None:
    """Find the measurement columns, and why the others are none; ``chosen`` is filled.

    Raises:
        InputError: no such column, none recognised, or a unit that is missing, unknown or at
            odds with the header.
    """
    if value_column is not None:
        if value_column not in rows.columns:
            raise InputError(
                f"{rows.path} has no value column {value_column!r}; it has "
                f"{', '.join(rows.columns)}."
            )
        header = layout.headers[value_column]
        _choose(value_column, _forced(header, rows, units), rows, layout, units, chosen, decimal)
        for column in rows.columns:
            if column != value_column:
                reason = layout.headers[column].reason or "another column was named"
                chosen.reasons[column] = reason
        _refuse_questions(rows, chosen)
        return
    numbered = {h.unit for h in layout.headers.values() if h.replicate}
    for column in rows.columns:
        header = layout.headers[column]
        if column in layout.shared and column not in layout.types:
            chosen.questions[column] = f"{layout.shared[column]}."
            continue
        if header.role == "generic" and header.mean and header.unit in numbered:
            header = header._replace(role="value", kind="concentration")  # mean of replicates
        typed = column in layout.types or column in layout.units
        if header.role == "generic" and not typed:
            chosen.reasons[column] = header.reason or "no known quantity"
        elif header.role not in ("value", "generic"):
            chosen.reasons[column] = header.reason
        elif header.kind == "class" and not are_classes(rows.cells[column]):
            chosen.reasons[column] = "its cells are not active and inactive"
        else:
            _choose(column, header, rows, layout, None, chosen, decimal)
    if units is not None:
        _apply_units(rows, layout, units, chosen, decimal)
    if not chosen.measures and chosen.questions:
        _refuse_questions(rows, chosen)
    if not chosen.measures:
        found = [f"{column!r} ({why})" for column, why in chosen.reasons.items()]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise InputError(
            f"{rows.path} has no column of measurements that can be recognised; its columns are "
            f"{', '.join(found[:_SHOWN]) or 'none but the SMILES'}{more}. {_advise(rows, chosen)}"
        )
    for column, question in chosen.questions.items():  # the others are clear: go on without these
        chosen.reasons[column] = f"not clear how to read it: {question}"


def _advise(rows: AssayRows, chosen: Chosen) -> str:
    """Return what helps where no column was recognised: an option that works on this file."""
    for column in chosen.reasons:
        if are_classes(rows.cells[column]) and len(_told(rows.cells[column])) > 1:
            return f"If one says active and inactive, name it: --value-column {column!r}."
    for column, reason in chosen.reasons.items():
        if reason.endswith(", no potency") and _are_measured(rows.cells[column]):
            return (
                f"To learn numbers as they are written: --value-column {column!r} --units number."
            )
    return (
        "Name it like 'IC50 nM', 'pIC50', 'inhibition %' or 'active', or use --value-column and "
        "--units."
    )


def _told(cells: Sequence[str]) -> set[str]:
    return {cell.strip().lower() for cell in cells if not is_missing(cell)}


def _are_measured(cells: Sequence[str]) -> bool:
    """Tell whether cells are numbers of which at least three differ."""
    told = _told(cells)
    read = sum(isinstance(read_cell(cell), Reading) for cell in told)
    return len(told) > 2 and read * 2 > len(told)


def _forced(header: Header, rows: AssayRows, units: str | None) -> Header:
    """Return the header of a column that the user names, of whatever role."""
    if header.role in ("value", "generic"):
        return header
    cells = rows.cells[header.column]
    if units is None and header.role == "other" and are_classes(cells):
        return as_class(header.column, cells)
    known = header.reason and header.reason not in ("no known quantity", "it is empty")
    if known and (units is None or parse_units(units)[0] not in ("number", "class")):
        advice = "name a column of numbers, or of active and inactive"
        if _are_measured(cells):
            advice = "to learn its numbers as they are written, give --units number"
        raise InputError(
            f"{rows.path}: column {header.column!r} is not read as a measurement: {header.reason}; "
            f"{advice}."
        )
    return Header(header.column, "generic", task=task_name(header.column))


def _refuse_questions(rows: AssayRows, chosen: Chosen) -> None:
    for column, question in chosen.questions.items():
        raise InputError(f"{rows.path}: column {column!r}: {question}")


def _apply_units(
    rows: AssayRows, layout: Layout, units: str, chosen: Chosen, decimal: Decimal | None
) -> None:
    """Read the columns that were open with the user's units, or hold these against the others."""
    opened = list(chosen.questions)
    if not opened:
        for measure in chosen.measures:
            if not measure.only and not measure.units:
                with_units(measure, units, rows.path)
        return
    kind = parse_units(units)[0]
    for column in opened:
        header = layout.headers[column]
        told = (kind == "percent") == (header.kind == "percent") or header.role == "generic"
        if not told and kind not in ("number", "class"):
            continue  # per cent says nothing of an IC50 without a unit
        del chosen.questions[column]
        _choose(column, header._replace(role="value"), rows, layout, units, chosen, decimal)
    order = {column: at for at, column in enumerate(rows.columns)}
    chosen.measures.sort(key=lambda measure: order[measure.column])


def _choose(
    column: str,
    header: Header,
    rows: AssayRows,
    layout: Layout,
    units: str | None,
    chosen: Chosen,
    decimal: Decimal | None,
) -> None:
    cells = rows.cells[column]
    if column in layout.unclear:
        chosen.questions[column] = layout.unclear[column]
        return
    if column in layout.types and header.kind in ("concentration", "pactivity", "number"):
        measures, left = part_by_type(column, header, rows, layout, decimal)
        chosen.measures += measures
        if left:
            chosen.notes.append(f"column {column!r}: values left out: {', '.join(left)}")
        if not measures:
            types = layout.types[column]
            chosen.questions[column] = f"no type in {types!r} can be read: {', '.join(left)}."
        return
    measure = from_header(header)._replace(
        relation=layout.relation.get(column, ""), units=layout.units.get(column, "")
    )
    if header.doubt and units is None:
        chosen.questions[column] = f"{header.doubt}; {_ask(header)}."
        return
    if units is not None:
        measure = with_units(measure, units, rows.path, bool(header.doubt))
    elif header.role == "generic" and measure.units:
        found = _find_units(measure, rows)
        if found == {"%"}:
            chosen.questions[column] = (
                f"per cent of what? Column {measure.units!r} says % and no more; say whether more "
                "is more effect with --units '% up', or less with --units '% down'."
            )
            return
        if found:
            measure = measure._replace(kind="concentration", quantity="")
    if measure.kind == "class":
        chosen.measures.append(measure)
        return
    if measure.kind == "number" and measure.unit != "as written":
        chosen.questions[column] = _no_unit(column)
        return
    measure, question = settle(measure, cells, decimal, rows.delimiter)
    if question:
        advice = "" if "; say which with --" in question else f"; {_ask(header)}"
        chosen.questions[column] = f"{question}{advice}."
        return
    unitless = measure.kind == "concentration" and not (measure.unit or measure.units)
    if unitless and not name_units(cells):
        chosen.questions[column] = _no_unit(column)
        return
    chosen.measures.extend(part_by_dose(measure, rows, layout))


def _no_unit(column: str) -> str:
    return (
        f"its unit is unknown; put it into the header ({column + ' nM'!r}), or give --units "
        f"({UNITS})."
    )


def _ask(header: Header) -> str:
    if header.kind == "class":
        return (
            f"say which with --value-column {header.column!r} --units 'class up' (1 is active) or "
            "'class down' (1 is inactive)"
        )
    if header.kind == "percent":
        return f"say which with --value-column {header.column!r} --units '% up' (or '% down')"
    if header.transform:
        return "give --units, such as 'log10 nM', 'ln uM', '-log10 nM' or pActivity"
    return "name the column with --value-column and its unit with --units"


def _find_units(measure: Measure, rows: AssayRows) -> set[str]:
    """Return the units that rows name, of those that are known."""
    return {unit for cell in rows.cells[measure.units] if (unit := find_unit(cell))}


def name_apart(measures: Sequence[Measure]) -> list[Measure]:
    """Give every measure a task name of its own."""
    names = [measure.task for measure in measures]
    apart: dict[str, Measure] = {}
    for measure in measures:
        name = plain = task_name(measure.column) if names.count(measure.task) > 1 else measure.task
        if measure.only and names.count(measure.task) > 1:
            name = plain = f"{task_name(measure.column)}_{measure.task}"
        copy = 2
        while name in apart:
            name, copy = f"{plain}_{copy}", copy + 1
        apart[name] = measure._replace(task=name)
    return list(apart.values())
