"""SMILES files: ``SMILES [id [name …]]`` a line, parted by tabs or else by blanks.

A line with a tab is parted at tabs only, so that ids and names may hold blanks. Lines need not be
equally long. A first line that begins with a column's name (``smiles``, ``canonical_smiles``,
``structure`` …, none of which is a SMILES; a leading ``#`` is allowed) is a header and names the
columns; SMILES is always the first. A CXSMILES extension (``|…|`` after a blank) stays with its
SMILES. Blank lines are no records.
"""

from collections.abc import Iterator
from pathlib import Path

from chem.columns import (
    SMILES_NAMES,
    Columns,
    NamedColumns,
    find_id_and_name,
    make_unique,
    normalize,
    record_builder,
)
from chem.errors import InputError
from chem.records import Record
from chem.stream import read_lines

_DEFAULT = Columns(("smiles", "id", "name"), "smiles", "id", "name")


def open_smi(path: Path, wanted: NamedColumns) -> tuple[Columns, bool]:
    """Look at the first line: the columns, and whether it is a header."""
    for line in read_lines(path):
        if not line.text.strip():
            continue
        if not _is_header(line.text):
            return _use_default(path, wanted), False
        header = line.text.lstrip("#").rstrip("\r\n")
        cells = header.split("\t") if "\t" in header else header.split()
        names = make_unique(cells)
        found, name = find_id_and_name(path, cells, names, wanted)
        if wanted.smiles not in (None, names[0]):
            _refuse(path, "--smiles-column", wanted.smiles, names[:1])
        others = [column for column in names[1:] if column not in (found, name)]
        if found is None and others:
            found = others[0]
        return Columns(names, names[0], found, name), True
    raise InputError(f"{path}: found an empty file, expected one SMILES a line")


def read_smi(path: Path, columns: Columns, has_header: bool) -> Iterator[Record]:
    """Yield every line that is not blank as a record."""
    row = 0
    build, width = record_builder(columns), len(columns.names)
    for line in read_lines(path):
        if not line.text.strip():
            continue
        if has_header:
            has_header = False
            continue
        row += 1
        text = line.text.rstrip("\r\n")
        if "\r" in text:
            # An old Macintosh file: one "line" that would hide all its records but one.
            raise InputError(
                f"{path}: line {line.number} holds a lone carriage return; "
                "save the file with Unix or Windows line ends"
            )
        cells = _part(text, width)
        yield build(row, cells + [""] * (width - len(cells)))


def _is_header(text: str) -> bool:
    first = text.lstrip("#").split(maxsplit=1)
    return bool(first) and normalize(first[0]) in SMILES_NAMES


def _part(text: str, width: int) -> list[str]:
    if "\t" in text:
        return text.split("\t", width - 1)
    cells = text.split(maxsplit=width - 1)
    if len(cells) > 1 and cells[1].startswith("|"):
        smiles, rest = text.split(maxsplit=1)
        end = rest.find("|", 1)
        extension, after = rest[: end + 1] or rest, rest[end + 1 :] if end > 0 else ""
        cells = [f"{smiles} {extension}", *after.split(maxsplit=width - 2)]
    return [cell.strip() for cell in cells]


def _use_default(path: Path, wanted: NamedColumns) -> Columns:
    options = zip(
        ("--smiles-column", "--id-column", "--name-column"), wanted, _DEFAULT.names, strict=True
    )
    for option, asked, name in options:
        if asked not in (None, name):
            _refuse(path, option, asked, (name,))
    return _DEFAULT


def _refuse(path: Path, option: str, asked: str | None, allowed: tuple[str, ...]) -> None:
    raise InputError(
        f"{path}: found {option} {asked!r}, but in this file it can only be {allowed[0]!r}; "
        "leave the option out, or give the columns' names in a first line that begins with smiles"
    )
