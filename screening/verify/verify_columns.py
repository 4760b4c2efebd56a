"""Compares hit lists of two versions: but for reasons, and for columns that one version lacks."""

import csv
from collections.abc import Collection, Sequence
from pathlib import Path

from screening.objective.plate_settings import NONE_NAMED, UNNAMED

_REASON = ("reason",)
"""The column that another version words otherwise."""


def same_cells(before: Path, after: Path, later: Collection[str]) -> bool:
    """Compare two CSV files but for reasons, and for later columns that the first one lacks."""
    old, new = (_read_rows(path) for path in (before, after))
    skipped = {*_REASON, *(set(later) - set(old[0] if old else []))}
    return _without(old, skipped) == _without(new, skipped)


def same_plates(before: Path, after: Path, later: Collection[str]) -> bool:
    """Compare two files of the lab but for the text for positive controls without a name.

    Earlier versions wrote the default of the setting. No column is later: ``later`` is not used.
    """
    old, new = (_read_rows(path) for path in (before, after))
    return _as_now(old) == new


def _as_now(rows: list[list[str]]) -> list[list[str]]:
    # A cell of a dose series ends in its concentration.
    return [
        [
            NONE_NAMED + cell.removeprefix(UNNAMED) if cell.startswith(UNNAMED) else cell
            for cell in row
        ]
        for row in rows
    ]


def _read_rows(path: Path) -> list[list[str]]:
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def _without(rows: list[list[str]], skipped: Collection[str]) -> list[list[str]]:
    kept = [at for at, name in enumerate(rows[0] if rows else []) if name not in skipped]
    # A row that is longer than the header keeps its further cells.
    return [[row[at] for at in kept if at < len(row)] + row[len(rows[0]) :] for row in rows]


def same_fields(before: Path, after: Path, later: Collection[str]) -> bool:
    """Compare two SD files but for reasons, and for later fields that the first one lacks."""
    old, new = (path.read_text(encoding="utf-8").split("\n") for path in (before, after))
    skipped = {*_REASON, *(set(later) - {_field(line) for line in old})}
    return _without_fields(old, skipped) == _without_fields(new, skipped)


def _field(line: str) -> str:
    """Return the name of the field that a line of an SD file begins, or ""."""
    return line.partition("<")[2].rpartition(">")[0] if line.startswith(">") else ""


def _without_fields(lines: Sequence[str], skipped: Collection[str]) -> list[str]:
    kept, left_out = [], 0
    for line in lines:
        if _field(line) in skipped:
            left_out = 3  # the header of the field, its value and a blank line
        if left_out:
            left_out -= 1
        else:
            kept.append(line)
    return kept
