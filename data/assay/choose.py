"""Choose which columns of an assay file are its measurements, and in which rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from chem.errors import InputError
from data.assay.cells import Reading, are_classes, is_missing, read_cell
from data.assay.headers import Header, task_name, understand
from data.assay.layout import Layout
from data.assay.measure import UNITS, Measure, from_header, parse_units
from data.assay.rows import AssayRows
from data.assay.settle import settle
from data.units import find_unit

_FEW_TYPES = 200
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
        _choose(value_column, _forced(header, rows, units), rows, layout, units, chosen)
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
            chosen.reasons[column] = "no known quantity"
        elif header.role not in ("value", "generic"):
            chosen.reasons[column] = header.reason
        elif header.kind == "class" and not are_classes(rows.cells[column]):
            chosen.reasons[column] = "its cells are not active and inactive"
        else:
            _choose(column, header, rows, layout, None, chosen)
    if units is not None:
        _apply_units(rows, layout, units, chosen)
    if not chosen.measures and chosen.questions:
        _refuse_questions(rows, chosen)
    if not chosen.measures:
        found = [f"{column!r} ({why})" for column, why in chosen.reasons.items()]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise InputError(
            f"{rows.path} has no column of measurements that can be recognised; its columns are "
            f"{', '.join(found[:_SHOWN]) or 'none but the SMILES'}{more}. Name it like 'IC50 nM', "
            "'pIC50', 'inhibition %' or 'active', or use --value-column and --units."
        )
    for column, question in chosen.questions.items():  # the others are clear: go on without these
        chosen.reasons[column] = f"not clear how to read it: {question}"


def _forced(header: Header, rows: AssayRows, units: str | None) -> Header:
    """Return the header of a column that the user names, of whatever role."""
    if header.role in ("value", "generic"):
        return header
    cells = rows.cells[header.column]
    if units is None and header.role == "other" and are_classes(cells):
        return Header(header.column, "value", kind="class", task=task_name(header.column))
    known = header.reason and header.reason not in ("no known quantity", "it is empty")
    if known and (units is None or parse_units(units)[0] not in ("number", "class")):
        raise InputError(
            f"{rows.path}: column {header.column!r} is not read as a measurement: {header.reason}; "
            "to learn its numbers as they are written, give --units number."
        )
    return Header(header.column, "generic", task=task_name(header.column))


def _refuse_questions(rows: AssayRows, chosen: Chosen) -> None:
    for column, question in chosen.questions.items():
        raise InputError(f"{rows.path}: column {column!r}: {question}")


def _apply_units(rows: AssayRows, layout: Layout, units: str, chosen: Chosen) -> None:
    """Read the columns that were open with the user's units, or hold these against the others."""
    opened = list(chosen.questions)
    if not opened:
        for measure in chosen.measures:
            if not measure.only and not measure.units:
                with_units(measure, units, rows.path)
        return
    chosen.questions = {}
    for column in opened:
        header = layout.headers[column]
        _choose(column, header._replace(role="value"), rows, layout, units, chosen)
    order = {column: at for at, column in enumerate(rows.columns)}
    chosen.measures.sort(key=lambda measure: order[measure.column])


def _choose(
    column: str,
    header: Header,
    rows: AssayRows,
    layout: Layout,
    units: str | None,
    chosen: Chosen,
) -> None:
    cells = rows.cells[column]
    if column in layout.unclear:
        chosen.questions[column] = layout.unclear[column]
        return
    if column in layout.types and header.kind in ("concentration", "pactivity", "number"):
        _choose_types(column, header, rows, layout, chosen)
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
        measure = _of_units(measure, rows)
    if measure.kind == "class":
        chosen.measures.append(measure)
        return
    if measure.kind == "number" and measure.unit != "as written":
        chosen.questions[column] = _no_unit(column)
        return
    measure, question = settle(measure, cells)
    if question:
        advice = "" if "--units" in question else f"; {_ask(header)}"
        chosen.questions[column] = f"{question}{advice}."
        return
    unitless = measure.kind == "concentration" and not (measure.unit or measure.units)
    if unitless and not name_units(cells):
        chosen.questions[column] = _no_unit(column)
        return
    chosen.measures.extend(_by_dose(measure, rows, layout))


