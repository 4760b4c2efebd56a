"""Reads a file with one row per compound and final values: an IC50, a pIC50, an inhibition.

The values are read by the reader of assay files (``data.assay.read``), so headers, units, signs and
decimal commas mean what they mean there. Rows are joined to the hits of the run by ID, and by the
registration key where the file has structures.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chem.disk.scratch import scratch_folder
from chem.errors import InputError
from chem.library.columns.column_names import ID_NAMES, fold, is_smiles_name, may_be_id
from chem.records.message_text import did_you_mean
from chem.records.numbers import Decimal
from chem.records.records import Failure
from chem.structure.standardize import standardize
from data.activities.activity import EXACT, ActivityTable
from data.activities.repeats import merge_bounded
from data.assay.read import AssayOptions, read_assay
from screening.results.compounds import PERCENT, CompoundValue
from screening.results.dose_response import Qualifier
from screening.results.reading.findings import Finding
from screening.results.reading.plate_plan import PACTIVITY, Compound, PlatePlan
from screening.results.reading.text_table import TextTable, read_table
from screening.text.cells import format_number

_HEADER_LINES = 60
_UNIT_STEPS, _NEAR_STEP, _FEWEST = (3.0, 6.0), 0.75, 3
"""Log units between nM, µM and mM; how near the median has to be; values needed."""
_QUALIFIERS: dict[int, Qualifier] = {-1: "<", 0: "=", 1: ">"}
_ROW, _SMILES = "results_row", "results_smiles"
"""Names of the columns that the reader of assays is given."""


class CompoundFile(NamedTuple):
    """The values of a file, joined to the hits."""

    values: list[CompoundValue]
    findings: list[Finding]
    told: list[str]


class _Row(NamedTuple):
    line: int
    cells: list[str]
    rank: int
    """0 if it is none of the hits."""


def read_compound_file(
    plan: PlatePlan,
    path: Path,
    value_column: str | None,
    units: str | None,
    decimal: Decimal | None,
    is_accepted: bool,
) -> CompoundFile:
    """Read final values. ``is_accepted``: keep them even if their unit seems wrong.

    Raises:
        InputError: The file names no compounds, or its values cannot be read with certainty.
    """
    table = read_table(path)
    at, id_column, smiles_column = _find_columns(plan, table)
    findings: list[Finding] = []
    rows = list(_join(plan, table, (at, id_column, smiles_column), findings))
    found = _read(plan, table, at, rows, AssayOptions(
        _SMILES, _ROW, value_column, units, decimal=decimal, skip_bad_cells=True, minimum_rows=0,
    )) if any(row.rank for row in rows) else None  # fmt: skip
    by = " and ".join(
        f"{what} from column {table.lines[at][column]!r}"
        for what, column in (("IDs", id_column), ("structures", smiles_column))
        if column >= 0
    )
    told = [f"read as: one row per compound, {by}, separated by {table.separator_name}"]
    if found is None:
        return CompoundFile([], findings, told)
    task = _choose_task(path, found)
    told += [note for note in found.notes if _ROW not in note and _SMILES not in note]
    values = list(_merge(plan, found, task, {row.line: row.rank for row in rows}, findings))
    if plan.is_potency and (step := _find_step(values)):
        findings.append(_wrong_unit(step, is_accepted))
        values = values if is_accepted else []
    return CompoundFile(values, findings, told)


def _find_columns(plan: PlatePlan, table: TextTable) -> tuple[int, int, int]:
    """Return the line of the header, and the columns of the IDs and structures; −1 for none."""
    for at, header in enumerate(table.lines[:_HEADER_LINES]):
        if len([cell for cell in header if cell]) < 2:
            continue
        smiles = next((n for n, name in enumerate(header) if name and is_smiles_name(name)), -1)
        hits = [0] * len(header)
        for cells in table.lines[at + 1 :]:
            for n, cell in enumerate(cells[: len(header)]):
                hits[n] += cell.lower() in plan.by_id
        best = int(np.argmax(hits))
        by_name = [n for n, name in enumerate(header) if fold(name) in ID_NAMES or may_be_id(name)]
        named = best if hits[best] else next(iter(by_name), -1)
        if named >= 0 or smiles >= 0:
            return at, named, smiles
    raise InputError(
        f"{table.path}: found neither wells nor grids of a plate nor compounds, expected a column "
        "'well', column numbers above and row letters beside the values, or a column "
        "'compound_id'; export the results in one of these layouts"
    )


def _join(
    plan: PlatePlan, table: TextTable, columns: tuple[int, int, int], findings: list[Finding]
) -> Iterator[_Row]:
    """Yield the rows with the rank of their hit, and add what does not fit to the findings."""
    at, id_column, smiles_column = columns
    unknown: list[str] = []
    for number, cells in enumerate(table.lines[at + 1 :], at + 2):
        if not cells:
            continue
        cells = [*cells, *([""] * (len(table.lines[at]) - len(cells)))]
        text = cells[id_column] if id_column >= 0 else ""
        key = _key_of(cells[smiles_column]) if smiles_column >= 0 and cells[smiles_column] else ""
        ranks = plan.by_id.get(text.lower(), []) if text else []
        same = [r for r, one in plan.compounds.items() if key and _key_of(one.smiles) == key]
        rank = 0
        if ranks and same and not set(ranks) & set(same):
            findings.append(_other_structure(text, [plan.compounds[r] for r in same]))
        elif len(ranks) > 1 and len(set(ranks) & set(same)) != 1:
            findings.append(_ambiguous(text, len(ranks)))
        elif ranks and key and not same:
            findings.append(_other_structure(text, []))
        elif ranks or same:
            rank = next(iter(set(ranks) & set(same) or ranks or same))
        else:
            unknown.append(text or f"line {number}")
        yield _Row(number, cells, rank)
    for text in dict.fromkeys(unknown):
        known = [one.compound_id for one in plan.compounds.values()]
        hint = did_you_mean(text, known, "correct it, or name the run that picked it")
        findings.append(
            Finding(
                "left out",
                "unknown compound",
                "",
                (text,),
                repr(text),
                "a hit of the run",
                "left out",
                hint,
            )
        )


@cache
def _key_of(smiles: str) -> str:
    """Return the registration key of a structure; empty if it cannot be read."""
    found = standardize(smiles, "smiles")
    return "" if isinstance(found, Failure) else found.key


def _other_structure(text: str, same: Sequence[Compound]) -> Finding:
    of = f"the structure of {same[0].compound_id}" if same else "another structure"
    return Finding(
        "left out", "another structure", "", (text,), f"{of} beside the ID {text!r}",
        "the structure of the hit", "left out", "check which compound was measured",
    )  # fmt: skip


def _ambiguous(text: str, count: int) -> Finding:
    return Finding(
        "left out", "ambiguous compound", "", (text,), f"{text!r}, the ID of {count} hits",
        "one compound", "left out", "add a column of structures that tells them apart",
    )  # fmt: skip


def _read(
    plan: PlatePlan, table: TextTable, at: int, rows: Sequence[_Row], options: AssayOptions
) -> ActivityTable:
    """Give the rows of hits to the reader of assays, each with the structure of its hit."""
    kept = [row for row in rows if row.rank]
    header = [name or f"column {n + 1}" for n, name in enumerate(table.lines[at])]
    # The structures are those of the hits; a second column of structures would be ambiguous.
    columns = [n for n, name in enumerate(header) if not is_smiles_name(name)]
    with scratch_folder() as folder:
        path = folder / f"{table.path.stem}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=table.separator)
            writer.writerow([_ROW, _SMILES, *(header[n] for n in columns)])
            for row in kept:
                smiles = plan.compounds[row.rank].smiles
                writer.writerow([row.line, smiles, *(row.cells[n] for n in columns)])
        try:
            return read_assay(path, options)
        except InputError as error:
            raise InputError(str(error).replace(str(path), str(table.path))) from None


def _choose_task(path: Path, table: ActivityTable) -> int:
    """Return the column of the values: potencies before inhibitions."""
    for unit in (PACTIVITY, "%"):
        found = [n for n, task in enumerate(table.tasks) if task.unit == unit]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(table.tasks[n].name for n in found)
            raise InputError(
                f"{path}: found {len(found)} columns of values ({names}), expected one; name it "
                "with --value-column"
            )
    units = ", ".join(f"{task.name} in {task.unit}" for task in table.tasks)
    raise InputError(
        f"{path}: found {units}, expected a potency (IC50 nM, pIC50) or % inhibition; name the "
        "column with --value-column and its unit with --units"
    )


def _merge(
    plan: PlatePlan,
    table: ActivityTable,
    task: int,
    ranks: dict[int, int],
    findings: list[Finding],
) -> Iterator[CompoundValue]:
    """Yield one value per compound from its rows, in rank order."""
    rows: dict[int, list[int]] = defaultdict(list)
    for n in np.flatnonzero(table.is_measured[:, task]).tolist():
        rows[ranks[int(table.ids[n])]].append(n)
    chosen = table.tasks[task]
    unit = PACTIVITY if chosen.unit == PACTIVITY else PERCENT
    for rank, own in sorted(rows.items()):
        values = table.values[own, task].astype(np.float64)
        bounds = table.bounds[own, task]
        if unit == PERCENT and chosen.direction == "down":
            values, bounds = 100 - values, -bounds
        compound = plan.compounds[rank]
        value, bound = merge_bounded(values, bounds)
        if np.isnan(value):
            findings.append(
                Finding(
                    "left out",
                    "contradicting values",
                    "",
                    (compound.compound_id,),
                    "values that exclude each other",
                    "replicates of one value",
                    "left out",
                    "keep those that are right",
                )
            )
            continue
        exact = values[bounds == EXACT]
        std = error = float("nan")
        if bound == EXACT:
            value = float(exact.mean())
            if len(exact) > 1:
                std = float(exact.std(ddof=1))
                error = std / float(np.sqrt(len(exact)))
        lines = tuple(f"line {table.ids[n]}" for n in own)
        yield CompoundValue(
            compound, value, unit, _QUALIFIERS[int(bound)], std, error,
            len(exact) or len(values), tuple(values.tolist()), lines,
        )  # fmt: skip


def _find_step(values: Sequence[CompoundValue]) -> float:
    """Return the median difference to the predictions if it is that of a unit, else 0."""
    apart = np.array(
        [
            one.value - one.compound.predicted.value
            for one in values
            if one.qualifier == "=" and one.unit == PACTIVITY
        ]
    )
    apart = apart[~np.isnan(apart)]
    if len(apart) < _FEWEST:
        return 0.0
    median = float(np.median(apart))
    near = any(abs(abs(median) - step) <= _NEAR_STEP for step in _UNIT_STEPS)
    return median if near else 0.0


def _wrong_unit(step: float, is_accepted: bool) -> Finding:
    more = "more" if step > 0 else "less"
    found = (
        f"a median of {format_number(abs(step), 1)} log units {more} potent than predicted, which "
        "is the step from nM to µM or mM"
    )
    if is_accepted:
        done = "kept, as you accept the values"
        return Finding("told", "wrong unit", "", (), found, "less than 2 log units", done, "")
    return Finding(
        "refused", "wrong unit", "", (), found, "less than 2 log units", "the file is refused",
        "correct the unit in the header, or give --accept values",
    )  # fmt: skip
