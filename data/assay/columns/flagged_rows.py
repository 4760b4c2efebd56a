"""Finds rows that the file itself marks as doubtful; they are left out and counted."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from chem.records.message_text import counted
from data.assay.cells.cells import is_missing
from data.assay.cells.raw_rows import AssayRows
from data.assay.columns.column_roles import Layout
from data.assay.headers import words as W

_FINE = {"manually validated", "valid", "ok", "pass", "passed", "good", "yes", "y", "true", "t"}
_FINE |= {
    "include",
    "use",
    "keep",
    "0",
    "0.0",
    "no",
    "n",
    "false",
    "f",
    "none",
    "unflagged",
    "high",
}
_TRUE = {"1", "1.0", "yes", "y", "true", "t", "x", "exclude", "excluded", "outlier", "invalid"}
_TRUE |= {"duplicate", "flag", "flagged", "reject", "rejected", "masked", "ignore"}
_FALSE = {"0", "0.0", "no", "n", "false", "f", "fail", "failed", "invalid", "bad", "exclude"}
_FALSE |= {"excluded", "reject", "rejected", "not valid", "out"}
_UNDECIDED = {"inconclusive", "undetermined", "unspecified", "not determined", "nd"}
_SAID_INACTIVE = {"not active", "inactive", "no activity", "no effect", "no inhibition"}


def find_flagged(
    rows: AssayRows, layout: Layout, used: set[str]
) -> tuple[npt.NDArray[np.bool_], dict[str, str], list[str]]:
    """Return which rows are flagged [n], the role of each column of flags, and notes with counts.

    ChEMBL's ``Data Validity Comment`` flags a row with any text except "Manually validated". An
    ``Activity Comment`` flags inconclusive rows; rows that it calls inactive are reported.
    """
    flagged = np.zeros(len(rows.numbers), bool)
    roles: dict[str, str] = {}
    notes: list[str] = []
    for column, header in layout.headers.items():
        if column in used or header.role not in ("flag", "comment"):
            continue
        words = set(column.lower().replace("_", " ").split())
        cells = [cell.strip() for cell in rows.cells[column]]
        lowered = [cell.lower() for cell in cells]
        if "validity" in words:
            bad = [
                not is_missing(cell) and word not in _FINE
                for cell, word in zip(cells, lowered, strict=True)
            ]
        elif header.role == "comment":
            bad = [word in _UNDECIDED for word in lowered]
            notes += _tell_inactive(column, lowered, rows, layout)
            if not any(bad):
                continue
        elif not _is_flag(lowered, _TRUE | _FALSE | _FINE):
            continue
        elif words & W.FLAG_BAD and not words & {"standard"}:
            bad = [word in _TRUE for word in lowered]
        else:
            bad = [word in _FALSE for word in lowered]
        if sum(bad) * 2 > len(bad) and "validity" not in words:
            notes.append(
                f"column {column!r} was ignored: as a column of flags it would leave out "
                f"{counted(sum(bad), 'row')} of {len(bad)}"
            )
            continue
        roles[column] = "flags rows" if any(bad) else "flags no row"
        counts = Counter(cell for cell, is_bad in zip(cells, bad, strict=True) if is_bad)
        flagged |= np.array(bad, bool)
        if counts:
            told = ", ".join(f"{count} × {cell!r}" for cell, count in counts.most_common())
            notes.append(
                f"column {column!r} flags {counted(sum(counts.values()), 'row')}, left out: {told}"
            )
    return flagged, roles, notes


def _is_flag(words: list[str], known: set[str]) -> bool:
    told = {word for word in words if not is_missing(word)}
    return bool(told) and told <= known


def _tell_inactive(column: str, words: list[str], rows: AssayRows, layout: Layout) -> list[str]:
    """Count the compounds that a comment calls inactive, with and without a value."""
    values = [
        name
        for name, h in layout.headers.items()
        if h.role in ("value", "generic") and h.kind != "class"
    ]
    said = [at for at, word in enumerate(words) if word in _SAID_INACTIVE]
    empty = [at for at in said if values and all(is_missing(rows.cells[v][at]) for v in values)]
    exact = len(said) - len(empty)
    notes = []
    if exact:
        notes.append(
            f"column {column!r} calls {counted(exact, 'compound')} inactive beside a value; the "
            "value is read as written"
        )
    if not empty:
        return notes
    return [
        *notes,
        f"column {column!r} calls {counted(len(empty), 'compound')} inactive without a value "
        f"(row {rows.numbers[empty[0]]}): write '>' and the highest dose so that they are learned",
    ]
