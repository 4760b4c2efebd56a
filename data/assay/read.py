"""Reads a team's own assay: a file of structures and measurements becomes an activity table."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.records.message_text import counted
from chem.records.numbers import Decimal
from data.activities.activity import ActivityTable, Task, object_array
from data.activities.usable import MINIMUM_ROWS, find_problem
from data.assay.cells.column_values import read_values
from data.assay.cells.measure import Measure
from data.assay.cells.raw_rows import AssayRows, read_rows
from data.assay.cells.values import Values, advise, tell
from data.assay.columns.choose import Chosen, choose_measures, name_apart
from data.assay.columns.column_roles import Layout, lay_out
from data.assay.columns.flagged_rows import find_flagged
from data.assay.columns.targets import keep_target
from data.assay.describe import Description, describe, say_measure, say_unmeasured
from data.assay.plausible import check_plausible, find_flip
from data.assay.replicate_columns import Read, drop_repeats, merge_replicates

SPLIT_COLUMN = "split"
_TASK_NAME = re.compile(r"[\w.+-]+")
_PARTS = {"train": "train", "training": "train", "valid": "valid", "val": "valid"}
_PARTS |= {"validation": "valid", "dev": "valid", "test": "test", "holdout": "test"}


@dataclass(frozen=True)
class AssayOptions:
    """The user's statements about an assay; None leaves a choice to the file."""

    smiles_column: str | None = None
    id_column: str | None = None
    value_column: str | None = None
    units: str | None = None
    """Units for a header without any (``data.assay.cells.measure.UNITS``)."""
    task_name: str | None = None
    """Name of the task, if there is one value column."""
    target: str | tuple[str, ...] | None = None
    """The target whose rows are read, if a column names several; one for each such column."""
    decimal: Decimal | None = None
    """The decimal mark, if the numbers do not show it."""
    inactive_as: str | None = None
    """Meaning of the word inactive, or of a concentration of zero: ``>50``."""
    skip_bad_cells: bool = False
    """Leave out cells that cannot be read, counted in the notes, instead of refusing the file."""
    minimum_rows: int = MINIMUM_ROWS
    """Values that a column needs to be trained on; 0 if nothing is trained, and any will do."""


def read_assay(path: str | Path, options: AssayOptions | None = None) -> ActivityTable:
    """Read an assay from a CSV (or any other format that ``chem.library.read.open_library`` reads).

    Columns of measurements are recognised by their headers (:mod:`data.assay.headers.headers`):
    ``IC50 nM``, ``log10 Ki [M]``, ``pIC50``, ``Inhibition at 10 uM``, ``active``; or row by row
    by columns of types and units, as ChEMBL writes them. Concentrations become pActivity (−log10
    molar). Signs, in the cell (``<5``) or in a column beside it, become bounds. Each quantity is a
    task, or only ``value_column`` if named. A column ``split`` with train, valid and test is kept.
    The table's ``notes`` report all decisions and omissions.

    Raises:
        InputError: A column or unit is missing or unknown, a header or the numbers can be read in
            two ways, cells are no numbers (every kind is named with its rows), values are
            impossible in their unit, there are too few measurements, all values are the same, or
            one column of values has several targets.

    Rows without a structure, flagged by the file, or without any value are left out and counted.
    """
    reading = _Reading(str(path), options or AssayOptions())
    return reading.run()


def describe_assay(path: str | Path, options: AssayOptions | None = None) -> Description:
    """Return how each column of an assay is read, and the problem that prevents training on it."""
    reading = _Reading(str(path), options or AssayOptions())
    problem = ""
    try:
        reading.run()
    except InputError as error:
        if reading.rows is None or reading.layout is None:
            raise
        problem = str(error)
    assert reading.rows is not None
    assert reading.layout is not None
    return describe(
        reading.rows, reading.layout, reading.chosen, reading.read, reading.notes, problem
    )


