"""The rows of an assay file: id, SMILES and the other cells, all as text."""

from pathlib import Path
from typing import NamedTuple

from chem.errors import InputError
from chem.read import open_library
from chem.records import Failure, Record
from chem.standardize import standardize


class AssayRows(NamedTuple):
    """The readable rows of an assay file (assays are small: it is held whole)."""

    columns: list[str]
    """The columns that are neither SMILES nor id nor name, in the file's order."""
    numbers: list[int]
    """[n] 1-based record number of each row (the header not counted)."""
    ids: list[str]
    smiles: list[str]
    cells: dict[str, list[str]]
    """column → [n] text"""
    unread: list[tuple[int, str]]
    """Record number and reason of the rows without a readable structure."""


def read_rows(
    path: str | Path, smiles_column: str | None = None, id_column: str | None = None
) -> AssayRows:
    """Read an assay in any format that a library may have, by the same rules for columns.

    SMILES are kept as written; molblocks become SMILES of their standardized parent.

    Raises:
        InputError: the file cannot be opened or read, a column is missing or ambiguous, or no
            row has a structure.
    """
    library = open_library(path, smiles_column, id_column)
    records: list[Record] = []
    unread: list[tuple[int, str]] = []
    smiles: list[str] = []
    columns = dict.fromkeys(library.extra_columns)
    for record in library:
        structure = record.problem or _to_smiles(record)
        if isinstance(structure, Failure):
            unread.append((record.row, structure.detail))
            continue
        records.append(record)
        smiles.append(structure)
        columns.update(dict.fromkeys(record.extra))
    if not records:
        row, reason = unread[0]
        raise InputError(f"{path} has no readable structure (row {row}: {reason}).")
    cells = {name: [record.extra.get(name, "") for record in records] for name in columns}
    return AssayRows(
        list(columns),
        [record.row for record in records],
        [record.compound_id for record in records],
        smiles,
        cells,
        unread,
    )


def _to_smiles(record: Record) -> str | Failure:
    if record.format == "smiles":
        return record.structure.strip()
    parent = standardize(record.structure, record.format)
    return parent if isinstance(parent, Failure) else parent.smiles
