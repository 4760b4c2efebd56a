"""Describes how each column of an assay was read, in words that a chemist can check."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chem.records.message_text import counted
from data.activities.activity import EXACT
from data.assay.cells.cells import is_missing
from data.assay.cells.measure import Measure
from data.assay.cells.raw_rows import AssayRows
from data.assay.columns.choose import Chosen
from data.assay.columns.column_roles import Layout
from data.assay.replicate_columns import Read

HEADERS = (
    *("column", "task", "quantity", "written as", "condition", "larger is", "beside", "values"),
    *("bounds among them", "cells without a value", "as written → as read"),
)

_SHOWN = 4


class Description(NamedTuple):
    """The description of how an assay was read."""

    measures: list[tuple[str, ...]]
    """A row for each task, under ``HEADERS``."""
    others: list[tuple[str, str]]
    """Every other column, with its role or the reason why it is not used."""
    notes: list[str]
    """Decisions and omissions, one line each."""
    problem: str
    """Reason why nothing can be trained on the file as it is, or empty."""


def describe(
    rows: AssayRows,
    layout: Layout,
    chosen: Chosen,
    read: Sequence[Read],
    notes: Sequence[str],
    problem: str,
) -> Description:
    """Gather the facts about all columns, even if reading stopped at a problem."""
    others = [(rows.smiles_column, "structures"), (rows.id_column, "compound ids")]
    told = [(column, words) for column, words in others if column]
    used = {one.measure.column for one in read}
    beside = _beside(read)
    notes = [*notes, *_notes_of(read, notes)]
    for column in rows.columns:
        if column in used:
            continue
        if column in chosen.questions:
            told.append((column, f"asked: {chosen.questions[column]}"))
            continue
        split = "the split" if column.lower() == "split" else ""
        reason = beside.get(column) or split or chosen.reasons.get(column, "")
        told.append((column, reason or layout.headers[column].reason or "not used"))
    measures = [_row(one) for one in read]
    lines = [note for note in notes if "became task" not in note]
    return Description(measures, told, [*lines, *chosen.notes], problem)


def _notes_of(read: Sequence[Read], notes: Sequence[str]) -> list[str]:
    """Return the decisions on the cells, if reading stopped before they were noted."""
    told = [f"column {one.measure.column!r}: {note}" for one in read for note in one.values.notes]
    return [line for line in dict.fromkeys(told) if line not in notes]


def say_measure(one: Read) -> str:
    """Return one line on how a measure was read, with examples.

    It gives the quantity, unit, condition, direction and the columns beside the values.
    """
    measure = one.measure
    parts = [f"{_quantity(measure)} as {measure.written}"]
    if measure.condition:
        parts.append(f"at {measure.condition}")
    if measure.kind in ("concentration", "pactivity"):
        parts.append("in pActivity, −log10(molar)")
    if measure.kind == "percent":
        parts.append(f"larger is {_larger(measure)}")
    parts += _columns(measure)
    return (
        f"column {measure.column!r} became task {measure.task!r}: {', '.join(parts)}; "
        f"{_counts(one)}; {_examples(one)}"
    )


def _counts(one: Read) -> str:
    """Return how many values were read, how many are bounds, and which cells have none."""
    told = counted(int(one.values.measured.sum()), "value")
    if bounds := _bounds(one):
        told += f", {bounds:,} of them {'a bound' if bounds == 1 else 'bounds'}"
    if missing := one.values.missing:
        cells = counted(sum(missing.values()), "cell")
        told += f", and {cells} without a value ({say_missing(missing)})"
    return told


def _bounds(one: Read) -> int:
    return int((one.values.bounds[one.values.measured] != EXACT).sum())


def _row(one: Read) -> tuple[str, ...]:
    measure = one.measure
    written = measure.written
    if measure.kind in ("concentration", "pactivity"):
        written += " → −log10(molar)" if written != "−log10(molar)" else ""
    return (
        measure.column,
        measure.task,
        _quantity(measure),
        written,
        measure.condition,
        _larger(measure),
        ", ".join(_columns(measure)),
        f"{int(one.values.measured.sum()):,}",
        f"{_bounds(one):,}",
        say_missing(one.values.missing) or "0",
        _examples(one),
    )


def _quantity(measure: Measure) -> str:
    if measure.quantity:
        return measure.quantity
    return "potency (no quantity named)" if measure.kind == "concentration" else measure.kind


def _larger(measure: Measure) -> str:
    if measure.kind == "percent":
        return "more effect" if measure.direction == "up" else "less effect (it is what is left)"
    if measure.kind == "class":
        return "active"
    return "more potent" if measure.kind != "number" else "more, as written"


def _columns(measure: Measure) -> list[str]:
    told = []
    if measure.relation:
        of = " (of the concentrations)" if measure.flips else ""
        told.append(f"relation from {measure.relation!r}{of}")
    if measure.units:
        told.append(f"unit from {measure.units!r}")
    told += [f"rows whose {column!r} is {word!r}" for column, word in measure.only]
    if measure.replicates:
        told.append(f"with replicates {', '.join(map(repr, measure.replicates))}")
    return told


def _examples(one: Read) -> str:
    return ", ".join(f"{each.written} → {each.read}" for each in one.values.examples)


def _beside(read: Sequence[Read]) -> dict[str, str]:
    told: dict[str, str] = {}
    for one in read:
        column = repr(one.measure.column)
        if one.measure.relation:
            told[one.measure.relation] = f"relation of {column}"
        if one.measure.units:
            told[one.measure.units] = f"unit of {column}"
        for name, _ in one.measure.only:
            told[name] = f"tells the tasks of {column} apart"
        for name in one.measure.replicates:
            told[name] = f"a replicate of {column}"
    return told


def say_missing(missing: Counter[str]) -> str:
    """Return the words of cells without a value, with their counts, the most frequent first.

    >>> say_missing(Counter({"n.d.": 4, "": 1}))
    "4 'n.d.', 1 empty"
    """
    told = [f"{count:,} {word!r}" if word else f"{count:,} empty" for word, count in _most(missing)]
    return ", ".join(told)


def say_unmeasured(
    rows: AssayRows, kept: npt.NDArray[np.bool_], chosen: Iterable[Measure], read: Sequence[Measure]
) -> list[str]:
    """Return a note for each reason why rows have no value, with their number.

    kept: [n] whether a row has a value. chosen: all measures that were examined. read: those of
    the tasks.
    """
    others = [measure.column for measure in chosen]
    others = [name for name in dict.fromkeys(others) if name not in {m.column for m in read}]
    types: dict[tuple[str, ...], Counter[str]] = {}
    columns: Counter[str] = Counter()
    unusable = missing = 0
    for at in np.flatnonzero(~kept).tolist():
        row = {name: cells[at] for name, cells in rows.cells.items()}
        if (other := _other_type(row, read)) is not None:
            its, word = other
            types.setdefault(its, Counter())[word] += 1
        elif any(not is_missing(row[measure.column]) for measure in read):
            unusable += 1
        elif beside := next((name for name in others if not is_missing(row[name])), ""):
            columns[beside] += 1
        else:
            missing += 1
    return list(_say(types, columns, unusable, missing, read))


def _say(
    types: dict[tuple[str, ...], Counter[str]],
    columns: Counter[str],
    unusable: int,
    missing: int,
    read: Sequence[Measure],
) -> Iterator[str]:
    for columns_of_type, words in types.items():
        its = " and ".join(map(repr, columns_of_type))
        yield f"{_rows(words)} of another {its} left out: {_each(words)}"
    if columns:
        yield f"{_rows(columns)} left out, measured only in columns not used: {_each(columns)}"
    if unusable:
        yield f"{counted(unusable, 'row')} left out, as no value in them can be used"
    if missing:
        names = list(dict.fromkeys(measure.column for measure in read))
        where = f"column {names[0]!r}" if len(names) == 1 else "any column that is read"
        yield f"{counted(missing, 'row')} without a value in {where} left out"


def _other_type(row: dict[str, str], read: Sequence[Measure]) -> tuple[tuple[str, ...], str] | None:
    """Return the columns that distinguish tasks, and the words of a row with a value in them.

    Returns None if some task reads this kind of row, or if it has no value.
    """
    for column in dict.fromkeys(measure.column for measure in read):
        conditions = [measure.only for measure in read if measure.column == column]
        if is_missing(row[column]) or any(_is_of(row, only) for only in conditions):
            continue
        names = tuple(dict.fromkeys(name for only in conditions for name, _ in only))
        return names, ", ".join(row[name].strip() or "none" for name in names)
    return None


def _is_of(row: dict[str, str], only: tuple[tuple[str, str], ...]) -> bool:
    return all(row[name].strip().lower() == word.lower() for name, word in only)


def _rows(counts: Counter[str]) -> str:
    return counted(sum(counts.values()), "row")


def _each(counts: Counter[str]) -> str:
    return ", ".join(f"{word!r} ({counted(count, 'row')})" for word, count in _most(counts))


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the most frequent words, and all others as one."""
    found = counts.most_common()
    rest = sum(count for _, count in found[_SHOWN:])
    return found[:_SHOWN] + ([("others", rest)] if rest else [])