@dataclass
class _Reading:
    """The reading of an assay in steps: after an error, the facts known so far can be described."""

    path: str
    options: AssayOptions
    rows: AssayRows | None = None
    layout: Layout | None = None
    chosen: Chosen = field(default_factory=Chosen)
    read: list[Read] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self) -> ActivityTable:
        options = self.options
        self.rows = rows = read_rows(self.path, options.smiles_column, options.id_column)
        self.notes += rows.notes
        if rows.unread:
            row, reason = rows.unread[0]
            self.notes.append(
                f"{counted(len(rows.unread), 'row')} without structure left out (row {row}: "
                f"{reason})"
            )
        self.layout = layout = lay_out(rows)
        choose_measures(
            rows,
            layout,
            options.value_column,
            options.units,
            self.chosen,
            options.decimal,
        )
        self.read = [Read(measure, Values.none()) for measure in self.chosen.measures]
        measured = {measure.column for measure in self.chosen.measures}
        rows, told = keep_target(rows, measured, options.target)
        self.notes += told
        flagged, roles, told = find_flagged(rows, layout, measured)
        self.chosen.reasons |= roles
        self.notes += told
        self.rows = rows = rows.select(~flagged)
        self._read_values(rows, layout)
        self._check_cells()
        self._merge(layout)
        self._name_task()
        self._keep_usable()
        for one in self.read:
            self.notes += check_plausible(one.measure, one.values)
        return self._table(rows)

    def _read_values(self, rows: AssayRows, layout: Layout) -> None:
        for at, (measure, _) in enumerate(self.read):
            if measure.relation and measure.kind == "pactivity":
                flips, question = _flips(rows, layout, measure)
                if question:
                    raise InputError(
                        f"{self.path}: column {measure.relation!r} beside {measure.column!r}: "
                        f"{question}; write the signs before the values (<5), as those of −log10."
                    )
                measure = measure._replace(flips=flips)
            values = read_values(rows, measure, self.options.decimal, self.options.inactive_as)
            self.read[at] = Read(measure, values)

    def _check_cells(self) -> None:
        """Refuse cells that cannot be read, or count them if the user skips bad cells."""
        told = []
        for measure, values in self.read:
            if not values.problems:
                continue
            bad = f"{len(values.problems):,} of {counted(values.told, 'cell')}"
            many = len(values.problems) * 2 > values.told
            if self.options.skip_bad_cells and not many:
                self.notes.append(
                    f"column {measure.column!r}: {bad} left out: {tell(values.problems)}"
                )
                continue
            told.append(
                f"column {measure.column!r}: {bad} cannot be read as {measure.written}: "
                f"{tell(values.problems)}; {advise(values.problems, measure)}."
            )
        if told:
            raise InputError(f"{self.path}: {' '.join(told)}")

    def _merge(self, layout: Layout) -> None:
        self.read, gone = merge_replicates(self.read, layout.headers)
        self.read, repeats = drop_repeats(self.read, layout.headers, self.path)
        for column, reason in (gone | repeats).items():
            self.chosen.reasons[column] = reason
        named = name_apart([one.measure for one in self.read])
        self.read = [Read(m, one.values) for m, one in zip(named, self.read, strict=True)]

    def _name_task(self) -> None:
        name = self.options.task_name
        if name is None:
            return
        if not _TASK_NAME.fullmatch(name):
            raise InputError(
                f"task name {name!r} would become a column name: use letters, digits, "
                "'_', '-', '.' and '+' only."
            )
        if len(self.read) > 1:
            found = ", ".join(one.measure.column for one in self.read)
            raise InputError(
                f"a task name was given, but {self.path} has {len(self.read)} value columns "
                f"({found}); name one with --value-column."
            )
        self.read = [Read(one.measure._replace(task=name), one.values) for one in self.read]

    def _keep_usable(self) -> None:
        problems = [self._find_problem(one) for one in self.read]
        usable = [at for at, problem in enumerate(problems) if not problem]
        if not usable:
            at = next(at for at, problem in enumerate(problems) if problem)
            lost = [note for note in self.read[at].values.notes if " left out: " in note]
            why = f" ({'; '.join(lost)})" if lost else ""
            raise InputError(f"{self.path}: {problems[at]}{why}")
        self.notes += [f"left out: {problem}" for problem in problems if problem]
        for at, problem in enumerate(problems):
            if problem:
                self.chosen.reasons[self.read[at].measure.column] = problem
        self.read = [self.read[at] for at in usable]
        for one in self.read:
            self.notes.append(say_measure(one))
            self.notes += [f"column {one.measure.column!r}: {note}" for note in one.values.notes]

    def _find_problem(self, one: Read) -> str:
        """Return why a column is of no use, or an empty text."""
        if not self.options.minimum_rows:
            return "" if one.values.measured.any() else f"{_name(one)} has no value"
        is_class = one.measure.kind == "class"
        return find_problem(_name(one), is_class, one.values.values, self.options.minimum_rows)

    def _table(self, rows: AssayRows) -> ActivityTable:
        notes = [*self.notes, *self.chosen.notes]
        read = self.read
        split = _read_split(rows, notes)
        unused = self.chosen.unused(rows, {one.measure.column for one in read}, split is not None)
        if unused:
            notes.append(f"columns not used as measurements: {unused}")
        values = np.stack([one.values.values for one in read], axis=1)
        kept: npt.NDArray[np.bool_] = ~np.all(np.isnan(values), axis=1)
        told = say_unmeasured(rows, kept, self.chosen.measures, [one.measure for one in read])
        self.notes += told
        notes += told
        table = ActivityTable(
            smiles=object_array(rows.smiles),
            ids=object_array(rows.ids),
            tasks=tuple(_task(one) for one in read),
            values=values,
            bounds=np.stack([one.values.bounds for one in read], axis=1),
            split=split,
            notes=tuple(notes),
        )
        return table.select(kept)


def _flips(rows: AssayRows, layout: Layout, measure: Measure) -> tuple[bool, str]:
    if layout.of_concentrations(measure.relation):
        return True, ""
    flips, question = find_flip(rows, measure)
    return bool(flips), question


def _name(one: Read) -> str:
    of = ", ".join(repr(word) for _, word in one.measure.only)
    return f"column {one.measure.column!r}" + (f" (rows of {of})" if of else "")


def _task(one: Read) -> Task:
    measure = one.measure
    if measure.kind == "class":
        return Task(measure.task, "classification", "1 = active")
    units = {"concentration": "pActivity", "pactivity": "pActivity", "percent": "%"}
    unit = units.get(measure.kind, measure.unit)
    return Task(measure.task, "regression", unit, measure.direction)


def _read_split(rows: AssayRows, notes: list[str]) -> npt.NDArray[np.str_] | None:
    column = next((name for name in rows.columns if name.lower() == SPLIT_COLUMN), None)
    if column is None:
        return None
    words = [cell.strip().lower() for cell in rows.cells[column]]
    if not set(words) <= set(_PARTS):
        strange = sorted(set(words) - set(_PARTS))[0]
        notes.append(f"column {column!r} is no split (it has {strange!r}); ignored")
        return None
    return np.array([_PARTS[word] for word in words], dtype="<U5")
