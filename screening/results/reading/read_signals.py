"""Reads a file of signals in either layout, and says how it was read."""

from collections.abc import Sequence
from pathlib import Path

from chem.errors import InputError
from chem.records.message_text import counted
from data.assay.headers.units import MOLAR
from screening.results.reading.grids import Grid, find_grids
from screening.results.reading.plate_names import PlateNames
from screening.results.reading.signals import RawWell, SignalFile, SignalOptions, read_values
from screening.results.reading.text_table import TextTable
from screening.results.reading.well_rows import WellTable, find_header, read_well_rows


def read_signals(
    table: TextTable, plates: PlateNames, options: SignalOptions | None = None
) -> SignalFile | None:
    """Read grids of plates, or one row per well; None if the file has neither.

    plates: those of the plan. A file that names no plate is that of the only plate, or of the one
    that its name has.

    Raises:
        InputError: The column of the signal or the plate is not certain, or numbers can be read in
            two ways.
    """
    options = options or SignalOptions()
    header = find_header(table)
    grids = find_grids(table, plates)
    # Grids may have a head such as "Row/Column": a table of wells is one only if it has no grid.
    if header is not None and (not grids or options.value_column is not None):
        return _of_rows(table, header, plates, options)
    has_numbers = any(grid.is_of_numbers for grid in grids)
    return _of_grids(table, grids, plates, options) if has_numbers else None


def _of_rows(
    table: TextTable, header: int, plates: PlateNames, options: SignalOptions
) -> SignalFile:
    found = read_well_rows(table, header, options.value_column, plates)
    if not found.wells:
        raise InputError(
            f"{table.path}: found no row below the header in line {header + 1}, expected one row "
            "per well; check the export"
        )
    wells, plate_told = _with_plates(table.path, found, plates)
    signals, style = read_values(table.path, wells, options.decimal, table.separator)
    parts = [
        f"one row per well, column {found.signal_column!r}",
        f"{counted(len(wells), 'row')} below the header in line {found.header_line}",
        f"separated by {table.separator_name}",
        *filter(None, [style, plate_told, *found.told]),
    ]
    unit = found.concentration_unit if found.concentration_unit in MOLAR else ""
    told = f"read as: {', '.join(parts)}"
    column = found.concentration_column
    return SignalFile(table.path, "wells", told, signals, unit, column, table.notes)


def _with_plates(path: Path, found: WellTable, plates: PlateNames) -> tuple[Sequence[RawWell], str]:
    """Give a plate to the wells of a file without a column of plates."""
    if found.has_plates:
        return found.wells, ""
    plate, why = _only_plate(path, plates, found.title)
    wells = [well._replace(plate=well.plate or plate) for well in found.wells]
    return wells, f"plate {plate} ({why})"


def _only_plate(path: Path, plates: PlateNames, label: str) -> tuple[str, str]:
    """Return the plate of a file that names none, and why.

    label: a text of the file that may be another name of the plate, quoted; empty without one.
    """
    named = plates.in_file_name(path)
    if len(named) > 1:
        raise InputError(
            f"{path}: found {' and '.join(named)} in the name of the file, and no plate in it; add "
            "a column 'plate' or a title line"
        )
    if named:
        return named[0], "from the name of the file"
    if len(plates.names) == 1:
        taken = f", taken for {label}" if label else ""
        return plates.names[0], f"the only one of the run{taken}"
    raise InputError(
        f"{path}: found no name of a plate, expected one of {', '.join(plates.names)}; add a "
        "column 'plate' or a title line, or put the plate's name into the name of the file"
    )


def _of_grids(
    table: TextTable, grids: Sequence[Grid], plates: PlateNames, options: SignalOptions
) -> SignalFile:
    wells: list[RawWell] = []
    told = []
    texts = [f"line {grid.line}" for grid in grids if not grid.is_of_numbers]
    grids = [grid for grid in grids if grid.is_of_numbers]
    for grid in grids:
        plate = grid.plate
        by = f", named by {grid.named_by}" if plate and grid.named_by else ""
        if not plate:
            plate, why = _only_plate(table.path, plates, grid.named_by)
            by = f" ({why})"
        size = f"{grid.rows} x {len(grid.columns)}"
        told.append(f"{size} in line {grid.line} as plate {plate!r}{by}")
        wells += [well._replace(plate=plate) for well in grid.wells]
    signals, style = read_values(table.path, wells, options.decimal, table.separator)
    words = [
        f"{counted(len(grids), 'grid')} ({'; '.join(told)})",
        f"separated by {table.separator_name}",
        *filter(None, [style]),
        *([f"grids of texts not read ({', '.join(texts)})"] if texts else []),
    ]
    words_told = f"read as: {', '.join(words)}"
    return SignalFile(table.path, "grids", words_told, signals, "", "", table.notes)
