"""Writes small assays: 40 JAK1 inhibitors with columns of any sort beside them."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from data.activities.activity import ActivityTable
from data.assay.read import AssayOptions, read_assay

ASSAY = Path(__file__).parents[2] / "files/my_assay.csv"
COUNT = 40


def known() -> tuple[list[str], list[float]]:
    """Return 40 SMILES and their pKi, two decimals."""
    with ASSAY.open(newline="") as file:
        rows = list(csv.DictReader(file))[:COUNT]
    values = [round(9 - float(np.log10(float(row["Ki nM"].lstrip("<>~=")))), 2) for row in rows]
    return [row["SMILES"] for row in rows], values


SMILES, P = known()
Columns = Mapping[str, Sequence[object]]
"""By header, a cell for each of the 40 compounds."""
NM = [f"{10 ** (9 - p):.6g}" for p in P]


def write(path: Path, columns: Columns, delimiter: str = ",") -> Path:
    """Write an assay of these columns, a cell for each of the 40 compounds."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["SMILES", *columns])
        for at, smiles in enumerate(SMILES):
            writer.writerow([smiles, *(cells[at] for cells in columns.values())])
    return path


def read(path: Path, columns: Columns, delimiter: str = ",", **options: object) -> ActivityTable:
    """Write an assay and read it."""
    file = write(path / "assay.csv", columns, delimiter)
    return read_assay(file, AssayOptions(**options))  # type: ignore[arg-type]  # any of its


def task(table: ActivityTable, name: str) -> tuple[list[float], list[int]]:
    """Return the values, two decimals, and bounds of a task."""
    at = [each.name for each in table.tasks].index(name)
    values = [round(float(value), 2) for value in table.values[:, at]]
    return values, table.bounds[:, at].tolist()
