"""Chooses the columns of an assay file that are its measurements, and their rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chem.errors import InputError
from chem.records.numbers import Decimal
from data.assay.cells.ambiguous_measure import settle
from data.assay.cells.cells import Reading, are_classes, is_missing, read_cell
from data.assay.cells.measure import UNITS, Measure, from_header, parse_units, with_units
from data.assay.cells.raw_rows import AssayRows
from data.assay.columns.column_roles import Layout, as_class
from data.assay.columns.split_measures import name_units, part_by_dose, part_by_type
from data.assay.headers.headers import Header
from data.assay.headers.spelling import task_name
from data.assay.headers.units import find_unit

_SHOWN = 12


@dataclass
class Chosen:
    """The chosen measures, and why the other columns were not chosen."""

    measures: list[Measure] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """Reason why a column is no measurement, by column."""
    questions: dict[str, str] = field(default_factory=dict)
    """Question to answer before a column can be read, by column."""
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
    """Find the measurement columns, and why the others are none; the results go into ``chosen``.

    Raises:
        InputError: There is no such column, none is recognised, or a unit is missing, unknown or
            contradicts the header.
    """
    chooser = _Chooser(rows, layout, chosen, decimal)
    if value_column is not None:
        chooser.take_named(value_column, units)
        return
    chooser.take_known()
    if units is not None:
        chooser.apply_units(units)
    if not chosen.measures:
        chooser.refuse_questions()
        found = [f"{column!r} ({why})" for column, why in chosen.reasons.items()]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise InputError(
            f"{rows.path} has no column of measurements that can be recognised; its columns are "
            f"{', '.join(found[:_SHOWN]) or 'none but the SMILES'}{more}. {_advise(rows, chosen)}"
        )
    for column, question in chosen.questions.items():  # the others are clear: read only those
        chosen.reasons[column] = f"not clear how to read it: {question}"


class _Chooser:
    """The choice of measures from the columns of an assay, which fills ``chosen``."""

    def __init__(
        self, rows: AssayRows, layout: Layout, chosen: Chosen, decimal: Decimal | None
    ) -> None:
        self.rows, self.layout, self.chosen, self.decimal = rows, layout, chosen, decimal

    def take_named(self, value_column: str, units: str | None) -> None:
        """Take the column that the user names, and no other."""
        rows, headers = self.rows, self.layout.headers
        if value_column not in rows.columns:
            raise InputError(
                f"{rows.path} has no value column {value_column!r}; it has "
                f"{', '.join(rows.columns)}."
            )
        self._take(value_column, _forced(headers[value_column], rows, units), units)
        for column in rows.columns:
            if column != value_column:
                self.chosen.reasons[column] = headers[column].reason or "another column was named"
        self.refuse_questions()

    def take_known(self) -> None:
        """Take every column whose header says that it is a measurement."""
        layout = self.layout
        numbered = {h.unit for h in layout.headers.values() if h.replicate}
        for column in self.rows.columns:
            header = layout.headers[column]
            if column in layout.shared and column not in layout.types:
                self.chosen.questions[column] = f"{layout.shared[column]}."
                continue
            if header.role == "generic" and header.mean and header.unit in numbered:
                header = header._replace(role="value", kind="concentration")  # mean of replicates
            reason = self._why_not(header)
            if reason is None:
                self._take(column, header, None)
            else:
                self.chosen.reasons[column] = reason

    def _why_not(self, header: Header) -> str | None:
        """Return why a column is no measurement; None if it is one."""
        column = header.column
        typed = column in self.layout.types or column in self.layout.units
        if header.role == "generic" and not typed:
            return header.reason or "not recognized"
        if header.role not in ("value", "generic"):
            return header.reason
        if header.kind == "class" and not are_classes(self.rows.cells[column]):
            return "its cells are not active and inactive"
        return None

    def apply_units(self, units: str) -> None:
        """Read undecided columns with the user's units, or compare the units with the others."""
        opened = list(self.chosen.questions)
        if not opened:
            for measure in self.chosen.measures:
                if not measure.only and not measure.units:
                    with_units(measure, units, self.rows.path)
            return
        kind = parse_units(units)[0]
        for column in opened:
            header = self.layout.headers[column]
            told = (kind == "percent") == (header.kind == "percent") or header.role == "generic"
            if not told and kind not in ("number", "class"):
                continue  # per cent says nothing about an IC50 without a unit
            del self.chosen.questions[column]
            self._take(column, header._replace(role="value"), units)
        order = {column: at for at, column in enumerate(self.rows.columns)}
        self.chosen.measures.sort(key=lambda measure: order[measure.column])

    def refuse_questions(self) -> None:
        """Raise InputError with the first question, if any."""
        for column, question in self.chosen.questions.items():
            raise InputError(f"{self.rows.path}: column {column!r}: {question}")

    def _take(self, column: str, header: Header, units: str | None) -> None:
        layout = self.layout
        if column in layout.unclear:
            self.chosen.questions[column] = layout.unclear[column]
            return
        if column in layout.types and header.kind in ("concentration", "pactivity", "number"):
            self._take_types(column, header)
            return
        found = self._read(column, header, units)
        if isinstance(found, str):
            self.chosen.questions[column] = found
        else:
            self.chosen.measures += found

    def _take_types(self, column: str, header: Header) -> None:
        measures, left = part_by_type(column, header, self.rows, self.layout, self.decimal)
        self.chosen.measures += measures
        if left:
            note = f"column {column!r}: values left out: {', '.join(left)}"
            self.chosen.notes.append(note)
        if not measures:
            types = self.layout.types[column]
            self.chosen.questions[column] = f"no type in {types!r} can be read: {', '.join(left)}."

    def _read(self, column: str, header: Header, units: str | None) -> list[Measure] | str:
        """Return the measures of a column, or a question to answer before it can be read."""
        rows, layout = self.rows, self.layout
        if header.doubt and units is None:
            return f"{header.doubt}; {_ask(header)}."
        measure = from_header(header)._replace(
            relation=layout.relation.get(column, ""), units=layout.units.get(column, "")
        )
        if units is not None:
            measure = with_units(measure, units, rows.path, bool(header.doubt))
        elif header.role == "generic" and measure.units:
            named = {unit for cell in rows.cells[measure.units] if (unit := find_unit(cell))}
            if named == {"%"}:
                return (
                    f"per cent of what? Column {measure.units!r} says % and no more; say whether "
                    "more is more effect with --units '% up', or less with --units '% down'."
                )
            if named:
                measure = measure._replace(kind="concentration", quantity="")
        if measure.kind == "class":
            return [measure]
        if measure.kind == "number" and measure.unit != "as written":
            return _no_unit(column)
        measure, question = settle(measure, rows.cells[column], self.decimal, rows.delimiter)
        if question:
            advice = "" if "; say which with --" in question else f"; {_ask(header)}"
            return f"{question}{advice}."
        unitless = measure.kind == "concentration" and not (measure.unit or measure.units)
        if unitless and not name_units(rows.cells[column]):
            return _no_unit(column)
        return part_by_dose(measure, rows, layout)


def _advise(rows: AssayRows, chosen: Chosen) -> str:
    """Return advice if no column was recognised: an option that works on this file."""
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
    """Tell whether cells are numbers with at least three different values."""
    told = _told(cells)
    read = sum(isinstance(read_cell(cell), Reading) for cell in told)
    return len(told) > 2 and read * 2 > len(told)


def _forced(header: Header, rows: AssayRows, units: str | None) -> Header:
    """Return the header of a column that the user names, whatever its role."""
    if header.role in ("value", "generic"):
        return header
    cells = rows.cells[header.column]
    if units is None and header.role == "other" and are_classes(cells):
        return as_class(header.column, cells)
    known = header.reason and header.reason not in ("not recognized", "it is empty")
    if known and (units is None or parse_units(units)[0] not in ("number", "class")):
        advice = "name a column of numbers, or of active and inactive"
        if _are_measured(cells):
            advice = "to learn its numbers as they are written, give --units number"
        raise InputError(
            f"{rows.path}: column {header.column!r} is not read as a measurement: {header.reason}; "
            f"{advice}."
        )
    return Header(header.column, "generic", task=task_name(header.column))


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
