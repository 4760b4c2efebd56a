"""Reads a table with one row per well: which column is the plate, the well, the signal."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chem.errors import InputError
from chem.records.message_text import did_you_mean
from data.assay.cells.cells import Reading, is_missing, read_cell
from data.assay.headers.units import find_molar_unit
from screening.objective.wells import Well
from screening.results.reading.plate_names import PlateNames, find_label
from screening.results.reading.signals import RawWell, are_numbers
from screening.results.reading.text_table import TextTable
from screening.results.reading.well_names import read_letters, read_well

HEADER_LINES = 200
"""Lines of free text before the header, at the most."""
WELL = (
    *("well", "wellid", "wellname", "wellposition", "wellpos", "wells", "position", "coordinate"),
    *("destinationwell", "assaywell", "wellnumber", "welllabel", "welladdress"),
)
ROW = ("row", "wellrow", "rowid")
COLUMN = ("column", "col", "wellcolumn", "wellcol", "columnid")
PLATE = (
    *("plate", "plateid", "platename", "platebarcode", "barcode", "assayplate", "assaybarcode"),
    *("platenumber", "plateno", "assayplatebarcode", "destinationplatename", "platelabel"),
)
COMPOUND = (
    *("compoundid", "compound", "compoundname", "sampleid", "sample", "samplename", "cmpdid"),
    *("cmpd", "molecule", "moleculename", "content", "wellcontent", "id", "substance"),
)
SIGNAL = (
    *("signal", "value", "raw", "rawvalue", "rawdata", "result", "data", "measurement", "rfu"),
    *("rlu", "od", "absorbance", "fluorescence", "luminescence", "counts", "cps", "ratio"),
    *("intensity", "reading", "meanrfu", "rawsignal", "signalrlu", "signalrfu", "htrfratio"),
)
"""Folded names of columns."""
_CONCENTRATION = re.compile(r"(?:nominal)?(?:final|test|assay)?(?:conc|concentration|dose)(.*)")
_UNIT = re.compile(r"[\s_(\[,]+([a-zµμA-Z/]+)[)\]]?\s*$")
_OURS = {"role", "name", "rank", "replicate", "dose", "nominalum", "volumenl", "dmsonl", "row"}
_OURS |= {"column", "time", "date", "temperature", "cycle", "wellvolume", "type", "welltype"}


class Columns(NamedTuple):
    """The places of the columns that are read; −1 for those that the file lacks."""

    signal: int
    plate: int
    well: int
    row: int
    column: int
    compound: int
    concentration: int


class WellTable(NamedTuple):
    """The wells of a table, and how it was read."""

    wells: tuple[RawWell, ...]
    signal_column: str
    concentration_column: str
    concentration_unit: str
    has_plates: bool
    header_line: int
    """From 1."""
    told: tuple[str, ...]
    """Plates that have another name in the file."""
    title: str
    """Without plates, a text above the header that may name one, quoted; else empty."""


def fold(name: str) -> str:
    """Fold a header: ``Well ID`` gives ``wellid``."""
    return re.sub(r"[\W_]+", "", name.lower())


def find_header(table: TextTable) -> int | None:
    """Return the first line (from 0) that names wells, or a row and a column; None without one."""
    for at, cells in enumerate(table.lines[:HEADER_LINES]):
        names = {fold(cell) for cell in cells}
        if len(names) > 1 and (names & {*WELL} or (names & {*ROW} and names & {*COLUMN})):
            return at
    return None


def read_well_rows(
    table: TextTable, at: int, value_column: str | None, plates: PlateNames
) -> WellTable:
    """Read the wells below a header.

    at: the line of the header, from 0. value_column: the column of the signal; None: found.
    plates: those of the plan. Without a column of plates, title lines above and between the wells
    may name them; the header may be repeated there.

    Raises:
        InputError: The column of the signal is missing or not certain, or a number in the column
            of plates and the name of the file mean two plates.
    """
    header = table.lines[at]
    rows = [(n, cells) for n, cells in enumerate(table.lines[at + 1 :], at + 2) if cells]
    rows = [(n, cells) for n, cells in rows if cells != header]
    columns = _find_columns(table, header, [cells for _, cells in rows], value_column)
    above = [title for cells in reversed(table.lines[:at]) if (title := _title(cells))]
    titled = next((plate for plate, _ in map(plates.within, above) if plate), "")
    titled = titled or next(filter(None, map(plates.other_run, above)), "")
    wells = []
    told: dict[str, None] = {}
    for number, cells in rows:
        cells = [*cells, *([""] * (len(header) - len(cells)))]
        well, place = _well_text(cells, columns), _place(cells, columns)
        text = cells[columns.signal]
        if place is None and is_missing(text):
            title = plates.within(_title(cells))[0] or plates.other_run(_title(cells))
            titled = title or titled
            if title or not well:
                continue  # a line of the instrument, not a well
        plate, by = (
            plates.exact(_cell(cells, columns.plate), table.path)
            if columns.plate >= 0
            else (titled, "")
        )
        if by:
            told[f"plate {plate} by {by}"] = None
        compound, conc = _cell(cells, columns.compound), _cell(cells, columns.concentration)
        wells.append(RawWell(plate, well, place, text, number, compound, conc))
    column = header[columns.concentration] if columns.concentration >= 0 else ""
    unit = _unit_of(column, [well.concentration for well in wells]) if column else ""
    has_plates = columns.plate >= 0 or all(well.plate for well in wells)
    signal = header[columns.signal]
    label = find_label(above)
    return WellTable(tuple(wells), signal, column, unit, has_plates, at + 1, tuple(told), label)


def _title(cells: Sequence[str]) -> str:
    return " ".join(filter(None, cells))


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if at >= 0 else ""


def _well_text(cells: Sequence[str], columns: Columns) -> str:
    if columns.well >= 0:
        return cells[columns.well]
    return f"{cells[columns.row]}{cells[columns.column]}"


def _place(cells: Sequence[str], columns: Columns) -> Well | None:
    """Return the position; a row may be a letter or a number."""
    if columns.well >= 0:
        return read_well(cells[columns.well])
    row, column = cells[columns.row], cells[columns.column]
    if read_letters(row) is None and re.fullmatch(r"0?[1-9]\d?", row):
        number = re.fullmatch(r"0?[1-9]\d?", column)
        return Well(int(row) - 1, int(column) - 1) if number else None
    return read_well(f"{row}{column}")


def _find_columns(
    table: TextTable,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    value_column: str | None,
) -> Columns:
    folded = [fold(name) for name in header]

    def place(names: Sequence[str]) -> int:
        return next((folded.index(name) for name in names if name in folded), -1)

    well, row, column, plate = place(WELL), place(ROW), place(COLUMN), place(PLATE)
    taken = {well, plate} | ({row, column} if well < 0 else set())
    compound = place([name for name in COMPOUND if name in folded])
    compound = -1 if compound in taken else compound
    concentration = _find_concentration(header, folded)
    taken |= {compound, concentration}
    signal = _find_signal(table, header, rows, value_column, taken)
    return Columns(signal, plate, well, row, column, compound, concentration)


def _find_concentration(header: Sequence[str], folded: Sequence[str]) -> int:
    """Return the column of concentrations: one with a unit first, and no nominal one."""
    found = [at for at, name in enumerate(folded) if _CONCENTRATION.fullmatch(name)]
    found = [at for at in found if _header_unit(header[at]) or folded[at] != "dose"]
    found.sort(key=lambda at: (folded[at].startswith("nominal"), not _header_unit(header[at])))
    return found[0] if found else -1


def _header_unit(name: str) -> str:
    found = _UNIT.search(name)
    return (find_molar_unit(found[1]) or "") if found else ""


def _unit_of(header: str, cells: Sequence[str]) -> str:
    """Return the unit of a column of concentrations, from its header or its cells."""
    if unit := _header_unit(header):
        return unit
    read = (read_cell(cell) for cell in cells[:50] if not is_missing(cell))
    units = {one.unit for one in read if isinstance(one, Reading) and one.unit}
    return units.pop() if len(units) == 1 else ""


def _find_signal(
    table: TextTable,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    value_column: str | None,
    taken: set[int],
) -> int:
    if value_column is not None:
        return _find_named(table, header, value_column)
    candidates = {
        at: name
        for at, name in enumerate(header)
        if at not in taken and fold(name) not in _OURS and not name.lower().startswith("predicted_")
        if are_numbers([cells[at] for cells in rows if len(cells) > at])
    }
    if len(candidates) == 1:
        return next(iter(candidates))
    sure = [at for at, name in candidates.items() if fold(name) in SIGNAL]
    if len(sure) == 1:
        return sure[0]
    names = _tell_names(candidates)
    if not candidates:
        raise InputError(
            f"{table.path}: found no column of numbers beside the wells (line "
            f"{table.lines.index(list(header)) + 1}: {', '.join(filter(None, header))}), expected "
            "the signal; name its column with --value-column"
        )
    raise InputError(
        f"{table.path}: found {len(candidates)} columns that may be the signal ({names}), expected "
        "one; name it with --value-column"
    )


def _tell_names(candidates: Mapping[int, str]) -> str:
    return ", ".join(repr(name) for name in candidates.values())


def _find_named(table: TextTable, header: Sequence[str], value_column: str) -> int:
    for at, name in enumerate(header):
        if name == value_column:
            return at
    same = [at for at, name in enumerate(header) if fold(name) == fold(value_column)]
    if len(same) == 1:
        return same[0]
    names = [name for name in header if name]
    hint = did_you_mean(value_column, names, f"the columns are {', '.join(names)}")
    raise InputError(f"{table.path}: found no column {value_column!r}, expected the signal; {hint}")
