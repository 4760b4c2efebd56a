"""Reads the rows of an assay file: id, structure and the other cells, all as text."""

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chem.errors import InputError
from chem.library.completeness import find_doubts, untold
from chem.library.read import open_library
from chem.records.records import Failure, Record
from chem.structure.standardize import standardize
from chem.structure.weight import molecular_weight
from data.assay.headers.units import find_unit, is_other_unit

_TAG = "RESULT_"
"""Prefix of the rows of types, descriptions and units under the header in PubChem's tables."""


@dataclass(frozen=True)
class AssayRows:
    """The readable rows of an assay file, which is held whole because assays are small."""

    path: str
    columns: list[str]
    """The columns that are neither SMILES nor id nor name, in the file's order."""
    numbers: list[int]
    """[n] number of each row's record, from 1 (without the header)."""
    ids: list[str]
    smiles: list[str]
    cells: dict[str, list[str]]
    """[n] texts by column."""
    unread: list[tuple[int, str]]
    """Record number and reason of the rows without a readable structure."""
    delimiter: str = ""
    """Delimiter of a text table; empty for other formats."""
    smiles_column: str | None = None
    id_column: str | None = None
    units: dict[str, str] = field(default_factory=dict)
    """Unit by column, from a row of units under the header (PubChem)."""
    records: list[Record] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    """Notes on the reading: columns of ids and structures, encoding, counts."""

    def select(self, kept: npt.NDArray[np.bool_]) -> "AssayRows":
        """Return the rows of a mask; the unread rows stay."""
        where = np.flatnonzero(kept).tolist()
        return replace(
            self,
            numbers=[self.numbers[i] for i in where],
            ids=[self.ids[i] for i in where],
            smiles=[self.smiles[i] for i in where],
            cells={name: [cells[i] for i in where] for name, cells in self.cells.items()},
            records=[self.records[i] for i in where],
        )

    def weight(self, row: int) -> float | None:
        """Return the molecular weight of a row's structure as written, salt included."""
        record = self.records[row]
        return _weigh(record.structure, record.format)


def read_rows(
    path: str | Path, smiles_column: str | None = None, id_column: str | None = None
) -> AssayRows:
    """Read an assay in any format of a library, by the same rules for columns.

    SMILES are kept as written; molblocks become the SMILES of their standardized parent.

    Raises:
        InputError: The file cannot be opened or read, a column is missing or ambiguous, or no
            row has a structure.
    """
    library = open_library(path, smiles_column, id_column)
    records: list[Record] = []
    unread: list[tuple[int, str]] = []
    smiles: list[str] = []
    units: dict[str, str] = {}
    annotations: list[str] = []
    columns = dict.fromkeys(library.extra_columns)
    for record in library:
        if record.row == 1 and (row := _row_of_units(record)):
            units |= row
            annotations.append("units")
            continue
        tag = _annotation(record)
        if tag:
            annotations.append(tag)
            units |= record.extra if tag == "RESULT_UNIT" else {}
            continue
        structure = record.problem or _to_smiles(record)
        if isinstance(structure, Failure):
            unread.append((record.row, structure.detail))
            continue
        records.append(record)
        smiles.append(structure)
        columns.update(dict.fromkeys(record.extra))
    if not records:
        number, reason = unread[0] if unread else (1, "only rows that describe columns")
        raise InputError(f"{path} has no readable structure (row {number}: {reason}).")
    cells = {name: [record.extra.get(name, "") for record in records] for name in columns}
    return AssayRows(
        str(path),
        list(columns),
        [record.row for record in records],
        [record.compound_id for record in records],
        smiles,
        cells,
        unread,
        library.delimiter,
        library.smiles_column,
        library.id_column,
        {name: unit for name, unit in units.items() if _is_told(unit)},
        records,
        (
            *library.notes,
            *untold(find_doubts(library)),  # half a number at the end is another number
            *library.counted,
            *_tell_annotations(annotations),
        ),
    )


def _annotation(record: Record) -> str:
    """Return the tag (such as ``RESULT_UNIT``) of a row that describes the columns, or ""."""
    if record.problem is None or record.structure.strip():
        return ""
    said = [record.compound_id, *record.extra.values()]
    return next((cell.strip() for cell in said if cell.startswith(_TAG)), "")


def _row_of_units(record: Record) -> dict[str, str]:
    """Return the units by column from a row under the header with nothing but units, or {}."""
    if record.structure.strip().lower() not in ("", "unit", "units"):
        return {}
    told = {name: cell for name, cell in record.extra.items() if cell.strip()}
    return told if all(find_unit(cell) or is_other_unit(cell) for cell in told.values()) else {}


def _tell_annotations(tags: list[str]) -> list[str]:
    if not tags:
        return []
    return [f"rows that describe the columns, no compounds: {len(tags)} ({', '.join(tags)})"]


def _is_told(unit: str) -> bool:
    return bool(unit.strip()) and unit.upper() != "NONE" and not unit.startswith(_TAG)


def _to_smiles(record: Record) -> str | Failure:
    if record.format == "smiles":
        return record.structure.strip()
    parent = standardize(record.structure, record.format)
    return parent if isinstance(parent, Failure) else parent.smiles


@cache
def _weigh(structure: str, format: str) -> float | None:
    return molecular_weight(structure, "molblock" if format == "molblock" else "smiles")