def _no_unit(column: str) -> str:
    return (
        f"its unit is unknown; put it into the header ({column + ' nM'!r}), or give --units "
        f"({UNITS})."
    )


def _ask(header: Header) -> str:
    if header.kind == "percent":
        return "say which with --units '% up' or --units '% down'"
    if header.transform:
        return "give --units, such as 'log10 nM', 'ln uM', '-log10 nM' or pActivity"
    return "name the column with --value-column and its unit with --units"


def with_units(measure: Measure, units: str, path: str, doubtful: bool = False) -> Measure:
    """Return a measure with the units that the user gives.

    Raises InputError where the header says another.
    """
    kind, unit, transform, direction = parse_units(units)
    said = measure.unit if measure.kind != "number" else ""
    if measure.transform and not measure.unit and kind == "concentration" and not transform:
        transform, kind = measure.transform, measure.kind  # log IC50 with --units nM
    same = (kind, unit) == (measure.kind, measure.unit) and (
        transform == measure.transform or not transform
    )
    clear = not doubtful and said and kind not in ("number", "class")
    p_of_unit = measure.kind == kind == "pactivity"
    if clear and not same and not p_of_unit and kind != "percent" and measure.kind != "percent":
        raise InputError(
            f"{path}: column {measure.column!r} says {measure.written}, --units says {units}; "
            "correct one."
        )
    if clear and (kind == "percent") != (measure.kind == "percent"):
        raise InputError(
            f"{path}: column {measure.column!r} says {measure.written}, --units says {units}; "
            "correct one."
        )
    name = measure.task if measure.kind == kind or measure.quantity else ""
    return measure._replace(
        kind=kind,
        unit=unit,
        transform=transform,
        direction=direction or (measure.direction if kind == "percent" else "up"),
        task=name or task_name(measure.column),
    )


def _of_units(measure: Measure, rows: AssayRows) -> Measure:
    """Return what a value without a quantity is by the units of its rows."""
    units = {find_unit(cell) for cell in rows.cells[measure.units]} - {None}
    if units and units <= {"%"}:
        return measure  # per cent of what is not said
    if units:
        return measure._replace(kind="concentration", quantity="")
    return measure


def _choose_types(
    column: str, header: Header, rows: AssayRows, layout: Layout, chosen: Chosen
) -> None:
    """Make one measure of each type that rows name, such as Ki and IC50."""
    types = layout.types[column]
    says = [cell.strip().lower() for cell in rows.cells[types]]
    counts = Counter(
        word for word, cell in zip(says, rows.cells[column], strict=True) if not is_missing(cell)
    )
    spelled = {cell.strip().lower(): cell.strip() for cell in rows.cells[types]}
    left: list[str] = []
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
            if measure.kind == "percent":
                measure = measure._replace(unit="%", units=measure.units)
            elif measure.kind == "concentration" and units <= {"%", None}:
                left.append(f"{count} of {spelled[word]!r} (no molar unit)")
                continue
        elif measure.kind == "concentration" and not measure.unit:
            measure = measure._replace(unit=header.unit)
            if not measure.unit and not name_units(cells):
                left.append(f"{count} of {spelled[word]!r} (no unit)")
                continue
        if measure.kind != "percent":
            measure, question = settle(measure, cells)
            if question:
                left.append(f"{count} of {spelled[word]!r} ({question})")
                continue
        chosen.measures.extend(_by_dose(measure, rows, layout))
    if left:
        chosen.notes.append(f"column {column!r}: values left out: {', '.join(left)}")
    if not any(measure.column == column for measure in chosen.measures):
        chosen.questions[column] = f"no type in {types!r} can be read: {', '.join(left)}"


def _by_dose(measure: Measure, rows: AssayRows, layout: Layout) -> list[Measure]:
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

    def say(dose: str) -> str:
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
    readings = [read_cell(cell) for cell in cells if not is_missing(cell)]
    numbers = [one for one in readings if isinstance(one, Reading)]
    return bool(numbers) and all(one.unit not in ("", "%") for one in numbers)


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
