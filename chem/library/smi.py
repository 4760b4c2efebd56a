"""Reads SMILES files: ``SMILES [id [name …]]`` on each line, separated by tabs or else blanks.

A line with a tab between its texts is split at tabs only, so that ids and names may hold blanks.
Lines need not be equally long. Lines that begin with ``#`` before the first compound are comments,
unless they are the header. A first line whose first or second name is that of a SMILES column
(``smiles``, ``canonical_smiles``, ``structure`` …, none of which is a SMILES) is a header and names
the columns. A CXSMILES extension (``|…|`` after a blank or a tab) stays with its SMILES. Blank
lines are no records.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from chem.disk.text_lines import peek, read_plain_lines
from chem.errors import InputError
from chem.library.columns.column_names import SMILES_NAMES, fold, is_smiles_name, looks_like_smiles
from chem.library.columns.columns import Columns, NamedColumns, make_unique, record_builder
from chem.library.columns.find_columns import PEEKED
from chem.library.columns.find_ids import find_id_and_name, same_column
from chem.records.records import Record

_DEFAULT = Columns(("smiles", "id", "name"), "smiles", "id", "name")


def open_smi(path: Path, wanted: NamedColumns) -> tuple[Columns, int]:
    """Read the first lines: return the columns, and the number of lines before the first record."""
    lines = read_plain_lines(path)
    for skip, text in enumerate(lines):
        if not text.strip():
            continue
        cells = _header_cells(text)
        if cells is None:
            if text.startswith("#"):
                continue
            return _use_default(path, wanted, [text, *peek(lines, PEEKED, len)]), skip
        return _use_header(path, cells, wanted, peek(lines, PEEKED, len)), skip + 1
    raise InputError(f"{path}: found an empty file, expected one SMILES a line")


def read_smi(path: Path, columns: Columns, skip: int, counts: Counter[str]) -> Iterator[Record]:
    """Yield every line that is not blank, after the skipped ones, as a record."""
    build, width = record_builder(columns, counts), len(columns.names)
    smiles_at = columns.names.index(columns.smiles or "smiles")
    row = 0
    for text in islice(read_plain_lines(path, counts), skip, None):
        if not text or text.isspace():
            continue
        row += 1
        cells = _part(text, width, smiles_at)
        yield build(row, cells + [""] * (width - len(cells)))


def _header_cells(text: str) -> list[str] | None:
    """Return the names of a header; None for any other line."""
    plain = text.lstrip("#").lstrip() if text.startswith("#") else text
    cells = plain.split("\t") if "\t" in plain else plain.split()
    if not cells:
        return None
    first = cells[0].split(maxsplit=1)
    if first and _names_smiles(first[0]) and (_names_smiles(cells[0]) or "\t" not in plain):
        return cells
    if len(cells) > 1 and fold(cells[1]) in SMILES_NAMES and not looks_like_smiles(cells[0]):
        return cells
    return None


def _names_smiles(word: str) -> bool:
    return is_smiles_name(word) or fold(word) in SMILES_NAMES


def _use_header(
    path: Path, cells: list[str], wanted: NamedColumns, lines: Sequence[str]
) -> Columns:
    names = make_unique(cells)
    smiles_at = 0 if _names_smiles(cells[0]) else 1
    smiles = names[smiles_at]
    if wanted.smiles is not None and not same_column(wanted.smiles, smiles):
        _refuse(path, "--smiles-column", wanted.smiles, smiles)
    rows = [_part(text, len(names), smiles_at) for text in lines if text.strip()]
    rows = [row + [""] * (len(names) - len(row)) for row in rows]
    seen = {name: [row[at] for row in rows] for at, name in enumerate(names) if name != smiles}
    words = dict(zip(names, cells, strict=True))
    found, name, notes, absent = find_id_and_name(path, seen, wanted, words, names)
    others = [column for column in names if column not in (smiles, found, name)]
    if found is None and others:
        found, notes = others[0], (f'ids from column "{others[0]}"',)
    return Columns(names, smiles, found, name, notes, (), absent)


def _part(text: str, width: int, smiles_at: int = 0) -> list[str]:
    if "\t" in text.rstrip():
        cells = text.split("\t")
        if len(cells) > 1 and len(cells[1]) > 1 and cells[1][0] == cells[1][-1] == "|":
            cells[:2] = [f"{cells[0].strip()} {cells[1]}"]
        return (
            cells if len(cells) <= width else [*cells[: width - 1], "\t".join(cells[width - 1 :])]
        )
    cells = text.split(maxsplit=width - 1)
    if smiles_at == 0 and len(cells) > 1 and cells[1].startswith("|"):
        smiles, rest = text.split(maxsplit=1)
        end = rest.find("|", 1)
        extension, after = rest[: end + 1] or rest, rest[end + 1 :] if end > 0 else ""
        cells = [f"{smiles} {extension}", *after.split(maxsplit=width - 2)]
    return [cell.strip() for cell in cells]


def _use_default(path: Path, wanted: NamedColumns, lines: Sequence[str]) -> Columns:
    options = zip(
        ("--smiles-column", "--id-column", "--name-column"), wanted, _DEFAULT.names, strict=True
    )
    for option, asked, name in options:
        if asked not in (None, name):
            _refuse(path, option, asked, name)
    if any(len(_part(text, 3)) > 1 for text in lines if text.strip()):
        note = "ids are the texts after the SMILES in each line"
    else:
        note = "no ids beside the SMILES: rows are numbered"
    return _DEFAULT._replace(notes=(note,))


def _refuse(path: Path, option: str, asked: str | None, allowed: str) -> None:
    raise InputError(
        f"{path}: found {option} {asked!r}, but in this file it can only be {allowed!r}; "
        "leave the option out"
    )
