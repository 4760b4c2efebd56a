"""The tables of an event: wells, values of compounds, findings. Written once, read again typed."""

import csv
import math
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from screening.hits.hit_files import write_csv
from screening.results.compounds import CompoundValue
from screening.results.evaluate import Evaluation
from screening.results.reading.findings import Finding
from screening.results.reading.well_names import well_name
from screening.results.well_results import WellResult
from screening.text.cells import Figures, format_number, unescape_cell

WELLS, COMPOUNDS, FINDINGS = "wells.csv", "compounds.csv", "findings.csv"
_FIGURES = Figures(6)


class WellRow(NamedTuple):
    """A row of ``wells.csv``. Numbers that are not known are NaN, or 0 for a rank or a dose."""

    plate: str
    well: str
    role: str
    compound_id: str
    kept: str
    """``yes`` or ``no``."""
    why: str
    """Why it is left out, or the marks of a well that is kept."""
    rank: int
    replicate: int
    dose: int
    concentration_uM: float  # noqa: N815
    signal: float
    inhibition: float
    """Percent."""


class CompoundRow(NamedTuple):
    """A row of ``compounds.csv``. Numbers that are not known are NaN."""

    compound_id: str
    key: str
    smiles: str
    target: str
    unit: str
    """``pActivity`` or ``% inhibition``."""
    qualifier: str
    """``=``, ``<`` or ``>``: the true value is equal to, at most or at least the value; empty
    without a value."""
    agreement: str
    """``inside`` or ``outside`` of the registered interval, ``possible`` for a bound; or empty."""
    problem: str
    """Why there is no value."""
    replicates: str
    """The value of each replicate, separated by semicolons."""
    wells: str
    """The wells behind the value, as ``plate:well``, separated by blanks."""
    rank: int
    value: float
    sd: float
    standard_error: float
    n: int
    concentration_uM: float  # noqa: N815
    """Of a single dose."""
    top: float
    bottom: float
    hill: float
    r2: float
    predicted: float
    """As registered before the assay."""
    predicted_lo: float
    """The lower end of the registered 90 % interval."""
    predicted_hi: float


class FindingRow(NamedTuple):
    """A row of ``findings.csv``."""

    severity: str
    what: str
    plate: str
    wells: str
    found: str
    expected: str
    done: str
    advice: str


_WELL_TEXTS, _COMPOUND_TEXTS = 6, 10


def write_tables(folder: Path, evaluation: Evaluation) -> None:
    """Write the three tables of an event into its folder."""
    wells = [
        cell_texts(_well_row(well))
        for plate in evaluation.plates.values()
        for well in plate.wells.values()
    ]
    write_csv(folder / WELLS, WellRow._fields, wells, _WELL_TEXTS)
    target = evaluation.plan.target
    compounds = [cell_texts(_compound_row(one, target)) for one in evaluation.values]
    write_csv(folder / COMPOUNDS, CompoundRow._fields, compounds, _COMPOUND_TEXTS)
    findings = [list(_finding_row(one)) for one in evaluation.findings]
    write_csv(folder / FINDINGS, FindingRow._fields, findings)


def read_wells(content: bytes) -> list[WellRow]:
    """Read ``wells.csv``; raise ValueError if it is none."""
    return [WellRow(*_values(WellRow, cells)) for cells in _cells(content, WellRow._fields)]


def read_compounds(content: bytes) -> list[CompoundRow]:
    """Read ``compounds.csv``; raise ValueError if it is none."""
    rows = _cells(content, CompoundRow._fields)
    return [CompoundRow(*_values(CompoundRow, cells)) for cells in rows]


def read_findings(content: bytes) -> list[FindingRow]:
    """Read ``findings.csv``; raise ValueError if it is none."""
    return [FindingRow(*cells) for cells in _cells(content, FindingRow._fields)]


def _cells(content: bytes, header: tuple[str, ...]) -> Iterator[list[str]]:
    csv.field_size_limit(1 << 30)
    rows = csv.reader(StringIO(content.decode(), newline=""))
    if tuple(next(rows, ())) != header:
        raise ValueError(f"its columns are not {', '.join(header)}")
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells, expected {len(header)}")
        yield [unescape_cell(cell) for cell in row]


def _values(row: type[NamedTuple], cells: list[str]) -> Iterator[Any]:
    for kind, cell in zip(get_type_hints(row).values(), cells, strict=True):
        if kind is int:
            yield int(cell or 0)
        elif kind is float:
            yield float(cell) if cell else math.nan
        else:
            yield cell


def cell_texts(row: Sequence[str | int | float]) -> list[str]:
    """Return the cells of a row as texts; an unknown number (NaN) is an empty cell."""
    return [_text(cell) for cell in row]


def _text(cell: str | int | float) -> str:
    if isinstance(cell, float):
        return "" if math.isnan(cell) else _number(cell)
    return str(cell)


def _number(value: float) -> str:
    """Write a number with six figures, without an exponent or zeros at the end."""
    if not value:
        return "0"
    text = format_number(value, _FIGURES)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _well_row(well: WellResult) -> WellRow:
    one = well.planned
    kept = well.is_kept and not math.isnan(well.inhibition)
    why = "; ".join(well.left_out or well.marks)
    return WellRow(
        one.plate, well_name(one.place), one.role, one.compound_id, "yes" if kept else "no", why,
        one.rank, one.replicate, one.dose, one.concentration_um, well.signal, well.inhibition,
    )  # fmt: skip


def _compound_row(one: CompoundValue, target: str) -> CompoundRow:
    compound, curve = one.compound, one.curve
    shape = (curve.top, curve.bottom, curve.hill, curve.r2) if curve else (math.nan,) * 4
    replicates = "; ".join(_number(value) for value in one.replicates)
    return CompoundRow(
        compound.compound_id, compound.key, compound.smiles, target, one.unit, one.qualifier,
        one.agreement, one.problem, replicates, " ".join(one.wells), compound.rank, one.value,
        one.std, one.error, one.n, one.concentration_um, *shape, *compound.predicted,
    )  # fmt: skip


def _finding_row(one: Finding) -> FindingRow:
    return FindingRow(
        one.severity, one.what, one.plate, " ".join(one.wells), one.found, one.expected, one.done,
        one.advice,
    )  # fmt: skip
