"""Choose which columns of an assay file are its measurements."""

from chem.errors import InputError
from data.cells import are_classes, name_units
from data.headers import Measure, understand
from data.rows import AssayRows
from data.units import MOLAR, find_molar_unit

UNITS = "nM, uM, mM, M, pM, pActivity, %, class or number"


def choose_measures(
    rows: AssayRows, path: str, value_column: str | None = None, units: str | None = None
) -> tuple[list[Measure], list[str]]:
    """Return the measurement columns, and notes on the columns that were passed over.

    Raises:
        InputError: no such column, none recognised, or a unit that is missing, unknown or at
            odds with the header.
    """
    if value_column is not None:
        if value_column not in rows.columns:
            raise InputError(
                f"{path} has no value column {value_column!r}; it has {', '.join(rows.columns)}."
            )
        return [_settle(value_column, rows, path, units)], []
    found = [m for column in rows.columns if (m := _recognise(column, rows)) is not None]
    settled = [m for m in found if m.unit or m.kind == "class"]
    bare = [m for m in found if m not in settled]
    if bare and (units is not None or not settled):
        settled += [_settle(m.column, rows, path, units) for m in bare]
        settled.sort(key=lambda m: rows.columns.index(m.column))
        bare = []
    elif units is not None:
        for measure in settled:
            _settle(measure.column, rows, path, units)
    if not settled:
        raise InputError(
            f"{path} has no column of measurements that can be recognised; its columns are "
            f"{', '.join(rows.columns) or 'none but the SMILES'}. Name it like 'IC50 nM', "
            "'pIC50', 'inhibition %' or 'active', or use --value-column and --units."
        )
    chosen, notes = _drop_repeats(settled)
    notes += [f"column {m.column!r} was ignored: its header names no unit" for m in bare]
    known = {m.column for m in found} | {c for c in rows.columns if c.lower() == "split"}
    unknown = [column for column in rows.columns if column not in known]
    if unknown:
        notes.append(f"columns not used as measurements: {', '.join(map(repr, unknown))}")
    return _name_apart(chosen), notes


def _recognise(column: str, rows: AssayRows) -> Measure | None:
    measure = understand(column)
    if measure is None:
        return None
    if measure.kind == "class" and not are_classes(rows.cells[column]):
        return None
    if measure.kind == "concentration" and not measure.unit and name_units(rows.cells[column]):
        return measure._replace(unit="nM")  # every cell says its own
    return measure


def _settle(column: str, rows: AssayRows, path: str, units: str | None) -> Measure:
    measure = _recognise(column, rows)
    if units is None:
        if measure is not None and (measure.unit or measure.kind == "class"):
            return measure
        if measure is None and are_classes(rows.cells[column]):
            return Measure(column, "class", "", _task_name(column))
        raise InputError(
            f"{path}: the unit of column {column!r} is unknown; put it into the header "
            f"('{column} nM'), or give --units ({UNITS})."
        )
    wanted = _with_units(column, units)
    if measure is not None and measure.unit and measure.unit != wanted.unit:
        raise InputError(
            f"{path}: column {column!r} says {measure.unit}, --units says {units}; correct one."
        )
    return wanted if measure is None else wanted._replace(task=measure.task)


def _with_units(column: str, units: str) -> Measure:
    name = _task_name(column)
    molar = find_molar_unit(units)
    if molar in MOLAR:
        return Measure(column, "concentration", molar, name)
    if units.lower() in ("pactivity", "pic50", "pki", "pkd", "pec50"):
        return Measure(column, "pactivity", "pActivity", name)
    if units.lower() in ("%", "percent"):
        return Measure(column, "percent", "%", name)
    if units.lower() == "class":
        return Measure(column, "class", "", name)
    if units.lower() == "number":
        return Measure(column, "number", "as written", name)
    raise InputError(f"units {units!r} are unknown; give {UNITS}.")


def _task_name(column: str) -> str:
    plain = "".join(c if c.isalnum() or c == "-" else "_" for c in column)
    return "_".join(part for part in plain.split("_") if part) or "value"


def _drop_repeats(measures: list[Measure]) -> tuple[list[Measure], list[str]]:
    """Leave out a ``pIC50`` column that repeats an ``IC50 nM`` one (which has the qualifiers)."""
    first = {m.task.lower(): m.column for m in measures if m.kind == "concentration"}
    chosen, notes = [], []
    for measure in measures:
        same = first.get(measure.task.lower())
        if measure.kind == "pactivity" and same is not None:
            notes.append(f"column {measure.column!r} was ignored: it repeats {same!r}")
        else:
            chosen.append(measure)
    return chosen, notes


def _name_apart(measures: list[Measure]) -> list[Measure]:
    names = [measure.task for measure in measures]
    apart: dict[str, Measure] = {}
    for measure in measures:
        name = plain = _task_name(measure.column) if names.count(measure.task) > 1 else measure.task
        copy = 2
        while name in apart:
            name, copy = f"{plain}_{copy}", copy + 1
        apart[name] = measure._replace(task=name)
    return list(apart.values())
