"""Writes tables of analogs as CSV."""

import re
from pathlib import Path

import pandas as pd

from chem.disk.files import make_folder
from screening.analogs.around import TEXTS
from screening.errors import told_in_one_line
from screening.hits.hit_files import write_csv


def write_analogs(path: Path, table: pd.DataFrame) -> None:
    """Write analogs in their order, texts first; an unknown number is an empty cell.

    Raises StoreError if the file cannot be written.
    """
    groups = [str(name) for name in table if re.fullmatch(r"R\d+", str(name))]
    texts = [*TEXTS, *groups]
    names = [*texts, *(str(name) for name in table if name not in texts)]
    rows = ([_cell(value) for value in row] for row in table[names].itertuples(index=False))
    with told_in_one_line(path):
        make_folder(path.parent)
        write_csv(path, names, rows, texts=len(texts))


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]  # all other columns are numbers
    return "" if number != number else f"{number:.5g}"
