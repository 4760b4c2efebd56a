"""Reads a file with one row per compound and final values: an IC50, a pIC50, an inhibition.

The values are read by the reader of assay files (``data.assay.read``), so headers, units, signs and
decimal commas mean what they mean there. Rows are joined to the hits of the run by ID, and by the
registration key where the file has structures.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chem.disk.scratch import scratch_folder
from chem.errors import InputError
from chem.library.columns.column_names import is_smiles_name
from chem.records.numbers import Decimal
from data.activities.activity import EXACT, ActivityTable
from data.activities.repeats import merge_bounded
from data.assay.read import AssayOptions, read_assay
from screening.lab.platefiles import PREDICTED
from screening.results.compounds import PERCENT, CompoundValue
from screening.results.dose_response import Qualifier
from screening.results.reading.compound_lines import CompoundLine, find_columns, join_rows
from screening.results.reading.file_targets import find_file_target, is_other
from screening.results.reading.findings import Finding
from screening.results.reading.plate_plan import PACTIVITY, PlatePlan
from screening.results.reading.text_table import TextTable, read_table
from screening.text.cells import format_number

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


def read_compound_file(
    plan: PlatePlan,
    path: Path,
    value_column: str | None,
    units: str | None,
    decimal: Decimal | None,
    is_accepted: bool,
) -> CompoundFile:
    """Read final values. ``is_accepted``: keep them even if their unit or target seems wrong.

    Raises:
        InputError: The file names no compounds, or its values cannot be read with certainty.
    """
    table = read_table(path)
    at, id_column, smiles_column = find_columns(plan, table)
    findings: list[Finding] = []
    rows = list(join_rows(plan, table, (at, id_column, smiles_column), findings))
    by = " and ".join(
        f"{what} from column {table.lines[at][column]!r}"
        for what, column in (("IDs", id_column), ("structures", smiles_column))
        if column >= 0
    )
    told = [f"read as: one row per compound, {by}, separated by {table.separator_name}"]
    if not any(row.rank for row in rows):
        return CompoundFile([], findings, told)
    target = find_file_target(plan, table, at, rows)
    options = AssayOptions(
        _SMILES, _ROW, value_column, units,
        target=target.selected, decimal=decimal, skip_bad_cells=True, minimum_rows=0,
    )  # fmt: skip
    found, own = _read(plan, table, at, rows, options)
    names = [name for name in own if id_column < 0 or name != table.lines[at][id_column]]
    if names:
        told.append(f"columns that the run wrote, not read as results: {', '.join(names)}")
    task = _choose_task(path, found)
    told += [note for note in found.notes if _ROW not in note and _SMILES not in note]
    told += target.told
    values = list(_merge(plan, found, task, {row.line: row.rank for row in rows}, findings))
    name = found.tasks[task].name
    other = target.other or (f"values of {name!r}" if is_other(plan, name) else "")
    suspicions = [_other_target(plan, other, is_accepted)] if other else []
    if plan.is_potency and (step := _find_step(values)):
        suspicions.append(_wrong_unit(step, is_accepted))
    if suspicions and not is_accepted:
        values = []
    findings += suspicions
    return CompoundFile(values, findings, told)


def _read(
    plan: PlatePlan, table: TextTable, at: int, rows: Sequence[CompoundLine], options: AssayOptions
) -> tuple[ActivityTable, list[str]]:
    """Give the rows of hits to the reader of assays, each with the structure of its hit.

    Returns the values, and the columns that the run wrote itself: its predictions are no results.
    """
    header = [name or f"column {n + 1}" for n, name in enumerate(table.lines[at])]
    own = [name for name in header if _is_own(plan, name) and name != options.value_column]
    # The structures are those of the hits; a second column of structures would be ambiguous.
    columns = [n for n, name in enumerate(header) if not is_smiles_name(name) and name not in own]
    with scratch_folder() as folder:
        path = folder / f"{table.path.stem}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=table.separator)
            writer.writerow([_ROW, _SMILES, *(header[n] for n in columns)])
            for row in rows:
                if row.rank or row.is_units:
                    smiles = plan.compounds[row.rank].smiles if row.rank else ""
                    writer.writerow([row.line, smiles, *(row.cells[n] for n in columns)])
        try:
            return read_assay(path, options), own
        except InputError as error:
            raise InputError(str(error).replace(str(path), str(table.path))) from None


def _is_own(plan: PlatePlan, name: str) -> bool:
    return name in plan.own_columns or name.startswith(PREDICTED)


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


def _other_target(plan: PlatePlan, found: str, is_accepted: bool) -> Finding:
    if is_accepted:
        done = "kept, as you accept the values"
        return Finding("told", "another target", "", (), found, plan.target, done, "")
    return Finding(
        "refused", "another target", "", (), found, plan.target, "the file is refused",
        f"give the values of {plan.target}, or give --accept values if these are",
    )  # fmt: skip


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
